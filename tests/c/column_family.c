// Column families: the operations on rows.
#include "support/check.h"

static void values_are_put_replaced_and_deleted(gabion_column_family *family) {
    bool found = true;
    CHECK(holds(family, "a", NULL));
    put(family, "a", "1");
    put(family, "a", "2");
    CHECK(holds(family, "a", "2"));
    OK(gabion_column_family_contains(family, text("a"), &found, &error));
    CHECK(found);
    OK(gabion_column_family_delete(family, text("a"), &error));
    OK(gabion_column_family_delete(family, text("never there"), &error));
    OK(gabion_column_family_contains(family, text("a"), &found, &error));
    CHECK(!found && holds(family, "a", NULL));
}

static void a_value_is_read_into_the_callers_buffer_if_it_fits(gabion_column_family *family) {
    char buffer[8] = "........";
    bool found = false;
    size_t len = 99;
    put(family, "word", "stone");
    OK(gabion_column_family_get_into(family, text("word"), buffer, 5, &found, &len, &error));
    CHECK(found && len == 5 && memcmp(buffer, "stone...", 8) == 0);
    memset(buffer, '.', sizeof buffer);
    OK(gabion_column_family_get_into(family, text("word"), buffer, 4, &found, &len, &error));
    CHECK(found && len == 5 && memcmp(buffer, "........", 8) == 0);
    OK(gabion_column_family_get_into(family, text("word"), NULL, 0, &found, &len, &error));
    CHECK(found && len == 5);
    OK(gabion_column_family_get_into(family, text("absent"), buffer, sizeof buffer, &found, &len, &error));
    CHECK(!found && len == 0 && memcmp(buffer, "........", 8) == 0);
    put(family, "empty", "");
    OK(gabion_column_family_get_into(family, text("empty"), buffer, sizeof buffer, &found, &len, &error));
    CHECK(found && len == 0);
}

static void many_keys_are_read_at_once(gabion_column_family *family) {
    gabion_value_list *values = NULL;
    put(family, "x", "1");
    put(family, "y", "");
    gabion_bytes keys[] = {text("y"), text("absent"), text("x"), text("x")};
    OK(gabion_column_family_multi_get(family, keys, 4, &values, &error));
    CHECK(gabion_value_list_count(values) == 4);
    CHECK(gabion_value_list_has(values, 0) && gabion_value_list_value(values, 0).len == 0);
    CHECK(!gabion_value_list_has(values, 1) && gabion_value_list_value(values, 1).len == 0);
    CHECK(same(gabion_value_list_value(values, 2), "1") && same(gabion_value_list_value(values, 3), "1"));
    CHECK(!gabion_value_list_has(values, 4) && gabion_value_list_value(values, 4).len == 0);
    gabion_value_list_free(values);
    OK(gabion_column_family_multi_get(family, NULL, 0, &values, &error));
    CHECK(gabion_value_list_count(values) == 0);
    gabion_value_list_free(values);
}

static void ranges_are_half_open(gabion_column_family *family) {
    put(family, "r1", "1");
    put(family, "r2", "2");
    put(family, "r3", "3");
    OK(gabion_column_family_delete_range(family, text("r1"), text("r3"), &error));
    CHECK(holds(family, "r1", NULL) && holds(family, "r2", NULL) && holds(family, "r3", "3"));
    OK(gabion_column_family_delete_range(family, text("r4"), text("r1"), &error));
    CHECK(holds(family, "r3", "3"));
    OK(gabion_column_family_clear(family, &error));
    CHECK(holds(family, "r3", NULL) && holds(family, "word", NULL));
    put(family, "r3", "again");
    CHECK(holds(family, "r3", "again"));
}

static void descriptors_belong_to_the_host(gabion_column_family *family) {
    gabion_buffer *descriptor = NULL;
    OK(gabion_column_family_descriptor(family, &descriptor, &error));
    CHECK(gabion_buffer_bytes(descriptor).len == 0);
    gabion_buffer_free(descriptor);
    OK(gabion_column_family_set_descriptor(family, text("list of int"), &error));
    OK(gabion_column_family_descriptor(family, &descriptor, &error));
    CHECK(same(gabion_buffer_bytes(descriptor), "list of int"));
    gabion_buffer_free(descriptor);
}

static void merges_do_what_the_kind_says(gabion_backend *backend, gabion_column_family *plain) {
    gabion_column_family *appended = create_family_with(backend, "appended", "merge", "string-append");
    gabion_column_family *added = create_family_with(backend, "added", "merge", "uint64-add");
    gabion_bytes five = {"\5\0\0\0\0\0\0\0", 8}, minus_one = {"\xff\xff\xff\xff\xff\xff\xff\xff", 8};
    gabion_buffer *sum = NULL;
    CHECK(gabion_column_family_merge_kind(plain) == GABION_MERGE_KIND_NONE);
    CHECK(gabion_column_family_merge_kind(appended) == GABION_MERGE_KIND_STRING_APPEND);
    CHECK(gabion_column_family_delimiter(appended) == ',' && gabion_column_family_delimiter(added) == 0);
    CHECK(gabion_column_family_merge_kind(added) == GABION_MERGE_KIND_UINT64_ADD);
    OK(gabion_column_family_merge(appended, text("k"), text("a"), &error));
    OK(gabion_column_family_merge(appended, text("k"), text("b"), &error));
    CHECK(holds(appended, "k", "a,b"));
    OK(gabion_column_family_merge(added, text("k"), five, &error));
    OK(gabion_column_family_merge(added, text("k"), minus_one, &error));
    OK(gabion_column_family_get(added, text("k"), &sum, &error));
    CHECK(gabion_buffer_bytes(sum).len == 8 && memcmp(gabion_buffer_bytes(sum).data, "\4\0\0\0\0\0\0\0", 8) == 0);
    gabion_buffer_free(sum);
    CHECK(gabion_column_family_merge(added, text("k"), text("short"), &error) != GABION_CODE_OK);
    gabion_error_free(error);
    error = NULL;
    CHECK(gabion_column_family_merge(plain, text("k"), text("a"), &error) != GABION_CODE_OK);
    gabion_error_free(error);
    error = NULL;
    gabion_column_family_free(appended);
    gabion_column_family_free(added);
}

static void all_of_it_works_with_either_memtable(gabion_backend *backend, const char *memtable) {
    gabion_column_family *family = create_family_with(backend, memtable, "memtable", memtable);
    bool hash = strcmp(memtable, "hash-link-list") == 0;
    CHECK(gabion_column_family_memtable_kind(family)
          == (hash ? GABION_MEMTABLE_KIND_HASH_LINK_LIST : GABION_MEMTABLE_KIND_SKIP_LIST));
    values_are_put_replaced_and_deleted(family);
    a_value_is_read_into_the_callers_buffer_if_it_fits(family);
    many_keys_are_read_at_once(family);
    ranges_are_half_open(family);
    gabion_column_family_free(family);
}

int main(void) {
    gabion_backend *backend = open_backend();
    gabion_column_family *family = create_family(backend, "rows");
    all_of_it_works_with_either_memtable(backend, "skip-list");
    all_of_it_works_with_either_memtable(backend, "hash-link-list");
    descriptors_belong_to_the_host(family);
    merges_do_what_the_kind_says(backend, family);
    gabion_column_family_free(family);
    gabion_backend_free(backend);
    return 0;
}
