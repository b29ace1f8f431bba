//! The bytes of one file, up or down. A call of the client moves a part of them, and each has the time limit.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::future::Either;
use futures::{Stream, StreamExt};
use hdfs_native::file::FileWriter;
use hdfs_native::{Client, HdfsError, WriteOptions};
use tokio::sync::OwnedSemaphorePermit;

use super::Attempt;
use super::connection::Connection;
use super::failure::Failure;
use crate::error::{Error, Result};
use crate::store::limits::Limits;
use crate::store::{Control, runtime};

/// Bytes between two looks at the cancel flag, and in one call.
const PART: usize = 1 << 20;
/// Bytes that the client holds of a file, in packets that wait to be sent or acknowledged, besides a part.
const IN_FLIGHT: u64 = 15 << 20;
/// Between two questions whether a file is complete.
const FIRST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_millis(250);
/// A file that is not complete so long after the first question fails.
const INCOMPLETE: Duration = Duration::from_secs(15);
/// A transfer waits for its turn as long as it takes; cancel and the caller's deadline end that.
const NO_LIMIT: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// A transfer's place among those of the process, for one try.
struct Turn {
    limits: Limits,
    _permits: (Option<OwnedSemaphorePermit>, Option<OwnedSemaphorePermit>),
}

impl Turn {
    fn take(control: &Control) -> Attempt<Self> {
        let limits = Limits::current();
        let waiting = limits.clone();
        let permits = async move { (waiting.memory(PART as u64 + IN_FLIGHT).await, waiting.request().await) };
        let _permits = runtime::block_on(permits, NO_LIMIT, control)?;
        Ok(Self { limits, _permits })
    }

    /// Waits until so many bytes may pass.
    fn pass(&self, bytes: usize, control: &Control) -> Attempt<()> {
        let limits = self.limits.clone();
        Ok(runtime::block_on(async move { limits.wire(bytes as u64).await }, NO_LIMIT, control)?)
    }
}

/// A write of one file, through all its tries.
pub(super) struct Upload<'a> {
    connection: &'a Connection,
    /// How many replicas the next try asks for, if not as many as the cluster has by default; and how many there are to be.
    fewer: Option<(u32, u32)>,
}

impl<'a> Upload<'a> {
    pub(super) fn new(connection: &'a Connection) -> Self {
        Self { connection, fewer: None }
    }

    /// Writes a new file `path` of the parts that `next` gives until there are none; complete and of the right size at return.
    pub(super) fn write(
        &mut self,
        path: &str,
        control: &Control,
        next: &mut dyn FnMut() -> Result<Option<Bytes>>,
    ) -> Attempt<()> {
        let written = self.write_all(path, control, next);
        match &written {
            Ok(_) => {}
            // The client gives up a pipeline with one dead data node in it, until the name node takes that one for dead. With
            // fewer replicas there is a chance of one without it; the name node makes the missing ones afterwards.
            Err(failure) if failure.may_pass && !failure.is_silent => self.ask_for_fewer(path, control),
            Err(_) => {}
        }
        let size = written?;
        self.check(path, size, control)
    }

    fn write_all(
        &self,
        path: &str,
        control: &Control,
        next: &mut dyn FnMut() -> Result<Option<Bytes>>,
    ) -> Attempt<u64> {
        let turn = Turn::take(control)?;
        let (options, name) = (self.options(), path.to_owned());
        let mut writer = self.connection.once(control, |client| async move { client.create(&name, options).await })?;
        let mut size = 0;
        while let Some(part) = next()? {
            size += part.len() as u64;
            turn.pass(part.len(), control)?;
            writer = self.connection.wait(control, write_part(writer, part))?;
            fail::fail_point!("hdfs-part-written");
        }
        let name = path.to_owned();
        self.connection.once(control, |client| async move { close(writer, &client, &name, size).await })?;
        Ok(size)
    }

    fn options(&self) -> WriteOptions {
        let configuration = self.connection.configuration();
        let replication = configuration.number("dfs.replication").and_then(|number| u32::try_from(number).ok());
        WriteOptions {
            block_size: configuration.number("dfs.blocksize"),
            replication: self.fewer.map(|(now, _)| now).or(replication),
            ..WriteOptions::default()
        }
    }

    fn ask_for_fewer(&mut self, path: &str, control: &Control) {
        let name = path.to_owned();
        let found = self.connection.once(control, |client| async move { client.get_file_info(&name).await });
        let Some(replicas) = found.ok().and_then(|found| found.replication).filter(|&replicas| replicas > 1) else {
            return;
        };
        let wanted = self.fewer.map_or(replicas, |(_, wanted)| wanted);
        self.fewer = Some((replicas - 1, wanted));
    }

