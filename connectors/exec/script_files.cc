#include "connectors/exec/script_files.h"

#include <filesystem>
#include <optional>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

#include "connectors/script/pinned_files.h"

namespace riposte {
namespace {

std::optional<std::string> writable_by_all(const std::filesystem::path& file) {
  struct stat status{};
  if (::stat(file.c_str(), &status) == 0 && (status.st_mode & S_IWOTH) != 0)
    return file.string() + " can be changed by every user; run: chmod o-w " + file.string();
  const std::filesystem::path folder = file.parent_path();
  // In a sticky folder nobody replaces the files of others.
  if (::stat(folder.c_str(), &status) == 0 && (status.st_mode & S_IWOTH) != 0 &&
      (status.st_mode & S_ISVTX) == 0)
    return "every user can replace files in " + folder.string() + "; run: chmod o-w " + folder.string();
  return {};
}

}  // namespace

std::vector<std::string> pin_files(const std::vector<std::string>& argv, Script& script) {
  std::vector<std::string> problems;
  for (std::size_t i = 0; i < argv.size(); ++i) {
    const bool is_program = i == 0;
    const std::filesystem::path path = (std::filesystem::path(script.directory) / argv[i]).lexically_normal();
    std::error_code error;
    if (!is_program && !std::filesystem::is_regular_file(path, error)) continue;
    auto digest = digest_of_file(path.string());
    if (!digest) {
      problems.push_back(
          digest.error().text() +
          (is_program ? "; a command names its program by an absolute path, or by one relative to the "
                        "folder of its manifest"
                      : ""));
      continue;
    }
    if (is_program && ::access(path.c_str(), X_OK) != 0)
      problems.push_back(path.string() + " is not executable; run: chmod +x " + path.string());
    if (auto problem = writable_by_all(path)) problems.push_back(*std::move(problem));
    script.pinned.emplace(path.string(), *std::move(digest));
  }
  return problems;
}

}  // namespace riposte
