// Gabion: native keyed state for stream engines.
//
// The rules that hold for every function (ownership, threads, NULL, errors) are in docs/abi.md. In short: what a call gives out belongs
// to the caller until its _free; bytes that go in are lent for the call; a `const` handle serves any number of threads at once, the
// others one; a failed call returns a code other than 0, writes an error object and no result; a pointer may be NULL only where the
// comment says so.
//
// A complete program:
//
//     #include <gabion.h>
//     #include <stdio.h>
//     #include <stdlib.h>
//
//     // Prints why a call failed, and ends the program.
//     static void fail(gabion_error *error) {
//         gabion_bytes message = gabion_error_message(error);
//         fprintf(stderr, "%.*s\n", (int)message.len, (const char *)message.data);
//         gabion_error_free(error);
//         exit(1);
//     }
//
//     int main(void) {
//         gabion_bytes none = {NULL, 0}, key = gabion_bytes_of("stone"), found;
//         gabion_error *error = NULL;
//         gabion_backend *backend = NULL;
//         gabion_column_family *words = NULL;
//         gabion_buffer *value = NULL;
//         gabion_snapshot *snapshot = NULL;
//         gabion_snapshot_state state = GABION_SNAPSHOT_STATE_RUNNING;
//
//         if (gabion_backend_open(NULL, NULL, &backend, &error)
//             || gabion_backend_create_column_family(backend, gabion_bytes_of("words"), none, NULL, &words, &error)
//             || gabion_column_family_put(words, key, gabion_bytes_of("wall"), &error)
//             || gabion_column_family_get(words, key, &value, &error)
//             || gabion_backend_start_snapshot(backend, GABION_SNAPSHOT_KIND_PORTABLE, gabion_bytes_of("memory://walls"), none,
//                                              none, NULL, &snapshot, &error)
//             || gabion_snapshot_wait(snapshot, -1, &state, &error)) {
//             fail(error);
//         }
//         found = gabion_buffer_bytes(value);
//         printf("stone: %.*s\n", (int)found.len, (const char *)found.data);
//         printf("snapshot: %s\n", state == GABION_SNAPSHOT_STATE_COMPLETED ? "completed" : "failed");
//
//         gabion_snapshot_free(snapshot);
//         gabion_buffer_free(value);
//         gabion_column_family_free(words);
//         gabion_backend_free(backend);
//         return 0;
//     }
//
// This file is generated from src/abi (`make header`).

#ifndef GABION_H
#define GABION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The version of the functions and types below. It changes with the soname, when an existing one changes. Version 0 makes no promise
// from one release to the next.
#define GABION_ABI_VERSION 0

// What went wrong, in numbers that never change meaning.
//
// Hosts must have a default branch: later versions add codes.
typedef enum {
  // Success.
  GABION_CODE_OK = 0,
  // An argument is NULL, of a wrong length or value, or a handle is of another kind or freed.
  GABION_CODE_INVALID_ARGUMENT = 1,
  // The backend is closed, and with it everything made from it.
  GABION_CODE_CLOSED = 2,
  // Another thread's write is in progress on this backend; a backend has one writer at a time.
  GABION_CODE_CONCURRENT_WRITE = 3,
  // A column family, snapshot or file that was asked for is not there.
  GABION_CODE_NOT_FOUND = 4,
  // Something of that name is there already.
  GABION_CODE_ALREADY_EXISTS = 5,
  // Two things that must be equal differ: descriptors, merge kinds, key ranges.
  GABION_CODE_MISMATCH = 6,
  // Reading or writing a file or an object failed.
  GABION_CODE_IO = 7,
  // Bytes are not what was written: a checksum, a length or a structure is wrong.
  GABION_CODE_CORRUPTION = 8,
  // A newer writer has taken over the snapshot directory.
  GABION_CODE_FENCED = 9,
  // The job was cancelled.
  GABION_CODE_CANCELLED = 10,
  // The operation is not possible here, whatever the arguments.
  GABION_CODE_UNSUPPORTED = 11,
  // RocksDB refused or failed; its own words are in the message.
  GABION_CODE_ENGINE = 12,
  // A bug in Gabion: a panic was caught at the border. Only freeing the handles involved is promised to work.
  GABION_CODE_PANIC = 13,
  // The work did not end in the time given.
  GABION_CODE_TIMED_OUT = 14,
  // The result is not there yet: the job is still running.
  GABION_CODE_RUNNING = 15,
} gabion_code;

// How a merge combines its operand with the value that is there. Later versions may add kinds.
typedef enum {
  // Merges are refused.
  GABION_MERGE_KIND_NONE = 0,
  // Operands are appended, with a delimiter byte between them.
  GABION_MERGE_KIND_STRING_APPEND = 1,
  // Values and operands are 64-bit little-endian integers, which are added; the sum wraps.
  GABION_MERGE_KIND_UINT64_ADD = 2,
} gabion_merge_kind;

// What holds the rows that are not in a file yet. Later versions may add kinds.
typedef enum {
  // Sorted: for families that are scanned.
  GABION_MEMTABLE_KIND_SKIP_LIST = 0,
  // Hashed: for families that are read by key. A scan costs time for all rows in memory.
  GABION_MEMTABLE_KIND_HASH_LINK_LIST = 1,
} gabion_memtable_kind;

