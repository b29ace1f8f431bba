// Scans with range-for.
#include "check.hpp"

static std::string gather(gabion::scan scan) {
    std::string rows;
    for (auto [key, value] : scan) {
        rows.append(key).append("=").append(value.substr(0, 10)).append(" ");
    }
    return rows;
}

int main() {
    gabion::backend backend;
    gabion::column_family family = backend.register_column_family("rows");
    CHECK(gather(family.scan()).empty());
    family.put("a", "1");
    family.put("b", std::string(200000, '2'));
    family.put("c", "3");
    CHECK(gather(family.scan()) == "a=1 b=2222222222 c=3 ");
    CHECK(gather(family.scan({"b", {}, true})) == "c=3 b=2222222222 ");
    CHECK(gather(family.scan({"a", "c"})) == "a=1 b=2222222222 ");
    CHECK(gather(family.scan({{}, ""})).empty());

    gabion::view view = backend.view();
    family.remove("b");
    CHECK(gather(family.scan(view)) == "a=1 b=2222222222 c=3 ");
    CHECK(gather(family.scan(view, {"c"})) == "c=3 ");
    CHECK(gather(family.scan()) == "a=1 c=3 ");

    size_t count = 0;
    for (int key = 0; key < 10000; key++) {
        family.put("many" + std::to_string(key), "value");
    }
    for (const gabion::row &row : family.scan({"many", "manz"})) {
        CHECK(row.value == "value");
        count++;
    }
    CHECK(count == 10000);

    gabion::scan scan = family.scan({"a", "d"});
    gabion::row row;
    CHECK(scan.next(row) && row.key == "a");
    gabion::scan moved = std::move(scan);
    CHECK(moved.next(row) && row.key == "c" && !moved.next(row) && !moved.next(row));
    backend.close();
    gabion::column_family *closed = &family;
    CHECK(fails(GABION_CODE_CLOSED, "closed", [&] { gather(closed->scan()); }));
}
