// Batches: writes to several families that are applied together or not at all.
#include "support/check.h"

static void nothing_is_written_before_the_batch_is(gabion_backend *backend, gabion_column_family *one,
                                                   gabion_column_family *two) {
    gabion_batch *batch = NULL;
    OK(gabion_batch_new(&batch, &error));
    put(one, "old", "1");
    put(one, "range", "1");
    OK(gabion_batch_put(batch, one, text("a"), text("1"), &error));
    OK(gabion_batch_put(batch, two, text("a"), text("2"), &error));
    OK(gabion_batch_merge(batch, two, text("a"), text("3"), &error));
    OK(gabion_batch_delete(batch, one, text("old"), &error));
    OK(gabion_batch_delete_range(batch, one, text("r"), text("s"), &error));
    CHECK(gabion_batch_count(batch) == 5);
    CHECK(holds(one, "a", NULL) && holds(one, "old", "1"));
    OK(gabion_backend_write(backend, batch, &error));
    CHECK(holds(one, "a", "1") && holds(two, "a", "2,3") && holds(one, "old", NULL) && holds(one, "range", NULL));

    // The batch stays as it was, and can be written again.
    OK(gabion_column_family_delete(one, text("a"), &error));
    OK(gabion_backend_write(backend, batch, &error));
    CHECK(holds(one, "a", "1") && holds(two, "a", "2,3"));
    OK(gabion_batch_clear(batch, &error));
    CHECK(gabion_batch_count(batch) == 0);
    gabion_batch_free(batch);
}

static void a_batch_is_for_one_backend_until_it_is_cleared(gabion_backend *backend, gabion_column_family *family) {
    gabion_backend *other = open_backend();
    gabion_column_family *stranger = create_family(other, "stranger");
    gabion_batch *batch = NULL;
    OK(gabion_batch_new(&batch, &error));
    OK(gabion_batch_put(batch, family, text("a"), text("b"), &error));
    FAILS(gabion_batch_put(batch, stranger, text("a"), text("b"), &error), GABION_CODE_INVALID_ARGUMENT, "backend");
    FAILS(gabion_backend_write(other, batch, &error), GABION_CODE_INVALID_ARGUMENT, "backend");
    CHECK(gabion_batch_count(batch) == 1);
    OK(gabion_batch_clear(batch, &error));
    OK(gabion_batch_put(batch, stranger, text("a"), text("b"), &error));
    OK(gabion_backend_write(other, batch, &error));
    CHECK(holds(stranger, "a", "b"));
    gabion_column_family_free(stranger);
    gabion_backend_free(other);
    FAILS(gabion_backend_write(backend, batch, &error), GABION_CODE_INVALID_ARGUMENT, "backend");
    gabion_batch_free(batch);
}

int main(void) {
    gabion_backend *backend = open_backend();
    gabion_column_family *one = create_family(backend, "one");
    gabion_column_family *two = create_family_with(backend, "two", "merge", "string-append");
    nothing_is_written_before_the_batch_is(backend, one, two);
    a_batch_is_for_one_backend_until_it_is_cleared(backend, one);
    gabion_column_family_free(one);
    gabion_column_family_free(two);
    gabion_backend_free(backend);
    return 0;
}
