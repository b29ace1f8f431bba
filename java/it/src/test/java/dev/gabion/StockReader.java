package dev.gabion;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.StringAppendOperator;
import org.rocksdb.TableProperties;
import org.rocksdb.UInt64AddOperator;

/**
 * A program that reads a database with nothing but the RocksDB on its class path, and prints its rows and its files. The
 * name of a family begins with the merge kind.
 */
public final class StockReader {
    private StockReader() {}

    /** The first argument is the database; the second says how merge operators are given: by {@code name} or as an {@code object}. */
    public static void main(String[] arguments) throws RocksDBException {
        RocksDB.loadLibrary();
        boolean byName = arguments[1].equals("name");
        List<ColumnFamilyDescriptor> families = new ArrayList<>();
        for (byte[] name : RocksDB.listColumnFamilies(new Options(), arguments[0])) {
            ColumnFamilyOptions options = new ColumnFamilyOptions();
            String kind = new String(name).split("/")[0];
            if (kind.equals("string-append")) {
                Object unused = byName
                        ? options.setMergeOperatorName("stringappendtest")
                        : options.setMergeOperator(new StringAppendOperator(','));
            } else if (kind.equals("uint64-add")) {
                Object unused = byName
                        ? options.setMergeOperatorName("uint64add")
                        : options.setMergeOperator(new UInt64AddOperator());
            }
            families.add(new ColumnFamilyDescriptor(name, options));
        }
        List<ColumnFamilyHandle> handles = new ArrayList<>();
        try (DBOptions options = new DBOptions(); RocksDB db = RocksDB.open(options, arguments[0], families, handles)) {
            for (ColumnFamilyHandle family : handles) {
                print(db, family);
                family.close();
            }
        }
    }

    private static void print(RocksDB db, ColumnFamilyHandle family) throws RocksDBException {
        String name = new String(family.getName());
        for (Map.Entry<String, TableProperties> table : db.getPropertiesOfAllTables(family).entrySet()) {
            TableProperties properties = table.getValue();
            System.out.println("table " + name + " " + properties.getCompressionName() + " "
                    + properties.getMergeOperatorName() + " " + properties.getNumMergeOperands());
        }
        try (RocksIterator rows = db.newIterator(family)) {
            for (rows.seekToFirst(); rows.isValid(); rows.next()) {
                byte[] got = db.get(family, rows.key());
                System.out.println("row " + name + " " + hex(rows.key()) + " " + hex(rows.value()) + " " + hex(got));
            }
            rows.status();
        }
    }

    static String hex(byte[] bytes) {
        StringBuilder hex = new StringBuilder();
        for (byte each : bytes) {
            hex.append(Character.forDigit(each >> 4 & 15, 16)).append(Character.forDigit(each & 15, 16));
        }
        return hex.toString();
    }
}