// Where a snapshot job stands. Later versions may add states.
typedef enum {
  // It is at work.
  GABION_SNAPSHOT_STATE_RUNNING = 0,
  // The snapshot is there.
  GABION_SNAPSHOT_STATE_COMPLETED = 1,
  // gabion_snapshot_result has the reason.
  GABION_SNAPSHOT_STATE_FAILED = 2,
  // It was cancelled, or its backend was closed.
  GABION_SNAPSHOT_STATE_CANCELLED = 3,
} gabion_snapshot_state;

// An open state backend: one RocksDB in a private scratch directory, which goes when the backend is closed. What lasts is a completed
// snapshot. Any number of threads may use one at once; of writers' calls, one at a time.
//
// Methods: gabion_backend_open, gabion_backend_restore, gabion_backend_create_column_family, gabion_backend_register_column_family,
// gabion_backend_column_family, gabion_backend_column_families, gabion_backend_drop_column_family, gabion_backend_write,
// gabion_backend_view, gabion_backend_start_snapshot, gabion_backend_start_capture, gabion_backend_pull_stream,
// gabion_backend_metrics, gabion_backend_effective_options, gabion_backend_directory, gabion_backend_close, gabion_backend_free.
typedef struct gabion_backend gabion_backend;

// A list of writes to families of one backend, applied together or not at all by gabion_backend_write. One thread at a time.
//
// Methods: gabion_batch_new, gabion_batch_put, gabion_batch_merge, gabion_batch_delete, gabion_batch_delete_range,
// gabion_batch_clear, gabion_batch_count, gabion_batch_free.
typedef struct gabion_batch gabion_batch;

// An amount of memory for block caches and memtables that any number of backends share. Any number of threads may use one at once.
//
// Methods: gabion_budget_new, gabion_budget_used, gabion_budget_free.
typedef struct gabion_budget gabion_budget;

// Bytes that the caller owns. Any number of threads may read one at once.
//
// Methods: gabion_buffer_bytes, gabion_buffer_free.
typedef struct gabion_buffer gabion_buffer;

// The rows of one state: a column family of an open backend. Keys and values are bytes. Any number of threads may use one at once;
// of writers' calls, one at a time per backend.
//
// Methods: gabion_column_family_name, gabion_column_family_descriptor, gabion_column_family_set_descriptor,
// gabion_column_family_merge_kind, gabion_column_family_delimiter, gabion_column_family_memtable_kind, gabion_column_family_get,
// gabion_column_family_get_into, gabion_column_family_contains, gabion_column_family_multi_get, gabion_column_family_put,
// gabion_column_family_merge, gabion_column_family_delete, gabion_column_family_delete_range, gabion_column_family_clear,
// gabion_column_family_scan, gabion_column_family_free.
typedef struct gabion_column_family gabion_column_family;

// The families of a backend when gabion_backend_column_families was called, in order of creation. Any number of threads may read one
// at once.
//
// Methods: gabion_column_family_list_count, gabion_column_family_list_at, gabion_column_family_list_free.
typedef struct gabion_column_family_list gabion_column_family_list;

// Why a call failed. Any number of threads may read one at once.
//
// Methods: gabion_error_code, gabion_error_message, gabion_error_free.
typedef struct gabion_error gabion_error;

// Figures by name, as they were when asked for. Any number of threads may read one at once.
//
// Methods: gabion_metric_list_count, gabion_metric_list_name, gabion_metric_list_value, gabion_metric_list_free.
typedef struct gabion_metric_list gabion_metric_list;

// Numbers of snapshots. Any number of threads may read one at once.
//
// Methods: gabion_number_list_count, gabion_number_list_number, gabion_number_list_free.
typedef struct gabion_number_list gabion_number_list;

// Settings by name, as text: Gabion's own and RocksDB's, for backends, column families, snapshots and restores. Calls copy what they
// need, so that it can be changed or freed after each. One thread at a time where it is not const.
//
// Methods: gabion_options_new, gabion_options_set, gabion_options_get, gabion_options_count, gabion_options_at, gabion_options_free.
typedef struct gabion_options gabion_options;

// A portable snapshot as one stream of bytes, made by gabion_backend_pull_stream; gabion_pushed_stream takes it. Until it is freed, the backend
// keeps the rows of its moment. One thread at a time.
//
// Methods: gabion_pulled_stream_read, gabion_pulled_stream_free.
typedef struct gabion_pulled_stream gabion_pulled_stream;

// A restore from the bytes of a gabion_pulled_stream, given piece by piece, without temporary copies of them. One thread at a time.
//
// Methods: gabion_pushed_stream_new, gabion_pushed_stream_write, gabion_pushed_stream_finish, gabion_pushed_stream_free.
typedef struct gabion_pushed_stream gabion_pushed_stream;

// What gabion_backend_restore is to read, and which keys it is to keep. One thread at a time where it is not const.
//
// Methods: gabion_restore_new, gabion_restore_add_number, gabion_restore_add_latest, gabion_restore_add_capture,
// gabion_restore_set_key_range, gabion_backend_restore, gabion_restore_free.
typedef struct gabion_restore gabion_restore;

// A walk over the rows of one family, made by gabion_column_family_scan. It sees the rows of the moment at which it was made. One thread at a time.
//
// Methods: gabion_scan_fill, gabion_scan_free.
typedef struct gabion_scan gabion_scan;

