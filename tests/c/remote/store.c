// A store of another machine: snapshots, restores and the snapshot directory take its URL and its options.
// The environment has both: GABION_TEST_URL, and GABION_TEST_OPTIONS as lines of name=value. With the argument "exit" the
// program ends while a snapshot is on its way.
#include "support/check.h"

#include <unistd.h>

static const char *url;

static gabion_options *store_options(void) {
    gabion_options *options = NULL;
    char *lines = strdup(getenv("GABION_TEST_OPTIONS")), *rest = NULL;
    OK(gabion_options_new(&options, &error));
    for (char *line = strtok_r(lines, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        char *value = strchr(line, '=');
        *value = '\0';
        OK(gabion_options_set(options, text(line), text(value + 1), &error));
    }
    free(lines);
    return options;
}

static gabion_backend *filled_backend(void) {
    gabion_backend *backend = open_backend();
    gabion_column_family *family = create_family(backend, "words");
    put(family, "key", "value");
    gabion_column_family_free(family);
    return backend;
}

static void a_snapshot_is_restored(gabion_options *options) {
    gabion_backend *backend = filled_backend(), *restored = NULL;
    gabion_snapshot *snapshot = NULL;
    gabion_snapshot_state state = GABION_SNAPSHOT_STATE_RUNNING;
    OK(gabion_backend_start_snapshot(backend, GABION_SNAPSHOT_KIND_NATIVE, text(url), text("id"), text(""), options, &snapshot,
                                     &error));
    OK(gabion_snapshot_wait(snapshot, -1, &state, &error));
    gabion_snapshot_info *info = NULL;
    OK(gabion_snapshot_result(snapshot, &info, &error));
    gabion_snapshot_info_free(info);
    gabion_snapshot_free(snapshot);
    gabion_backend_free(backend);

    gabion_restore *restore = NULL;
    gabion_column_family *family = NULL;
    OK(gabion_restore_new(&restore, &error));
    OK(gabion_restore_add_latest(restore, text(url), &error));
    OK(gabion_backend_restore(options, NULL, restore, &restored, NULL, &error));
    OK(gabion_backend_column_family(restored, text("words"), &family, &error));
    CHECK(holds(family, "key", "value"));
    gabion_column_family_free(family);
    gabion_restore_free(restore);
    gabion_backend_free(restored);
}

static void its_directory_lists_it(gabion_options *options) {
    gabion_snapshot_directory *directory = NULL;
    gabion_snapshot_list *snapshots = NULL;
    OK(gabion_snapshot_directory_open(text(url), options, &directory, &error));
    OK(gabion_snapshot_directory_list(directory, &snapshots, &error));
    CHECK(gabion_snapshot_list_count(snapshots) == 1);
    gabion_snapshot_list_free(snapshots);
    gabion_snapshot_directory_free(directory);
}

static void without_a_source_of_credentials_it_is_refused(void) {
    gabion_snapshot_directory *directory = NULL;
    FAILS(gabion_snapshot_directory_open(text(url), NULL, &directory, &error), GABION_CODE_INVALID_ARGUMENT,
          "store.credentials");
}

int main(int argc, char **argv) {
    url = getenv("GABION_TEST_URL");
    gabion_options *options = store_options();
    if (argc > 1 && strcmp(argv[1], "exit") == 0) {
        gabion_backend *backend = filled_backend();
        gabion_snapshot *snapshot = NULL;
        OK(gabion_backend_start_snapshot(backend, GABION_SNAPSHOT_KIND_NATIVE, text(url), text("id"), text(""), options,
                                         &snapshot, &error));
        sleep(1);
        return 0;
    }
    a_snapshot_is_restored(options);
    its_directory_lists_it(options);
    without_a_source_of_credentials_it_is_refused();
    gabion_options_free(options);
    return 0;
}
