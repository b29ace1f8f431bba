// Part of gabion.hpp; include that.
#ifndef GABION_OPTIONS_HPP
#define GABION_OPTIONS_HPP

#include <gabion.h>

#include <gabion/call.hpp>

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace gabion {

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

} // namespace gabion

#endif
