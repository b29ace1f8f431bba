// Part of gabion.hpp; include that.
#ifndef GABION_SCAN_HPP
#define GABION_SCAN_HPP

#include <gabion.h>

#include <gabion/call.hpp>

#include <cstddef>
#include <iterator>
#include <optional>
#include <string_view>
#include <vector>

namespace gabion {

// One row of a scan; valid until the scan goes on.
struct row {
    std::string_view key;
    std::string_view value;
};

// The keys of a scan: from <= key < to.
struct scan_range {
    std::optional<std::string_view> from = std::nullopt;
    std::optional<std::string_view> to = std::nullopt;
    bool backward = false;
};

// A walk over rows, for one range-for loop; it fetches them in blocks.
class scan {
public:
    class iterator {
    public:
        using iterator_category = std::input_iterator_tag;
        using value_type = row;
        using difference_type = std::ptrdiff_t;
        using pointer = const row *;
        using reference = const row &;

        iterator() = default;
        explicit iterator(scan *source) : source_(source) { ++*this; }

        reference operator*() const noexcept { return row_; }
        pointer operator->() const noexcept { return &row_; }
        iterator &operator++() {
            if (!source_->next(row_)) {
                source_ = nullptr;
            }
            return *this;
        }
        void operator++(int) { ++*this; }
        friend bool operator==(const iterator &one, const iterator &other) noexcept { return one.source_ == other.source_; }
        friend bool operator!=(const iterator &one, const iterator &other) noexcept { return !(one == other); }

    private:
        scan *source_ = nullptr;
        row row_;
    };

    explicit scan(gabion_scan *handle) : handle_(handle) {}

    iterator begin() { return iterator(this); }
    iterator end() noexcept { return iterator(); }

    // Reads the next row; false after the last one.
    bool next(row &row) {
        gabion_bytes key, value;
        while (!gabion_rows_next(&rest_, &key, &value)) {
            if (done_) {
                return false;
            }
            fill();
        }
        row = {detail::look(key), detail::look(value)};
        return true;
    }

private:
    static constexpr std::size_t block_size = 64 * 1024;

    void fill() {
        auto filled = detail::result<gabion_filled>([&](auto out, auto failure) {
            return gabion_scan_fill(handle_.get(), block_.data(), block_.size(), out, failure);
        });
        if (filled.rows == 0 && !filled.done) {
            block_.resize(filled.needed);
        }
        rest_ = {block_.data(), filled.bytes};
        done_ = filled.done;
    }

    detail::handle<gabion_scan, gabion_scan_free> handle_;
    std::vector<char> block_ = std::vector<char>(block_size);
    gabion_bytes rest_ = {nullptr, 0};
    bool done_ = false;
};

} // namespace gabion

#endif
