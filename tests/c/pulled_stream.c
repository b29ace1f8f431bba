// Pulling a portable snapshot as one stream of bytes.
#include "support/check.h"

static size_t read_block(gabion_pulled_stream *stream, void *block, size_t capacity) {
    size_t len = SIZE_MAX;
    OK(gabion_pulled_stream_read(stream, block, capacity, &len, &error));
    CHECK(len <= capacity);
    return len;
}

// Pulls all of a stream into `bytes` by blocks of `capacity`; answers how many bytes it has.
static size_t pull(gabion_backend *backend, char *bytes, size_t room, size_t capacity) {
    gabion_pulled_stream *stream = NULL;
    size_t end = 0;
    OK(gabion_backend_pull_stream(backend, text("id"), text("metadata"), &stream, &error));
    for (size_t len = capacity; len > 0; end += len) {
        CHECK(end + capacity <= room);
        len = read_block(stream, bytes + end, capacity);
        CHECK(len == capacity || read_block(stream, bytes + end + len, capacity) == 0);
    }
    gabion_pulled_stream_free(stream);
    return end;
}

static void the_blocks_make_no_difference(gabion_backend *backend) {
    static char one[64 * 1024], other[64 * 1024];
    size_t len = pull(backend, one, sizeof one, 16 * 1024);
    gabion_bytes stream = {one, len};
    CHECK(len > 8 && memcmp(one, "GABIONST", 8) == 0);
    CHECK(has(stream, "metadata") && has(stream, "words") && has(stream, "stone") && has(stream, "wall"));
    // Only the time of making may differ, which has the same length.
    CHECK(pull(backend, other, sizeof other, 7) == len);
    CHECK(memcmp(one, other, 12) == 0);
}

static void a_stream_shows_the_moment_of_its_making(gabion_backend *backend, gabion_column_family *family) {
    static char bytes[64 * 1024];
    gabion_pulled_stream *stream = NULL;
    OK(gabion_backend_pull_stream(backend, text(""), text(""), &stream, &error));
    put(family, "later", "value");
    gabion_bytes pulled = {bytes, read_block(stream, bytes, sizeof bytes)};
    CHECK(has(pulled, "stone") && !has(pulled, "later"));
    CHECK(read_block(stream, bytes, sizeof bytes) == 0 && read_block(stream, NULL, 0) == 0);
    gabion_pulled_stream_free(stream);
    OK(gabion_column_family_delete(family, text("later"), &error));
}

static void a_stream_of_a_closed_backend_fails(gabion_backend *backend) {
    gabion_pulled_stream *stream = NULL;
    char byte;
    size_t len = 7;
    OK(gabion_backend_pull_stream(backend, text(""), text(""), &stream, &error));
    CHECK(read_block(stream, &byte, 1) == 1);
    gabion_backend_free(backend);
    gabion_code code = GABION_CODE_OK;
    while (code == GABION_CODE_OK) {
        code = gabion_pulled_stream_read(stream, &byte, 1, &len, &error);
        CHECK(code != GABION_CODE_OK || len == 1);
    }
    CHECK(code == GABION_CODE_CLOSED);
    gabion_error_free(error);
    error = NULL;
    gabion_pulled_stream_free(stream);
}

static void too_long_an_id_is_refused(gabion_backend *backend) {
    gabion_pulled_stream *stream = NULL;
    static const char id[5000];
    gabion_bytes bytes = {id, sizeof id};
    FAILS(gabion_backend_pull_stream(backend, bytes, text(""), &stream, &error), GABION_CODE_INVALID_ARGUMENT, "id");
    CHECK(stream == NULL);
}

int main(void) {
    gabion_backend *backend = open_backend();
    gabion_column_family *family = create_family(backend, "words");
    put(family, "stone", "wall");
    the_blocks_make_no_difference(backend);
    a_stream_shows_the_moment_of_its_making(backend, family);
    too_long_an_id_is_refused(backend);
    gabion_column_family_free(family);
    a_stream_of_a_closed_backend_fails(backend);
    return 0;
}
