#include "connectors/script/pinned_files.h"

#include <filesystem>
#include <fstream>
#include <system_error>

#include <fmt/format.h>

#include "engine/lifecycle/action.h"

namespace riposte {

Result<std::string> digest_of_file(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) return fail(Errc::not_found, path + " does not exist");
  if (!std::filesystem::is_regular_file(status)) return fail(Errc::invalid, path + " is not a regular file");
  const auto size = std::filesystem::file_size(path, error);
  if (error) return fail(Errc::unavailable, path + ": " + error.message());
  if (size > kPinnedFileBytesMax)
    return fail(Errc::invalid, fmt::format("{} has more than {} MiB; call it through a small script", path,
                                           kPinnedFileBytesMax >> 20U));
  std::ifstream file(path, std::ios::binary);
  std::string bytes(size, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(size));
  if (!file || file.peek() != std::ifstream::traits_type::eof())
    return fail(Errc::unavailable, path + " cannot be read, or changes while it is read");
  return digest_of(bytes);
}

std::optional<std::string> changed_since_load(const Script& script) {
  for (const auto& [path, digest] : script.pinned) {
    const auto now = digest_of_file(path);
    if (!now) return "script changed since it was loaded: " + now.error().text();
    if (*now != digest)
      return "script changed since it was loaded: " + path + "; restart the engine to accept the change";
  }
  return {};
}

}  // namespace riposte
