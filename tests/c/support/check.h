// What the C programs share: assertions that say what failed, and a few shorthands.
#ifndef CHECK_H
#define CHECK_H

#include <gabion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Where calls leave their error.
static gabion_error *error = NULL;

// The condition holds.
#define CHECK(condition) ((condition) ? (void)0 : check_failed(__FILE__, __LINE__, #condition))

// The call succeeds.
#define OK(call) check_ok((call), __FILE__, __LINE__, #call)

// The call fails with this code, and its message has these words in it.
#define FAILS(call, code, words) check_fails((call), (code), (words), __FILE__, __LINE__, #call)

static inline gabion_bytes text(const char *text) { return gabion_bytes_of(text); }

static inline void check_failed(const char *file, int line, const char *what) {
    gabion_bytes message = gabion_error_message(error);
    fprintf(stderr, "%s:%d: failed: %s\n", file, line, what);
    fprintf(stderr, "  error %d: %.*s\n", (int)gabion_error_code(error), (int)message.len, (const char *)message.data);
    exit(1);
}

static inline void check_ok(gabion_code code, const char *file, int line, const char *call) {
    if (code != GABION_CODE_OK || error != NULL) {
        check_failed(file, line, call);
    }
}

// Whether `needle` is somewhere in `bytes`.
static inline bool has(gabion_bytes bytes, const char *needle) {
    size_t len = strlen(needle);
    for (size_t at = 0; at + len <= bytes.len; at++) {
        if (memcmp((const char *)bytes.data + at, needle, len) == 0) {
            return true;
        }
    }
    return false;
}

static inline void check_fails(gabion_code code, gabion_code wanted, const char *words, const char *file, int line,
                               const char *call) {
    if (code != wanted || gabion_error_code(error) != wanted || !has(gabion_error_message(error), words)) {
        fprintf(stderr, "wanted: code %d and the words: %s\n", (int)wanted, words);
        check_failed(file, line, call);
    }
    gabion_error_free(error);
    error = NULL;
}

static inline bool same(gabion_bytes bytes, const char *expected) {
    return bytes.len == strlen(expected) && memcmp(bytes.data, expected, bytes.len) == 0;
}

static inline gabion_backend *open_backend(void) {
    gabion_backend *backend = NULL;
    OK(gabion_backend_open(NULL, NULL, &backend, &error));
    return backend;
}

// A family with one option, or none if `option` is NULL.
static inline gabion_column_family *create_family_with(gabion_backend *backend, const char *name, const char *option,
                                                       const char *value) {
    gabion_options *options = NULL;
    gabion_column_family *family = NULL;
    if (option != NULL) {
        OK(gabion_options_new(&options, &error));
        OK(gabion_options_set(options, text(option), text(value), &error));
    }
    OK(gabion_backend_create_column_family(backend, text(name), text(""), options, &family, &error));
    gabion_options_free(options);
    return family;
}

static inline gabion_column_family *create_family(gabion_backend *backend, const char *name) {
    return create_family_with(backend, name, NULL, NULL);
}

static inline void put(gabion_column_family *family, const char *key, const char *value) {
    OK(gabion_column_family_put(family, text(key), text(value), &error));
}

// Whether the value of `key` is `expected`; NULL: whether there is none.
static inline bool holds(gabion_column_family *family, const char *key, const char *expected) {
    gabion_buffer *value = NULL;
    OK(gabion_column_family_get(family, text(key), &value, &error));
    bool holds = expected == NULL ? value == NULL : value != NULL && same(gabion_buffer_bytes(value), expected);
    gabion_buffer_free(value);
    return holds;
}

// The path of `name` in the directory that the program may write to; the caller frees it.
static inline char *test_path(const char *prefix, const char *name) {
    const char *directory = getenv("TMPDIR");
    directory = directory == NULL ? "/tmp" : directory;
    size_t size = strlen(prefix) + strlen(directory) + strlen(name) + 2;
    char *path = malloc(size);
    snprintf(path, size, "%s%s/%s", prefix, directory, name);
    return path;
}

// Takes a snapshot, which must succeed, and answers what is known of it.
static inline gabion_snapshot_info *take_snapshot(gabion_backend *backend, gabion_snapshot_kind kind, const char *url,
                                                  const char *id) {
    gabion_snapshot *snapshot = NULL;
    gabion_snapshot_info *info = NULL;
    gabion_snapshot_state state = GABION_SNAPSHOT_STATE_RUNNING;
    OK(gabion_backend_start_snapshot(backend, kind, text(url), text(id), text("position"), NULL, &snapshot, &error));
    OK(gabion_snapshot_wait(snapshot, -1, &state, &error));
    OK(gabion_snapshot_result(snapshot, &info, &error));
    CHECK(state == GABION_SNAPSHOT_STATE_COMPLETED);
    gabion_snapshot_free(snapshot);
    return info;
}

#endif
