// Part of gabion.hpp; include that.
#ifndef GABION_ERROR_HPP
#define GABION_ERROR_HPP

#include <gabion.h>

#include <stdexcept>
#include <string>

namespace gabion {

// A call that failed: a code to branch on, and a message that says what was asked, what was found, and what to do.
class error : public std::runtime_error {
public:
    error(gabion_code code, const std::string &message) : std::runtime_error(message), code_(code) {}

    gabion_code code() const noexcept { return code_; }

private:
    gabion_code code_;
};

} // namespace gabion

#endif
