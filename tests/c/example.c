#include <gabion.h>
#include <stdio.h>
#include <stdlib.h>

// Prints why a call failed, and ends the program.
static void fail(gabion_error *error) {
    gabion_bytes message = gabion_error_message(error);
    fprintf(stderr, "%.*s\n", (int)message.len, (const char *)message.data);
    gabion_error_free(error);
    exit(1);
}

int main(void) {
    gabion_bytes none = {NULL, 0}, key = gabion_bytes_of("stone"), found;
    gabion_error *error = NULL;
    gabion_backend *backend = NULL;
    gabion_column_family *words = NULL;
    gabion_buffer *value = NULL;
    gabion_snapshot *snapshot = NULL;
    gabion_snapshot_state state = GABION_SNAPSHOT_STATE_RUNNING;

    if (gabion_backend_open(NULL, NULL, &backend, &error)
        || gabion_backend_create_column_family(backend, gabion_bytes_of("words"), none, NULL, &words, &error)
        || gabion_column_family_put(words, key, gabion_bytes_of("wall"), &error)
        || gabion_column_family_get(words, key, &value, &error)
        || gabion_backend_start_snapshot(backend, GABION_SNAPSHOT_KIND_PORTABLE, gabion_bytes_of("memory://walls"), none,
                                         none, NULL, &snapshot, &error)
        || gabion_snapshot_wait(snapshot, -1, &state, &error)) {
        fail(error);
    }
    found = gabion_buffer_bytes(value);
    printf("stone: %.*s\n", (int)found.len, (const char *)found.data);
    printf("snapshot: %s\n", state == GABION_SNAPSHOT_STATE_COMPLETED ? "completed" : "failed");

    gabion_snapshot_free(snapshot);
    gabion_buffer_free(value);
    gabion_column_family_free(words);
    gabion_backend_free(backend);
    return 0;
}
