// Part of gabion.hpp; include that.
#ifndef GABION_RESTORE_HPP
#define GABION_RESTORE_HPP

#include <gabion.h>

#include <gabion/call.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace gabion {

// What a backend is to be restored from.
class restore {
public:
    restore() : handle_(detail::result<gabion_restore *>(gabion_restore_new)) {}

    restore &add_number(std::string_view url, std::uint64_t number) {
        detail::run([&](auto failure) {
            return gabion_restore_add_number(handle_.get(), detail::lend(url), number, failure);
        });
        return *this;
    }

    restore &add_latest(std::string_view url) {
        detail::run([&](auto failure) { return gabion_restore_add_latest(handle_.get(), detail::lend(url), failure); });
        return *this;
    }

    restore &add_capture(std::string_view path) {
        detail::run([&](auto failure) { return gabion_restore_add_capture(handle_.get(), detail::lend(path), failure); });
        return *this;
    }

    // Keeps only keys with from <= key < to.
    restore &set_key_range(std::string_view from, std::optional<std::string_view> to = std::nullopt) {
        detail::bound bound(to);
        detail::run([&](auto failure) {
            return gabion_restore_set_key_range(handle_.get(), detail::lend(from), bound.address, failure);
        });
        return *this;
    }

    const gabion_restore *c_handle() const noexcept { return handle_.get(); }

private:
    detail::handle<gabion_restore, gabion_restore_free> handle_;
};

} // namespace gabion

#endif
