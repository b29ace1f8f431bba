import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileUtil;
import org.apache.hadoop.fs.SafeModeAction;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.hdfs.DFSTestUtil;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.HdfsConfiguration;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.hdfs.MiniDFSCluster.DataNodeProperties;
import org.apache.hadoop.hdfs.MiniDFSNNTopology;
import org.apache.hadoop.hdfs.protocol.HdfsConstants.DatanodeReportType;
import org.apache.hadoop.hdfs.protocol.OpenFilesIterator.OpenFilesType;
import org.apache.hadoop.hdfs.server.datanode.DataNodeFaultInjector;
import org.apache.hadoop.hdfs.server.namenode.NameNode;
import org.apache.hadoop.security.UserGroupInformation;

/**
 * A real HDFS on loopback, for as long as somebody holds its standard input open.
 *
 * <p>Arguments are {@code name=value}: {@code datanodes}, {@code ha} (two name nodes), {@code login} ({@code
 * principal:keytab}, for a cluster with Kerberos), {@code folder}, and anything else is Hadoop configuration. The first line of
 * standard output is {@code ready PORT...}, one port for each name node. Then each line of standard input is a command,
 * answered by one line: {@code ok ...} or {@code error ...}. At the end of the input all is stopped and removed.
 */
public final class MiniDfs {
  /** How long a clean stop may take. */
  private static final long STOP_MILLIS = 10_000;

  private interface Command {
    Object run(String[] words) throws Exception;
  }

  private final Configuration configuration = new HdfsConfiguration();
  private final Map<String, Command> commands = new HashMap<>();
  private final Deque<DataNodeProperties> stopped = new ArrayDeque<>();
  private final Path folder;
  private final MiniDFSCluster cluster;

  public static void main(String[] arguments) {
    // Standard output belongs to the protocol; whatever Hadoop prints goes elsewhere.
    PrintStream answers = System.out;
    System.setOut(System.err);
    try {
      new MiniDfs(arguments).serve(answers);
      Runtime.getRuntime().halt(0);
    } catch (Throwable failure) {
      failure.printStackTrace();
      // A cluster that is half up has threads that would keep the process alive.
      Runtime.getRuntime().halt(1);
    }
  }

  private MiniDfs(String[] arguments) throws Exception {
    Map<String, String> own = new TreeMap<>(Map.of("datanodes", "1", "ha", "false"));
    // A data node that is silent is given up after 12 s instead of 10 minutes.
    configuration.set("dfs.heartbeat.interval", "1");
    configuration.set("dfs.namenode.heartbeat.recheck-interval", "1000");
    configuration.set("dfs.namenode.fs-limits.min-block-size", "4096");
    configuration.set("dfs.datanode.scan.period.hours", "-1");
    for (String argument : arguments) {
      String[] pair = argument.split("=", 2);
      if (pair[0].contains(".")) {
        configuration.set(pair[0], pair[1]);
      } else {
        own.put(pair[0], pair[1]);
      }
    }
    if (own.containsKey("login")) {
      String[] login = own.get("login").split(":", 2);
      UserGroupInformation.setConfiguration(configuration);
      UserGroupInformation.loginUserFromKeytab(login[0], login[1]);
    }
    folder = own.containsKey("folder") ? Path.of(own.get("folder")) : Files.createTempDirectory("minidfs-");
    boolean ha = Boolean.parseBoolean(own.get("ha"));
    MiniDFSCluster.Builder builder =
        new MiniDFSCluster.Builder(configuration, folder.toFile())
            .numDataNodes(Integer.parseInt(own.get("datanodes")))
            .nameNodePort(0)
            .nameNodeHttpPort(0);
    if (ha) {
      builder.nnTopology(MiniDFSNNTopology.simpleHATopology(2));
    }
    cluster = builder.build();
    cluster.waitActive();
    if (ha) {
      cluster.transitionToActive(0);
    }
    addFaults();
    addNamespace();
  }

