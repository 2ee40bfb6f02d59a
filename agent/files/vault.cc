#include "agent/files/vault.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <set>
#include <string_view>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/files/refusal.h"
#include "engine/base/crash_point.h"

namespace riposte::files {
namespace {

constexpr mode_t kPrivateDirectory = 0700;
/// No program for anybody: not even root runs what has no bit for it.
constexpr mode_t kPrivateFile = 0600;
constexpr std::uint32_t kForOthers = 0077;
/// Ids are 32 hexadecimal digits; anything of this length without a path in it is harmless.
constexpr std::size_t kActionMax = 128;
/// A sidecar with kExtentsMax extents and kAttributesMax attributes of kAttributeBytesMax, with room to
/// spare.
constexpr std::uint64_t kSidecarBytesMax = std::uint64_t{64} << 20;

constexpr std::string_view kObjectEnd = ".q";
constexpr std::string_view kTakenEnd = ".json";
constexpr std::string_view kCopiedEnd = ".copied.json";
constexpr std::string_view kNewEnd = ".new";

Result<std::string> entry_name(const std::string& action, std::string_view end) {
  const bool plain =
      !action.empty() && action.size() <= kActionMax && std::ranges::all_of(action, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
               c == '_';
      });
  if (!plain) return fail(Errc::invalid, shown(action) + " is no action id");
  return action + std::string(end);
}

}  // namespace

Result<Vault> Vault::open(const std::string& directory, const VaultLimits& limits) {
  if (::mkdir(directory.c_str(), kPrivateDirectory) != 0 && errno != EEXIST)
    return refusal("making the vault " + directory, errno);
  Descriptor handle(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!handle.valid()) return refusal("opening the vault " + directory, errno);
  const FileFacts facts = TRY(facts_of(handle));
  if (facts.uid != ::geteuid() || (facts.mode & kForOthers) != 0)
    return fail(Errc::denied, "the vault " + directory + " is open to others; give it to uid " +
                                  std::to_string(::geteuid()) + " and mode 0700");
  return Vault(directory, std::move(handle), facts.id, limits);
}

