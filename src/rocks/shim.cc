// What RocksDB's C API can't say. The wrapper structs repeat those of db/c.cc, whose layout is one member each.

#include "rocksdb/options.h"
#include "utilities/merge_operators/string_append/stringappend2.h"

struct rocksdb_options_t {
  rocksdb::Options rep;
};

extern "C" {

// String append with any delimiter byte; option text can't carry `;`, `}`, NUL and others.
void gabion_shim_set_string_append(rocksdb_options_t* options, char delimiter) {
  options->rep.merge_operator = std::make_shared<rocksdb::StringAppendTESTOperator>(delimiter);
}
}
