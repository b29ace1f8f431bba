// Part of gabion.hpp; include that.
#ifndef GABION_PUSHED_STREAM_HPP
#define GABION_PUSHED_STREAM_HPP

#include <gabion.h>

#include <gabion/backend.hpp>

#include <optional>
#include <string_view>
#include <utility>

namespace gabion {

// A restore from the bytes of a pulled stream. An unfinished one leaves nothing behind.
class pushed_stream {
public:
    // Keeps only keys with from <= key < to.
    explicit pushed_stream(const options &options = {}, const budget *budget = nullptr, std::string_view from = {},
                           std::optional<std::string_view> to = std::nullopt)
        : handle_(detail::result<gabion_pushed_stream *>([&](auto out, auto failure) {
              detail::check_version();
              detail::bound bound(to);
              return gabion_pushed_stream_new(options.c_handle(), detail::handle_of(budget), detail::lend(from), bound.address, out,
                                              failure);
          })) {}

    // Takes the next bytes, in pieces of any size. After a failure every later call fails as well.
    void write(std::string_view bytes) {
        detail::run([&](auto failure) { return gabion_pushed_stream_write(handle_.get(), detail::lend(bytes), failure); });
    }

    // The backend, once the whole stream was written, and what the stream said of itself. Only once, also if it fails.
    std::pair<backend, snapshot_info> finish() {
        gabion_backend *opened = nullptr;
        gabion_snapshot_info *info = nullptr;
        detail::run([&](auto failure) { return gabion_pushed_stream_finish(handle_.get(), &opened, &info, failure); });
        backend owner(opened);
        return {std::move(owner), snapshot_info(detail::info(info).get())};
    }

private:
    detail::handle<gabion_pushed_stream, gabion_pushed_stream_free> handle_;
};

} // namespace gabion

#endif
