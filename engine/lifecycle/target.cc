#include "engine/lifecycle/target.h"

#include <array>
#include <filesystem>

namespace riposte {
namespace {

constexpr std::array<TargetSpec, 6> kTargets{{{TargetKind::process, "process", "pid", "process.pid"},
                                              {TargetKind::host, "host", "", ""},
                                              {TargetKind::file, "file", "path", "file.path"},
                                              {TargetKind::address, "address", "address", "source.ip"},
                                              {TargetKind::user, "user", "user", "user.name"},
                                              {TargetKind::none, "", "", ""}}};

static_assert(
    [] {
      for (std::size_t i = 0; i < kTargets.size(); ++i)
        if (static_cast<std::size_t>(kTargets[i].kind) != i) return false;
      return true;
    }(),
    "the table is in the order of the enumeration");

}  // namespace

std::string tidy_path(const std::string& path) {
  std::string tidy = std::filesystem::path(path).lexically_normal().string();
  while (tidy.size() > 1 && tidy.ends_with('/')) tidy.pop_back();
  return tidy;
}

const TargetSpec& target_spec_of(ActionType type) {
  return kTargets[static_cast<std::size_t>(spec_of(type).target)];
}

std::string target_of(ActionType type, const Parameters& parameters) {
  const TargetSpec& target = target_spec_of(type);
  const bool is_script = type == ActionType::run_script;
  if (target.kind == TargetKind::none && !is_script) return std::string(name_of(type));
  std::string noun(is_script ? "script" : target.noun);
  const std::string named(is_script ? "script" : target.parameter);
  if (named.empty()) return noun;
  const auto given = parameters.find(named);
  if (given == parameters.end()) return "";
  const std::string text = text_of(given->second);
  return noun + " " + (target.kind == TargetKind::file ? tidy_path(text) : text);
}

}  // namespace riposte
