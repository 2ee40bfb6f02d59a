#include "rules/language/yaml_files.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

namespace riposte {
namespace {

namespace fs = std::filesystem;

std::string_view name_of(const std::string& path) {
  return std::string_view(path).substr(path.rfind('/') + 1);
}

std::string canonical(const std::string& file) {
  std::error_code ignored;
  const fs::path path = fs::weakly_canonical(file, ignored);
  return path.empty() ? file : path.string();
}

}  // namespace

std::vector<std::string> yaml_files_below(const std::string& folder, std::error_code& error) {
  std::vector<std::string> files;
  auto it = fs::recursive_directory_iterator(folder, error);
  for (; !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
    const std::string_view name = name_of(it->path().native());
    if (name.starts_with('.')) {
      it.disable_recursion_pending();
      continue;
    }
    std::error_code ignored;
    const bool is_yaml = name.ends_with(".yml") || name.ends_with(".yaml");
    if (is_yaml && !it->is_directory(ignored)) files.push_back(it->path().native());
  }
  std::ranges::sort(files);
  return files;
}

std::vector<std::string> YamlFiles::below(const std::string& path, std::vector<Diagnostic>& diagnostics) {
  std::error_code error;
  std::vector<std::string> files{path};
  if (fs::is_directory(path, error)) {
    files = yaml_files_below(path, error);
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
