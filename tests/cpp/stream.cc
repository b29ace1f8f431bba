// A portable snapshot pulled and pushed as one stream of bytes.
#include "check.hpp"

static std::string pull(gabion::pulled_stream stream) {
    std::string bytes(1 << 20, '\0');
    std::size_t length = 0;
    while (std::size_t read = stream.read(&bytes[length], 100)) {
        length += read;
    }
    bytes.resize(length);
    return bytes;
}

static std::string pulled() {
    gabion::backend backend;
    gabion::column_family words = backend.register_column_family("words", "descriptor", {{"merge", "string-append"}});
    words.put("a", "1");
    words.put("b", "2");
    words.merge("b", "3");
    gabion::pulled_stream stream = backend.pull_stream("id", "offset 42");
    words.put("a", "later");
    return pull(std::move(stream));
}

static void what_is_pulled_can_be_pushed(const std::string &bytes) {
    gabion::pushed_stream stream;
    for (std::size_t at = 0; at < bytes.size(); at += 13) {
        stream.write(std::string_view(bytes).substr(at, 13));
    }
    auto [backend, info] = stream.finish();
    gabion::column_family words = backend.find_column_family("words").value();
    CHECK(words.get("a") == "1" && words.get("b") == "2,3" && words.descriptor() == "descriptor");
    CHECK(info.id == "id" && info.metadata == "offset 42" && info.bytes == bytes.size() && info.number == 0);
    CHECK(fails(GABION_CODE_INVALID_ARGUMENT, "finished", [&] { stream.finish(); }));
}

static void a_key_range_keeps_only_its_keys(const std::string &bytes) {
    gabion::budget budget(64 << 20);
    gabion::pushed_stream stream({}, &budget, "a", "b");
    stream.write(bytes);
    gabion::backend backend = stream.finish().first;
    gabion::column_family words = backend.find_column_family("words").value();
    CHECK(words.get("a") == "1" && !words.get("b"));
}

static void a_stream_that_breaks_off_is_refused(const std::string &bytes) {
    gabion::pushed_stream stream;
    stream.write(std::string_view(bytes).substr(0, bytes.size() / 2));
    CHECK(fails(GABION_CODE_CORRUPTION, "breaks off", [&] { stream.finish(); }));
    gabion::pushed_stream unfinished;
    unfinished.write(bytes);
}

int main() {
    std::string bytes = pulled();
    what_is_pulled_can_be_pushed(bytes);
    a_key_range_keeps_only_its_keys(bytes);
    a_stream_that_breaks_off_is_refused(bytes);
}
