// Handles: what happens to those who use them wrongly. `misuse` does it to every function.
#include "support/check.h"

static void a_freed_handle_is_told(void) {
    gabion_backend *backend = open_backend();
    gabion_column_family *family = create_family(backend, "words");
    gabion_buffer *value = NULL;
    gabion_column_family_free(family);
    FAILS(gabion_column_family_get(family, text("a"), &value, &error), GABION_CODE_INVALID_ARGUMENT, "`family` is freed");
    CHECK(gabion_column_family_name(family).len == 0);
    gabion_column_family_free(family);
    gabion_backend_free(backend);
    gabion_backend_free(backend);
    FAILS(gabion_backend_close(backend, &error), GABION_CODE_INVALID_ARGUMENT, "`backend` is freed");
}

static void a_handle_of_another_kind_is_told(void) {
    gabion_backend *backend = open_backend();
    gabion_batch *batch = NULL;
    OK(gabion_batch_new(&batch, &error));
    FAILS(gabion_batch_clear((gabion_batch *)(void *)backend, &error), GABION_CODE_INVALID_ARGUMENT,
          "`batch` is a gabion_backend; a live gabion_batch is needed");
    gabion_backend_free((gabion_backend *)(void *)batch);
    CHECK(gabion_batch_count(batch) == 0);
    OK(gabion_batch_clear(batch, &error));
    gabion_batch_free(batch);
    gabion_backend_free(backend);
}

static void a_handle_freed_twice_does_not_free_the_next_one(void) {
    gabion_options *first = NULL, *next = NULL;
    OK(gabion_options_new(&first, &error));
    gabion_options_free(first);
    OK(gabion_options_new(&next, &error));
    gabion_options_free(first);
    OK(gabion_options_set(next, text("name"), text("still-alive"), &error));
    gabion_options_free(next);
}

static void what_is_no_handle_is_told(void) {
    size_t numbers[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    FAILS(gabion_backend_close((gabion_backend *)(void *)numbers, &error), GABION_CODE_INVALID_ARGUMENT,
          "`backend` is not a handle of Gabion");
}

int main(void) {
    a_freed_handle_is_told();
    a_handle_of_another_kind_is_told();
    a_handle_freed_twice_does_not_free_the_next_one();
    what_is_no_handle_is_told();
    return 0;
}