// A running or ended snapshot job. Any number of threads may use one at once. It never waits for the writer.
//
// Methods: gabion_backend_start_snapshot, gabion_backend_start_capture, gabion_snapshot_wait, gabion_snapshot_progress,
// gabion_snapshot_pause_nanos, gabion_snapshot_cancel, gabion_snapshot_result, gabion_snapshot_free.
typedef struct gabion_snapshot gabion_snapshot;

// The snapshots at one URL. It needs no backend. Any number of threads may use one at once.
//
// Methods: gabion_snapshot_directory_open, gabion_snapshot_directory_list, gabion_snapshot_directory_describe,
// gabion_snapshot_directory_verify, gabion_snapshot_directory_discard, gabion_snapshot_directory_retain, gabion_snapshot_directory_sweep,
// gabion_snapshot_directory_size, gabion_snapshot_directory_free.
typedef struct gabion_snapshot_directory gabion_snapshot_directory;

// What is known of a completed snapshot. Any number of threads may read one at once.
//
// Methods: gabion_snapshot_info_number, gabion_snapshot_info_kind, gabion_snapshot_info_id,
// gabion_snapshot_info_metadata, gabion_snapshot_info_created_ms, gabion_snapshot_info_families,
// gabion_snapshot_info_files, gabion_snapshot_info_bytes, gabion_snapshot_info_bytes_written,
// gabion_snapshot_info_fallbacks, gabion_snapshot_info_pause_nanos, gabion_snapshot_info_free.
typedef struct gabion_snapshot_info gabion_snapshot_info;

// Snapshots of a directory, the oldest first, or those that were restored, in the order asked for. Any number of threads may read one at once.
//
// Methods: gabion_snapshot_list_count, gabion_snapshot_list_at, gabion_snapshot_list_free.
typedef struct gabion_snapshot_list gabion_snapshot_list;

// What a sweep removed, or would remove. Any number of threads may read one at once.
//
// Methods: gabion_sweep_report_objects, gabion_sweep_report_bytes, gabion_sweep_report_count, gabion_sweep_report_name,
// gabion_sweep_report_free.
typedef struct gabion_sweep_report gabion_sweep_report;

// The answers of a multi-get, one per key, in the order of the keys. Any number of threads may read one at once.
//
// Methods: gabion_value_list_count, gabion_value_list_has, gabion_value_list_value, gabion_value_list_free.
typedef struct gabion_value_list gabion_value_list;

// The state of all families of a backend at the instant at which gabion_backend_view made it. Any number of threads may read one at once,
// also while a writer is at work. It holds on to old rows: free it soon.
//
// Methods: gabion_view_get, gabion_column_family_scan, gabion_view_free.
typedef struct gabion_view gabion_view;

// Bytes that someone else owns: an argument is read before the call returns, a result stays valid until the handle it came from is
// freed. `{NULL, 0}` is empty. Text is UTF-8.
typedef struct {
  // Where they begin.
  const void *data;
  // How many they are.
  size_t len;
} gabion_bytes;

// What gabion_scan_fill did.
typedef struct {
  // Rows written.
  size_t rows;
  // Bytes written.
  size_t bytes;
  // Bytes that the next row needs, 0 after the last row. If no row was written and `done` is false, a block of this size is needed.
  size_t needed;
  // No rows follow.
  bool done;
} gabion_filled;

// The kind of a snapshot: one of the GABION_SNAPSHOT_KIND_ constants. Later versions may add kinds.
typedef uint32_t gabion_snapshot_kind;

// RocksDB's own files, shared with earlier snapshots.
#define GABION_SNAPSHOT_KIND_NATIVE 1

// A sorted dump, independent of RocksDB's file formats.
#define GABION_SNAPSHOT_KIND_PORTABLE 2

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// The GABION_ABI_VERSION that the library was built with.
uint32_t gabion_abi_version(void);

// The release of the library, as text like "1.2.3". It stays valid for ever.
gabion_bytes gabion_version(void);

// What tells this build of the library from others of the same release. It stays valid for ever.
gabion_bytes gabion_build_id(void);

// The NUL-terminated `text` as bytes, without its NUL; they stay valid as long as `text` does. `text` may be NULL: no bytes.
gabion_bytes gabion_bytes_of(const char *text);

// The code that the failed call returned.
gabion_code gabion_error_code(const gabion_error *error);

// What was asked, what was found, and what to do: text for people. It stays valid until `error` is freed.
gabion_bytes gabion_error_message(const gabion_error *error);

// Frees `error`. `error` may be NULL.
void gabion_error_free(gabion_error *error);

// The bytes of `buffer`; they stay valid until it is freed.
gabion_bytes gabion_buffer_bytes(const gabion_buffer *buffer);

// Frees `buffer`. `buffer` may be NULL.
void gabion_buffer_free(gabion_buffer *buffer);

// How many answers `values` has: as many as keys were asked for.
size_t gabion_value_list_count(const gabion_value_list *values);

// Whether the key at `index` has a value.
bool gabion_value_list_has(const gabion_value_list *values, size_t index);

// The value of the key at `index`; empty if it has none. It stays valid until `values` is freed.
gabion_bytes gabion_value_list_value(const gabion_value_list *values, size_t index);

