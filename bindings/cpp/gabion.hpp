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

#include <gabion/backend.hpp>
#include <gabion/batch.hpp>
#include <gabion/budget.hpp>
#include <gabion/call.hpp>
#include <gabion/column_family.hpp>
#include <gabion/error.hpp>
#include <gabion/options.hpp>
#include <gabion/pulled_stream.hpp>
#include <gabion/pushed_stream.hpp>
#include <gabion/restore.hpp>
#include <gabion/scan.hpp>
#include <gabion/snapshot.hpp>
#include <gabion/snapshot_directory.hpp>
#include <gabion/view.hpp>

#endif
