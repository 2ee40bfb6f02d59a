/// A fresh directory that disappears with the object.
#pragma once

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace riposte::test {

class TemporaryDirectory {
 public:
  explicit TemporaryDirectory(const std::string& prefix = "riposte",
                              const std::filesystem::path& parent = std::filesystem::temp_directory_path()) {
    std::string name = (parent / (prefix + "-XXXXXX")).string();
    if (mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::generic_category(), name);
    path_ = name;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace riposte::test
