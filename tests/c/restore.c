// Restores: from one snapshot, from several, from a captured directory.
#include "support/check.h"

static char *urls[2];
static uint64_t first_number;

// Two directories with snapshots of one family: keys a and b in one, m and n in the other. The first one has an older snapshot, without b.
static void make_snapshots(gabion_snapshot_kind kind) {
    const char *keys[2][2] = {{"a", "b"}, {"m", "n"}};
    for (int at = 0; at < 2; at++) {
        gabion_backend *backend = open_backend();
        gabion_column_family *family = create_family_with(backend, "words", "merge", "string-append");
        put(family, keys[at][0], "1");
        gabion_snapshot_info *info = take_snapshot(backend, kind, urls[at], "older");
        first_number = at == 0 ? gabion_snapshot_info_number(info) : first_number;
        gabion_snapshot_info_free(info);
        put(family, keys[at][1], "2");
        gabion_snapshot_info_free(take_snapshot(backend, kind, urls[at], "newer"));
        gabion_column_family_free(family);
        gabion_backend_free(backend);
    }
}

static gabion_column_family *restore_words(gabion_restore *restore, gabion_backend **backend) {
    gabion_column_family *family = NULL;
    OK(gabion_backend_restore(NULL, NULL, restore, backend, NULL, &error));
    OK(gabion_backend_column_family(*backend, text("words"), &family, &error));
    CHECK(gabion_column_family_merge_kind(family) == GABION_MERGE_KIND_STRING_APPEND);
    return family;
}

static void a_number_restores_that_snapshot_and_latest_the_newest(void) {
    for (int latest = 0; latest < 2; latest++) {
        gabion_restore *restore = NULL;
        gabion_backend *backend = NULL;
        OK(gabion_restore_new(&restore, &error));
        if (latest) {
            OK(gabion_restore_add_latest(restore, text(urls[0]), &error));
        } else {
            OK(gabion_restore_add_number(restore, text(urls[0]), first_number, &error));
        }
        gabion_column_family *family = restore_words(restore, &backend);
        CHECK(holds(family, "a", "1") && holds(family, "b", latest ? "2" : NULL));
        OK(gabion_column_family_merge(family, text("a"), text("x"), &error));
        CHECK(holds(family, "a", "1,x"));
        gabion_column_family_free(family);
        gabion_backend_free(backend);
        gabion_restore_free(restore);
    }
}

static void several_snapshots_are_united_within_a_key_range(void) {
    gabion_restore *restore = NULL;
    gabion_backend *backend = NULL;
    gabion_bytes to = text("n");
    OK(gabion_restore_new(&restore, &error));
    OK(gabion_restore_add_latest(restore, text(urls[0]), &error));
    OK(gabion_restore_add_latest(restore, text(urls[1]), &error));
    OK(gabion_restore_set_key_range(restore, text("b"), &to, &error));
    gabion_column_family *family = restore_words(restore, &backend);
    CHECK(holds(family, "a", NULL) && holds(family, "b", "2") && holds(family, "m", "1") && holds(family, "n", NULL));
    gabion_column_family_free(family);
    gabion_backend_free(backend);
    OK(gabion_restore_set_key_range(restore, text("m"), NULL, &error));
    family = restore_words(restore, &backend);
    CHECK(holds(family, "b", NULL) && holds(family, "m", "1") && holds(family, "n", "2"));
    gabion_column_family_free(family);
    gabion_backend_free(backend);
    gabion_restore_free(restore);
}

static void a_captured_directory_restores(gabion_snapshot_kind kind, const char *name) {
    gabion_backend *backend = open_backend(), *restored = NULL;
    gabion_column_family *family = create_family_with(backend, "words", "merge", "string-append");
    char *path = test_path("", name);
    gabion_snapshot *snapshot = NULL;
    gabion_restore *restore = NULL;
    gabion_snapshot_state state;
    put(family, "a", "1");
    OK(gabion_backend_start_capture(backend, kind, text(path), text(""), text(""), NULL, &snapshot, &error));
    OK(gabion_snapshot_wait(snapshot, -1, &state, &error));
    CHECK(state == GABION_SNAPSHOT_STATE_COMPLETED);
    gabion_snapshot_free(snapshot);
    gabion_column_family_free(family);
    gabion_backend_free(backend);
    OK(gabion_restore_new(&restore, &error));
    OK(gabion_restore_add_capture(restore, text(path), &error));
    family = restore_words(restore, &restored);
    CHECK(holds(family, "a", "1"));
    gabion_column_family_free(family);
    gabion_backend_free(restored);
    gabion_restore_free(restore);
    free(path);
}

static void what_cannot_be_restored_says_why(void) {
    gabion_restore *restore = NULL;
    gabion_backend *backend = NULL;
    OK(gabion_restore_new(&restore, &error));
    CHECK(gabion_backend_restore(NULL, NULL, restore, &backend, NULL, &error) == GABION_CODE_INVALID_ARGUMENT);
    gabion_error_free(error);
    error = NULL;
    OK(gabion_restore_add_number(restore, text(urls[0]), 4711, &error));
    FAILS(gabion_backend_restore(NULL, NULL, restore, &backend, NULL, &error), GABION_CODE_NOT_FOUND, "4711");
    CHECK(backend == NULL);
    gabion_restore_free(restore);
}

int main(void) {
    const gabion_snapshot_kind kinds[] = {GABION_SNAPSHOT_KIND_NATIVE, GABION_SNAPSHOT_KIND_PORTABLE};
    for (int at = 0; at < 2; at++) {
        urls[0] = test_path("file://", at == 0 ? "native-one" : "portable-one");
        urls[1] = test_path("file://", at == 0 ? "native-two" : "portable-two");
        make_snapshots(kinds[at]);
        a_number_restores_that_snapshot_and_latest_the_newest();
        several_snapshots_are_united_within_a_key_range();
        a_captured_directory_restores(kinds[at], at == 0 ? "native-capture" : "portable-capture");
        what_cannot_be_restored_says_why();
        free(urls[0]);
        free(urls[1]);
    }
    return 0;
}
