// Part of gabion.hpp; include that.
#ifndef GABION_CALL_HPP
#define GABION_CALL_HPP

#include <gabion.h>

#include <gabion/error.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace gabion {

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

} // namespace gabion

#endif
