// Streams: portable snapshots as bytes that the host moves.
#include "support/check.h"

static char stream_bytes[64 * 1024];
static size_t stream_len;

// Pulls the stream of a small backend, in blocks of `block` bytes.
static void pull(size_t block) {
    gabion_backend *backend = open_backend();
    gabion_column_family *words = create_family_with(backend, "words", "merge", "string-append");
    gabion_column_family *counts = create_family(backend, "counts");
    gabion_pulled_stream *stream = NULL;
    size_t len = 0;
    put(words, "a", "1");
    put(words, "b", "2");
    put(counts, "c", "3");
    OK(gabion_backend_pull_stream(backend, text("id 7"), text("offset 42"), &stream, &error));
    put(words, "a", "later");
    stream_len = 0;
    do {
        OK(gabion_pulled_stream_read(stream, stream_bytes + stream_len, block, &len, &error));
        stream_len += len;
    } while (len > 0);
    CHECK(stream_len > 8 && memcmp(stream_bytes, "GABIONST", 8) == 0);
    FAILS(gabion_pulled_stream_read(stream, stream_bytes, 0, &len, &error), GABION_CODE_INVALID_ARGUMENT, "`capacity` is 0");
    gabion_pulled_stream_free(stream);
    OK(gabion_backend_pull_stream(backend, text(""), text(""), &stream, &error));
    gabion_backend_free(backend);
    FAILS(gabion_pulled_stream_read(stream, stream_bytes + stream_len, 1000, &len, &error), GABION_CODE_CLOSED, "closed");
    gabion_pulled_stream_free(stream);
    gabion_column_family_free(words);
    gabion_column_family_free(counts);
}

static void push(gabion_pushed_stream *stream, size_t end, size_t piece) {
    for (size_t at = 0; at < end; at += piece) {
        gabion_bytes bytes = {stream_bytes + at, end - at < piece ? end - at : piece};
        OK(gabion_pushed_stream_write(stream, bytes, &error));
    }
}

static void a_stream_makes_the_same_backend_again(size_t piece) {
    gabion_pushed_stream *stream = NULL;
    gabion_backend *backend = NULL, *again = NULL;
    gabion_snapshot_info *info = NULL;
    gabion_column_family *words = NULL, *counts = NULL;
    OK(gabion_pushed_stream_new(NULL, NULL, text(""), NULL, &stream, &error));
    push(stream, stream_len, piece);
    OK(gabion_pushed_stream_finish(stream, &backend, &info, &error));
    FAILS(gabion_pushed_stream_finish(stream, &again, NULL, &error), GABION_CODE_INVALID_ARGUMENT, "was finished");
    FAILS(gabion_pushed_stream_write(stream, text("x"), &error), GABION_CODE_INVALID_ARGUMENT, "was finished");
    CHECK(again == NULL);
    gabion_pushed_stream_free(stream);
    CHECK(same(gabion_snapshot_info_id(info), "id 7") && same(gabion_snapshot_info_metadata(info), "offset 42"));
    CHECK(gabion_snapshot_info_kind(info) == GABION_SNAPSHOT_KIND_PORTABLE && gabion_snapshot_info_families(info) == 2);
    gabion_snapshot_info_free(info);
    OK(gabion_backend_column_family(backend, text("words"), &words, &error));
    OK(gabion_backend_column_family(backend, text("counts"), &counts, &error));
    CHECK(holds(words, "a", "1") && holds(words, "b", "2") && holds(counts, "c", "3"));
    CHECK(gabion_column_family_merge_kind(words) == GABION_MERGE_KIND_STRING_APPEND);
    gabion_column_family_free(words);
    gabion_column_family_free(counts);
    gabion_backend_free(backend);
}

static void a_key_range_is_kept(void) {
    gabion_pushed_stream *stream = NULL;
    gabion_backend *backend = NULL;
    gabion_column_family *words = NULL;
    gabion_bytes to = text("c");
    OK(gabion_pushed_stream_new(NULL, NULL, text("b"), &to, &stream, &error));
    push(stream, stream_len, 100);
    OK(gabion_pushed_stream_finish(stream, &backend, NULL, &error));
    gabion_pushed_stream_free(stream);
    OK(gabion_backend_column_family(backend, text("words"), &words, &error));
    CHECK(holds(words, "a", NULL) && holds(words, "b", "2"));
    gabion_column_family_free(words);
    gabion_backend_free(backend);
}

static void a_stream_that_breaks_off_or_is_wrong_makes_no_backend(void) {
    gabion_pushed_stream *stream = NULL;
    gabion_backend *backend = NULL;
    OK(gabion_pushed_stream_new(NULL, NULL, text(""), NULL, &stream, &error));
    push(stream, stream_len - 1, 1000);
    FAILS(gabion_pushed_stream_finish(stream, &backend, NULL, &error), GABION_CODE_CORRUPTION, "");
    gabion_pushed_stream_free(stream);
    OK(gabion_pushed_stream_new(NULL, NULL, text(""), NULL, &stream, &error));
    FAILS(gabion_pushed_stream_write(stream, text("not a stream of Gabion"), &error), GABION_CODE_CORRUPTION, "");
    gabion_pushed_stream_free(stream);
    OK(gabion_pushed_stream_new(NULL, NULL, text(""), NULL, &stream, &error));
    push(stream, stream_len / 2, 1000);
    gabion_pushed_stream_free(stream);
    CHECK(backend == NULL);
}

int main(void) {
    pull(7);
    pull(10000);
    a_stream_makes_the_same_backend_again(1);
    a_stream_makes_the_same_backend_again(10000);
    a_key_range_is_kept();
    a_stream_that_breaks_off_or_is_wrong_makes_no_backend();
    return 0;
}
