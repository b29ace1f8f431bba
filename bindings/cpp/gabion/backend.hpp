// Part of gabion.hpp; include that.
#ifndef GABION_BACKEND_HPP
#define GABION_BACKEND_HPP

#include <gabion.h>

#include <gabion/batch.hpp>
#include <gabion/budget.hpp>
#include <gabion/column_family.hpp>
#include <gabion/options.hpp>
#include <gabion/pulled_stream.hpp>
#include <gabion/restore.hpp>
#include <gabion/snapshot.hpp>
#include <gabion/view.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gabion {

namespace detail {

inline void check_version() {
    if (gabion_abi_version() != GABION_ABI_VERSION) {
        throw error(GABION_CODE_UNSUPPORTED, "this program was compiled for version " + std::to_string(GABION_ABI_VERSION)
                                                 + " of Gabion's C ABI, but the library has version "
                                                 + std::to_string(gabion_abi_version()) + "; compile it anew");
    }
}

} // namespace detail

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

} // namespace gabion

#endif
