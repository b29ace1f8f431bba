// What is known of a snapshot is the same whether its maker, a list, or a restore tells.
#include "support/check.h"

static void agree(const gabion_snapshot_info *one, const gabion_snapshot_info *other) {
    CHECK(gabion_snapshot_info_number(one) == gabion_snapshot_info_number(other));
    CHECK(gabion_snapshot_info_kind(one) == gabion_snapshot_info_kind(other));
    CHECK(gabion_snapshot_info_created_ms(one) == gabion_snapshot_info_created_ms(other));
    CHECK(gabion_snapshot_info_families(one) == gabion_snapshot_info_families(other));
    CHECK(gabion_snapshot_info_files(one) == gabion_snapshot_info_files(other));
    CHECK(gabion_snapshot_info_bytes(one) == gabion_snapshot_info_bytes(other));
    CHECK(gabion_snapshot_info_bytes_written(one) == gabion_snapshot_info_bytes_written(other));
    CHECK(gabion_snapshot_info_fallbacks(one) == gabion_snapshot_info_fallbacks(other));
    CHECK(same(gabion_snapshot_info_id(other), "an id") && same(gabion_snapshot_info_metadata(other), "position"));
}

int main(void) {
    gabion_backend *backend = open_backend(), *restored = NULL;
    gabion_column_family *family = create_family(backend, "words");
    gabion_snapshot_directory *directory = NULL;
    gabion_snapshot_list *listed = NULL, *taken = NULL;
    gabion_snapshot_info *from_list = NULL, *from_restore = NULL;
    gabion_restore *restore = NULL;
    char *url = test_path("file://", "infos");
    put(family, "a", "1");
    gabion_snapshot_info *made = take_snapshot(backend, GABION_SNAPSHOT_KIND_NATIVE, url, "an id");

    OK(gabion_snapshot_directory_open(text(url), NULL, &directory, &error));
    OK(gabion_snapshot_directory_list(directory, &listed, &error));
    OK(gabion_snapshot_list_at(listed, 0, &from_list, &error));
    agree(made, from_list);

    OK(gabion_restore_new(&restore, &error));
    OK(gabion_restore_add_latest(restore, text(url), &error));
    OK(gabion_backend_restore(NULL, NULL, restore, &restored, &taken, &error));
    CHECK(gabion_snapshot_list_count(taken) == 1);
    OK(gabion_snapshot_list_at(taken, 0, &from_restore, &error));
    agree(made, from_restore);

    gabion_snapshot_info_free(made);
    gabion_snapshot_info_free(from_list);
    gabion_snapshot_info_free(from_restore);
    gabion_snapshot_list_free(listed);
    gabion_snapshot_list_free(taken);
    gabion_snapshot_directory_free(directory);
    gabion_restore_free(restore);
    gabion_column_family_free(family);
    gabion_backend_free(backend);
    gabion_backend_free(restored);
    free(url);
    return 0;
}
