// Bytes: any bytes are keys and values, and lengths are what counts.
#include "support/check.h"

static void any_bytes_are_keys_and_values(gabion_column_family *family) {
    const char zeros[] = {'a', 0, 'b', 0};
    gabion_bytes key = {zeros, 4}, prefix = {zeros, 3};
    gabion_buffer *value = NULL;
    OK(gabion_column_family_put(family, key, key, &error));
    OK(gabion_column_family_get(family, key, &value, &error));
    CHECK(gabion_buffer_bytes(value).len == 4 && memcmp(gabion_buffer_bytes(value).data, zeros, 4) == 0);
    gabion_buffer_free(value);
    OK(gabion_column_family_get(family, prefix, &value, &error));
    CHECK(value == NULL);
}

static void null_without_length_is_empty(gabion_column_family *family) {
    gabion_bytes empty = {NULL, 0};
    gabion_buffer *value = NULL;
    OK(gabion_column_family_put(family, text("key"), empty, &error));
    OK(gabion_column_family_get(family, text("key"), &value, &error));
    CHECK(value != NULL && gabion_buffer_bytes(value).len == 0 && gabion_buffer_bytes(value).data != NULL);
    gabion_buffer_free(value);
    OK(gabion_column_family_put(family, empty, text("value of the empty key"), &error));
    CHECK(holds(family, "", "value of the empty key"));
}

static void bytes_are_not_kept(gabion_column_family *family) {
    char key[] = "lent", value[] = "for the call";
    put(family, key, value);
    memset(key, 'x', 4);
    memset(value, 'x', 12);
    CHECK(holds(family, "lent", "for the call"));
}

static void a_long_value_comes_back_whole(gabion_column_family *family) {
    size_t len = 5 * 1024 * 1024;
    char *big = malloc(len);
    gabion_bytes value = {big, len};
    gabion_buffer *found = NULL;
    for (size_t at = 0; at < len; at++) {
        big[at] = (char)(at % 251);
    }
    OK(gabion_column_family_put(family, text("big"), value, &error));
    OK(gabion_column_family_get(family, text("big"), &found, &error));
    CHECK(gabion_buffer_bytes(found).len == len && memcmp(gabion_buffer_bytes(found).data, big, len) == 0);
    gabion_buffer_free(found);
    free(big);
}

int main(void) {
    gabion_backend *backend = open_backend();
    gabion_column_family *family = create_family(backend, "bytes");
    CHECK(same(gabion_bytes_of("abc"), "abc"));
    CHECK(gabion_bytes_of("").len == 0 && gabion_bytes_of(NULL).len == 0);
    any_bytes_are_keys_and_values(family);
    null_without_length_is_empty(family);
    bytes_are_not_kept(family);
    a_long_value_comes_back_whole(family);
    gabion_column_family_free(family);
    gabion_backend_free(backend);
    return 0;
}
