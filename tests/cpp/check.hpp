// What the C++ programs share.
#ifndef CHECK_HPP
#define CHECK_HPP

#include <gabion.hpp>

#include <cstdlib>
#include <iostream>
#include <string>

// The condition holds.
#define CHECK(condition) ((condition) ? (void)0 : check_failed(__FILE__, __LINE__, #condition))

[[noreturn]] inline void check_failed(const char *file, int line, const std::string &what) {
    std::cerr << file << ':' << line << ": failed: " << what << std::endl;
    std::exit(1);
}

// Whether `action` throws a gabion::error of this code, with these words in its message.
template <class Action> bool fails(gabion_code code, const std::string &words, Action action) {
    try {
        action();
    } catch (const gabion::error &error) {
        bool as_expected = error.code() == code && std::string(error.what()).find(words) != std::string::npos;
        if (!as_expected) {
            std::cerr << "code " << error.code() << ": " << error.what() << std::endl;
        }
        return as_expected;
    }
    return false;
}

// The path of `name` in the directory that the program may write to.
inline std::string test_path(const std::string &name) {
    const char *directory = std::getenv("TMPDIR");
    return std::string(directory ? directory : "/tmp") + "/" + name;
}

#endif
