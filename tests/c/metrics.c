// Metrics: figures by name.
#include "support/check.h"

int main(void) {
    gabion_backend *backend = open_backend();
    gabion_column_family *family = create_family(backend, "words");
    gabion_metric_list *metrics = NULL;
    bool found = false;
    put(family, "a", "1");
    OK(gabion_backend_metrics(backend, &metrics, &error));
    size_t count = gabion_metric_list_count(metrics);
    CHECK(count > 0);
    for (size_t index = 0; index < count; index++) {
        CHECK(gabion_metric_list_name(metrics, index).len > 0);
        found = found || (has(gabion_metric_list_name(metrics, index), "words") && gabion_metric_list_value(metrics, index) > 0);
    }
    CHECK(found);
    CHECK(gabion_metric_list_name(metrics, count).len == 0 && gabion_metric_list_value(metrics, count) == 0);
    gabion_column_family_free(family);
    gabion_backend_free(backend);
    CHECK(gabion_metric_list_name(metrics, 0).len > 0);
    gabion_metric_list_free(metrics);
    return 0;
}
