/// Deeds about processes: ended, suspended, resumed; alone or with all that descends from them.
///
/// Limits:  what was stopped before a suspension of its tree runs, too, when the tree is resumed.
#pragma once

#include <memory>
#include <span>

#include "agent/deeds/deed.h"

namespace riposte::agent {

std::unique_ptr<Deed> make_process_deed(const order::Order& order, const DeedGround& ground);
order::DeedResult probe_process(const Started& started, const DeedGround& ground);
Verified verify_process(const order::Order& order, const Ledger::Known* known, const DeedGround& ground);

/// Lets run again what this suspension stopped, where nobody else of `ledger` but `lifted` holds it stopped.
order::DeedResult end_suspension(const Ledger::Known& suspension, std::span<const ActionId> lifted,
                                 const DeedGround& ground, const std::stop_token& stop);

}  // namespace riposte::agent
