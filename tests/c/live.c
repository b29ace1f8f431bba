// Counts of what is alive: everything that was freed is gone, whatever the order.
#include "support/check.h"

static int64_t handles(const char *kind) {
    int64_t count = -1;
    OK(gabion_live_handles(text(kind), &count, &error));
    return count;
}

static int64_t objects(const char *kind) {
    int64_t count = -1;
    OK(gabion_live_objects(text(kind), &count, &error));
    return count;
}

static void parents_may_be_freed_first(void) {
    gabion_backend *backend = open_backend();
    gabion_column_family *family = create_family(backend, "words");
    gabion_view *view = NULL;
    gabion_scan *scan = NULL;
    gabion_batch *batch = NULL;
    gabion_budget *budget = NULL;
    int64_t before = handles("column_family");
    OK(gabion_budget_new(8 * 1024 * 1024, &budget, &error));
    OK(gabion_backend_view(backend, &view, &error));
    OK(gabion_column_family_scan(family, view, NULL, NULL, false, &scan, &error));
    OK(gabion_batch_new(&batch, &error));
    OK(gabion_batch_put(batch, family, text("a"), text("b"), &error));
    CHECK(handles("backend") >= 1 && handles("view") >= 1 && handles("scan") >= 1 && handles("batch") >= 1);
    CHECK(objects("backend") >= 1 && objects("view") >= 1 && objects("scan") >= 1 && objects("batch") >= 1);
    gabion_backend_free(backend);
    gabion_column_family_free(family);
    gabion_view_free(view);
    gabion_budget_free(budget);
    gabion_batch_free(batch);
    gabion_scan_free(scan);
    CHECK(handles("column_family") == before - 1);
}

int main(void) {
    const char *nouns[] = {"error", "buffer", "options", "budget", "backend", "column_family", "batch", "scan", "view"};
    const char *kinds[] = {"backend", "column_family", "batch", "scan", "view", "snapshot", "budget", "directory", "stream"};
    int64_t handles_before[9], objects_before[9];
    for (int at = 0; at < 9; at++) {
        handles_before[at] = handles(nouns[at]);
        objects_before[at] = objects(kinds[at]);
    }
    for (int round = 0; round < 5; round++) {
        parents_may_be_freed_first();
    }
    for (int at = 0; at < 9; at++) {
        CHECK(handles(nouns[at]) == handles_before[at]);
        CHECK(objects(kinds[at]) == objects_before[at]);
    }
    int64_t count = 7;
    FAILS(gabion_live_handles(text("gabion"), &count, &error), GABION_CODE_INVALID_ARGUMENT, "column_family_list");
    FAILS(gabion_live_objects(text(""), &count, &error), GABION_CODE_INVALID_ARGUMENT, "stream");
    CHECK(count == 7);
    return 0;
}
