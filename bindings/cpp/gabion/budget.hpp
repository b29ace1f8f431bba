// Part of gabion.hpp; include that.
#ifndef GABION_BUDGET_HPP
#define GABION_BUDGET_HPP

#include <gabion.h>

#include <gabion/call.hpp>

#include <cstdint>

namespace gabion {

// Memory that backends share.
class budget {
public:
    explicit budget(std::uint64_t bytes)
        : handle_(detail::result<gabion_budget *>([&](auto out, auto failure) { return gabion_budget_new(bytes, out, failure); })) {}

    const gabion_budget *c_handle() const noexcept { return handle_.get(); }

private:
    detail::handle<gabion_budget, gabion_budget_free> handle_;
};

namespace detail {

inline const gabion_budget *handle_of(const budget *budget) noexcept { return budget ? budget->c_handle() : nullptr; }

} // namespace detail

} // namespace gabion

#endif
