/// Proves a script's run: by the program that its manifest names for that, else by the exit code on record.
///
/// With `verify`: exit 0 proves, 1 disproves, anything else is no answer. Without: an end on record with
/// success proves, any other end disproves, no end is no answer.
#pragma once

#include "connectors/script/script.h"
#include "connectors/script/script_journal.h"
#include "engine/ports/executor.h"

namespace riposte {

class ScriptVerifier final : public Verifier {
 public:
  /// Both outlive the verifier.
  ScriptVerifier(const Scripts& scripts, const ScriptJournal& journal)
      : scripts_(scripts), journal_(journal) {}

  Proof check(const Action& action, std::stop_token stop) override;

 private:
  const Scripts& scripts_;
  const ScriptJournal& journal_;
};

}  // namespace riposte