// Frees `values`. `values` may be NULL.
void gabion_value_list_free(gabion_value_list *values);

// Makes empty options: the defaults.
//
// On success the caller owns `*out_options`.
gabion_code gabion_options_new(gabion_options **out_options, gabion_error **out_error);

// Sets the option `name` to `value`, both text; a later call replaces an earlier one. A wrong name or value is an error that quotes it.
gabion_code gabion_options_set(gabion_options *options,
                               gabion_bytes name,
                               gabion_bytes value,
                               gabion_error **out_error);

// Looks up what was set for `name`. `*out_value` is NULL if nothing was.
//
// On success the caller owns `*out_value`.
gabion_code gabion_options_get(const gabion_options *options,
                               gabion_bytes name,
                               gabion_buffer **out_value,
                               gabion_error **out_error);

// How many options are set.
size_t gabion_options_count(const gabion_options *options);

// Reads the setting at `index`, in the order of names.
//
// On success the caller owns `*out_name` and `*out_value`.
gabion_code gabion_options_at(const gabion_options *options,
                              size_t index,
                              gabion_buffer **out_name,
                              gabion_buffer **out_value,
                              gabion_error **out_error);

// Frees `options`. `options` may be NULL.
void gabion_options_free(gabion_options *options);

// Makes a budget of `bytes`, at least 1 MiB. Backends keep it alive.
//
// On success the caller owns `*out_budget`.
gabion_code gabion_budget_new(uint64_t bytes, gabion_budget **out_budget, gabion_error **out_error);

// Reads the bytes in use, by part: `block_cache`, `block_cache_pinned`, `memtables`.
//
// On success the caller owns `*out_used`.
gabion_code gabion_budget_used(const gabion_budget *budget, gabion_metric_list **out_used, gabion_error **out_error);

// Frees `budget`. `budget` may be NULL.
void gabion_budget_free(gabion_budget *budget);

// Opens an empty backend in a scratch directory of its own. `options` may be NULL: the defaults. `budget` may be NULL: memory of its own.
//
// On success the caller owns `*out_backend`.
gabion_code gabion_backend_open(const gabion_options *options,
                                const gabion_budget *budget,
                                gabion_backend **out_backend,
                                gabion_error **out_error);

// Opens a backend with the contents of the snapshots that `restore` names. `*out_restored` lists them, in that order. `options` may be
// NULL: the defaults. `budget` may be NULL: memory of its own. `out_restored` may be NULL.
//
// On success the caller owns `*out_backend` and `*out_restored`.
gabion_code gabion_backend_restore(const gabion_options *options,
                                   const gabion_budget *budget,
                                   const gabion_restore *restore,
                                   gabion_backend **out_backend,
                                   gabion_snapshot_list **out_restored,
                                   gabion_error **out_error);

// Makes the family `name`, with a `descriptor` that is the host's business. GABION_CODE_ALREADY_EXISTS if there is one of that name.
// `options` may be NULL: the defaults. A writer's call.
//
// On success the caller owns `*out_family`.
gabion_code gabion_backend_create_column_family(const gabion_backend *backend,
                                                gabion_bytes name,
                                                gabion_bytes descriptor,
                                                const gabion_options *options,
                                                gabion_column_family **out_family,
                                                gabion_error **out_error);

// Looks up the family `name`, or makes it. GABION_CODE_MISMATCH if it exists with another descriptor, merge kind or memtable kind.
// `options` may be NULL: the defaults. A writer's call.
//
// On success the caller owns `*out_family`.
gabion_code gabion_backend_register_column_family(const gabion_backend *backend,
                                                  gabion_bytes name,
                                                  gabion_bytes descriptor,
                                                  const gabion_options *options,
                                                  gabion_column_family **out_family,
                                                  gabion_error **out_error);

// Looks up the family `name`. `*out_family` is NULL if there is none.
//
// On success the caller owns `*out_family`.
gabion_code gabion_backend_column_family(const gabion_backend *backend,
                                         gabion_bytes name,
                                         gabion_column_family **out_family,
                                         gabion_error **out_error);

// Lists all families, in order of creation.
//
// On success the caller owns `*out_families`.
gabion_code gabion_backend_column_families(const gabion_backend *backend,
                                           gabion_column_family_list **out_families,
                                           gabion_error **out_error);

// Drops `family` with its rows. All handles of it answer GABION_CODE_NOT_FOUND from then on, and still want to be freed. A writer's call.
gabion_code gabion_backend_drop_column_family(const gabion_backend *backend,
                                              const gabion_column_family *family,
                                              gabion_error **out_error);

// Applies all writes of `batch`, or none. The batch stays as it is. A writer's call.
gabion_code gabion_backend_write(const gabion_backend *backend, const gabion_batch *batch, gabion_error **out_error);

// Pins the state that all families have now. A writer's call.
//
// On success the caller owns `*out_view`.
gabion_code gabion_backend_view(const gabion_backend *backend, gabion_view **out_view, gabion_error **out_error);

// Reads the backend's metrics.
//
// On success the caller owns `*out_metrics`.
gabion_code gabion_backend_metrics(const gabion_backend *backend,
                                   gabion_metric_list **out_metrics,
                                   gabion_error **out_error);

