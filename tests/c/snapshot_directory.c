// Snapshot directories: what can be done with snapshots without an open backend.
#include "support/check.h"

static uint64_t numbers[4];

static void fill_directory(const char *url) {
    gabion_backend *backend = open_backend();
    gabion_column_family *family = create_family(backend, "words");
    const char *ids[] = {"first", "second", "third", "fourth"};
    for (int at = 0; at < 4; at++) {
        put(family, ids[at], "value");
        gabion_snapshot_info *info =
            take_snapshot(backend, at == 3 ? GABION_SNAPSHOT_KIND_PORTABLE : GABION_SNAPSHOT_KIND_NATIVE, url, ids[at]);
        numbers[at] = gabion_snapshot_info_number(info);
        gabion_snapshot_info_free(info);
    }
    gabion_column_family_free(family);
    gabion_backend_free(backend);
}

static void snapshots_are_listed_the_oldest_first(gabion_snapshot_directory *directory) {
    gabion_snapshot_list *snapshots = NULL;
    gabion_snapshot_info *info = NULL;
    OK(gabion_snapshot_directory_list(directory, &snapshots, &error));
    CHECK(gabion_snapshot_list_count(snapshots) == 4);
    for (size_t at = 0; at < 4; at++) {
        OK(gabion_snapshot_list_at(snapshots, at, &info, &error));
        CHECK(gabion_snapshot_info_number(info) == numbers[at]);
        gabion_snapshot_info_free(info);
    }
    OK(gabion_snapshot_list_at(snapshots, 1, &info, &error));
    gabion_snapshot_list_free(snapshots);
    CHECK(same(gabion_snapshot_info_id(info), "second") && same(gabion_snapshot_info_metadata(info), "position"));
    gabion_snapshot_info_free(info);
}

static void a_snapshot_is_described_and_verified(gabion_snapshot_directory *directory) {
    gabion_buffer *manifest = NULL;
    uint64_t bytes = 0, size = 0;
    OK(gabion_snapshot_directory_describe(directory, numbers[0], &manifest, &error));
    CHECK(has(gabion_buffer_bytes(manifest), "\"words\"") && has(gabion_buffer_bytes(manifest), "first"));
    gabion_buffer_free(manifest);
    OK(gabion_snapshot_directory_verify(directory, numbers[0], &bytes, &error));
    OK(gabion_snapshot_directory_size(directory, &size, &error));
    CHECK(bytes > 0 && size > bytes);
    FAILS(gabion_snapshot_directory_describe(directory, 4711, &manifest, &error), GABION_CODE_NOT_FOUND, "4711");
}

static void what_is_discarded_is_gone_and_its_files_go_with_a_sweep(gabion_snapshot_directory *directory) {
    gabion_number_list *discarded = NULL;
    gabion_sweep_report *would = NULL, *did = NULL;
    uint64_t bytes = 0;
    OK(gabion_snapshot_directory_discard(directory, numbers[0], &error));
    FAILS(gabion_snapshot_directory_verify(directory, numbers[0], &bytes, &error), GABION_CODE_NOT_FOUND, "");
    OK(gabion_snapshot_directory_retain(directory, 1, &discarded, &error));
    CHECK(gabion_number_list_count(discarded) == 2);
    CHECK(gabion_number_list_number(discarded, 0) == numbers[1] && gabion_number_list_number(discarded, 1) == numbers[2]);
    CHECK(gabion_number_list_number(discarded, 2) == 0);
    gabion_number_list_free(discarded);

    OK(gabion_snapshot_directory_sweep(directory, 3600 * 1000, false, &did, &error));
    CHECK(gabion_sweep_report_objects(did) == 0);
    gabion_sweep_report_free(did);
    OK(gabion_snapshot_directory_sweep(directory, 0, true, &would, &error));
    OK(gabion_snapshot_directory_sweep(directory, 0, false, &did, &error));
    CHECK(gabion_sweep_report_objects(did) > 0 && gabion_sweep_report_bytes(did) > 0);
    CHECK(gabion_sweep_report_count(did) == gabion_sweep_report_objects(did));
    CHECK(gabion_sweep_report_name(did, 0).len > 0);
    CHECK(gabion_sweep_report_name(did, gabion_sweep_report_count(did)).len == 0);
    CHECK(gabion_sweep_report_bytes(would) == gabion_sweep_report_bytes(did));
    gabion_sweep_report_free(would);
    gabion_sweep_report_free(did);
    OK(gabion_snapshot_directory_verify(directory, numbers[3], &bytes, &error));
    OK(gabion_snapshot_directory_sweep(directory, 0, false, NULL, &error));
    OK(gabion_snapshot_directory_retain(directory, 1, NULL, &error));
}

int main(void) {
    gabion_snapshot_directory *directory = NULL;
    char *url = test_path("file://", "directory");
    fill_directory(url);
    OK(gabion_snapshot_directory_open(text(url), NULL, &directory, &error));
    snapshots_are_listed_the_oldest_first(directory);
    a_snapshot_is_described_and_verified(directory);
    what_is_discarded_is_gone_and_its_files_go_with_a_sweep(directory);
    gabion_snapshot_directory_free(directory);
    FAILS(gabion_snapshot_directory_open(text("gopher://x"), NULL, &directory, &error), GABION_CODE_UNSUPPORTED, "gopher");
    free(url);
    return 0;
}
