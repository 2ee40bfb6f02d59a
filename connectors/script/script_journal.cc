#include "connectors/script/script_journal.h"

#include <algorithm>
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

#include "engine/base/descriptor.h"
#include "engine/base/file_bytes.h"

namespace riposte {
namespace {

using Json = nlohmann::json;

constexpr mode_t kPrivateFile = 0600;
/// Ids are 32 hexadecimal digits; anything of this length without a path in it is harmless.
constexpr std::size_t kIdMax = 128;

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

Result<void> sync_names(const std::filesystem::path& directory) {
  if (const auto error = sync_directory(directory)) return failed(directory, error.value());
  return {};
}

Result<void> write_record(const std::filesystem::path& path, int flags, std::string_view bytes) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, kPrivateFile));
  if (!file.valid()) {
    if (errno == EEXIST) return fail(Errc::conflict, path.string() + " is already there");
    return failed(path, errno);
  }
  if (const auto error = write_all(file.number(), bytes)) return failed(path, error.value());
  if (::fsync(file.number()) != 0) return failed(path, errno);
  return {};
}

Result<Outcome> decode(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  try {
    const Json json = Json::parse(bytes);
    const auto kind = parse_result_word(json.at("outcome").get<std::string>());
    if (kind && *kind != Outcome::Kind::unreachable)  // a script that ran was there
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
  if (directory.has_parent_path()) TRY(sync_names(directory.parent_path()));
  const WallTime reaches_back_to = now - kJournalRetention;
  remove_older(directory, reaches_back_to);
  TRY(sync_names(directory));
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
  auto written = write_record(path, again ? O_TRUNC : O_EXCL, "started\n");
  if (written) written = sync_names(directory_);
  // Nothing will be started on the strength of this record, so it must not speak of a start later.
  if (!written && !again && written.error().code != Errc::conflict) ::unlink(path.c_str());
  return written;
}

Result<void> ScriptJournal::record_done(const ActionId& id, const Outcome& outcome) {
  const auto path = TRY(file_of(directory_, id, ".done"));
  const auto unfinished = TRY(file_of(directory_, id, ".new"));
  const Json json{
      {"outcome", name_of(outcome.kind)}, {"detail", outcome.detail}, {"evidence", outcome.evidence}};
  TRY(write_record(unfinished, O_TRUNC, json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"));
  if (::rename(unfinished.c_str(), path.c_str()) != 0) return failed(path, errno);
  return sync_names(directory_);
}

}  // namespace riposte
