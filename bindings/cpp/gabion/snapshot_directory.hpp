// Part of gabion.hpp; include that.
#ifndef GABION_SNAPSHOT_DIRECTORY_HPP
#define GABION_SNAPSHOT_DIRECTORY_HPP

#include <gabion.h>

#include <gabion/options.hpp>
#include <gabion/snapshot.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gabion {

// The snapshots at one URL; needs no backend.
class snapshot_directory {
public:
    explicit snapshot_directory(std::string_view url, const options &options = {})
        : handle_(detail::result<gabion_snapshot_directory *>([&](auto out, auto failure) {
              return gabion_snapshot_directory_open(detail::lend(url), options.c_handle(), out, failure);
          })) {}

    // The oldest first.
    std::vector<snapshot_info> list() const {
        return detail::infos(detail::result<gabion_snapshot_list *>([&](auto out, auto failure) {
            return gabion_snapshot_directory_list(handle_.get(), out, failure);
        }));
    }

    // The manifest, as JSON.
    std::string describe(std::uint64_t number) const {
        return detail::text(detail::buffer(detail::result<gabion_buffer *>([&](auto out, auto failure) {
            return gabion_snapshot_directory_describe(handle_.get(), number, out, failure);
        })));
    }

    // Reads every byte; answers how many.
    std::uint64_t verify(std::uint64_t number) const {
        return detail::result<std::uint64_t>([&](auto out, auto failure) {
            return gabion_snapshot_directory_verify(handle_.get(), number, out, failure);
        });
    }

    void discard(std::uint64_t number) const {
        detail::run([&](auto failure) { return gabion_snapshot_directory_discard(handle_.get(), number, failure); });
    }

    // Discards all but the newest `keep`.
    void retain(std::size_t keep) const {
        detail::run([&](auto failure) { return gabion_snapshot_directory_retain(handle_.get(), keep, nullptr, failure); });
    }

    // Removes what nothing needs and is older than `grace`; answers how many objects.
    std::uint64_t sweep(std::chrono::milliseconds grace, bool dry_run = false) const {
        detail::handle<gabion_sweep_report, gabion_sweep_report_free> report(
            detail::result<gabion_sweep_report *>([&](auto out, auto failure) {
                auto milliseconds = static_cast<std::uint64_t>(grace.count() < 0 ? 0 : grace.count());
                return gabion_snapshot_directory_sweep(handle_.get(), milliseconds, dry_run, out, failure);
            }));
        return gabion_sweep_report_objects(report.get());
    }

    std::uint64_t size() const {
        return detail::result<std::uint64_t>([&](auto out, auto failure) {
            return gabion_snapshot_directory_size(handle_.get(), out, failure);
        });
    }

private:
    detail::handle<gabion_snapshot_directory, gabion_snapshot_directory_free> handle_;
};

} // namespace gabion

#endif
