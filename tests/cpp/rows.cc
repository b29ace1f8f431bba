// Families, rows, batches and views.
#include "check.hpp"

#include <type_traits>

static_assert(std::is_nothrow_move_constructible_v<gabion::backend> && !std::is_copy_constructible_v<gabion::backend>);
static_assert(std::is_nothrow_move_constructible_v<gabion::column_family> && !std::is_copy_constructible_v<gabion::column_family>);
static_assert(std::is_nothrow_move_assignable_v<gabion::batch> && !std::is_copy_assignable_v<gabion::batch>);

static void rows_are_written_and_read(const gabion::backend &backend) {
    gabion::column_family words = backend.create_column_family("words", "v1", {{"merge", "string-append"}});
    CHECK(words.name() == "words" && words.descriptor() == "v1");
    CHECK(!words.get("stone") && !words.contains("stone"));
    words.put("stone", "wall");
    words.merge("stone", "bridge");
    CHECK(words.get("stone") == "wall,bridge" && words.contains("stone"));
    words.put(std::string_view("a\0b", 3), "");
    CHECK(words.get(std::string_view("a\0b", 3)) == "");
    auto values = words.multi_get({"stone", "sand", std::string_view("a\0b", 3)});
    CHECK(values.size() == 3 && values[0] == "wall,bridge" && !values[1] && values[2] == "");
    words.remove("stone");
    words.put("r1", "1");
    words.put("r2", "2");
    words.remove_range("r1", "r2");
    CHECK(!words.get("stone") && !words.get("r1") && words.get("r2") == "2");
    words.clear();
    CHECK(!words.get("r2"));
}

static void a_string_is_read_into_again_and_again(const gabion::backend &backend) {
    gabion::column_family family = backend.register_column_family("strings");
    std::string value, big(100000, 'x');
    family.put("big", big);
    family.put("small", "s");
    family.put("empty", "");
    CHECK(family.get("big", value) && value == big);
    CHECK(family.get("small", value) && value == "s");
    CHECK(!family.get("absent", value) && value.empty());
    CHECK(family.get("empty", value) && value.empty());
}

static void families_are_found_listed_and_dropped(const gabion::backend &backend) {
    gabion::column_family found = backend.find_column_family("words").value();
    CHECK(!backend.find_column_family("nothing"));
    CHECK(backend.column_families().size() == 2 && backend.column_families()[1].name() == "strings");
    backend.drop(found);
    CHECK(!backend.find_column_family("words"));
    CHECK(fails(GABION_CODE_NOT_FOUND, "words", [&] { found.put("a", "b"); }));
}

static void a_batch_is_written_whole_and_a_view_stays(const gabion::backend &backend) {
    gabion::column_family one = backend.register_column_family("one"), two = backend.register_column_family("two");
    one.put("old", "1");
    gabion::view view = backend.view();
    gabion::batch batch;
    batch.put(one, "a", "1").put(two, "a", "2").remove(one, "old").remove_range(two, "x", "z");
    CHECK(batch.size() == 4 && !one.get("a"));
    gabion::batch moved = std::move(batch);
    backend.write(moved);
    CHECK(one.get("a") == "1" && two.get("a") == "2" && !one.get("old"));
    CHECK(view.get(one, "old") == "1" && !view.get(two, "a"));
    moved.clear();
    CHECK(moved.size() == 0);
}

static void failures_are_thrown(const gabion::backend &backend) {
    CHECK(fails(GABION_CODE_ALREADY_EXISTS, "one", [&] { backend.create_column_family("one"); }));
    CHECK(fails(GABION_CODE_MISMATCH, "v2", [&] { backend.register_column_family("one", "v2"); }));
    CHECK(fails(GABION_CODE_INVALID_ARGUMENT, "no.such", [] { gabion::options({{"no.such", "1"}}); }));
}

static void objects_go_in_any_order(void) {
    gabion::options options{{"name", "ordered"}};
    CHECK(options.get("name") == "ordered" && !options.get("profile"));
    auto budget = std::make_unique<gabion::budget>(8 * 1024 * 1024);
    auto backend = std::make_unique<gabion::backend>(options, budget.get());
    gabion::column_family family = backend->create_column_family("family");
    gabion::view view = backend->view();
    budget.reset();
    backend->close();
    CHECK(fails(GABION_CODE_CLOSED, "closed", [&] { family.get("a"); }));
    backend.reset();
    CHECK(fails(GABION_CODE_CLOSED, "closed", [&] { view.get(family, "a"); }));
}

int main() {
    {
        gabion::backend first, backend = std::move(first);
        rows_are_written_and_read(backend);
        a_string_is_read_into_again_and_again(backend);
        families_are_found_listed_and_dropped(backend);
        a_batch_is_written_whole_and_a_view_stays(backend);
        failures_are_thrown(backend);
    }
    objects_go_in_any_order();
}
