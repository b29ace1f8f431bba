// One good handle of each kind: what the misuse program, written from the header by tests/support/misuse.rs, misuses.
#ifndef WORLD_H
#define WORLD_H

#include "check.h"

struct world {
    gabion_error *error;
    gabion_buffer *buffer;
    gabion_value_list *value_list;
    gabion_options *options;
    gabion_budget *budget;
    gabion_backend *backend;
    gabion_column_family *column_family;
    gabion_column_family_list *column_family_list;
    gabion_batch *batch;
    gabion_scan *scan;
    gabion_view *view;
    gabion_snapshot *snapshot;
    gabion_snapshot_info *snapshot_info;
    gabion_snapshot_list *snapshot_list;
    gabion_snapshot_directory *snapshot_directory;
    gabion_sweep_report *sweep_report;
    gabion_number_list *number_list;
    gabion_restore *restore;
    gabion_metric_list *metric_list;
    gabion_pulled_stream *pulled_stream;
    gabion_pushed_stream *pushed_stream;
};

static inline struct world open_world(void) {
    struct world world = {0};
    gabion_bytes key = text("key"), url = text("memory://world");
    gabion_snapshot_state state;
    world.backend = open_backend();
    world.column_family = create_family(world.backend, "words");
    put(world.column_family, "key", "value");
    CHECK(gabion_backend_view(world.backend, NULL, &world.error) != GABION_CODE_OK);
    OK(gabion_column_family_get(world.column_family, key, &world.buffer, &error));
    OK(gabion_column_family_multi_get(world.column_family, &key, 1, &world.value_list, &error));
    OK(gabion_options_new(&world.options, &error));
    OK(gabion_budget_new(8 * 1024 * 1024, &world.budget, &error));
    OK(gabion_backend_column_families(world.backend, &world.column_family_list, &error));
    OK(gabion_batch_new(&world.batch, &error));
    OK(gabion_backend_view(world.backend, &world.view, &error));
    OK(gabion_column_family_scan(world.column_family, world.view, NULL, NULL, false, &world.scan, &error));
    OK(gabion_backend_start_snapshot(world.backend, GABION_SNAPSHOT_KIND_PORTABLE, url, key, key, NULL, &world.snapshot,
                                     &error));
    OK(gabion_snapshot_wait(world.snapshot, -1, &state, &error));
    OK(gabion_snapshot_result(world.snapshot, &world.snapshot_info, &error));
    OK(gabion_snapshot_directory_open(url, NULL, &world.snapshot_directory, &error));
    OK(gabion_snapshot_directory_list(world.snapshot_directory, &world.snapshot_list, &error));
    OK(gabion_snapshot_directory_retain(world.snapshot_directory, 100, &world.number_list, &error));
    OK(gabion_snapshot_directory_sweep(world.snapshot_directory, 3600 * 1000, true, &world.sweep_report, &error));
    OK(gabion_restore_new(&world.restore, &error));
    OK(gabion_backend_metrics(world.backend, &world.metric_list, &error));
    OK(gabion_backend_pull_stream(world.backend, key, key, &world.pulled_stream, &error));
    OK(gabion_pushed_stream_new(NULL, NULL, key, NULL, &world.pushed_stream, &error));
    return world;
}

// Frees every handle; the pointers stay, to be misused.
static inline void free_world(const struct world *world) {
    gabion_error_free(world->error);
    gabion_buffer_free(world->buffer);
    gabion_value_list_free(world->value_list);
    gabion_options_free(world->options);
    gabion_budget_free(world->budget);
    gabion_column_family_free(world->column_family);
    gabion_column_family_list_free(world->column_family_list);
    gabion_batch_free(world->batch);
    gabion_scan_free(world->scan);
    gabion_view_free(world->view);
    gabion_snapshot_free(world->snapshot);
    gabion_snapshot_info_free(world->snapshot_info);
    gabion_snapshot_list_free(world->snapshot_list);
    gabion_snapshot_directory_free(world->snapshot_directory);
    gabion_sweep_report_free(world->sweep_report);
    gabion_number_list_free(world->number_list);
    gabion_restore_free(world->restore);
    gabion_metric_list_free(world->metric_list);
    gabion_pulled_stream_free(world->pulled_stream);
    gabion_pushed_stream_free(world->pushed_stream);
    gabion_backend_free(world->backend);
}

#endif