Result<std::optional<Sidecar>> Vault::read_sidecar(const std::string& name) const {
  const Descriptor file(::openat(directory_.number(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!file.valid() && errno == ENOENT) return std::nullopt;
  if (!file.valid()) return refusal(in_vault(name), errno);
  const std::uint64_t size = TRY(facts_of(file)).size;
  if (size > kSidecarBytesMax) return fail(Errc::corrupt, in_vault(name) + " is too large for a sidecar");
  std::string text(size, '\0');
  if (::pread(file.number(), text.data(), size, 0) != static_cast<ssize_t>(size))
    return refusal(in_vault(name), EIO);
  return TRY_DOING(in_vault(name), decode_sidecar(text));
}

Result<std::optional<Vault::Entry>> Vault::find(const std::string& action) const {
  for (const auto& [end, stage] : {std::pair(kTakenEnd, Stage::taken), {kCopiedEnd, Stage::copied}})
    if (auto sidecar = TRY(read_sidecar(TRY(entry_name(action, end)))))
      return Entry{.stage = stage, .sidecar = std::move(*sidecar)};
  return std::nullopt;
}

Result<Descriptor> Vault::object(const std::string& action) const {
  const std::string name = TRY(entry_name(action, kObjectEnd));
  Descriptor object(::openat(directory_.number(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!object.valid()) return refusal(in_vault(name), errno);
  return object;
}

Result<Descriptor> Vault::hold(const std::string& action) const {
  const std::string name = TRY(entry_name(action, kObjectEnd));
  constexpr int kFlags = O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC;
  Descriptor object(::openat(directory_.number(), name.c_str(), kFlags, kPrivateFile));
  if (!object.valid()) return refusal(in_vault(name), errno);
  // Without a link it was discarded by its holder between the two calls: what were written to it would be
  // lost.
  if (::flock(object.number(), LOCK_EX | LOCK_NB) != 0 || TRY(facts_of(object)).links == 0)
    return fail(Errc::conflict, in_vault(name) + " is held by another process");
  return object;
}

Result<void> Vault::write_sidecar(const Sidecar& sidecar) const {
  const std::string unfinished = TRY(entry_name(sidecar.action, kNewEnd));
  const std::string name = TRY(entry_name(sidecar.action, sidecar.nameless ? kTakenEnd : kCopiedEnd));
  const std::string text = encode_sidecar(sidecar);
  constexpr int kFlags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC;
  const Descriptor file(::openat(directory_.number(), unfinished.c_str(), kFlags, kPrivateFile));
  if (!file.valid()) return refusal(in_vault(unfinished), errno);
  TRY_DOING(in_vault(unfinished),
            write_at(file, {reinterpret_cast<const unsigned char*>(text.data()), text.size()}, 0));
  if (::fsync(file.number()) != 0) return refusal(in_vault(unfinished), errno);
  if (::renameat(directory_.number(), unfinished.c_str(), directory_.number(), name.c_str()) != 0)
    return refusal(in_vault(name), errno);
  return {};
}

Result<void> Vault::record_copied(const Descriptor& object, const Sidecar& sidecar) const {
  if (::fsync(object.number()) != 0)
    return refusal("the object of " + sidecar.action + " in " + path_, errno);
  crash_point("vault.after_object");
  TRY(write_sidecar(sidecar));
  crash_point("vault.before_sync");
  return sync();
}

Result<void> Vault::record_taken(const std::string& action) const {
  const std::string copied = TRY(entry_name(action, kCopiedEnd));
  const std::string taken = TRY(entry_name(action, kTakenEnd));
  if (::renameat(directory_.number(), copied.c_str(), directory_.number(), taken.c_str()) != 0)
    return refusal(in_vault(copied), errno);
  return sync();
}

Result<void> Vault::remove(const std::string& name) const {
  if (::unlinkat(directory_.number(), name.c_str(), 0) == 0 || errno == ENOENT) return {};
  return refusal(in_vault(name), errno);
}

Result<void> Vault::discard(const std::string& action) const {
  // The sidecar goes first: an object without one is nothing, a sidecar without its object a damaged entry.
  for (const std::string_view end : {kTakenEnd, kCopiedEnd, kNewEnd, kObjectEnd})
    TRY(remove(TRY(entry_name(action, end))));
  return sync();
}

Result<void> Vault::sync() const {
  if (::fsync(directory_.number()) != 0) return refusal("the vault " + path_, errno);
  return {};
}

Result<std::vector<std::string>> Vault::names_before(std::string_view end) const {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(path_, error), last; !error && entry != last;
       entry.increment(error)) {
    std::string name = entry->path().filename().string();
    if (name.ends_with(end)) names.push_back(name.substr(0, name.size() - end.size()));
  }
  if (error) return refusal("the vault " + path_, error.value());
  return names;
}

Result<std::vector<std::string>> Vault::actions() const {
  std::set<std::string> actions;
  for (std::string name : TRY(names_before(kTakenEnd))) {
    // "<id>.copied" of "<id>.copied.json"
    if (const auto dot = name.find('.'); dot != std::string::npos) name.resize(dot);
    actions.insert(std::move(name));
  }
  return std::vector<std::string>(actions.begin(), actions.end());
}

Result<std::size_t> Vault::sweep() const {
  std::size_t swept = 0;
  for (const std::string& action : TRY(names_before(kObjectEnd))) {
    const auto held = hold(action);
    if (!held || TRY(find(action))) continue;
    TRY(discard(action));
    ++swept;
  }
  return swept;
}

Result<std::uint64_t> Vault::bytes_used() const {
  std::uint64_t bytes = 0;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(path_, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code gone;
    const auto size = entry->path().extension() == kObjectEnd ? entry->file_size(gone) : 0;
    if (!gone) bytes += size;
  }
  if (error) return refusal("the vault " + path_, error.value());
  return bytes;
}

Result<void> Vault::refuse_oversized(std::uint64_t size) const {
  if (size > limits_.file_bytes)
    return fail(Errc::unavailable, "it has " + std::to_string(size) + " bytes; files of more than " +
                                       std::to_string(limits_.file_bytes) + " are not taken in");
  const std::uint64_t used = TRY(bytes_used());
  if (used > limits_.vault_bytes || size > limits_.vault_bytes - used)
    return fail(Errc::unavailable, "the vault " + path_ + " holds " + std::to_string(used) + " of " +
                                       std::to_string(limits_.vault_bytes) + " bytes and has no room for " +
                                       std::to_string(size) +
                                       "; discard what is no longer needed (vault discard)");
  return {};
}

}  // namespace riposte::files
