// Snapshots: asynchronous jobs that the host polls.
#include "support/check.h"
#include <unistd.h>

static void a_snapshot_holds_what_was_there_when_it_was_started(gabion_snapshot_kind kind, const char *name) {
    gabion_backend *backend = open_backend();
    gabion_column_family *family = create_family(backend, "words");
    char *url = test_path("file://", name);
    gabion_snapshot *snapshot = NULL;
    gabion_snapshot_info *info = NULL;
    gabion_snapshot_state state = GABION_SNAPSHOT_STATE_RUNNING;
    uint64_t done = 0, total = 0;

    put(family, "a", "1");
    OK(gabion_backend_start_snapshot(backend, kind, text(url), text("id 1"), text("offset 42"), NULL, &snapshot, &error));
    put(family, "a", "2");
    OK(gabion_snapshot_wait(snapshot, -1, &state, &error));
    CHECK(state == GABION_SNAPSHOT_STATE_COMPLETED);
    OK(gabion_snapshot_wait(snapshot, 0, &state, &error));
    CHECK(state == GABION_SNAPSHOT_STATE_COMPLETED);
    OK(gabion_snapshot_progress(snapshot, &done, &total, &error));
    CHECK(done == total && total > 0);
    CHECK(gabion_snapshot_pause_nanos(snapshot) > 0);
    OK(gabion_snapshot_cancel(snapshot, &error));
    OK(gabion_snapshot_result(snapshot, &info, &error));
    gabion_snapshot_free(snapshot);

    CHECK(gabion_snapshot_info_kind(info) == kind);
    CHECK(gabion_snapshot_info_number(info) > 0);
    CHECK(same(gabion_snapshot_info_id(info), "id 1") && same(gabion_snapshot_info_metadata(info), "offset 42"));
    CHECK(gabion_snapshot_info_families(info) == 1 && gabion_snapshot_info_files(info) > 0);
    CHECK(gabion_snapshot_info_bytes(info) >= gabion_snapshot_info_bytes_written(info));
    CHECK(gabion_snapshot_info_bytes_written(info) > 0 && gabion_snapshot_info_fallbacks(info) <= 1);
    CHECK(gabion_snapshot_info_created_ms(info) > 1500000000000u);
    CHECK(gabion_snapshot_info_pause_nanos(info) > 0);
    gabion_snapshot_info_free(info);
    CHECK(holds(family, "a", "2"));
    gabion_column_family_free(family);
    gabion_backend_free(backend);
    free(url);
}

static void a_capture_is_a_local_directory_complete_in_itself(void) {
    gabion_backend *backend = open_backend();
    gabion_column_family *family = create_family(backend, "words");
    char *path = test_path("", "captured");
    gabion_snapshot *snapshot = NULL;
    gabion_snapshot_info *info = NULL;
    gabion_snapshot_state state;
    put(family, "a", "1");
    OK(gabion_backend_start_capture(backend, GABION_SNAPSHOT_KIND_NATIVE, text(path), text("id"), text(""), NULL, &snapshot,
                                    &error));
    OK(gabion_snapshot_wait(snapshot, -1, &state, &error));
    OK(gabion_snapshot_result(snapshot, &info, &error));
    CHECK(state == GABION_SNAPSHOT_STATE_COMPLETED && gabion_snapshot_info_number(info) == 0);
    CHECK(access(path, R_OK) == 0);
    gabion_snapshot_info_free(info);
    gabion_snapshot_free(snapshot);
    gabion_column_family_free(family);
    gabion_backend_free(backend);
    free(path);
}

static void a_job_that_was_cancelled_or_freed_leaves_no_snapshot(void) {
    gabion_backend *backend = open_backend();
    gabion_column_family *family = create_family(backend, "words");
    char *url = test_path("file://", "cancelled");
    gabion_snapshot *snapshot = NULL;
    gabion_snapshot_info *info = NULL;
    gabion_snapshot_state state;
    put(family, "a", "1");
    OK(gabion_backend_start_snapshot(backend, GABION_SNAPSHOT_KIND_PORTABLE, text(url), text(""), text(""), NULL, &snapshot,
                                     &error));
    OK(gabion_snapshot_cancel(snapshot, &error));
    OK(gabion_snapshot_wait(snapshot, -1, &state, &error));
    // A job may have ended before it was asked to stop.
    if (state == GABION_SNAPSHOT_STATE_CANCELLED) {
        FAILS(gabion_snapshot_result(snapshot, &info, &error), GABION_CODE_CANCELLED, "cancelled");
        CHECK(info == NULL);
    } else {
        CHECK(state == GABION_SNAPSHOT_STATE_COMPLETED);
    }
    gabion_snapshot_free(snapshot);
    OK(gabion_backend_start_snapshot(backend, GABION_SNAPSHOT_KIND_NATIVE, text(url), text(""), text(""), NULL, &snapshot,
                                     &error));
    gabion_snapshot_free(snapshot);
    gabion_column_family_free(family);
    gabion_backend_free(backend);
    free(url);
}

static void closing_a_backend_cancels_its_jobs(void) {
    gabion_backend *backend = open_backend();
    gabion_column_family *family = create_family(backend, "words");
    char *url = test_path("file://", "closed");
    gabion_snapshot *snapshot = NULL;
    gabion_snapshot_state state = GABION_SNAPSHOT_STATE_RUNNING;
    put(family, "a", "1");
    OK(gabion_backend_start_snapshot(backend, GABION_SNAPSHOT_KIND_NATIVE, text(url), text(""), text(""), NULL, &snapshot,
                                     &error));
    gabion_backend_free(backend);
    OK(gabion_snapshot_wait(snapshot, -1, &state, &error));
    CHECK(state != GABION_SNAPSHOT_STATE_RUNNING);
    gabion_snapshot_free(snapshot);
    gabion_column_family_free(family);
    free(url);
}

static void what_cannot_be_started_says_why(void) {
    gabion_backend *backend = open_backend();
    gabion_snapshot *snapshot = NULL;
    FAILS(gabion_backend_start_snapshot(backend, 7, text("memory://x"), text(""), text(""), NULL, &snapshot, &error),
          GABION_CODE_INVALID_ARGUMENT, "`kind` is 7");
    FAILS(gabion_backend_start_snapshot(backend, GABION_SNAPSHOT_KIND_NATIVE, text("nowhere"), text(""), text(""), NULL,
                                        &snapshot, &error),
          GABION_CODE_INVALID_ARGUMENT, "nowhere");
    CHECK(snapshot == NULL);
    gabion_backend_free(backend);
}

int main(void) {
    a_snapshot_holds_what_was_there_when_it_was_started(GABION_SNAPSHOT_KIND_NATIVE, "native");
    a_snapshot_holds_what_was_there_when_it_was_started(GABION_SNAPSHOT_KIND_PORTABLE, "portable");
    a_capture_is_a_local_directory_complete_in_itself();
    a_job_that_was_cancelled_or_freed_leaves_no_snapshot();
    closing_a_backend_cancels_its_jobs();
    what_cannot_be_started_says_why();
    return 0;
}
