// What RocksDB's C API can't say. The wrapper structs repeat the first member of those in db/c.cc, the only one used here.

#include <string.h>

#include "rocksdb/db.h"
#include "rocksdb/options.h"
#include "utilities/merge_operators/string_append/stringappend2.h"

struct rocksdb_t {
  rocksdb::DB* rep;
};
struct rocksdb_column_family_handle_t {
  rocksdb::ColumnFamilyHandle* rep;
};
struct rocksdb_options_t {
  rocksdb::Options rep;
};

extern "C" {

// String append with any delimiter byte; option text can't carry `;`, `}`, NUL and others.
void gabion_shim_set_string_append(rocksdb_options_t* options, char delimiter) {
  options->rep.merge_operator = std::make_shared<rocksdb::StringAppendTESTOperator>(delimiter);
}

// All families in one step: by the C API, each would have RocksDB write its OPTIONS file anew. The error is malloc'ed.
void gabion_shim_enable_compactions(rocksdb_t* db, rocksdb_column_family_handle_t* const* families, size_t count,
                                    char** error) {
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  for (size_t at = 0; at < count; ++at) handles.push_back(families[at]->rep);
  rocksdb::Status status = db->rep->EnableAutoCompaction(handles);
  if (!status.ok()) *error = strdup(status.ToString().c_str());
}

// To the bottommost level, whole; the C API keeps to itself how it went. The error is malloc'ed.
void gabion_shim_compact(rocksdb_t* db, rocksdb_column_family_handle_t* family, char** error) {
  rocksdb::CompactRangeOptions options;
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  rocksdb::Status status = db->rep->CompactRange(options, family->rep, nullptr, nullptr);
  if (!status.ok()) *error = strdup(status.ToString().c_str());
}
}