// Reads the options that are in effect, as the text of the OPTIONS file that RocksDB wrote.
//
// On success the caller owns `*out_options`.
gabion_code gabion_backend_effective_options(const gabion_backend *backend,
                                             gabion_buffer **out_options,
                                             gabion_error **out_error);

// The path of the scratch directory. Nobody else may touch what is in it. It stays valid until `backend` is freed.
gabion_bytes gabion_backend_directory(const gabion_backend *backend);

// Closes the backend: refuses new calls, cancels its snapshots, waits for running calls, frees everything and removes the scratch directory.
// Everything made from it answers GABION_CODE_CLOSED from then on. It may race with any call but gabion_backend_free. Closing twice is fine.
gabion_code gabion_backend_close(const gabion_backend *backend,
                                 gabion_error **out_error);

// Closes the backend if it is open, and frees `backend`. `backend` may be NULL.
void gabion_backend_free(gabion_backend *backend);

// The name that the family was made with; it stays valid until `family` is freed.
gabion_bytes gabion_column_family_name(const gabion_column_family *family);

// Reads the host's descriptor of the family.
//
// On success the caller owns `*out_descriptor`.
gabion_code gabion_column_family_descriptor(const gabion_column_family *family,
                                            gabion_buffer **out_descriptor,
                                            gabion_error **out_error);

// Replaces the host's descriptor; later snapshots carry the new one. A writer's call.
gabion_code gabion_column_family_set_descriptor(const gabion_column_family *family,
                                                gabion_bytes descriptor,
                                                gabion_error **out_error);

// How the family merges.
gabion_merge_kind gabion_column_family_merge_kind(const gabion_column_family *family);

// The byte between appended operands; 0 if the merge kind has none.
uint8_t gabion_column_family_delimiter(const gabion_column_family *family);

// What holds the family's rows in memory.
gabion_memtable_kind gabion_column_family_memtable_kind(const gabion_column_family *family);

// Reads the value of `key`. `*out_value` is NULL if there is none.
//
// On success the caller owns `*out_value`.
gabion_code gabion_column_family_get(const gabion_column_family *family,
                                     gabion_bytes key,
                                     gabion_buffer **out_value,
                                     gabion_error **out_error);

// Reads the value of `key` into the `capacity` bytes at `buffer`. `*out_found` says whether there is one, `*out_len` is its full length
// (0 if there is none). When `*out_len` exceeds `capacity`, nothing was written to `buffer`.
gabion_code gabion_column_family_get_into(const gabion_column_family *family,
                                          gabion_bytes key,
                                          void *buffer,
                                          size_t capacity,
                                          bool *out_found,
                                          size_t *out_len,
                                          gabion_error **out_error);

// Finds out whether `key` has a value.
gabion_code gabion_column_family_contains(const gabion_column_family *family,
                                          gabion_bytes key,
                                          bool *out_found,
                                          gabion_error **out_error);

// Reads the values of the `count` keys at `keys`.
//
// On success the caller owns `*out_values`.
gabion_code gabion_column_family_multi_get(const gabion_column_family *family,
                                           const gabion_bytes *keys,
                                           size_t count,
                                           gabion_value_list **out_values,
                                           gabion_error **out_error);

// Gives `key` the value `value`. A writer's call.
gabion_code gabion_column_family_put(const gabion_column_family *family,
                                     gabion_bytes key,
                                     gabion_bytes value,
                                     gabion_error **out_error);

// Combines `operand` with the value of `key`, as the family's merge kind says. A writer's call.
gabion_code gabion_column_family_merge(const gabion_column_family *family,
                                       gabion_bytes key,
                                       gabion_bytes operand,
                                       gabion_error **out_error);

// Deletes `key`; it need not be there. A writer's call.
gabion_code gabion_column_family_delete(const gabion_column_family *family, gabion_bytes key, gabion_error **out_error);

// Deletes all keys with `from` <= key < `to`; none if the range is empty or inverted. A writer's call.
gabion_code gabion_column_family_delete_range(const gabion_column_family *family,
                                              gabion_bytes from,
                                              gabion_bytes to,
                                              gabion_error **out_error);

// Deletes every row. A writer's call.
gabion_code gabion_column_family_clear(const gabion_column_family *family, gabion_error **out_error);

// Starts a scan over the keys with `from` <= key < `to`, the largest first if `backward`. Without `view` it scans the rows of this moment, and is
// a writer's call. `from` may be NULL: no lower bound. `to` may be NULL: no upper bound. `view` may be NULL.
//
// On success the caller owns `*out_scan`.
gabion_code gabion_column_family_scan(const gabion_column_family *family,
                                      const gabion_view *view,
                                      const gabion_bytes *from,
                                      const gabion_bytes *to,
                                      bool backward,
                                      gabion_scan **out_scan,
                                      gabion_error **out_error);

// Frees `family`; the family itself stays in its backend. `family` may be NULL.
void gabion_column_family_free(gabion_column_family *family);

// How many families `families` has.
size_t gabion_column_family_list_count(const gabion_column_family_list *families);

// Makes a handle of the family at `index`.
//
// On success the caller owns `*out_family`.
gabion_code gabion_column_family_list_at(const gabion_column_family_list *families,
                                         size_t index,
                                         gabion_column_family **out_family,
                                         gabion_error **out_error);

// Frees `families`. `families` may be NULL.
void gabion_column_family_list_free(gabion_column_family_list *families);

