// Versions: what a host that loads the library at run time compares.
#include "support/check.h"

int main(void) {
    CHECK(gabion_abi_version() == GABION_ABI_VERSION);
    CHECK(gabion_version().len >= 5);
    CHECK(has(gabion_version(), "."));
    CHECK(gabion_build_id().len > 0);
    return 0;
}
