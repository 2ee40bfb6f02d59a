/// Finds the YAML files that a configured path means: itself, or everything below a folder.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "rules/language/diagnostic.h"

namespace riposte {

/// *.yml and *.yaml below a folder to any depth, in the order of their names; hidden entries, editors' and
/// deployment tools' own copies, are left out. `error`: the folder cannot be listed to its end.
std::vector<std::string> yaml_files_below(const std::string& folder, std::error_code& error);

/// Remembers what it has found, so that a file that two paths reach is found once.
class YamlFiles {
 public:
  /// kind: what a folder without any lacks, in messages ("rule").
  explicit YamlFiles(std::string_view kind) : kind_(kind) {}

  /// `path` itself, or *.yml and *.yaml below it to any depth, in the order of their names. A folder that
  /// cannot be read, or that has none, goes to `diagnostics`.
  std::vector<std::string> below(const std::string& path, std::vector<Diagnostic>& diagnostics);

 private:
  std::string kind_;
  std::set<std::string> seen_;
};

}  // namespace riposte
