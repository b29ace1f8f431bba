// Part of gabion.hpp; include that.
#ifndef GABION_COLUMN_FAMILY_HPP
#define GABION_COLUMN_FAMILY_HPP

#include <gabion.h>

#include <gabion/scan.hpp>
#include <gabion/view.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gabion {

// The rows of one state.
class column_family {
public:
    explicit column_family(gabion_column_family *handle) : handle_(handle) {}

    std::string name() const { return std::string(detail::look(gabion_column_family_name(handle_.get()))); }

    std::string descriptor() const {
        return detail::text(detail::buffer(detail::result<gabion_buffer *>([&](auto out, auto failure) {
            return gabion_column_family_descriptor(handle_.get(), out, failure);
        })));
    }

    std::optional<std::string> get(std::string_view key) const {
        detail::buffer value(detail::result<gabion_buffer *>([&](auto out, auto failure) {
            return gabion_column_family_get(handle_.get(), detail::lend(key), out, failure);
        }));
        return value ? std::optional(detail::text(value)) : std::nullopt;
    }

    // Reads into `value`, whose memory is used again; false, and an empty string, if there is no value.
    bool get(std::string_view key, std::string &value) const {
        bool found = false;
        std::size_t len = 0;
        value.resize(value.capacity());
        do {
            value.resize(len > value.size() ? len : value.size());
            detail::run([&](auto failure) {
                return gabion_column_family_get_into(handle_.get(), detail::lend(key), value.data(), value.size(), &found, &len,
                                                     failure);
            });
        } while (len > value.size());
        value.resize(len);
        return found;
    }

    bool contains(std::string_view key) const {
        return detail::result<bool>([&](auto out, auto failure) {
            return gabion_column_family_contains(handle_.get(), detail::lend(key), out, failure);
        });
    }

    // The values of the keys, in their order.
    std::vector<std::optional<std::string>> multi_get(const std::vector<std::string_view> &keys) const {
        std::vector<gabion_bytes> lent;
        for (std::string_view key : keys) {
            lent.push_back(detail::lend(key));
        }
        detail::handle<gabion_value_list, gabion_value_list_free> values(
            detail::result<gabion_value_list *>([&](auto out, auto failure) {
                return gabion_column_family_multi_get(handle_.get(), lent.data(), lent.size(), out, failure);
            }));
        std::vector<std::optional<std::string>> found(keys.size());
        for (std::size_t index = 0; index < found.size(); index++) {
            if (gabion_value_list_has(values.get(), index)) {
                found[index] = detail::look(gabion_value_list_value(values.get(), index));
            }
        }
        return found;
    }

    void put(std::string_view key, std::string_view value) const {
        detail::run([&](auto failure) {
            return gabion_column_family_put(handle_.get(), detail::lend(key), detail::lend(value), failure);
        });
    }

    void merge(std::string_view key, std::string_view operand) const {
        detail::run([&](auto failure) {
            return gabion_column_family_merge(handle_.get(), detail::lend(key), detail::lend(operand), failure);
        });
    }

    void remove(std::string_view key) const {
        detail::run([&](auto failure) { return gabion_column_family_delete(handle_.get(), detail::lend(key), failure); });
    }

    // Removes the keys with from <= key < to.
    void remove_range(std::string_view from, std::string_view to) const {
        detail::run([&](auto failure) {
            return gabion_column_family_delete_range(handle_.get(), detail::lend(from), detail::lend(to), failure);
        });
    }

    void clear() const {
        detail::run([&](auto failure) { return gabion_column_family_clear(handle_.get(), failure); });
    }

    // A walk over the rows of this moment.
    gabion::scan scan(const scan_range &range = {}) const { return walk(nullptr, range); }

    // A walk over the rows of a view.
    gabion::scan scan(const view &view, const scan_range &range = {}) const { return walk(view.c_handle(), range); }

    const gabion_column_family *c_handle() const noexcept { return handle_.get(); }

private:
    gabion::scan walk(const gabion_view *view, const scan_range &range) const {
        detail::bound from(range.from), to(range.to);
        return gabion::scan(detail::result<gabion_scan *>([&](auto out, auto failure) {
            return gabion_column_family_scan(handle_.get(), view, from.address, to.address, range.backward, out, failure);
        }));
    }

    detail::handle<gabion_column_family, gabion_column_family_free> handle_;
};

inline std::optional<std::string> view::get(const column_family &family, std::string_view key) const {
    detail::buffer value(detail::result<gabion_buffer *>([&](auto out, auto failure) {
        return gabion_view_get(handle_.get(), family.c_handle(), detail::lend(key), out, failure);
    }));
    return value ? std::optional(detail::text(value)) : std::nullopt;
}

} // namespace gabion

#endif
