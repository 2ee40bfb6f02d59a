#include "engine/cli/documents.h"

#include <nlohmann/json.hpp>

namespace riposte::cli {
namespace {

/// 48 bits: far more than enough for a list, short enough for a line.
constexpr std::size_t kShortIdDigits = 12;

Colour colour_of(const std::string& state) {
  if (state == "pending_approval") return Colour::yellow;
  if (state == "completed") return Colour::green;
  if (state == "failed") return Colour::red;
  return Colour::none;
}

std::string actor_of(const http::Json& record) {
  const std::string name = text_at(record, "/actor/name");
  const std::string kind = text_at(record, "/actor/kind");
  return name.empty() || kind != "person" ? kind + (name.empty() ? "" : " " + name) : name;
}

}  // namespace

std::string text_at(const http::Json& document, const std::string& pointer) {
  const http::Json::json_pointer place(pointer);
  if (!document.contains(place) || document.at(place).is_null()) return "";
  const http::Json& value = document.at(place);
  return value.is_string() ? value.get<std::string>() : http::text_of(value);
}

Cell state_cell(const http::Json& action) {
  const std::string state = text_at(action, "/state");
  const std::string verification = text_at(action, "/verification");
  std::string text = state;
  if (text_at(action, "/held") == "true") text += ", held";
  if (state == "cancelled" && text_at(action, "/dry_run") == "true") text += ", dry run";
  if (text_at(action, "/in_doubt") == "true") text += ", in doubt";
  if (verification == "pending") text += ", unverified";
  if (verification == "passed") text += ", verified";
  return {text, colour_of(state)};
}

std::string submitter_of(const http::Json& action) {
  if (text_at(action, "/submitter/kind") == "engine") return "engine";
  if (text_at(action, "/submitter/kind") == "person") return text_at(action, "/submitter/name");
  const std::string title = text_at(action, "/cause/rule_title");
  return "rule " + (title.empty() ? text_at(action, "/submitter/name") : title);
}

std::string chain_of(const http::Json& action) {
  const std::string position = text_at(action, "/chain/position");
  if (position.empty()) return "";
  const std::string after = text_at(action, "/chain/after");
  return position + " of " + text_at(action, "/chain/length") +
         (after.empty() ? "" : ", after " + short_id(after));
}

std::string cooldown_of(const http::Json& action) {
  const std::string length = text_at(action, "/cooldown/length");
  if (length.empty()) return "";
  return length + ", until " + short_time(text_at(action, "/cooldown/until")) + "; " +
         text_at(action, "/cooldown/swallowed") + " further matches made no action";
}

std::string ttl_of(const http::Json& action) {
  const std::string length = text_at(action, "/ttl/length");
  if (length.empty()) return "";
  const std::string due = text_at(action, "/undo_due");
  return length + ", then " + text_at(action, "/ttl/undo") + (due.empty() ? "" : " at " + short_time(due));
}

std::string short_time(const std::string& instant) {
  constexpr std::size_t kDate = 10;
  constexpr std::size_t kSeconds = 19;
  if (instant.size() < kSeconds) return instant;
  return instant.substr(0, kDate) + " " + instant.substr(kDate + 1, kSeconds - kDate - 1) + "Z";
}

std::string short_id(const std::string& id) { return id.substr(0, kShortIdDigits); }

std::string action_table(const http::Json& actions) {
  Table table;
  table.columns = {{"ID", false},    {"CREATED", false}, {"STATE", false}, {"ACTION", false},
                   {"TARGET", true}, {"HOST", true},     {"BY", true}};
  for (const http::Json& action : actions) {
    table.rows.push_back({{short_id(text_at(action, "/id"))},
                          {short_time(text_at(action, "/created_at"))},
                          state_cell(action),
                          {text_at(action, "/type")},
                          {text_at(action, "/target")},
                          {text_at(action, "/host")},
                          {submitter_of(action)}});
  }
  return text_of(table);
}

std::string audit_table(const http::Json& page, bool with_action) {
  Table table;
  table.columns = {{"TIME", false}, {"EVENT", false}, {"STATE", false}, {"BY", true}, {"DETAIL", true}};
  if (with_action) table.columns.insert(table.columns.begin() + 1, Column{"ACTION", false});
  for (const http::Json& record : page.at("records")) {
    const std::string from = text_at(record, "/from");
    const std::string to = text_at(record, "/to");
    std::string state;
    if (!from.empty() && from != to) state.append(from).append(" > ");
    state += to;
    if (text_at(record, "/verification") == "passed") state += ", verified";
    std::vector<Cell> row{{short_time(text_at(record, "/at"))},
                          {text_at(record, "/event")},
                          {std::move(state), colour_of(to)},
                          {actor_of(record)},
                          {text_at(record, "/detail")}};
    if (with_action) row.insert(row.begin() + 1, Cell{short_id(text_at(record, "/action"))});
    table.rows.push_back(std::move(row));
  }
  return text_of(table);
}

}  // namespace riposte::cli
