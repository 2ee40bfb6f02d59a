/// Reads the manifests of scripts: what may be run by name, checked before any rule can ask for it.
///
/// A manifest with an error is left out and every one of its errors reported; the others are loaded.
/// Source: docs/actions.md, "A script of your own"
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "connectors/script/script.h"
#include "rules/language/diagnostic.h"

namespace riposte {

/// Name of the manifest in a plugin's folder.
inline constexpr std::string_view kManifestName = "plugin.yaml";

struct LoadedScripts {
  Scripts scripts;
  std::vector<Diagnostic> diagnostics;

  /// Script id → its parameters, as ActionCatalogue::scripts wants it.
  std::map<std::string, std::vector<ParameterSpec>> parameters() const;
};

/// `paths`: manifests, or folders in and below which every plugin.yaml is one.
LoadedScripts load_scripts(std::span<const std::string> paths);

}  // namespace riposte
