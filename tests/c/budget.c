// Budgets: memory that backends share.
#include "support/check.h"

static uint64_t part(gabion_metric_list *metrics, const char *name) {
    for (size_t index = 0; index < gabion_metric_list_count(metrics); index++) {
        if (same(gabion_metric_list_name(metrics, index), name)) {
            return gabion_metric_list_value(metrics, index);
        }
    }
    CHECK(!"there is a part of this name");
    return 0;
}

static void two_backends_share_a_budget_that_outlives_its_handle(void) {
    gabion_budget *budget = NULL;
    gabion_backend *backends[2] = {NULL, NULL};
    gabion_metric_list *before = NULL, *after = NULL;
    OK(gabion_budget_new(64 * 1024 * 1024, &budget, &error));
    OK(gabion_budget_used(budget, &before, &error));
    for (int at = 0; at < 2; at++) {
        OK(gabion_backend_open(NULL, budget, &backends[at], &error));
        gabion_column_family *family = create_family(backends[at], "rows");
        put(family, "key", "value");
        gabion_column_family_free(family);
    }
    OK(gabion_budget_used(budget, &after, &error));
    CHECK(part(after, "memtables") > part(before, "memtables"));
    CHECK(part(after, "block_cache_pinned") <= part(after, "block_cache"));
    gabion_metric_list_free(before);
    gabion_metric_list_free(after);
    gabion_budget_free(budget);
    for (int at = 0; at < 2; at++) {
        gabion_column_family *family = NULL;
        OK(gabion_backend_column_family(backends[at], text("rows"), &family, &error));
        CHECK(holds(family, "key", "value"));
        gabion_column_family_free(family);
        gabion_backend_free(backends[at]);
    }
}

int main(void) {
    gabion_budget *budget = NULL;
    FAILS(gabion_budget_new(1024, &budget, &error), GABION_CODE_INVALID_ARGUMENT, "1024");
    CHECK(budget == NULL);
    two_backends_share_a_budget_that_outlives_its_handle();
    return 0;
}
