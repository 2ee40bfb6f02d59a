/// Deeds about files: taken out of use into the vault, and put back as they were.
#pragma once

#include <memory>

#include "agent/deeds/deed.h"

namespace riposte::agent {

/// Of quarantine_file and restore_file.
std::unique_ptr<Deed> make_file_deed(const order::Order& order, const DeedGround& ground);
order::DeedResult probe_file(const Started& started, const DeedGround& ground);
Verified verify_file(const order::Order& order, const DeedGround& ground);

/// Puts back what this quarantine took.
order::DeedResult end_quarantine(const Ledger::Known& quarantine, const DeedGround& ground);

}  // namespace riposte::agent