// Makes an empty batch. The first family that it names binds it to that family's backend.
//
// On success the caller owns `*out_batch`.
gabion_code gabion_batch_new(gabion_batch **out_batch, gabion_error **out_error);

// Adds a put: `key` gets `value`.
gabion_code gabion_batch_put(gabion_batch *batch,
                             const gabion_column_family *family,
                             gabion_bytes key,
                             gabion_bytes value,
                             gabion_error **out_error);

// Adds a merge: `operand` is combined with the value of `key`, as the family's merge kind says.
gabion_code gabion_batch_merge(gabion_batch *batch,
                               const gabion_column_family *family,
                               gabion_bytes key,
                               gabion_bytes operand,
                               gabion_error **out_error);

// Adds a delete of `key`.
gabion_code gabion_batch_delete(gabion_batch *batch,
                                const gabion_column_family *family,
                                gabion_bytes key,
                                gabion_error **out_error);

// Adds a delete of all keys with `from` <= key < `to`.
gabion_code gabion_batch_delete_range(gabion_batch *batch,
                                      const gabion_column_family *family,
                                      gabion_bytes from,
                                      gabion_bytes to,
                                      gabion_error **out_error);

// Forgets all writes of `batch`, which may then be used for another backend.
gabion_code gabion_batch_clear(gabion_batch *batch, gabion_error **out_error);

// How many writes `batch` holds.
size_t gabion_batch_count(const gabion_batch *batch);

// Frees `batch`. `batch` may be NULL.
void gabion_batch_free(gabion_batch *batch);

// Reads the value that `key` had. `*out_value` is NULL if it had none.
//
// On success the caller owns `*out_value`.
gabion_code gabion_view_get(const gabion_view *view,
                            const gabion_column_family *family,
                            gabion_bytes key,
                            gabion_buffer **out_value,
                            gabion_error **out_error);

// Frees `view`. `view` may be NULL.
void gabion_view_free(gabion_view *view);

// Writes as many of the next rows as fit to the `capacity` bytes at `block`; gabion_rows_next reads them.
gabion_code gabion_scan_fill(gabion_scan *scan,
                             void *block,
                             size_t capacity,
                             gabion_filled *out_filled,
                             gabion_error **out_error);

// Frees `scan`. `scan` may be NULL.
void gabion_scan_free(gabion_scan *scan);

// Takes the first row off `*rows`, which begins as the bytes of a block that gabion_scan_fill wrote. Answers false, and changes nothing,
// when no row is left. A row is `uint32_t` key length, `uint32_t` value length (both little-endian), key, value.
bool gabion_rows_next(gabion_bytes *rows,
                      gabion_bytes *out_key,
                      gabion_bytes *out_value);

// Starts a snapshot into the snapshot directory at `url` (text). What is in the backend when this returns is what the snapshot will hold; the
// work is done in the background. `id` and `metadata` are the host's, and come back when the snapshot is listed or restored. `options` may be
// NULL: the defaults. A writer's call.
//
// On success the caller owns `*out_snapshot`.
gabion_code gabion_backend_start_snapshot(const gabion_backend *backend,
                                          gabion_snapshot_kind kind,
                                          gabion_bytes url,
                                          gabion_bytes id,
                                          gabion_bytes metadata,
                                          const gabion_options *options,
                                          gabion_snapshot **out_snapshot,
                                          gabion_error **out_error);

// Starts a snapshot that ends in a new local directory, `path` (text), complete in itself, for a host that moves files on its own.
// Otherwise like gabion_backend_start_snapshot. `options` may be NULL: the defaults. A writer's call.
//
// On success the caller owns `*out_snapshot`.
gabion_code gabion_backend_start_capture(const gabion_backend *backend,
                                         gabion_snapshot_kind kind,
                                         gabion_bytes path,
                                         gabion_bytes id,
                                         gabion_bytes metadata,
                                         const gabion_options *options,
                                         gabion_snapshot **out_snapshot,
                                         gabion_error **out_error);

// Waits until the job ends, at most `timeout_ms` milliseconds: 0 only looks, a negative number waits for ever. `*out_state` is what
// it came to.
gabion_code gabion_snapshot_wait(const gabion_snapshot *snapshot,
                                 int64_t timeout_ms,
                                 gabion_snapshot_state *out_state,
                                 gabion_error **out_error);

// Reads how many bytes of the snapshot are done, and how many there are; `*out_bytes_total` is 0 until that is known.
gabion_code gabion_snapshot_progress(const gabion_snapshot *snapshot,
                                     uint64_t *out_bytes_done,
                                     uint64_t *out_bytes_total,
                                     gabion_error **out_error);

// How long the start of the snapshot held the writer, in nanoseconds.
uint64_t gabion_snapshot_pause_nanos(const gabion_snapshot *snapshot);

// Asks the job to stop, and returns at once. An ended job stays as it is.
gabion_code gabion_snapshot_cancel(const gabion_snapshot *snapshot, gabion_error **out_error);

// Reads what was made. GABION_CODE_RUNNING while the job runs; the job's own error if it failed or was cancelled.
//
// On success the caller owns `*out_info`.
gabion_code gabion_snapshot_result(const gabion_snapshot *snapshot,
                                   gabion_snapshot_info **out_info,
                                   gabion_error **out_error);

