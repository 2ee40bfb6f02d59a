#include "connectors/exec/script_manifest.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "connectors/exec/script_files.h"
#include "rules/language/map_reader.h"

namespace riposte {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNameMax = 64;
/// Folders of plugins are flat; this only stops a runaway tree.
constexpr int kFolderDepthMax = 8;
constexpr std::array<std::string_view, 2> kOnUnknownNames{"in_doubt", "rerun"};
constexpr std::array<std::string_view, 8> kValueKindNames{"boolean",   "integer", "string",    "duration",
                                                          "timestamp", "ip",      "user_name", "path"};

bool is_name(std::string_view text, std::string_view extra) {
  return !text.empty() && text.size() <= kNameMax && text.front() >= 'a' && text.front() <= 'z' &&
         std::ranges::all_of(text, [&](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || extra.find(c) != std::string_view::npos;
         });
}

bool is_environment_name(std::string_view text) {
  return !text.empty() && !(text.front() >= '0' && text.front() <= '9') &&
         std::ranges::all_of(text, [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
         });
}

std::vector<ParameterSpec> read_parameter_specs(MapReader& manifest) {
  std::vector<ParameterSpec> specs;
  auto parameters = manifest.map("parameters");
  if (!parameters) return specs;
  for (const yaml::Entry& entry : parameters->entries()) {
    if (!is_name(entry.key, "_") || entry.key == "script")
      manifest.diagnostics().error(entry,
                                   "'" + entry.key +
                                       "' cannot name a parameter; use lower-case letters, digits and _, "
                                       "a letter first, and not 'script'");
    MapReader reader(entry.value, "parameter " + entry.key, manifest.diagnostics());
    ParameterSpec spec;
    spec.name = entry.key;
    spec.kind = parse_value_kind(reader.one_of("type", kValueKindNames).value_or("string"))
                    .value_or(ValueKind::string);
    spec.required = reader.boolean("required").value_or(false);
    spec.help = reader.text("help").value_or("");
    reader.finish();
    specs.push_back(std::move(spec));
  }
  return specs;
}

void read_environment(MapReader& manifest, Script& script) {
  auto environment = manifest.map("environment");
  if (!environment) return;
  for (const yaml::Entry& entry : environment->entries()) {
    if (!is_environment_name(entry.key) || entry.key.starts_with("RIPOSTE_"))
      manifest.diagnostics().error(entry,
                                   "'" + entry.key +
                                       "' cannot name an environment variable; use letters, digits and _, "
                                       "no digit first, and no name that starts with RIPOSTE_");
    const auto value = scalar_text(entry.value, "environment " + entry.key, manifest.diagnostics());
    if (value && value->find('\0') != std::string::npos)
      manifest.diagnostics().error(entry.value, "a value cannot hold a zero byte");
    if (value) script.environment.emplace(entry.key, *value);
  }
}

/// The command with an absolute path in front; its files are checked and pinned.
std::vector<std::string> read_command(MapReader& manifest, std::string_view key, Script& script) {
  std::vector<std::string> argv = manifest.texts(key);
  const yaml::Node* node = manifest.find(key);
  if (node == nullptr || argv.empty()) return {};
  for (const std::string& argument : argv) {
    if (argument.find('\0') == std::string::npos) continue;
    manifest.diagnostics().error(*node, "an argument cannot hold a zero byte");
    return {};
  }
  argv.front() = (fs::path(script.directory) / argv.front()).lexically_normal().string();
  for (std::string& problem : pin_files(argv, script))
    manifest.diagnostics().error(*node, std::move(problem));
  return argv;
}

void read_limits(MapReader& manifest, Script& script) {
  if (const auto timeout = manifest.duration("timeout")) {
    script.timeout = *timeout;
    if (*timeout <= Duration::zero() || *timeout > kScriptTimeoutMax)
      manifest.diagnostics().error(*manifest.find("timeout"), "timeout must be more than 0s and at most " +
                                                                  duration_text(kScriptTimeoutMax));
  }
  const auto limit = manifest.integer("output_limit", 0, static_cast<std::int64_t>(kScriptOutputMax));
  if (limit) script.output_limit = static_cast<std::size_t>(*limit);
}

std::optional<Script> read_manifest(const fs::path& path, Diagnostics& diagnostics) {
  const auto bytes = yaml::read_file(path.string());
  if (!bytes) {
    diagnostics.error(Location{}, bytes.error().text());
    return {};
  }
  const auto document = yaml::parse(*bytes, diagnostics);
  if (!document) return {};
  std::error_code error;
  Script script;
  script.directory = fs::canonical(fs::absolute(path).parent_path(), error).string();

  MapReader manifest(*document, "the manifest", diagnostics);
  script.id = manifest.required_text("id").value_or("");
  if (!script.id.empty() && !is_name(script.id, "_-"))
    diagnostics.error(*manifest.find("id"), "'" + script.id +
                                                "' cannot be an id; use lower-case letters, digits, _ and -, "
                                                "a letter first");
  script.description = manifest.text("description").value_or("");
  const bool has_command = manifest.required("command") != nullptr;
  script.command = read_command(manifest, "command", script);
  if (has_command && script.command.empty() && diagnostics.ok())
    diagnostics.error(*manifest.find("command"),
                      "command is empty; give the program and its arguments as a list");
  script.verify = read_command(manifest, "verify", script);
  script.parameters = read_parameter_specs(manifest);
  read_environment(manifest, script);
  read_limits(manifest, script);
  if (manifest.one_of("on_unknown", kOnUnknownNames).value_or("in_doubt") == "rerun")
    script.on_unknown = Script::OnUnknown::rerun;
  manifest.finish();
  if (!diagnostics.ok()) return {};
  return script;
}

void find_manifests(const fs::path& folder, std::vector<fs::path>& found) {
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied, error),
       end;
       !error && entry != end; entry.increment(error)) {
    if (entry.depth() >= kFolderDepthMax) entry.disable_recursion_pending();
    if (entry->path().filename() == kManifestName) found.push_back(entry->path());
  }
  std::ranges::sort(found);
}

void load_manifest(const fs::path& path, LoadedScripts& loaded) {
  Diagnostics diagnostics(path.string());
  auto script = read_manifest(path, diagnostics);
  if (script && loaded.scripts.contains(script->id)) {
    diagnostics.error(Location{}, "another manifest has the id '" + script->id + "' already; ids are unique");
    script.reset();
  }
  for (Diagnostic& diagnostic : diagnostics.take()) loaded.diagnostics.push_back(std::move(diagnostic));
  if (!script) return;
  std::string id = script->id;
  loaded.scripts.emplace(std::move(id), *std::move(script));
}

}  // namespace

std::map<std::string, std::vector<ParameterSpec>> LoadedScripts::parameters() const {
  std::map<std::string, std::vector<ParameterSpec>> by_id;
  for (const auto& [id, script] : scripts) by_id.emplace(id, script.parameters);
  return by_id;
}

LoadedScripts load_scripts(std::span<const std::string> paths) {
  LoadedScripts loaded;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      load_manifest(path, loaded);
      continue;
    }
    std::vector<fs::path> manifests;
    find_manifests(path, manifests);
    if (manifests.empty())
      loaded.diagnostics.push_back({Location{.file = path}, Diagnostic::Kind::warning,
                                    fmt::format("no {} in or below this folder", kManifestName)});
    for (const fs::path& manifest : manifests) load_manifest(manifest, loaded);
  }
  return loaded;
}

}  // namespace riposte
