// Scans: bounded walks in blocks.
#include "support/check.h"

// Every row of a scan as "key=value ", gathered with blocks of `capacity` bytes; the caller frees it.
static char *gather(gabion_scan *scan, size_t capacity) {
    char *gathered = calloc(4096, 1), *block = malloc(capacity);
    size_t end = 0;
    gabion_filled filled = {0, 0, 0, false};
    while (!filled.done) {
        OK(gabion_scan_fill(scan, block, capacity, &filled, &error));
        CHECK(filled.rows > 0 || filled.done);
        gabion_bytes rows = {block, filled.bytes}, key, value;
        size_t count = 0;
        for (; gabion_rows_next(&rows, &key, &value); count++) {
            end += (size_t)snprintf(gathered + end, 4096 - end, "%.*s=%.*s ", (int)key.len, (const char *)key.data,
                                    (int)value.len, (const char *)value.data);
        }
        CHECK(rows.len == 0 && count == filled.rows);
    }
    free(block);
    return gathered;
}

static void expect(gabion_column_family *family, const char *from, const char *to, bool backward, const char *expected) {
    gabion_bytes bounds[2] = {text(from), text(to)};
    for (size_t capacity = 10; capacity <= 1000; capacity *= 10) {
        gabion_scan *scan = NULL;
        OK(gabion_column_family_scan(family, NULL, from ? &bounds[0] : NULL, to ? &bounds[1] : NULL, backward, &scan, &error));
        char *gathered = gather(scan, capacity);
        if (strcmp(gathered, expected) != 0) {
            fprintf(stderr, "capacity %zu: \"%s\", expected \"%s\"\n", capacity, gathered, expected);
        }
        CHECK(strcmp(gathered, expected) == 0);
        free(gathered);
        gabion_scan_free(scan);
    }
}

static void bounds_and_directions(gabion_column_family *family) {
    expect(family, NULL, NULL, false, "a=1 b=2 c=3 d=4 ");
    expect(family, NULL, NULL, true, "d=4 c=3 b=2 a=1 ");
    expect(family, "b", "d", false, "b=2 c=3 ");
    expect(family, "b", "d", true, "c=3 b=2 ");
    expect(family, "bb", NULL, false, "c=3 d=4 ");
    expect(family, NULL, "bb", true, "b=2 a=1 ");
    expect(family, "c", "b", false, "");
    expect(family, "x", NULL, true, "");
}

static void a_block_that_is_too_small_says_what_is_needed(gabion_column_family *family) {
    gabion_scan *scan = NULL;
    gabion_filled filled;
    char block[64];
    put(family, "long", "a value that needs some room");
    OK(gabion_column_family_scan(family, NULL, NULL, NULL, false, &scan, &error));
    OK(gabion_scan_fill(scan, block, 40, &filled, &error));
    CHECK(filled.rows == 4 && !filled.done && filled.needed == 8 + 4 + 28);
    OK(gabion_scan_fill(scan, block, filled.needed - 1, &filled, &error));
    CHECK(filled.rows == 0 && filled.bytes == 0 && !filled.done && filled.needed == 40);
    OK(gabion_scan_fill(scan, NULL, 0, &filled, &error));
    CHECK(filled.rows == 0 && filled.needed == 40);
    OK(gabion_scan_fill(scan, block, filled.needed, &filled, &error));
    CHECK(filled.rows == 1);
    OK(gabion_scan_fill(scan, block, sizeof block, &filled, &error));
    CHECK(filled.rows == 0 && filled.done && filled.needed == 0);
    gabion_scan_free(scan);
    OK(gabion_column_family_delete(family, text("long"), &error));
}

static void a_scan_sees_the_moment_of_its_making_or_of_its_view(gabion_backend *backend, gabion_column_family *family) {
    gabion_view *view = NULL;
    gabion_scan *live = NULL, *pinned = NULL;
    OK(gabion_backend_view(backend, &view, &error));
    put(family, "e", "5");
    OK(gabion_column_family_scan(family, NULL, NULL, NULL, false, &live, &error));
    OK(gabion_column_family_scan(family, view, NULL, NULL, false, &pinned, &error));
    put(family, "f", "6");
    gabion_view_free(view);
    char *seen_live = gather(live, 100), *seen_pinned = gather(pinned, 100);
    CHECK(strcmp(seen_live, "a=1 b=2 c=3 d=4 e=5 ") == 0);
    CHECK(strcmp(seen_pinned, "a=1 b=2 c=3 d=4 ") == 0);
    free(seen_live);
    free(seen_pinned);
    gabion_scan_free(live);
    gabion_scan_free(pinned);
}

static void a_block_that_is_no_block_ends_the_walk(void) {
    gabion_bytes rows = {"\x09\0\0\0\1\0\0\0k", 9}, key, value;
    CHECK(!gabion_rows_next(&rows, &key, &value));
    CHECK(rows.len == 9);
}

int main(void) {
    gabion_backend *backend = open_backend();
    const char *memtables[] = {"skip-list", "hash-link-list"};
    for (size_t at = 0; at < 2; at++) {
        gabion_column_family *family = create_family_with(backend, memtables[at], "memtable", memtables[at]);
        const char *rows[] = {"c", "3", "a", "1", "d", "4", "b", "2"};
        for (size_t row = 0; row < 8; row += 2) {
            put(family, rows[row], rows[row + 1]);
        }
        bounds_and_directions(family);
        a_block_that_is_too_small_says_what_is_needed(family);
        a_scan_sees_the_moment_of_its_making_or_of_its_view(backend, family);
        gabion_column_family_free(family);
    }
    a_block_that_is_no_block_ends_the_walk();
    gabion_backend_free(backend);
    return 0;
}
