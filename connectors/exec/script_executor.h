/// Runs scripts: programs with a manifest, each order at most once.
///
/// The journal is written before the start and after the end. An order that is on record as done gives its
/// stored outcome; one that was started and has no end on record is never started again, unless its manifest
/// says `on_unknown: rerun`, which declares that running it twice does no harm. A script runs on the engine's
/// host, for detections of any host: the document on its standard input names that.
///
/// Limits: one call ends within the manifest's timeout plus the grace of child_process.h.
#pragma once

#include "connectors/script/script.h"
#include "connectors/script/script_journal.h"
#include "engine/ports/executor.h"

namespace riposte {

class ScriptExecutor final : public Executor {
 public:
  /// Both outlive the executor.
  ScriptExecutor(const Scripts& scripts, ScriptJournal& journal) : scripts_(scripts), journal_(journal) {}

  Outcome execute(const Action& action, std::stop_token stop) override;
  Probe probe(const Action& action) override;
  Result<Preview> preview(const ActionRequest& request) override;

 private:
  const Scripts& scripts_;
  ScriptJournal& journal_;
};

}  // namespace riposte
