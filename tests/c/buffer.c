// Buffers: bytes that the caller owns, whatever becomes of where they came from.
#include "support/check.h"

int main(void) {
    gabion_backend *backend = open_backend();
    gabion_column_family *family = create_family(backend, "words");
    gabion_buffer *value = NULL, *copy = NULL;
    gabion_value_list *values = NULL;
    gabion_bytes keys[] = {text("a"), text("b")};
    put(family, "a", "stone");
    OK(gabion_column_family_get(family, text("a"), &value, &error));
    OK(gabion_column_family_get(family, text("a"), &copy, &error));
    OK(gabion_column_family_multi_get(family, keys, 2, &values, &error));
    put(family, "a", "other");
    gabion_column_family_free(family);
    gabion_backend_free(backend);
    gabion_buffer_free(copy);
    CHECK(same(gabion_buffer_bytes(value), "stone"));
    CHECK(same(gabion_value_list_value(values, 0), "stone"));
    gabion_buffer_free(value);
    gabion_value_list_free(values);
    return 0;
}