    /// Compares the size, and asks for the replicas that a try went without.
    fn check(&self, path: &str, size: u64, control: &Control) -> Attempt<()> {
        let name = path.to_owned();
        let wanted = self.fewer.map(|(_, wanted)| wanted);
        let found = self.connection.once(control, |client| async move {
            if let Some(wanted) = wanted {
                client.set_replication(&name, wanted).await?;
            }
            client.get_file_info(&name).await
        })?;
        if found.length as u64 != size {
            let text = format!("the file has {} bytes after {size} were written to it", found.length);
            return Err(Failure::passing(text));
        }
        Ok(())
    }
}

/// Completes the file. The client asks the name node for that as soon as the data nodes have all bytes. The answer is no until
/// they have told the name node, which takes them some milliseconds; the client's next question comes after 500. So its pause
/// is cut short: the bytes are sent, and what it has to ask again is nothing but whether the file is complete now.
async fn close(mut writer: FileWriter, client: &Client, path: &str, size: u64) -> hdfs_native::Result<()> {
    if has_length(client, path, size).await {
        // A data node was replaced, which tells the name node the length before all bytes have arrived: nothing says when the
        // first question is over.
        return writer.close().await;
    }
    let (mut pause, mut first_cut) = (FIRST_PAUSE, None);
    loop {
        let closed = std::pin::pin!(writer.close());
        let refused = std::pin::pin!(has_been_asked(client, path, size, pause));
        match futures::future::select(closed, refused).await {
            // It was complete all the same, by an answer that was not waited for.
            Either::Left((Err(HdfsError::RPCError(class, _)), _))
                if first_cut.is_some() && class.ends_with("LeaseExpiredException") =>
            {
                return Ok(());
            }
            Either::Left((closed, _)) => return closed,
            Either::Right(_) => pause = (pause * 2).min(LONGEST_PAUSE),
        }
        if first_cut.get_or_insert_with(Instant::now).elapsed() > INCOMPLETE {
            return Err(HdfsError::OperationFailed(format!(
                "the name node does not take the file for complete: data nodes have not told it of the last block in {INCOMPLETE:?}"
            )));
        }
    }
}

/// Returns some time after the name node was asked to complete the file: it knows the file's length from then on.
async fn has_been_asked(client: &Client, path: &str, size: u64, mut pause: Duration) {
    loop {
        tokio::time::sleep(pause).await;
        if has_length(client, path, size).await {
            return tokio::time::sleep(pause).await;
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Whether the name node says that the file has `size` bytes; never of an empty one, which is complete at the first question.
async fn has_length(client: &Client, path: &str, size: u64) -> bool {
    size > 0 && client.get_file_info(path).await.is_ok_and(|found| found.length as u64 == size)
}

async fn write_part(mut writer: FileWriter, part: Bytes) -> hdfs_native::Result<FileWriter> {
    writer.write_bytes(part).await.map(|_| writer)
}

/// Gives the bytes of the file `path` from `start` on to `sink`, in order.
pub(super) fn download(
    connection: &Connection,
    path: &str,
    start: u64,
    control: &Control,
    sink: &mut dyn FnMut(&[u8]) -> Result<()>,
) -> Attempt<()> {
    let turn = Turn::take(control)?;
    let name = path.to_owned();
    let mut stream = connection.once(control, |client| async move {
        let file = client.read(&name).await?;
        let size = file.file_length();
        // The client panics at what lies behind the end.
        let start = usize::try_from(start).map_or(size, |start| size.min(start));
        Ok(file.read_range_stream(start, size - start).boxed())
    })?;
    loop {
        let (rest, parts) = connection.wait(control, read_parts(stream))?;
        if parts.is_empty() {
            return Ok(());
        }
        turn.pass(parts.iter().map(Bytes::len).sum(), control)?;
        for part in parts {
            sink(&part)?;
        }
        stream = rest;
    }
}

/// About `PART` bytes of a stream, and the rest of it; none at its end.
async fn read_parts<S>(mut stream: S) -> hdfs_native::Result<(S, Vec<Bytes>)>
where
    S: Stream<Item = hdfs_native::Result<Bytes>> + Unpin,
{
    let (mut parts, mut size) = (Vec::new(), 0);
    while size < PART {
        let Some(part) = stream.next().await.transpose()? else { break };
        size += part.len();
        parts.push(part);
    }
    Ok((stream, parts))
}

/// The next bytes of a local file, none at its end.
pub(super) fn read_part(file: &mut File, path: &Path) -> Result<Bytes> {
    let mut part = Vec::with_capacity(PART);
    file.take(PART as u64).read_to_end(&mut part).map_err(|error| Error::io("read", path, &error))?;
    Ok(part.into())
}
