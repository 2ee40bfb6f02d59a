#include "connectors/agents/binding.h"

#include <charconv>

#include "engine/ports/remote_hands.h"

namespace riposte::agents {
namespace {

constexpr const char* kAgent = "agent";
constexpr const char* kEnrolment = "enrolment";
constexpr const char* kJournal = "journal";
constexpr const char* kJournalSequence = "journal_sequence";

std::string text_in(const Evidence& evidence, const char* name) {
  const auto found = evidence.find(name);
  return found == evidence.end() ? "" : found->second;
}

std::uint64_t number_in(const Evidence& evidence, const char* name) {
  const std::string text = text_in(evidence, name);
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

Evidence evidence_of(const Binding& binding) {
  return {{kAgent, binding.agent},
          {kBoundHost, binding.machine_id},
          {kEnrolment, std::to_string(binding.enrolment)},
          {kJournal, binding.journal.id},
          {kJournalSequence, std::to_string(binding.journal.sequence)}};
}

std::optional<Binding> binding_of(const Action& action) {
  const std::string machine_id = bound_host_of(action);
  if (machine_id.empty()) return {};
  const Evidence& evidence = action.evidence;
  return Binding{text_in(evidence, kAgent),
                 machine_id,
                 number_in(evidence, kEnrolment),
                 {text_in(evidence, kJournal), number_in(evidence, kJournalSequence)}};
}

}  // namespace riposte::agents
