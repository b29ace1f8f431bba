// Part of gabion.hpp; include that.
#ifndef GABION_PULLED_STREAM_HPP
#define GABION_PULLED_STREAM_HPP

#include <gabion.h>

#include <gabion/call.hpp>

#include <cstddef>

namespace gabion {

// A portable snapshot as one stream of bytes; pushed_stream takes it.
class pulled_stream {
public:
    explicit pulled_stream(gabion_pulled_stream *handle) : handle_(handle) {}

    // Reads into the `capacity` bytes at `block`; answers how many: fewer only at the end, and 0 once the stream has ended.
    std::size_t read(void *block, std::size_t capacity) {
        return detail::result<std::size_t>([&](auto out, auto failure) {
            return gabion_pulled_stream_read(handle_.get(), block, capacity, out, failure);
        });
    }

private:
    detail::handle<gabion_pulled_stream, gabion_pulled_stream_free> handle_;
};

} // namespace gabion

#endif
