#include "connectors/script/script_journal.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "connectors/script/child_files.h"

namespace riposte {
namespace {

using Json = nlohmann::json;

constexpr mode_t kPrivateFile = 0600;
/// Ids are 32 hexadecimal digits; anything of this length without a path in it is harmless.
constexpr std::size_t kIdMax = 128;

constexpr std::array<Outcome::Kind, 9> kOutcomeKinds{Outcome::Kind::ok,
                                                     Outcome::Kind::already_done,
                                                     Outcome::Kind::not_found,
                                                     Outcome::Kind::refused_identity,
                                                     Outcome::Kind::refused_guard,
                                                     Outcome::Kind::unsupported,
                                                     Outcome::Kind::timeout,
                                                     Outcome::Kind::error,
                                                     Outcome::Kind::unknown};

std::unexpected<Error> failed(const std::filesystem::path& path, int error) {
  const bool full = error == ENOSPC || error == EDQUOT;
  return fail(full ? Errc::unavailable : Errc::corrupt,
              "script journal " + path.string() + ": " + std::generic_category().message(error));
}

Result<std::filesystem::path> file_of(const std::filesystem::path& directory, const ActionId& id,
                                      std::string_view extension) {
  const std::string& name = id.value();
  const bool plain = !name.empty() && name.size() <= kIdMax && std::ranges::all_of(name, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
  });
  if (!plain) return fail(Errc::invalid, "'" + name + "' is no action id");
  return directory / (name + std::string(extension));
}

Result<void> sync_directory(const std::filesystem::path& directory) {
  const ChildFile handle(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (handle.fd() < 0 || ::fsync(handle.fd()) != 0) return failed(directory, errno);
  return {};
}

Result<void> write_synced(const std::filesystem::path& path, int flags, std::string_view bytes) {
  const ChildFile file(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, kPrivateFile));
  if (file.fd() < 0) {
    if (errno == EEXIST) return fail(Errc::conflict, path.string() + " is already there");
    return failed(path, errno);
  }
  while (!bytes.empty()) {
    const ssize_t written = ::write(file.fd(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return failed(path, errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(file.fd()) != 0) return failed(path, errno);
  return {};
}

Result<Outcome> decode(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  try {
    const Json json = Json::parse(bytes);
    const auto name = json.at("outcome").get<std::string>();
    const auto kind =
        std::ranges::find(kOutcomeKinds, name, [](Outcome::Kind known) { return name_of(known); });
    if (kind != kOutcomeKinds.end())
      return Outcome{.kind = *kind,
                     .detail = json.at("detail").get<std::string>(),
                     .evidence = json.at("evidence").get<Evidence>()};
  } catch (const Json::exception&) {
  }
  return fail(Errc::corrupt, "script journal " + path.string() +
                                 " does not decode; find out whether the script ran, then remove the file");
}

WallTime modified_at(const std::filesystem::path& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return WallTime::max();
  return WallTime(std::chrono::duration_cast<Duration>(std::chrono::seconds(status.st_mtim.tv_sec) +
                                                       std::chrono::nanoseconds(status.st_mtim.tv_nsec)));
}

/// A file that cannot be removed is found again at the next open.
void remove_older(const std::filesystem::path& directory, WallTime before) {
  std::error_code error;
  for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::filesystem::path& path = entry->path();
    const bool ours =
        path.extension() == ".started" || path.extension() == ".done" || path.extension() == ".new";
    if (ours && modified_at(path) < before) ::unlink(path.c_str());
  }
}

}  // namespace

Result<ScriptJournal> ScriptJournal::open(const std::filesystem::path& directory, WallTime now) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return failed(directory, error.value());
  if (directory.has_parent_path()) TRY(sync_directory(directory.parent_path()));
  const WallTime reaches_back_to = now - kJournalRetention;
  remove_older(directory, reaches_back_to);
  TRY(sync_directory(directory));
  return ScriptJournal(directory, reaches_back_to);
}

Result<ScriptJournal::Entry> ScriptJournal::find(const ActionId& id) const {
  const auto started = TRY(file_of(directory_, id, ".started"));
  const auto done = TRY(file_of(directory_, id, ".done"));
  Entry entry;
  std::error_code error;
  entry.started = std::filesystem::exists(started, error);
  if (error) return failed(started, error.value());
  const bool has_done = std::filesystem::exists(done, error);
  if (error) return failed(done, error.value());
  if (has_done) entry.done = TRY(decode(done));
  return entry;
}

Result<void> ScriptJournal::record_started(const ActionId& id, bool again) {
  const auto path = TRY(file_of(directory_, id, ".started"));
  auto written = write_synced(path, again ? O_TRUNC : O_EXCL, "started\n");
  if (written) written = sync_directory(directory_);
  // Nothing will be started on the strength of this record, so it must not speak of a start later.
  if (!written && !again && written.error().code != Errc::conflict) ::unlink(path.c_str());
  return written;
}

Result<void> ScriptJournal::record_done(const ActionId& id, const Outcome& outcome) {
  const auto path = TRY(file_of(directory_, id, ".done"));
  const auto unfinished = TRY(file_of(directory_, id, ".new"));
  const Json json{
      {"outcome", name_of(outcome.kind)}, {"detail", outcome.detail}, {"evidence", outcome.evidence}};
  TRY(write_synced(unfinished, O_TRUNC, json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"));
  if (::rename(unfinished.c_str(), path.c_str()) != 0) return failed(path, errno);
  return sync_directory(directory_);
}

}  // namespace riposte
