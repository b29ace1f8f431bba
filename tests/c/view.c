// Views: the state of all families at one instant.
#include "support/check.h"

static bool view_holds(gabion_view *view, gabion_column_family *family, const char *key, const char *expected) {
    gabion_buffer *value = NULL;
    OK(gabion_view_get(view, family, text(key), &value, &error));
    bool holds = expected == NULL ? value == NULL : value != NULL && same(gabion_buffer_bytes(value), expected);
    gabion_buffer_free(value);
    return holds;
}

int main(void) {
    gabion_backend *backend = open_backend();
    gabion_column_family *one = create_family(backend, "one"), *two = create_family(backend, "two");
    gabion_view *view = NULL;
    put(one, "a", "old");
    put(two, "b", "old");
    OK(gabion_backend_view(backend, &view, &error));
    put(one, "a", "new");
    put(one, "later", "1");
    OK(gabion_column_family_delete(two, text("b"), &error));
    CHECK(view_holds(view, one, "a", "old") && view_holds(view, two, "b", "old") && view_holds(view, one, "later", NULL));
    CHECK(holds(one, "a", "new") && holds(two, "b", NULL));
    gabion_view_free(view);
    gabion_column_family_free(one);
    gabion_column_family_free(two);
    gabion_backend_free(backend);
    return 0;
}
