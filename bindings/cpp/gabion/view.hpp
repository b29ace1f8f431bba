// Part of gabion.hpp; include that.
#ifndef GABION_VIEW_HPP
#define GABION_VIEW_HPP

#include <gabion.h>

#include <gabion/call.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace gabion {

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

} // namespace gabion

#endif
