// Errors: a code to branch on, a message to read.
#include "support/check.h"

static void an_error_has_the_code_that_was_returned_and_a_message(void) {
    gabion_backend *backend = NULL;
    gabion_code code = gabion_backend_view(NULL, NULL, &error);
    CHECK(code == GABION_CODE_INVALID_ARGUMENT);
    CHECK(gabion_error_code(error) == code);
    CHECK(has(gabion_error_message(error), "`out_view` is NULL"));
    gabion_error_free(error);
    error = NULL;
    CHECK(backend == NULL);
}

static void whoever_wants_the_code_only_gives_no_place_for_the_error(gabion_column_family *family) {
    gabion_bytes broken = {NULL, 3};
    CHECK(gabion_column_family_put(family, broken, text(""), NULL) == GABION_CODE_INVALID_ARGUMENT);
}

static void success_leaves_the_error_alone_and_failure_the_results(gabion_column_family *family) {
    int marker = 0;
    gabion_buffer *value = (gabion_buffer *)(void *)&marker;
    gabion_error *untouched = (gabion_error *)(void *)&marker;
    gabion_bytes broken = {NULL, 3};
    CHECK(gabion_column_family_put(family, text("a"), text("b"), &untouched) == GABION_CODE_OK);
    CHECK((void *)untouched == (void *)&marker);
    FAILS(gabion_column_family_get(family, broken, &value, &error), GABION_CODE_INVALID_ARGUMENT, "`key` is NULL but has length 3");
    CHECK((void *)value == (void *)&marker);
}

static void errors_outlive_what_they_are_about(void) {
    gabion_backend *backend = open_backend();
    gabion_column_family *family = create_family(backend, "words");
    gabion_code code = gabion_backend_create_column_family(backend, text("words"), text(""), NULL, &family, &error);
    CHECK(code == GABION_CODE_ALREADY_EXISTS);
    gabion_column_family_free(family);
    gabion_backend_free(backend);
    CHECK(has(gabion_error_message(error), "words"));
    gabion_error_free(error);
    error = NULL;
}

int main(void) {
    gabion_backend *backend = open_backend();
    gabion_column_family *family = create_family(backend, "errors");
    an_error_has_the_code_that_was_returned_and_a_message();
    whoever_wants_the_code_only_gives_no_place_for_the_error(family);
    success_leaves_the_error_alone_and_failure_the_results(family);
    errors_outlive_what_they_are_about();
    gabion_error_free(NULL);
    CHECK(gabion_error_code(NULL) == GABION_CODE_OK && gabion_error_message(NULL).len == 0);
    gabion_column_family_free(family);
    gabion_backend_free(backend);
    return 0;
}
