// Forks: a child leaves everything to its parent, whatever it does with it and however it ends.
#include "support/check.h"
#include <sys/wait.h>
#include <unistd.h>

enum { ROWS = 400 };

static gabion_backend *backend;
static gabion_column_family *family;

// Rows that fill some memtables, which RocksDB writes to files in the background.
static void fill(int from) {
    static char value[4096];
    char key[16];
    for (int row = from; row < from + ROWS; row++) {
        for (size_t at = 0; at < sizeof value; at++) {
            value[at] = (char)((row * 7919 + (int)at * 104729) >> 5);
        }
        snprintf(key, sizeof key, "key%06d", row);
        gabion_bytes bytes = {value, sizeof value};
        OK(gabion_column_family_put(family, text(key), bytes, &error));
    }
}

static void do_nothing(void) {}

static void use_everything(void) {
    gabion_backend *other = NULL;
    gabion_buffer *value = NULL;
    FAILS(gabion_column_family_get(family, text("key000000"), &value, &error), GABION_CODE_CLOSED, "closed");
    FAILS(gabion_column_family_put(family, text("key"), text("child"), &error), GABION_CODE_CLOSED, "closed");
    FAILS(gabion_backend_open(NULL, NULL, &other, &error), GABION_CODE_UNSUPPORTED, "forked");
}

static void free_everything(void) {
    OK(gabion_backend_close(backend, &error));
    gabion_column_family_free(family);
    gabion_backend_free(backend);
}

// Forks a child that works, says so, and exits, all of it once `ready` has come to its end.
static pid_t start_child(void (*work)(void), const int ready[2], const int done[2]) {
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        char byte;
        alarm(120);
        close(ready[1]);
        CHECK(read(ready[0], &byte, 1) == 0);
        work();
        CHECK(write(done[1], "x", 1) == 1);
        exit(0);
    }
    return child;
}

// A snapshot with all rows, in a directory of its own.
static void snapshot_is_complete(const char *name) {
    gabion_snapshot_directory *directory = NULL;
    uint64_t bytes = 0;
    char *url = test_path("file://", name);
    gabion_snapshot_info *info = take_snapshot(backend, GABION_SNAPSHOT_KIND_NATIVE, url, name);
    OK(gabion_snapshot_directory_open(text(url), NULL, &directory, &error));
    OK(gabion_snapshot_directory_verify(directory, gabion_snapshot_info_number(info), &bytes, &error));
    CHECK(bytes == gabion_snapshot_info_bytes(info) && bytes > ROWS);
    gabion_snapshot_directory_free(directory);
    gabion_snapshot_info_free(info);
    free(url);
}

static void the_parent_goes_on(void (*work)(void), const char *name) {
    gabion_options *options = NULL;
    int ready[2], done[2], status = 0;
    char byte = 0, url[32];
    OK(gabion_options_new(&options, &error));
    OK(gabion_options_set(options, text("write_buffer_size"), text("256K"), &error));
    OK(gabion_backend_open(options, NULL, &backend, &error));
    gabion_options_free(options);
    family = create_family(backend, "words");
    fill(0);

    CHECK(pipe(ready) == 0 && pipe(done) == 0);
    pid_t child = start_child(work, ready, done);
    // Files that the child's memory knows nothing of.
    fill(ROWS);
    snprintf(url, sizeof url, "%s-before", name);
    snapshot_is_complete(url);
    close(ready[1]);
    CHECK(waitpid(child, &status, 0) == child);
    // Leak checkers may find fault with what a child leaves to its parent; but it must have come to its own end.
    close(done[1]);
    CHECK(WIFEXITED(status) && read(done[0], &byte, 1) == 1 && byte == 'x');
    close(ready[0]);
    close(done[0]);

    snprintf(url, sizeof url, "%s-after", name);
    snapshot_is_complete(url);
    fill(2 * ROWS);
    gabion_bytes found = gabion_backend_directory(backend);
    char *directory = calloc(found.len + 1, 1);
    memcpy(directory, found.data, found.len);
    CHECK(access(directory, R_OK) == 0);
    gabion_column_family_free(family);
    gabion_backend_free(backend);
    CHECK(access(directory, R_OK) != 0);
    free(directory);
}

int main(void) {
    the_parent_goes_on(do_nothing, "exits");
    the_parent_goes_on(use_everything, "uses");
    the_parent_goes_on(free_everything, "frees");
    return 0;
}
