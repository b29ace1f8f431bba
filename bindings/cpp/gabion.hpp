// Gabion for C++17: RAII over gabion.h. Header-only; link with libgabion.
//
//     gabion::backend backend;
//     gabion::column_family words = backend.register_column_family("words");
//     words.put("stone", "wall");
//     for (auto [key, value] : words.scan()) std::cout << key << ": " << value << '\n';
//     gabion::snapshot_info taken = backend.start_snapshot(gabion::snapshot_kind::native, "file:///var/snapshots").wait();
//
// Failures are thrown as gabion::error. Keys and values are any bytes, lent as std::string_view and given as std::string. Objects move and
// don't copy; their threads are those of gabion.h: const member functions on any number of threads, the others on one. They can be
// destroyed in any order; the destructor of a backend closes it.
#ifndef GABION_HPP
#define GABION_HPP

#include <gabion.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gabion {

// A call that failed: a code to branch on, and a message that says what was asked, what was found, and what to do.
class error : public std::runtime_error {
public:
    error(gabion_code code, const std::string &message) : std::runtime_error(message), code_(code) {}

    gabion_code code() const noexcept { return code_; }

private:
    gabion_code code_;
};

namespace detail {

template <class T, void (*Free)(T *)> struct freer {
    void operator()(T *handle) const noexcept { Free(handle); }
};

template <class T, void (*Free)(T *)> using handle = std::unique_ptr<T, freer<T, Free>>;

using buffer = handle<gabion_buffer, gabion_buffer_free>;

inline gabion_bytes lend(std::string_view bytes) noexcept { return {bytes.data(), bytes.size()}; }

inline std::string_view look(gabion_bytes bytes) noexcept { return {static_cast<const char *>(bytes.data), bytes.len}; }

inline std::string text(const buffer &bytes) { return std::string(look(gabion_buffer_bytes(bytes.get()))); }

// A bound that may be absent, as C wants it.
struct bound {
    explicit bound(const std::optional<std::string_view> &given)
        : bytes(lend(given.value_or(std::string_view()))), address(given ? &bytes : nullptr) {}
    bound(const bound &) = delete;
    bound &operator=(const bound &) = delete;

    gabion_bytes bytes;
    const gabion_bytes *address;
};

// Makes a call, which gets the place for its error, and throws that error.
template <class Call> void run(Call call) {
    gabion_error *failure = nullptr;
    gabion_code code = call(&failure);
    if (code != GABION_CODE_OK) {
        handle<gabion_error, gabion_error_free> owner(failure);
        throw error(code, std::string(look(gabion_error_message(failure))));
    }
}

// Makes a call that also gets the place for its result, and answers that result.
template <class T, class Call> T result(Call call) {
    T result{};
    run([&](gabion_error **failure) { return call(&result, failure); });
    return result;
}

} // namespace detail

// Settings by name, as text: {{"profile", "FLASH_SSD_OPTIMIZED"}, {"max_open_files", "500"}}.
class options {
public:
    options() : handle_(detail::result<gabion_options *>(gabion_options_new)) {}

    options(std::initializer_list<std::pair<std::string_view, std::string_view>> settings) : options() {
        for (const auto &[name, value] : settings) {
            set(name, value);
        }
    }

    options &set(std::string_view name, std::string_view value) {
        detail::run([&](auto failure) {
            return gabion_options_set(handle_.get(), detail::lend(name), detail::lend(value), failure);
        });
        return *this;
    }

    std::optional<std::string> get(std::string_view name) const {
        detail::buffer value(detail::result<gabion_buffer *>([&](auto out, auto failure) {
            return gabion_options_get(handle_.get(), detail::lend(name), out, failure);
        }));
        return value ? std::optional(detail::text(value)) : std::nullopt;
    }

    const gabion_options *c_handle() const noexcept { return handle_.get(); }

private:
    detail::handle<gabion_options, gabion_options_free> handle_;
};

// Memory that backends share.
class budget {
public:
    explicit budget(std::uint64_t bytes)
        : handle_(detail::result<gabion_budget *>([&](auto out, auto failure) { return gabion_budget_new(bytes, out, failure); })) {}

    const gabion_budget *c_handle() const noexcept { return handle_.get(); }

private:
    detail::handle<gabion_budget, gabion_budget_free> handle_;
};

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

class column_family;

// The state of all families of a backend at one instant.
class view {
public:
    explicit view(gabion_view *handle) : handle_(handle) {}

    inline std::optional<std::string> get(const column_family &family, std::string_view key) const;

    const gabion_view *c_handle() const noexcept { return handle_.get(); }

private:
    detail::handle<gabion_view, gabion_view_free> handle_;
};

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

namespace detail {

inline const gabion_budget *handle_of(const budget *budget) noexcept { return budget ? budget->c_handle() : nullptr; }

inline void check_version() {
    if (gabion_abi_version() != GABION_ABI_VERSION) {
        throw error(GABION_CODE_UNSUPPORTED, "this program was compiled for version " + std::to_string(GABION_ABI_VERSION)
                                                 + " of Gabion's C ABI, but the library has version "
                                                 + std::to_string(gabion_abi_version()) + "; compile it anew");
    }
}

} // namespace detail

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

