// Backends: opening, families, closing.
#include "support/check.h"
#include <unistd.h>

static void families_are_made_found_listed_and_dropped(gabion_backend *backend) {
    gabion_column_family *made = NULL, *found = NULL, *registered = NULL, *other = NULL;
    gabion_column_family_list *families = NULL;
    OK(gabion_backend_create_column_family(backend, text("counts"), text("v1"), NULL, &made, &error));
    OK(gabion_backend_register_column_family(backend, text("counts"), text("v1"), NULL, &registered, &error));
    OK(gabion_backend_register_column_family(backend, text("places"), text("v1"), NULL, &other, &error));
    OK(gabion_backend_column_family(backend, text("counts"), &found, &error));
    put(made, "a", "1");
    CHECK(holds(registered, "a", "1") && holds(found, "a", "1") && holds(other, "a", NULL));
    gabion_column_family_free(found);
    gabion_column_family_free(registered);

    OK(gabion_backend_column_families(backend, &families, &error));
    CHECK(gabion_column_family_list_count(families) == 2);
    OK(gabion_column_family_list_at(families, 1, &found, &error));
    CHECK(same(gabion_column_family_name(found), "places"));
    gabion_column_family_free(found);
    FAILS(gabion_column_family_list_at(families, 2, &found, &error), GABION_CODE_INVALID_ARGUMENT, "2 elements");
    gabion_column_family_list_free(families);

    OK(gabion_backend_drop_column_family(backend, other, &error));
    FAILS(gabion_column_family_put(other, text("a"), text("b"), &error), GABION_CODE_NOT_FOUND, "places");
    OK(gabion_backend_column_family(backend, text("places"), &found, &error));
    CHECK(found == NULL);
    gabion_column_family_free(other);
    gabion_column_family_free(made);
}

static void a_name_is_taken_once_and_a_descriptor_must_agree(gabion_backend *backend) {
    gabion_column_family *family = NULL;
    FAILS(gabion_backend_create_column_family(backend, text("counts"), text("v1"), NULL, &family, &error),
          GABION_CODE_ALREADY_EXISTS, "counts");
    FAILS(gabion_backend_register_column_family(backend, text("counts"), text("v2"), NULL, &family, &error),
          GABION_CODE_MISMATCH, "v2");
    CHECK(family == NULL);
}

static void any_name_works(gabion_backend *backend) {
    static char long_name[10 * 1024];
    memset(long_name, 'n', sizeof long_name);
    gabion_bytes names[] = {{"", 0}, {"default", 7}, {"a\0b", 3}, {"\xff\xfe", 2}, {long_name, sizeof long_name}};
    for (size_t at = 0; at < sizeof names / sizeof names[0]; at++) {
        gabion_column_family *family = NULL;
        OK(gabion_backend_create_column_family(backend, names[at], text(""), NULL, &family, &error));
        gabion_bytes name = gabion_column_family_name(family);
        CHECK(name.len == names[at].len && memcmp(name.data, names[at].data, name.len) == 0);
        put(family, "key", "value");
        CHECK(holds(family, "key", "value"));
        gabion_column_family_free(family);
    }
}

static void the_directory_lives_as_long_as_the_backend_is_open(void) {
    gabion_backend *backend = open_backend();
    gabion_bytes directory = gabion_backend_directory(backend);
    char *path = calloc(directory.len + 1, 1);
    memcpy(path, directory.data, directory.len);
    CHECK(access(path, R_OK) == 0);
    OK(gabion_backend_close(backend, &error));
    CHECK(access(path, R_OK) != 0);
    gabion_backend_free(backend);
    free(path);
}

static void whatever_was_made_from_a_closed_backend_answers_closed(void) {
    gabion_backend *backend = open_backend();
    gabion_column_family *family = create_family(backend, "words");
    gabion_view *view = NULL, *none = NULL;
    gabion_scan *scan = NULL;
    gabion_batch *batch = NULL;
    gabion_buffer *value = NULL;
    gabion_filled filled;
    char block[64];
    put(family, "a", "b");
    OK(gabion_backend_view(backend, &view, &error));
    OK(gabion_column_family_scan(family, view, NULL, NULL, false, &scan, &error));
    OK(gabion_batch_new(&batch, &error));
    OK(gabion_batch_put(batch, family, text("c"), text("d"), &error));
    OK(gabion_backend_close(backend, &error));
    OK(gabion_backend_close(backend, &error));
    FAILS(gabion_column_family_get(family, text("a"), &value, &error), GABION_CODE_CLOSED, "closed");
    FAILS(gabion_column_family_put(family, text("a"), text("c"), &error), GABION_CODE_CLOSED, "closed");
    FAILS(gabion_view_get(view, family, text("a"), &value, &error), GABION_CODE_CLOSED, "closed");
    FAILS(gabion_scan_fill(scan, block, sizeof block, &filled, &error), GABION_CODE_CLOSED, "closed");
    FAILS(gabion_backend_write(backend, batch, &error), GABION_CODE_CLOSED, "closed");
    FAILS(gabion_backend_view(backend, &none, &error), GABION_CODE_CLOSED, "closed");
    gabion_backend_free(backend);
    FAILS(gabion_column_family_get(family, text("a"), &value, &error), GABION_CODE_CLOSED, "closed");
    CHECK(same(gabion_column_family_name(family), "words"));
    gabion_column_family_free(family);
    gabion_scan_free(scan);
    gabion_view_free(view);
    gabion_batch_free(batch);
}

int main(void) {
    gabion_backend *backend = open_backend();
    families_are_made_found_listed_and_dropped(backend);
    a_name_is_taken_once_and_a_descriptor_must_agree(backend);
    any_name_works(backend);
    gabion_backend_free(backend);
    gabion_backend_free(NULL);
    the_directory_lives_as_long_as_the_backend_is_open();
    whatever_was_made_from_a_closed_backend_answers_closed();
    return 0;
}