  private void serve(PrintStream answers) throws Exception {
    StringJoiner ready = new StringJoiner(" ");
    ready.add("ready");
    for (int node = 0; node < cluster.getNumNameNodes(); node++) {
      ready.add(String.valueOf(cluster.getNameNodePort(node)));
    }
    answers.println(ready);
    answers.flush();
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      answers.println(answer(line.trim().split(" +")));
      answers.flush();
    }
    stop();
  }

  private String answer(String[] words) {
    Command command = commands.get(words[0]);
    if (command == null) {
      return "error there is no command " + words[0];
    }
    try {
      Object result = command.run(Arrays.copyOfRange(words, 1, words.length));
      return result == null ? "ok" : "ok " + result;
    } catch (Throwable failure) {
      return "error " + failure.toString().replace('\n', ' ');
    }
  }

  /** Nodes that stop, hang, change roles or lose data. */
  private void addFaults() {
    commands.put("stop-datanode", words -> {
      stopped.add(cluster.stopDataNode(Integer.parseInt(words[0])));
      return null;
    });
    commands.put("start-datanodes", words -> {
      while (!stopped.isEmpty()) {
        cluster.restartDataNode(stopped.remove(), true);
      }
      cluster.waitActive();
      return null;
    });
    commands.put("live-datanodes", words -> files().getDataNodeStats(DatanodeReportType.LIVE).length);
    commands.put("freeze-datanodes", words -> {
      DataNodeFaultInjector.set(new Frozen());
      return null;
    });
    commands.put("thaw-datanodes", words -> {
      DataNodeFaultInjector.set(new DataNodeFaultInjector());
      return null;
    });
    commands.put("stop-namenode", words -> {
      cluster.shutdownNameNode(Integer.parseInt(words[0]));
      return null;
    });
    commands.put("start-namenode", words -> {
      cluster.restartNameNode(Integer.parseInt(words[0]), false);
      return null;
    });
    commands.put("wait-active", words -> {
      cluster.waitActive();
      return null;
    });
    commands.put("fail-over", words -> {
      int from = Integer.parseInt(words[0]);
      cluster.transitionToStandby(from);
      cluster.transitionToActive(1 - from);
      return null;
    });
    commands.put("safe-mode", words -> files().setSafeMode(SafeModeAction.valueOf(words[0])));
    commands.put("corrupt", words -> corrupt(words[0]));
  }

  /** What an administrator does, and looks at, in the name space. */
  private void addNamespace() {
    commands.put("quota", words -> {
      files().setQuota(path(words[0]), Long.parseLong(words[1]), Long.parseLong(words[2]));
      return null;
    });
    commands.put("chmod", words -> {
      files().setPermission(path(words[0]), new FsPermission(words[1]));
      return null;
    });
    commands.put("mkdir", words -> files().mkdirs(path(words[0])));
    commands.put("remove", words -> files().delete(path(words[0]), true));
    commands.put("create", words -> {
      // Of a client that goes on holding it: the stream is never closed.
      files().create(path(words[0]), false);
      return null;
    });
    commands.put("list", words -> {
      StringJoiner found = new StringJoiner(" ");
      var all = files().listFiles(path(words[0]), true);
      while (all.hasNext()) {
        found.add(all.next().getPath().toUri().getPath());
      }
      return found;
    });
    commands.put("bytes", words -> files().getContentSummary(path(words[0])).getLength());
    commands.put("open-files", words -> {
      StringJoiner found = new StringJoiner(" ");
      var all = files().listOpenFiles(EnumSet.of(OpenFilesType.ALL_OPEN_FILES), words[0]);
      while (all.hasNext()) {
        found.add(all.next().getFilePath());
      }
      return found;
    });
    commands.put("replication", words -> files().getFileStatus(path(words[0])).getReplication());
  }

  /** Of the name node that is active. */
  private DistributedFileSystem files() throws IOException {
    for (int node = 0; node < cluster.getNumNameNodes(); node++) {
      NameNode there = cluster.getNameNode(node);
      if (there != null && there.isActiveState()) {
        return cluster.getFileSystem(node);
      }
    }
    throw new IOException("no name node is active");
  }

  private static org.apache.hadoop.fs.Path path(String text) {
    return new org.apache.hadoop.fs.Path(text);
  }

  /** Flips a byte in the middle of every replica of a file's first block; the number of replicas. */
  private int corrupt(String name) throws IOException {
    var block = DFSTestUtil.getFirstBlock(files(), path(name));
    int replicas = 0;
    for (int node = 0; node < cluster.getDataNodes().size(); node++) {
      File file = cluster.getBlockFile(node, block);
      if (file == null) {
        continue;
      }
      try (RandomAccessFile bytes = new RandomAccessFile(file, "rw")) {
        long middle = bytes.length() / 2;
        bytes.seek(middle);
        int found = bytes.read();
        bytes.seek(middle);
        bytes.write(~found);
      }
      replicas++;
    }
    return replicas;
  }

  private void stop() throws IOException {
    Thread watchdog = new Thread(() -> {
      try {
        Thread.sleep(STOP_MILLIS);
      } catch (InterruptedException stopped) {
        return;
      }
      Runtime.getRuntime().halt(2);
    });
    watchdog.setDaemon(true);
    watchdog.start();
    DataNodeFaultInjector.set(new DataNodeFaultInjector());
    cluster.shutdown(true);
    FileUtil.fullyDelete(folder.toFile());
  }

  /** A data node that takes what it is sent and answers nothing. */
  private static final class Frozen extends DataNodeFaultInjector {
    @Override
    public void delay() {
      hang();
    }

    @Override
    public void stopSendingPacketDownstream(String mirror) {
      hang();
    }

    @Override
    public void delaySendingAckToUpstream(String upstream) {
      hang();
    }

    @Override
    public void delayWriteToOsCache() {
      hang();
    }

    /** Until it is thawed. */
    private void hang() {
      while (DataNodeFaultInjector.get() == this) {
        try {
          Thread.sleep(50);
        } catch (InterruptedException stopped) {
          Thread.currentThread().interrupt();
          return;
        }
      }
    }
  }
}