// An open state backend; its destructor closes it and removes its scratch directory.
class backend {
public:
    explicit backend(const options &options = {}, const budget *budget = nullptr)
        : handle_(detail::result<gabion_backend *>([&](auto out, auto failure) {
              detail::check_version();
              return gabion_backend_open(options.c_handle(), detail::handle_of(budget), out, failure);
          })) {}

    // A backend with the contents of snapshots.
    explicit backend(const restore &restore, const options &options = {}, const budget *budget = nullptr)
        : handle_(detail::result<gabion_backend *>([&](auto out, auto failure) {
              detail::check_version();
              return gabion_backend_restore(options.c_handle(), detail::handle_of(budget), restore.c_handle(), out, nullptr, failure);
          })) {}

    // Takes over a handle of gabion.h.
    explicit backend(gabion_backend *handle) : handle_(handle) {}

    // Makes a family that must not exist.
    column_family create_column_family(std::string_view name, std::string_view descriptor = {}, const options &options = {}) const {
        return column_family(detail::result<gabion_column_family *>([&](auto out, auto failure) {
            return gabion_backend_create_column_family(handle_.get(), detail::lend(name), detail::lend(descriptor),
                                                       options.c_handle(), out, failure);
        }));
    }

    // Looks a family up, or makes it.
    column_family register_column_family(std::string_view name, std::string_view descriptor = {}, const options &options = {}) const {
        return column_family(detail::result<gabion_column_family *>([&](auto out, auto failure) {
            return gabion_backend_register_column_family(handle_.get(), detail::lend(name), detail::lend(descriptor),
                                                         options.c_handle(), out, failure);
        }));
    }

    std::optional<gabion::column_family> find_column_family(std::string_view name) const {
        auto found = detail::result<gabion_column_family *>([&](auto out, auto failure) {
            return gabion_backend_column_family(handle_.get(), detail::lend(name), out, failure);
        });
        return found ? std::optional<gabion::column_family>(found) : std::nullopt;
    }

    // All families, in order of creation.
    std::vector<column_family> column_families() const {
        detail::handle<gabion_column_family_list, gabion_column_family_list_free> list(
            detail::result<gabion_column_family_list *>([&](auto out, auto failure) {
                return gabion_backend_column_families(handle_.get(), out, failure);
            }));
        std::vector<column_family> families;
        for (std::size_t index = 0; index < gabion_column_family_list_count(list.get()); index++) {
            families.emplace_back(detail::result<gabion_column_family *>([&](auto out, auto failure) {
                return gabion_column_family_list_at(list.get(), index, out, failure);
            }));
        }
        return families;
    }

    void drop(const column_family &family) const {
        detail::run([&](auto failure) {
            return gabion_backend_drop_column_family(handle_.get(), family.c_handle(), failure);
        });
    }

    void write(const batch &batch) const {
        detail::run([&](auto failure) { return gabion_backend_write(handle_.get(), batch.c_handle(), failure); });
    }

    gabion::view view() const {
        return gabion::view(detail::result<gabion_view *>([&](auto out, auto failure) {
            return gabion_backend_view(handle_.get(), out, failure);
        }));
    }

    // Starts a snapshot into the snapshot directory at `url`; id and metadata come back from every reader.
    snapshot start_snapshot(snapshot_kind kind, std::string_view url, std::string_view id = {}, std::string_view metadata = {},
                            const options &options = {}) const {
        return snapshot(detail::result<gabion_snapshot *>([&](auto out, auto failure) {
            return gabion_backend_start_snapshot(handle_.get(), static_cast<gabion_snapshot_kind>(kind), detail::lend(url),
                                                 detail::lend(id), detail::lend(metadata), options.c_handle(), out, failure);
        }));
    }

    // Starts a snapshot into the new local directory `path`.
    snapshot start_capture(snapshot_kind kind, std::string_view path, std::string_view id = {}, std::string_view metadata = {},
                           const options &options = {}) const {
        return snapshot(detail::result<gabion_snapshot *>([&](auto out, auto failure) {
            return gabion_backend_start_capture(handle_.get(), static_cast<gabion_snapshot_kind>(kind), detail::lend(path),
                                                detail::lend(id), detail::lend(metadata), options.c_handle(), out, failure);
        }));
    }

    // Begins to pull all families as they are now; the stream carries id and metadata.
    gabion::pulled_stream pull_stream(std::string_view id = {}, std::string_view metadata = {}) const {
        return gabion::pulled_stream(detail::result<gabion_pulled_stream *>([&](auto out, auto failure) {
            return gabion_backend_pull_stream(handle_.get(), detail::lend(id), detail::lend(metadata), out, failure);
        }));
    }

    // Closes now, also while other threads use the backend; whatever was made from it throws GABION_CODE_CLOSED then.
    void close() const {
        detail::run([&](auto failure) { return gabion_backend_close(handle_.get(), failure); });
    }

    const gabion_backend *c_handle() const noexcept { return handle_.get(); }

private:
    detail::handle<gabion_backend, gabion_backend_free> handle_;
};

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
