// Pushing a pulled stream into a new backend.
#include "support/check.h"

static char bytes[64 * 1024];
static size_t len;

// Pulls the stream that the tests push: one family that appends, with rows a, b and m.
static void pull(void) {
    gabion_backend *backend = open_backend();
    gabion_column_family *family = create_family_with(backend, "words", "merge", "string-append");
    gabion_pulled_stream *stream = NULL;
    put(family, "a", "1");
    put(family, "b", "2");
    put(family, "m", "3");
    OK(gabion_column_family_merge(family, text("m"), text("4"), &error));
    OK(gabion_backend_pull_stream(backend, text("id"), text("offset 42"), &stream, &error));
    OK(gabion_pulled_stream_read(stream, bytes, sizeof bytes, &len, &error));
    CHECK(len > 0 && len < sizeof bytes);
    gabion_pulled_stream_free(stream);
    gabion_column_family_free(family);
    gabion_backend_free(backend);
}

static gabion_pushed_stream *new_stream(const char *from, const char *to) {
    gabion_pushed_stream *stream = NULL;
    gabion_bytes bound = text(to);
    OK(gabion_pushed_stream_new(NULL, NULL, text(from), to == NULL ? NULL : &bound, &stream, &error));
    return stream;
}

// Writes the first `count` bytes in pieces of `piece`.
static void write_all(gabion_pushed_stream *stream, size_t count, size_t piece) {
    for (size_t at = 0; at < count; at += piece) {
        gabion_bytes part = {bytes + at, piece < count - at ? piece : count - at};
        OK(gabion_pushed_stream_write(stream, part, &error));
    }
}

static void what_was_pulled_comes_back(size_t piece) {
    gabion_pushed_stream *stream = new_stream("", NULL);
    gabion_backend *backend = NULL;
    gabion_column_family *family = NULL;
    gabion_snapshot_info *info = NULL;
    write_all(stream, len, piece);
    OK(gabion_pushed_stream_finish(stream, &backend, &info, &error));
    CHECK(gabion_snapshot_info_kind(info) == GABION_SNAPSHOT_KIND_PORTABLE && gabion_snapshot_info_number(info) == 0);
    CHECK(same(gabion_snapshot_info_id(info), "id") && same(gabion_snapshot_info_metadata(info), "offset 42"));
    CHECK(gabion_snapshot_info_bytes(info) == len && gabion_snapshot_info_families(info) == 1);
    gabion_snapshot_info_free(info);
    OK(gabion_backend_column_family(backend, text("words"), &family, &error));
    CHECK(holds(family, "a", "1") && holds(family, "b", "2") && holds(family, "m", "3,4"));
    OK(gabion_column_family_merge(family, text("a"), text("x"), &error));
    CHECK(holds(family, "a", "1,x"));
    gabion_column_family_free(family);
    gabion_backend_free(backend);
    gabion_pushed_stream_free(stream);
}

static void a_key_range_keeps_only_its_keys(void) {
    gabion_pushed_stream *stream = new_stream("b", "m");
    gabion_backend *backend = NULL;
    gabion_column_family *family = NULL;
    write_all(stream, len, len);
    OK(gabion_pushed_stream_finish(stream, &backend, NULL, &error));
    OK(gabion_backend_column_family(backend, text("words"), &family, &error));
    CHECK(holds(family, "a", NULL) && holds(family, "b", "2") && holds(family, "m", NULL));
    gabion_column_family_free(family);
    gabion_backend_free(backend);
    gabion_pushed_stream_free(stream);
}

static void a_finished_stream_can_only_be_freed(gabion_pushed_stream *stream) {
    gabion_backend *backend = NULL;
    FAILS(gabion_pushed_stream_write(stream, text("x"), &error), GABION_CODE_INVALID_ARGUMENT, "finished");
    FAILS(gabion_pushed_stream_finish(stream, &backend, NULL, &error), GABION_CODE_INVALID_ARGUMENT, "finished");
    CHECK(backend == NULL);
    gabion_pushed_stream_free(stream);
}

static void a_stream_that_breaks_off_is_refused(void) {
    const size_t counts[] = {0, 5, 12, len / 2, len - 1};
    for (size_t at = 0; at < 5; at++) {
        gabion_pushed_stream *stream = new_stream("", NULL);
        gabion_backend *backend = NULL;
        gabion_snapshot_info *info = NULL;
        write_all(stream, counts[at], 1000);
        FAILS(gabion_pushed_stream_finish(stream, &backend, &info, &error), GABION_CODE_CORRUPTION, "breaks off");
        CHECK(backend == NULL && info == NULL);
        a_finished_stream_can_only_be_freed(stream);
    }
}

static void after_a_failure_every_later_call_fails(void) {
    gabion_pushed_stream *stream = new_stream("", NULL);
    gabion_backend *backend = NULL;
    write_all(stream, 12, 12);
    FAILS(gabion_pushed_stream_write(stream, text("no record at all"), &error), GABION_CODE_CORRUPTION, "");
    gabion_bytes rest = {bytes + 12, len - 12};
    FAILS(gabion_pushed_stream_write(stream, rest, &error), GABION_CODE_CORRUPTION, "");
    FAILS(gabion_pushed_stream_finish(stream, &backend, NULL, &error), GABION_CODE_CORRUPTION, "");
    a_finished_stream_can_only_be_freed(stream);
}

static void an_unfinished_stream_can_be_freed(void) {
    gabion_pushed_stream *stream = new_stream("", NULL);
    write_all(stream, len / 2, 1000);
    gabion_pushed_stream_free(stream);
}

static void bounds_that_keep_nothing_are_refused(void) {
    gabion_pushed_stream *stream = NULL;
    gabion_bytes to = text("a");
    FAILS(gabion_pushed_stream_new(NULL, NULL, text("b"), &to, &stream, &error), GABION_CODE_INVALID_ARGUMENT, "range");
    CHECK(stream == NULL);
}

int main(void) {
    pull();
    what_was_pulled_comes_back(len);
    what_was_pulled_comes_back(7);
    a_key_range_keeps_only_its_keys();
    a_stream_that_breaks_off_is_refused();
    after_a_failure_every_later_call_fails();
    an_unfinished_stream_can_be_freed();
    bounds_that_keep_nothing_are_refused();
    return 0;
}