// Frees `snapshot`; a running job is cancelled, an ended one's snapshot stays. `snapshot` may be NULL.
void gabion_snapshot_free(gabion_snapshot *snapshot);

// Its number in its snapshot directory; 0 for a captured directory.
uint64_t gabion_snapshot_info_number(const gabion_snapshot_info *info);

// Its kind.
gabion_snapshot_kind gabion_snapshot_info_kind(const gabion_snapshot_info *info);

// The host's id. It stays valid until `info` is freed.
gabion_bytes gabion_snapshot_info_id(const gabion_snapshot_info *info);

// The host's metadata. It stays valid until `info` is freed.
gabion_bytes gabion_snapshot_info_metadata(const gabion_snapshot_info *info);

// When it was made, in milliseconds since 1970-01-01 UTC, by the clock of the machine that made it.
uint64_t gabion_snapshot_info_created_ms(const gabion_snapshot_info *info);

// How many column families it holds.
uint64_t gabion_snapshot_info_families(const gabion_snapshot_info *info);

// How many files it consists of.
uint64_t gabion_snapshot_info_files(const gabion_snapshot_info *info);

// The bytes of all its files.
uint64_t gabion_snapshot_info_bytes(const gabion_snapshot_info *info);

// Of those, the bytes that this snapshot wrote; the others were there already.
uint64_t gabion_snapshot_info_bytes_written(const gabion_snapshot_info *info);

// How many families a native snapshot had to write row by row.
uint64_t gabion_snapshot_info_fallbacks(const gabion_snapshot_info *info);

// How long its start held the writer, in nanoseconds; 0 when that is not known, as of a listed one.
uint64_t gabion_snapshot_info_pause_nanos(const gabion_snapshot_info *info);

// Frees `info`. `info` may be NULL.
void gabion_snapshot_info_free(gabion_snapshot_info *info);

// How many snapshots `snapshots` has.
size_t gabion_snapshot_list_count(const gabion_snapshot_list *snapshots);

// Reads what is known of the snapshot at `index`.
//
// On success the caller owns `*out_info`.
gabion_code gabion_snapshot_list_at(const gabion_snapshot_list *snapshots,
                                    size_t index,
                                    gabion_snapshot_info **out_info,
                                    gabion_error **out_error);

// Frees `snapshots`. `snapshots` may be NULL.
void gabion_snapshot_list_free(gabion_snapshot_list *snapshots);

// Opens the snapshot directory at `url` (text). `options` may be NULL: the defaults.
//
// On success the caller owns `*out_directory`.
gabion_code gabion_snapshot_directory_open(gabion_bytes url,
                                           const gabion_options *options,
                                           gabion_snapshot_directory **out_directory,
                                           gabion_error **out_error);

// Lists all snapshots, the oldest first.
//
// On success the caller owns `*out_snapshots`.
gabion_code gabion_snapshot_directory_list(const gabion_snapshot_directory *directory,
                                           gabion_snapshot_list **out_snapshots,
                                           gabion_error **out_error);

// Reads the manifest of snapshot `number`, as JSON.
//
// On success the caller owns `*out_manifest`.
gabion_code gabion_snapshot_directory_describe(const gabion_snapshot_directory *directory,
                                               uint64_t number,
                                               gabion_buffer **out_manifest,
                                               gabion_error **out_error);

// Reads every byte of snapshot `number`, and how many they are. GABION_CODE_CORRUPTION names each broken file.
gabion_code gabion_snapshot_directory_verify(const gabion_snapshot_directory *directory,
                                             uint64_t number,
                                             uint64_t *out_bytes,
                                             gabion_error **out_error);

// Removes snapshot `number`; files that no other snapshot needs go with a later sweep.
gabion_code gabion_snapshot_directory_discard(const gabion_snapshot_directory *directory,
                                              uint64_t number,
                                              gabion_error **out_error);

// Removes all snapshots but the newest `keep`, and lists the numbers of those it removed. `out_discarded` may be NULL.
//
// On success the caller owns `*out_discarded`.
gabion_code gabion_snapshot_directory_retain(const gabion_snapshot_directory *directory,
                                             size_t keep,
                                             gabion_number_list **out_discarded,
                                             gabion_error **out_error);

// Removes what no snapshot and no running job needs and is older than `grace_ms` milliseconds; with `dry_run` it only finds out what it
// would remove. `out_report` may be NULL.
//
// On success the caller owns `*out_report`.
gabion_code gabion_snapshot_directory_sweep(const gabion_snapshot_directory *directory,
                                            uint64_t grace_ms,
                                            bool dry_run,
                                            gabion_sweep_report **out_report,
                                            gabion_error **out_error);

// Adds up the bytes of all objects in the directory.
gabion_code gabion_snapshot_directory_size(const gabion_snapshot_directory *directory,
                                           uint64_t *out_bytes,
                                           gabion_error **out_error);

// Frees `directory`; what is in it stays. `directory` may be NULL.
void gabion_snapshot_directory_free(gabion_snapshot_directory *directory);

// How many numbers `numbers` has.
size_t gabion_number_list_count(const gabion_number_list *numbers);

// The number at `index`; 0 if there is none.
uint64_t gabion_number_list_number(const gabion_number_list *numbers, size_t index);

