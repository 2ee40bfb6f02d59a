#include "connectors/agents/entry_json.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "engine/base/hex.h"
#include "engine/order/names.h"

namespace riposte::agents {
namespace {

using nlohmann::json;

WallTime time_of(const json& text) {
  const auto time = parse_iso8601(text.get<std::string>());
  if (!time) throw std::invalid_argument("'" + text.get<std::string>() + "' is no time");
  return *time;
}

order::PublicKey key_of(const json& text) {
  const auto bytes = from_hex(text.get<std::string>());
  order::PublicKey key{};
  if (!bytes || bytes->size() != key.size()) throw std::invalid_argument("report_key is no key");
  std::ranges::copy(*bytes, key.begin());
  return key;
}

AgentEntry entry_of(const json& fields) {
  AgentEntry entry;
  fields.at("machine_id").get_to(entry.machine_id);
  fields.at("enrolment").get_to(entry.enrolment);
  fields.at("name").get_to(entry.name);
  fields.at("aliases").get_to(entry.aliases);
  entry.report_key = key_of(fields.at("report_key"));
  fields.at("certificate_fingerprint").get_to(entry.certificate_fingerprint);
  entry.enrolled_at = time_of(fields.at("enrolled_at"));
  if (fields.contains("revoked_at")) entry.revoked_at = time_of(fields.at("revoked_at"));
  fields.at("revoked_by").get_to(entry.revoked_by);
  fields.at("comment").get_to(entry.comment);
  fields.at("journal_id").get_to(entry.journal_id);
  fields.at("journal_sequence").get_to(entry.journal_sequence);
  fields.at("next_fingerprint").get_to(entry.next_fingerprint);
  if (!order::is_plain_name(entry.machine_id)) throw std::invalid_argument("machine_id is no plain name");
  if (!is_hex(entry.certificate_fingerprint, order::kSha256Digits))
    throw std::invalid_argument("certificate_fingerprint is none");
  return entry;
}

}  // namespace

std::string to_json(const AgentEntry& entry) {
  json fields{{"machine_id", entry.machine_id},
              {"enrolment", entry.enrolment},
              {"name", entry.name},
              {"aliases", entry.aliases},
              {"report_key", to_hex(entry.report_key)},
              {"certificate_fingerprint", entry.certificate_fingerprint},
              {"enrolled_at", iso8601(entry.enrolled_at)},
              {"revoked_by", entry.revoked_by},
              {"comment", entry.comment},
              {"journal_id", entry.journal_id},
              {"journal_sequence", entry.journal_sequence},
              {"next_fingerprint", entry.next_fingerprint}};
  if (entry.revoked_at) fields["revoked_at"] = iso8601(*entry.revoked_at);
  constexpr int kIndent = 2;
  return fields.dump(kIndent, ' ', false, json::error_handler_t::replace) + "\n";
}

Result<AgentEntry> parse_entry(std::string_view text) {
  try {
    return entry_of(json::parse(text));
  } catch (const std::exception& failure) {
    return fail(Errc::corrupt, std::string("this is no entry of a registry: ") + failure.what());
  }
}

}  // namespace riposte::agents
