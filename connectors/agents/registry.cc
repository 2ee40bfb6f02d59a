#include "connectors/agents/registry.h"

#include <algorithm>
#include <system_error>

#include <fmt/format.h>

#include "connectors/agents/entry_json.h"
#include "engine/base/ascii.h"
#include "engine/base/log.h"
#include "engine/base/synced_file.h"

namespace riposte::agents {
namespace {

constexpr std::size_t kEntryBytesMax = std::size_t{64} * 1024;
constexpr std::string_view kSuffix = ".json";

bool is_live(const AgentEntry& entry) { return !entry.revoked_at; }

/// As a file keeps it.
WallTime whole_milliseconds(WallTime time) { return std::chrono::floor<std::chrono::milliseconds>(time); }

}  // namespace

Result<std::unique_ptr<Registry>> Registry::open(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  std::unique_ptr<Registry> registry(new Registry(directory));
  std::filesystem::directory_iterator file(directory, error);
  for (; !error && file != std::filesystem::directory_iterator(); file.increment(error)) {
    if (file->path().extension() == kSuffix) registry->load(file->path());
    if (registry->entries_.size() > kAgentsMax)
      return fail(Errc::invalid, directory.string() + " holds more than " + std::to_string(kAgentsMax) +
                                     " agents; move those away that are gone");
  }
  if (error) return fail(Errc::unavailable, directory.string() + ": " + error.message());
  return registry;
}

void Registry::load(const std::filesystem::path& path) {
  const std::string machine_id = path.stem().string();
  const auto entry = [&]() -> Result<AgentEntry> {
    AgentEntry read = TRY(parse_entry(TRY(read_small(path, kEntryBytesMax))));
    if (read.machine_id != machine_id) return fail(Errc::corrupt, "it speaks of '" + read.machine_id + "'");
    return read;
  }();
  if (entry) return keep(*entry);
  damaged_.insert(machine_id);
  log::error("an enrolled host stays out: its file cannot be read; put it back, or remove it and enrol anew",
             {{"file", path.string()}, {"why", entry.error().text()}});
}

std::optional<AgentEntry> Registry::find(const std::string& machine_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(machine_id);
  return found == entries_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<AgentEntry> Registry::find_certificate(const std::string& fingerprint) const {
  const std::lock_guard lock(mutex_);
  const auto found = machine_of_.find(fingerprint);
  return found == machine_of_.end() ? std::nullopt : std::optional(entries_.at(found->second));
}

std::vector<AgentEntry> Registry::list() const {
  const std::lock_guard lock(mutex_);
  std::vector<AgentEntry> all;
  all.reserve(entries_.size());
  for (const auto& [id, entry] : entries_) all.push_back(entry);
  return all;
}

Result<void> Registry::check_admission(const std::string& machine_id, const std::string& name) const {
  const std::lock_guard lock(mutex_);
  if (damaged_.contains(machine_id))
    return fail(Errc::corrupt, path_of(machine_id).string() +
                                   " cannot be read, so nobody knows what this host was; put it back or "
                                   "move it away, and restart the engine");
  if (!entries_.contains(machine_id) && entries_.size() >= kAgentsMax)
    return fail(Errc::unavailable, "the fleet has " + std::to_string(kAgentsMax) + " hosts, which is all");
  for (const auto& [id, entry] : entries_)
    if (id != machine_id && is_live(entry) && lower_ascii(entry.name) == lower_ascii(name))
      return fail(
          Errc::conflict,
          fmt::format("the name '{}' belongs to machine {}; revoke that one or choose another", name, id));
  return {};
}

Result<AgentEntry> Registry::enrol(AgentEntry entry) {
  {
    const std::lock_guard writing(writing_);
    TRY(check_admission(entry.machine_id, entry.name));
    const auto before = find(entry.machine_id);
    entry.enrolment = before ? before->enrolment + 1 : 1;
    entry.enrolled_at = whole_milliseconds(entry.enrolled_at);
    TRY(store(entry));
  }
  tell(entry.machine_id);
  return entry;
}

Result<void> Registry::revoke(const std::string& machine_id, const std::string& by,
                              const std::string& comment, WallTime now) {
  {
    const std::lock_guard writing(writing_);
    auto entry = find(machine_id);
    if (!entry) return fail(Errc::not_found, "no machine '" + machine_id + "' is enrolled");
    if (!is_live(*entry)) return fail(Errc::conflict, "machine '" + machine_id + "' is revoked already");
    entry->revoked_at = whole_milliseconds(now);
    entry->revoked_by = by;
    entry->comment = comment;
    TRY(store(*entry));
  }
  tell(machine_id);
  return {};
}

Result<void> Registry::offer_certificate(const std::string& machine_id, const std::string& fingerprint) {
  const std::lock_guard writing(writing_);
  auto entry = find(machine_id);
  if (!entry || !is_live(*entry)) return fail(Errc::denied, "the host is not one of the fleet");
  entry->next_fingerprint = fingerprint;
  return store(*entry);
}

Result<void> Registry::take_up_certificate(const std::string& machine_id, const std::string& fingerprint) {
  const std::lock_guard writing(writing_);
  auto entry = find(machine_id);
  if (!entry || entry->next_fingerprint != fingerprint) return {};
  entry->certificate_fingerprint = std::exchange(entry->next_fingerprint, {});
  return store(*entry);
}

Result<void> Registry::acknowledge(const std::string& machine_id, const std::string& journal_id,
                                   std::uint64_t journal_sequence) {
  const std::lock_guard writing(writing_);
  auto entry = find(machine_id);
  if (!entry) return fail(Errc::not_found, "no machine '" + machine_id + "' is enrolled");
  entry->journal_id = journal_id;
  entry->journal_sequence = journal_sequence;
  return store(*entry);
}

void Registry::on_change(std::function<void(const std::string&)> watch) {
  const std::lock_guard lock(watching_);
  watch_ = std::move(watch);
}

std::filesystem::path Registry::path_of(const std::string& machine_id) const {
  return directory_ / (machine_id + std::string(kSuffix));
}

Result<void> Registry::store(const AgentEntry& entry) {
  TRY(write_synced(path_of(entry.machine_id), to_json(entry), kPrivateMode));
  keep(entry);
  return {};
}

void Registry::keep(const AgentEntry& entry) {
  const std::lock_guard lock(mutex_);
  std::erase_if(machine_of_, [&](const auto& known) { return known.second == entry.machine_id; });
  entries_[entry.machine_id] = entry;
  if (!is_live(entry)) return;
  machine_of_[entry.certificate_fingerprint] = entry.machine_id;
  if (!entry.next_fingerprint.empty()) machine_of_[entry.next_fingerprint] = entry.machine_id;
}

void Registry::tell(const std::string& machine_id) {
  const std::lock_guard lock(watching_);
  if (watch_) watch_(machine_id);
}

}  // namespace riposte::agents
