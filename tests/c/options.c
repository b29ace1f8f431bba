// Options: settings as text.
#include "support/check.h"

static void what_was_set_can_be_read(gabion_options *options) {
    gabion_buffer *name = NULL, *value = NULL;
    OK(gabion_options_set(options, text("name"), text("first"), &error));
    OK(gabion_options_set(options, text("name"), text("second"), &error));
    OK(gabion_options_set(options, text("max_open_files"), text("100"), &error));
    CHECK(gabion_options_count(options) == 2);
    OK(gabion_options_get(options, text("name"), &value, &error));
    CHECK(same(gabion_buffer_bytes(value), "second"));
    gabion_buffer_free(value);
    OK(gabion_options_get(options, text("profile"), &value, &error));
    CHECK(value == NULL);
    OK(gabion_options_at(options, 0, &name, &value, &error));
    CHECK(same(gabion_buffer_bytes(name), "max_open_files") && same(gabion_buffer_bytes(value), "100"));
    gabion_buffer_free(name);
    gabion_buffer_free(value);
    FAILS(gabion_options_at(options, 2, &name, &value, &error), GABION_CODE_INVALID_ARGUMENT, "`index` is 2");
}

static void wrong_names_and_values_are_quoted(gabion_options *options) {
    gabion_bytes broken = {"\xff", 1};
    FAILS(gabion_options_set(options, text("max_open_filez"), text("100"), &error), GABION_CODE_INVALID_ARGUMENT,
          "max_open_files");
    FAILS(gabion_options_set(options, text("max_open_files"), text("many"), &error), GABION_CODE_INVALID_ARGUMENT, "many");
    FAILS(gabion_options_set(options, broken, text("1"), &error), GABION_CODE_INVALID_ARGUMENT, "`name` is not UTF-8");
    CHECK(gabion_options_count(options) == 2);
}

static void options_can_change_once_a_call_has_read_them(gabion_options *options) {
    gabion_backend *backend = NULL;
    gabion_buffer *effective = NULL;
    OK(gabion_backend_open(options, NULL, &backend, &error));
    OK(gabion_options_set(options, text("max_open_files"), text("200"), &error));
    gabion_options_free(options);
    OK(gabion_backend_effective_options(backend, &effective, &error));
    CHECK(has(gabion_buffer_bytes(effective), "max_open_files=100"));
    gabion_buffer_free(effective);
    gabion_backend_free(backend);
}

int main(void) {
    gabion_options *options = NULL;
    OK(gabion_options_new(&options, &error));
    CHECK(gabion_options_count(options) == 0);
    what_was_set_can_be_read(options);
    wrong_names_and_values_are_quoted(options);
    options_can_change_once_a_call_has_read_them(options);
    return 0;
}
