#include "connectors/script/script_run.h"

#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "connectors/script/pinned_files.h"
#include "engine/base/printable.h"

namespace riposte {
namespace {

constexpr int kExitDisproven = 1;

Proof proof(Proof::Kind kind, std::string detail) { return {.kind = kind, .detail = std::move(detail)}; }

}  // namespace

ChildCommand command_of(const Script& script, const std::vector<std::string>& argv, const ActionId& id,
                        std::string stdin_bytes) {
  ChildCommand command;
  command.argv = argv;
  command.directory = script.directory;
  command.stdin_bytes = std::move(stdin_bytes);
  command.timeout = script.timeout;
  command.output_limit = script.output_limit;
  std::map<std::string, std::string> environment = script.environment;
  environment.emplace("PATH", "/usr/bin:/bin");
  environment.emplace("LANG", "C.UTF-8");
  environment["RIPOSTE_ACTION_ID"] = id.value();
  for (const auto& [name, value] : environment)
    command.environment.push_back(fmt::format("{}={}", name, value));
  return command;
}

Proof run_verification(const ScriptOrder& order, const Action& action, const std::stop_token& stop) {
  const Script& script = *order.script;
  if (const auto changed = changed_since_load(script)) return proof(Proof::Kind::unknown, *changed);
  const auto result =
      run_child(command_of(script, script.verify, action.id, verify_payload_of(order, action)), stop);
  if (!result) return proof(Proof::Kind::unknown, result.error().text());
  const std::string tail = output_tail(*result);
  if (result->end == ChildResult::End::exited && result->code == 0)
    return proof(Proof::Kind::proven, "the verifying program agrees" + tail);
  if (result->end == ChildResult::End::exited && result->code == kExitDisproven)
    return proof(Proof::Kind::disproven, "the verifying program disagrees" + tail);
  if (result->end == ChildResult::End::exited)
    return proof(Proof::Kind::unknown,
                 fmt::format("the verifying program ended with exit code {}{}", result->code, tail));
  return proof(Proof::Kind::unknown, "the verifying program did not come to an end by itself" + tail);
}

std::string output_tail(const ChildResult& result) {
  std::string_view text = result.output;
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  if (text.empty()) return "";
  const bool cut = text.size() > kOutputTailMax;
  if (cut) text.remove_prefix(text.size() - kOutputTailMax);
  return (cut ? ": …" : ": ") + printable(text);
}

}  // namespace riposte
