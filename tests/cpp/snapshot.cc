// Snapshots, their directory, and restores.
#include "check.hpp"

static void snapshots_restore(gabion::snapshot_kind kind, const std::string &name) {
    std::string url = "file://" + test_path(name);
    gabion::snapshot_info taken = [&] {
        gabion::backend backend;
        gabion::column_family words = backend.register_column_family("words");
        words.put("a", "1");
        words.put("b", "2");
        gabion::snapshot snapshot = backend.start_snapshot(kind, url, "id", "offset 42");
        words.put("a", "later");
        return snapshot.wait();
    }();
    CHECK(taken.kind == kind && taken.id == "id" && taken.metadata == "offset 42" && taken.families == 1 && taken.bytes > 0);

    gabion::backend latest(gabion::restore().add_latest(url));
    CHECK(latest.find_column_family("words")->get("a") == "1");
    gabion::backend part(gabion::restore().add_number(url, taken.number).set_key_range("b"));
    CHECK(!part.find_column_family("words")->get("a") && part.find_column_family("words")->get("b") == "2");

    gabion::snapshot_directory directory(url);
    CHECK(directory.list().size() == 1 && directory.list()[0].number == taken.number && directory.list()[0].id == "id");
    CHECK(directory.describe(taken.number).find("words") != std::string::npos);
    CHECK(directory.verify(taken.number) > 0 && directory.size() > 0);
    directory.retain(1);
    directory.discard(taken.number);
    CHECK(directory.list().empty());
    CHECK(fails(GABION_CODE_NOT_FOUND, "", [&] { directory.verify(taken.number); }));
    CHECK(directory.sweep(std::chrono::milliseconds(0), true) > 0);
}

static void a_capture_restores() {
    std::string path = test_path("capture");
    {
        gabion::backend backend;
        backend.register_column_family("words").put("a", "1");
        backend.start_capture(gabion::snapshot_kind::native, path).wait();
    }
    gabion::backend restored(gabion::restore().add_capture(path));
    CHECK(restored.find_column_family("words")->get("a") == "1");
}

static void a_job_can_be_watched_and_cancelled() {
    gabion::backend backend;
    gabion::snapshot snapshot = backend.start_snapshot(gabion::snapshot_kind::portable, "memory://watched");
    while (snapshot.wait_for(std::chrono::milliseconds(100)) == GABION_SNAPSHOT_STATE_RUNNING) {
    }
    CHECK(snapshot.result().number > 0 && snapshot.progress().first == snapshot.progress().second);
    snapshot.cancel();
    CHECK(snapshot.wait_for(std::chrono::milliseconds(0)) == GABION_SNAPSHOT_STATE_COMPLETED);
}

int main() {
    snapshots_restore(gabion::snapshot_kind::native, "native");
    snapshots_restore(gabion::snapshot_kind::portable, "portable");
    a_capture_restores();
    a_job_can_be_watched_and_cancelled();
}
