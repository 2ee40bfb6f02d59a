/// The JSON documents of the API: one shape for the server's answers and the command line's `--json`.
///
/// Units:  instants are RFC 3339 in UTC, durations are text ("60s"); keys are snake_case.
/// Limits: text that is not UTF-8 is shown with replacement characters.
#pragma once

#include <span>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "engine/ports/control.h"
#include "engine/ports/fleet.h"

namespace riposte::http {

/// Keys stay in the order in which they were written.
using Json = nlohmann::ordered_json;

Json to_json(const Action& action);
Json to_json(const AuditRecord& record);
Json to_json(const SubmissionPreview& preview);
Json to_json(const Principal& principal);
Json to_json(const AgentRow& agent);
/// {"actions": […], "more": false, "digest": "…"}
Json to_json(const UndoPlan& plan);
/// {"undone": [{"id": "…", "undone_by": "…"}], "refused": [{"id": "…", "error": {…}}]}
Json to_json(const std::vector<UndoAnswer>& answers);
/// {"error": {"code": "denied", "message": "…"}}
Json error_json(std::string_view code, std::string_view message);

/// {"actions": […], "more": true}: `more` when rows were left out.
Json to_json(std::span<const Action> actions, bool more);
Json to_json(std::span<const AuditRecord> records, bool more);

/// One line.
std::string text_of(const Json& document);
/// Indented, for a person or a file.
std::string pretty_text_of(const Json& document);

}  // namespace riposte::http
