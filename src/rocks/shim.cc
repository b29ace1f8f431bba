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

// RocksDB's own joins operands only where it finds the beginning of the value. This one joins them in every flush and
// compaction, so that a read meets at most one per file. Both take time in proportion to the bytes.
class JoiningStringAppend : public rocksdb::StringAppendTESTOperator {
 public:
  explicit JoiningStringAppend(char delimiter) : StringAppendTESTOperator(delimiter), delimiter_(delimiter) {}

  bool PartialMergeMulti(const rocksdb::Slice&, const std::deque<rocksdb::Slice>& operands, std::string* joined,
                         rocksdb::Logger*) const override {
    size_t size = operands.size() - 1;
    for (const rocksdb::Slice& operand : operands) size += operand.size();
    joined->clear();
    joined->reserve(size);
    for (const rocksdb::Slice& operand : operands) {
      if (&operand != &operands.front()) joined->push_back(delimiter_);
      joined->append(operand.data(), operand.size());
    }
    return true;
  }

 private:
  const char delimiter_;
};

extern "C" {

// String append with any delimiter byte; option text can't carry `;`, `}`, NUL and others.
void gabion_shim_set_string_append(rocksdb_options_t* options, char delimiter) {
  options->rep.merge_operator = std::make_shared<JoiningStringAppend>(delimiter);
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
