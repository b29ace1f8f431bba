// Threads: const handles serve any number of them, the others one, and closing may race with all.
#include "support/check.h"
#include <pthread.h>
#include <stdatomic.h>

enum { READERS = 8, ROUNDS = 300 };

static gabion_backend *backend;
static gabion_column_family *family;
static gabion_batch *shared_batch;
static atomic_int refused, closed;

static gabion_bytes numbered(char *space, int number) {
    snprintf(space, 16, "key%d", number % 50);
    return text(space);
}

static void *read_while_others_read(void *argument) {
    char space[16], value[16];
    for (int round = 0; round < ROUNDS; round++) {
        gabion_error *failure = NULL;
        bool found = false;
        size_t len = 0;
        gabion_bytes key = numbered(space, round);
        gabion_code code = gabion_column_family_get_into(family, key, value, sizeof value, &found, &len, &failure);
        gabion_code with_message = gabion_error_code(failure);
        gabion_error_free(failure);
        if (code == GABION_CODE_CLOSED) {
            atomic_fetch_add(&closed, 1);
            break;
        }
        CHECK(code == GABION_CODE_OK && with_message == GABION_CODE_OK && (!found || len == 5));
    }
    return argument;
}

static void *write_while_others_write(void *argument) {
    char space[16];
    for (int round = 0; round < ROUNDS; round++) {
        gabion_code code = gabion_column_family_put(family, numbered(space, round), text("value"), NULL);
        if (code == GABION_CODE_CONCURRENT_WRITE) {
            atomic_fetch_add(&refused, 1);
        } else {
            CHECK(code == GABION_CODE_OK || code == GABION_CODE_CLOSED);
        }
    }
    return argument;
}

static void *change_a_batch_that_others_change(void *argument) {
    for (int round = 0; round < ROUNDS; round++) {
        gabion_code code = gabion_batch_put(shared_batch, family, text("key"), text("value"), NULL);
        if (code == GABION_CODE_INVALID_ARGUMENT) {
            atomic_fetch_add(&refused, 1);
        } else {
            CHECK(code == GABION_CODE_OK);
        }
    }
    return argument;
}

static void on_threads(void *(*first)(void *), void *(*others)(void *), void (*meanwhile)(void)) {
    pthread_t threads[READERS];
    for (int at = 0; at < READERS; at++) {
        CHECK(pthread_create(&threads[at], NULL, at == 0 ? first : others, NULL) == 0);
    }
    if (meanwhile != NULL) {
        meanwhile();
    }
    for (int at = 0; at < READERS; at++) {
        CHECK(pthread_join(threads[at], NULL) == 0);
    }
}

static void begin(void) {
    backend = open_backend();
    family = create_family(backend, "shared");
    atomic_store(&refused, 0);
    atomic_store(&closed, 0);
}

static void end(void) {
    gabion_column_family_free(family);
    gabion_backend_free(backend);
}

static void one_writes_while_others_read(void) {
    begin();
    on_threads(write_while_others_write, read_while_others_read, NULL);
    CHECK(atomic_load(&refused) == 0 && holds(family, "key49", "value"));
    end();
}

static void a_second_writer_is_refused_or_comes_later(void) {
    begin();
    on_threads(write_while_others_write, write_while_others_write, NULL);
    CHECK(holds(family, "key1", "value"));
    end();
}

static void a_batch_that_two_threads_use_stays_whole(void) {
    begin();
    OK(gabion_batch_new(&shared_batch, &error));
    on_threads(change_a_batch_that_others_change, change_a_batch_that_others_change, NULL);
    CHECK(gabion_batch_count(shared_batch) == (size_t)(READERS * ROUNDS - atomic_load(&refused)));
    OK(gabion_backend_write(backend, shared_batch, &error));
    CHECK(holds(family, "key", "value"));
    gabion_batch_free(shared_batch);
    end();
}

static void close_now(void) { OK(gabion_backend_close(backend, &error)); }

static void closing_may_race_with_readers_and_a_writer(void) {
    for (int round = 0; round < 5; round++) {
        begin();
        on_threads(write_while_others_write, read_while_others_read, close_now);
        end();
    }
}

int main(void) {
    one_writes_while_others_read();
    a_second_writer_is_refused_or_comes_later();
    a_batch_that_two_threads_use_stays_whole();
    closing_may_race_with_readers_and_a_writer();
    return 0;
}
