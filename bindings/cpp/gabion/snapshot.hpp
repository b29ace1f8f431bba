// Part of gabion.hpp; include that.
#ifndef GABION_SNAPSHOT_HPP
#define GABION_SNAPSHOT_HPP

#include <gabion.h>

#include <gabion/call.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace gabion {

enum class snapshot_kind : gabion_snapshot_kind {
    native = GABION_SNAPSHOT_KIND_NATIVE,
    portable = GABION_SNAPSHOT_KIND_PORTABLE,
};

// What is known of a completed snapshot; gabion.h says what the figures mean.
struct snapshot_info {
    explicit snapshot_info(const gabion_snapshot_info *info)
        : number(gabion_snapshot_info_number(info)), kind(snapshot_kind{gabion_snapshot_info_kind(info)}),
          id(detail::look(gabion_snapshot_info_id(info))), metadata(detail::look(gabion_snapshot_info_metadata(info))),
          created_ms(gabion_snapshot_info_created_ms(info)), families(gabion_snapshot_info_families(info)),
          files(gabion_snapshot_info_files(info)), bytes(gabion_snapshot_info_bytes(info)),
          bytes_written(gabion_snapshot_info_bytes_written(info)), fallbacks(gabion_snapshot_info_fallbacks(info)),
          pause_nanos(gabion_snapshot_info_pause_nanos(info)) {}

    std::uint64_t number;
    snapshot_kind kind;
    std::string id;
    std::string metadata;
    std::uint64_t created_ms;
    std::uint64_t families;
    std::uint64_t files;
    std::uint64_t bytes;
    std::uint64_t bytes_written;
    std::uint64_t fallbacks;
    std::uint64_t pause_nanos;
};

namespace detail {

using info = handle<gabion_snapshot_info, gabion_snapshot_info_free>;

// Copies a list of snapshots, and frees it.
inline std::vector<snapshot_info> infos(gabion_snapshot_list *list) {
    handle<gabion_snapshot_list, gabion_snapshot_list_free> owner(list);
    std::vector<snapshot_info> infos;
    for (std::size_t index = 0; index < gabion_snapshot_list_count(list); index++) {
        info one(result<gabion_snapshot_info *>([&](auto out, auto failure) {
            return gabion_snapshot_list_at(list, index, out, failure);
        }));
        infos.emplace_back(one.get());
    }
    return infos;
}

} // namespace detail

// A running or ended snapshot job. Destroying a running one cancels it.
class snapshot {
public:
    explicit snapshot(gabion_snapshot *handle) : handle_(handle) {}

    // Waits for the end; throws what the job failed with.
    snapshot_info wait() const {
        state(-1);
        return result();
    }

    // Waits for the end, at most so long; zero only looks.
    gabion_snapshot_state wait_for(std::chrono::milliseconds timeout) const {
        return state(timeout.count() < 0 ? 0 : timeout.count());
    }

    snapshot_info result() const {
        return snapshot_info(detail::info(detail::result<gabion_snapshot_info *>([&](auto out, auto failure) {
                                 return gabion_snapshot_result(handle_.get(), out, failure);
                             })).get());
    }

    // Bytes done, and bytes in all (0 until that is known).
    std::pair<std::uint64_t, std::uint64_t> progress() const {
        std::uint64_t done = 0, total = 0;
        detail::run([&](auto failure) { return gabion_snapshot_progress(handle_.get(), &done, &total, failure); });
        return {done, total};
    }

    void cancel() const {
        detail::run([&](auto failure) { return gabion_snapshot_cancel(handle_.get(), failure); });
    }

private:
    gabion_snapshot_state state(std::int64_t timeout_ms) const {
        return detail::result<gabion_snapshot_state>([&](auto out, auto failure) {
            return gabion_snapshot_wait(handle_.get(), timeout_ms, out, failure);
        });
    }

    detail::handle<gabion_snapshot, gabion_snapshot_free> handle_;
};

} // namespace gabion

#endif