// Frees `numbers`. `numbers` may be NULL.
void gabion_number_list_free(gabion_number_list *numbers);

// How many objects it removed.
uint64_t gabion_sweep_report_objects(const gabion_sweep_report *report);

// How many bytes they had.
uint64_t gabion_sweep_report_bytes(const gabion_sweep_report *report);

// How many names `report` has.
size_t gabion_sweep_report_count(const gabion_sweep_report *report);

// The name at `index`, relative to the directory; empty if there is none. It stays valid until `report` is freed.
gabion_bytes gabion_sweep_report_name(const gabion_sweep_report *report, size_t index);

// Frees `report`. `report` may be NULL.
void gabion_sweep_report_free(gabion_sweep_report *report);

// Makes a restore without snapshots, that keeps all keys.
//
// On success the caller owns `*out_restore`.
gabion_code gabion_restore_new(gabion_restore **out_restore, gabion_error **out_error);

// Adds snapshot `number` of the snapshot directory at `url` (text). No other is taken in its place.
gabion_code gabion_restore_add_number(gabion_restore *restore,
                                      gabion_bytes url,
                                      uint64_t number,
                                      gabion_error **out_error);

// Adds the newest snapshot of the snapshot directory at `url` (text).
gabion_code gabion_restore_add_latest(gabion_restore *restore, gabion_bytes url, gabion_error **out_error);

// Adds the captured directory `path` (text).
gabion_code gabion_restore_add_capture(gabion_restore *restore, gabion_bytes path, gabion_error **out_error);

// Keeps only keys with `from` <= key < `to`. `to` may be NULL: no upper bound.
gabion_code gabion_restore_set_key_range(gabion_restore *restore,
                                         gabion_bytes from,
                                         const gabion_bytes *to,
                                         gabion_error **out_error);

// Frees `restore`. `restore` may be NULL.
void gabion_restore_free(gabion_restore *restore);

// Begins to pull all families as they are now, without a snapshot directory and without temporary files. `id` and `metadata` are the
// host's; the stream carries them. A writer's call.
//
// On success the caller owns `*out_stream`.
gabion_code gabion_backend_pull_stream(const gabion_backend *backend,
                                       gabion_bytes id,
                                       gabion_bytes metadata,
                                       gabion_pulled_stream **out_stream,
                                       gabion_error **out_error);

// Writes the next bytes of the stream to the `capacity` bytes at `block`, and says in `*out_len` how many: `capacity`, or fewer at the end,
// and 0 once the stream has ended.
gabion_code gabion_pulled_stream_read(gabion_pulled_stream *stream,
                                      void *block,
                                      size_t capacity,
                                      size_t *out_len,
                                      gabion_error **out_error);

// Frees `stream`. `stream` may be NULL.
void gabion_pulled_stream_free(gabion_pulled_stream *stream);

// Begins a restore that keeps the keys with `from` <= key < `to`. `options` may be NULL: the defaults. `budget` may be NULL: memory of its
// own. `to` may be NULL: no upper bound.
//
// On success the caller owns `*out_stream`.
gabion_code gabion_pushed_stream_new(const gabion_options *options,
                                     const gabion_budget *budget,
                                     gabion_bytes from,
                                     const gabion_bytes *to,
                                     gabion_pushed_stream **out_stream,
                                     gabion_error **out_error);

// Takes the next bytes of the stream, in pieces of any size. After a failure every later call fails as well.
gabion_code gabion_pushed_stream_write(gabion_pushed_stream *stream, gabion_bytes bytes, gabion_error **out_error);

// Opens the backend, once the whole stream was written, and says what the stream said of itself (its number is 0). GABION_CODE_CORRUPTION
// for a stream that breaks off. Whether it succeeds or fails, `stream` can only be freed from then on. `out_info` may be NULL.
//
// On success the caller owns `*out_backend` and `*out_info`.
gabion_code gabion_pushed_stream_finish(gabion_pushed_stream *stream,
                                        gabion_backend **out_backend,
                                        gabion_snapshot_info **out_info,
                                        gabion_error **out_error);

// Frees `stream`; what an unfinished one has restored goes with it. `stream` may be NULL.
void gabion_pushed_stream_free(gabion_pushed_stream *stream);

// How many figures `metrics` has.
size_t gabion_metric_list_count(const gabion_metric_list *metrics);

// The name of the figure at `index`; empty if there is none. It stays valid until `metrics` is freed.
gabion_bytes gabion_metric_list_name(const gabion_metric_list *metrics, size_t index);

// The value of the figure at `index`; 0 if there is none.
uint64_t gabion_metric_list_value(const gabion_metric_list *metrics, size_t index);

// Frees `metrics`. `metrics` may be NULL.
void gabion_metric_list_free(gabion_metric_list *metrics);

// Counts the handles of a kind that were not freed yet, in this process. `kind` is the noun of the type, like "column_family".
gabion_code gabion_live_handles(gabion_bytes kind,
                                int64_t *out_count,
                                gabion_error **out_error);

// Counts what stands behind handles, of C and of Java, and of what Gabion itself keeps alive. `kind` is one of "backend",
// "column_family", "batch", "scan", "view", "snapshot", "budget", "directory", "stream".
gabion_code gabion_live_objects(gabion_bytes kind,
                                int64_t *out_count,
                                gabion_error **out_error);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* GABION_H */
