#include "rules/language/yaml_files.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

namespace riposte {
namespace {

namespace fs = std::filesystem;

bool is_yaml(const fs::path& path) { return path.extension() == ".yml" || path.extension() == ".yaml"; }

std::vector<std::string> files_in(const std::string& folder, std::error_code& error) {
  std::vector<std::string> files;
  auto it = fs::recursive_directory_iterator(folder, error);
  for (; !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
    // Hidden entries are editors' and deployment tools' own copies.
    if (it->path().filename().string().starts_with('.')) {
      it.disable_recursion_pending();
      continue;
    }
    std::error_code ignored;
    if (is_yaml(it->path()) && !it->is_directory(ignored)) files.push_back(it->path().string());
  }
  std::ranges::sort(files);
  return files;
}

std::string canonical(const std::string& file) {
  std::error_code ignored;
  const fs::path path = fs::weakly_canonical(file, ignored);
  return path.empty() ? file : path.string();
}

}  // namespace

std::vector<std::string> YamlFiles::below(const std::string& path, std::vector<Diagnostic>& diagnostics) {
  std::error_code error;
  std::vector<std::string> files{path};
  if (fs::is_directory(path, error)) {
    files = files_in(path, error);
    if (error)
      diagnostics.push_back({{path, 1, 1},
                             Diagnostic::Kind::error,
                             fmt::format("cannot read the folder: {}", error.message())});
    else if (files.empty())
      diagnostics.push_back({{path, 1, 1},
                             Diagnostic::Kind::warning,
                             fmt::format("no {} (*.yml, *.yaml) in this folder", kind_)});
  }
  std::erase_if(files, [this](const std::string& file) { return !seen_.insert(canonical(file)).second; });
  return files;
}

}  // namespace riposte
