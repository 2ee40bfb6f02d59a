/// Readings of the API's documents for people.
#pragma once

#include <string>

#include "connectors/http/json.h"
#include "engine/cli/table.h"

namespace riposte::cli {

/// What stands at a JSON pointer ("/cause/rule"), as text; empty when there is nothing.
std::string text_at(const http::Json& document, const std::string& pointer);

/// "completed, passed"; "executing, in doubt".
Cell state_cell(const http::Json& action);

/// "2 of 3, after 0011aabb2233"; empty when it belongs to no chain.
std::string chain_of(const http::Json& action);
/// "600s, until …; 12 further matches made no action"; empty when it has none.
std::string cooldown_of(const http::Json& action);
/// "4h, then resume_process at …"; empty when it stays.
std::string ttl_of(const http::Json& action);

/// "alice", the title of the rule, or "engine".
std::string submitter_of(const http::Json& action);

/// "2026-03-01 11:59:30Z": without the fraction.
std::string short_time(const std::string& instant);

/// The first digits of an id: what people copy.
std::string short_id(const std::string& id);

/// The actions of a page as a table.
std::string action_table(const http::Json& actions);

/// The audit records of a page as a table.
std::string audit_table(const http::Json& page, bool with_action);

}  // namespace riposte::cli
