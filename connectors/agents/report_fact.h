/// What a host's report says about the effect that it answers.
#pragma once

#include <optional>
#include <string>

#include "connectors/agents/binding.h"
#include "engine/lifecycle/fact.h"
#include "engine/order/report.h"

namespace riposte::agents {

/// The purpose of the order that an effect becomes.
order::Purpose purpose_of(const Effect& effect);

/// Nothing: it answers something else, or the host is still at it.
std::optional<Fact> fact_of(const order::Report& report, const Effect& effect);

/// The answer of this kind of effect that says that nobody can tell, and why.
Fact cannot_tell(const Effect& effect, std::string why);
/// The same where it is certain that nothing ran.
Fact did_not_run(const Effect& effect, Outcome::Kind kind, std::string why);

/// Begins the detail of actions about which a host's journal cannot be believed.
inline constexpr std::string_view kJournalWentBack = "the journal of the host was lost or put back";

}  // namespace riposte::agents
