/// A folder with files that are to go, and a vault beside it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <utility>

#include "agent/files/put_back.h"
#include "agent/files/take_in.h"

namespace riposte::test {

/// Of what has to succeed for the test to begin.
template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().text());
  return std::move(*result);
}

/// When files are taken in.
inline const WallTime kTakenAt{std::chrono::sys_days(std::chrono::year(2026) / 3 / 1)};

class VaultScene {
 public:
  explicit VaultScene(const std::filesystem::path& folder, const files::VaultLimits& limits = {})
      : folder_(std::filesystem::canonical(folder)),
        vault_(must(files::Vault::open((folder_ / "vault").string(), limits))) {
    std::filesystem::create_directory(folder_ / "place");
  }

  const files::Vault& vault() const { return vault_; }
  const Descriptor& root() const { return root_; }
  std::filesystem::path vault_path() const { return folder_ / "vault"; }
  std::string path_of(const std::string& name) const { return (folder_ / "place" / name).string(); }

  std::string write(const std::string& name, const std::string& content) const {
    const std::string path = path_of(name);
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }
  static std::string read(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }

  files::Found found(const std::string& path) const { return must(files::resolve(path, root_)); }
  Result<files::Taken> take(const std::string& path, const std::string& action = "a1",
                            const files::Meant& meant = {}) const {
    return files::take_in(found(path), action, meant, vault_, kTakenAt);
  }
  /// To where it was.
  Result<files::PutBack> put_back(const std::string& action = "a1") const {
    const auto entry = must(vault_.find(action));
    if (!entry) throw std::runtime_error("no entry " + action);
    return files::put_back(action, vault_,
                           must(files::resolve_directory(files::directory_of(entry->sidecar.path), root_)));
  }
  /// The content of the entry, decoded; throws where it is not whole.
  std::string kept(const std::string& action = "a1") const {
    const auto entry = must(vault_.find(action));
    if (!entry) throw std::runtime_error("no entry " + action);
    const auto object = must(vault_.object(action));
    std::string content(entry->sidecar.content.size, '\0');
    const auto whole = files::decode(object, entry->sidecar.content, entry->sidecar.key,
                                     [&](std::span<const unsigned char> bytes, std::uint64_t offset) {
                                       std::ranges::copy(bytes, content.begin() + std::ptrdiff_t(offset));
                                       return Result<void>();
                                     });
    if (!whole) throw std::runtime_error(whole.error().text());
    return content;
  }

 private:
  std::filesystem::path folder_;
  Descriptor root_ = must(files::open_root());
  files::Vault vault_;
};

}  // namespace riposte::test
