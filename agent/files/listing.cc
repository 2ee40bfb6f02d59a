#include "agent/files/listing.h"

#include <functional>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/base/hex.h"
#include "engine/base/printable.h"

namespace riposte::files {
namespace {

using Json = nlohmann::json;

/// Enough to find a file by, and to compare at a glance.
constexpr std::size_t kShownDigits = 12;
constexpr std::string_view kLine = "{:<32}  {:<24}  {:>12}  {:<12}  {:<8}  {}\n";

std::string_view state_of(const Vault::Entry& entry) {
  if (entry.sidecar.nameless) return "nameless";
  return entry.stage == Vault::Stage::taken ? "taken" : "copied";
}

using Entry = Result<std::optional<Vault::Entry>>;
Result<void> for_each(const Vault& vault,
                      const std::function<void(const std::string& action, const Entry& entry)>& visit) {
  for (const std::string& action : TRY(vault.actions())) {
    const Entry entry = vault.find(action);
    if (entry && !*entry) continue;  // it has gone since
    visit(action, entry);
  }
  return {};
}

std::string line_of(const Vault::Entry& entry) {
  const Sidecar& sidecar = entry.sidecar;
  return fmt::format(fmt::runtime(kLine), sidecar.action, sidecar.taken_at ? iso8601(*sidecar.taken_at) : "-",
                     sidecar.content.size, sidecar.content.sha256.substr(0, kShownDigits), state_of(entry),
                     printable(sidecar.path));
}

Json json_of(const Vault::Entry& entry) {
  const Sidecar& sidecar = entry.sidecar;
  Json json{
      {"action", sidecar.action},     {"path", printable(sidecar.path)},  {"path_hex", to_hex(sidecar.path)},
      {"size", sidecar.content.size}, {"sha256", sidecar.content.sha256}, {"state", state_of(entry)},
      {"taken_at", nullptr}};
  if (sidecar.taken_at) json["taken_at"] = iso8601(*sidecar.taken_at);
  return json;
}

}  // namespace

Result<std::string> listing_text(const Vault& vault) {
  std::string text;
  TRY(for_each(vault, [&](const std::string& action, const Entry& entry) {
    text += entry ? line_of(**entry) : fmt::format("{:<32}  damaged: {}\n", action, entry.error().text());
  }));
  if (text.empty()) return "the vault is empty\n";
  return fmt::format(fmt::runtime(kLine), "ACTION", "TAKEN IN", "SIZE", "SHA-256", "STATE", "PATH") + text;
}

Result<std::string> listing_json(const Vault& vault) {
  Json list = Json::array();
  TRY(for_each(vault, [&](const std::string& action, const Entry& entry) {
    list.push_back(entry ? json_of(**entry) : Json{{"action", action}, {"error", entry.error().text()}});
  }));
  return list.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace riposte::files
