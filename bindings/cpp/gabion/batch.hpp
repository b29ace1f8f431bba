// Part of gabion.hpp; include that.
#ifndef GABION_BATCH_HPP
#define GABION_BATCH_HPP

#include <gabion.h>

#include <gabion/column_family.hpp>

#include <cstddef>
#include <string_view>

namespace gabion {

// Writes that are applied together or not at all.
class batch {
public:
    batch() : handle_(detail::result<gabion_batch *>(gabion_batch_new)) {}

    batch &put(const column_family &family, std::string_view key, std::string_view value) {
        detail::run([&](auto failure) {
            return gabion_batch_put(handle_.get(), family.c_handle(), detail::lend(key), detail::lend(value), failure);
        });
        return *this;
    }

    batch &merge(const column_family &family, std::string_view key, std::string_view operand) {
        detail::run([&](auto failure) {
            return gabion_batch_merge(handle_.get(), family.c_handle(), detail::lend(key), detail::lend(operand), failure);
        });
        return *this;
    }

    batch &remove(const column_family &family, std::string_view key) {
        detail::run([&](auto failure) {
            return gabion_batch_delete(handle_.get(), family.c_handle(), detail::lend(key), failure);
        });
        return *this;
    }

    batch &remove_range(const column_family &family, std::string_view from, std::string_view to) {
        detail::run([&](auto failure) {
            return gabion_batch_delete_range(handle_.get(), family.c_handle(), detail::lend(from), detail::lend(to), failure);
        });
        return *this;
    }

    void clear() {
        detail::run([&](auto failure) { return gabion_batch_clear(handle_.get(), failure); });
    }

    std::size_t size() const noexcept { return gabion_batch_count(handle_.get()); }

    const gabion_batch *c_handle() const noexcept { return handle_.get(); }

private:
    detail::handle<gabion_batch, gabion_batch_free> handle_;
};

} // namespace gabion

#endif
