/// Reads what a dead engine left behind: its store, its script journal and the scripts' ledger.
#pragma once

#include <filesystem>

#include "engine/base/error.h"
#include "tests/crash/account.h"

namespace riposte::test {

/// Opens the store as the engine would, and closes it again. `streams`: whose positions to read.
/// Errors: of ActionStore; corrupt also for a ledger that ends in the middle of a line.
Result<Remains> read_remains(const std::filesystem::path& data, const std::filesystem::path& ledger,
                             const std::vector<StreamId>& streams);

}  // namespace riposte::test
