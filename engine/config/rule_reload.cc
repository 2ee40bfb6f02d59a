#include "engine/config/rule_reload.h"

#include <algorithm>
#include <utility>

#include "engine/base/log.h"

namespace riposte {
namespace {

bool is_error(const Diagnostic& diagnostic) { return diagnostic.kind == Diagnostic::Kind::error; }

std::int64_t milliseconds(Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

void report(const std::vector<Diagnostic>& diagnostics) {
  std::size_t errors = 0;
  std::size_t warnings = 0;
  for (const Diagnostic& diagnostic : diagnostics) {
    const std::string text = diagnostic.text().substr(0, RuleReload::kErrorBytesMax);
    if (is_error(diagnostic) && ++errors <= RuleReload::kErrorsLogged)
      log::error("rule error", {{"error", text}});
    if (!is_error(diagnostic) && ++warnings <= RuleReload::kErrorsLogged)
      log::warning("rule warning", {{"warning", text}});
  }
}

}  // namespace

RuleReload::RuleReload(RuleReloadParts parts, LoadedRules first)
    : parts_(std::move(parts)),
      in_force_(std::move(first.rules)),
      read_(std::move(first.stamps)),
      seen_(read_),
      rules_loaded_(parts_.metrics.gauge("riposte_rules_loaded", "Rules in force")),
      rules_refused_(parts_.metrics.gauge("riposte_rules_refused",
                                          "Rules and files that the last reading could not use")),
      current_since_(
          parts_.metrics.gauge("riposte_rule_reload_timestamp_seconds",
                               "When the rules in force were last found to be those in the files")) {
  for (const char* result : {"ok", "refused", "unchanged"})
    parts_.metrics.counter("riposte_rule_reloads_total", "Times that the rules were read again",
                           {{"result", result}});
  rules_refused_.set(static_cast<double>(first.refused));
  note_current();
}

void RuleReload::look() {
  retired_.reset();
  FileStamps now = stamps_of(watched_paths(parts_.configuration));
  const bool settled = now == seen_;
  seen_ = std::move(now);
  if (settled && seen_ != read_) read_again();
}

void RuleReload::reload() {
  retired_.reset();
  read_again();
}

void RuleReload::read_again() {
  const WallTime begun = parts_.clock.now();
  LoadedRules loaded = load_rules(parts_.configuration, parts_.actions);
  seen_ = stamps_of(watched_paths(parts_.configuration));
  if (seen_ != loaded.stamps) {
    read_.clear();
    log::info("the rules changed while they were read; they are read again when they rest");
    return;
  }
  judge(std::move(loaded), parts_.clock.now() - begun);
}

void RuleReload::judge(LoadedRules loaded, Duration took) {
  const bool refused = is_refused(loaded);
  report(loaded.diagnostics);
  rules_refused_.set(static_cast<double>(loaded.refused));
  read_ = std::move(loaded.stamps);
  if (refused) {
    log::error("the changed rules are refused; those in force stay",
               {{"errors", std::ranges::count_if(loaded.diagnostics, is_error)},
                {"rules", static_cast<std::int64_t>(in_force_->size())},
                {"digest", in_force_->digest()}});
    count("refused");
  } else if (loaded.rules->digest() == in_force_->digest()) {
    log::info("rules unchanged", {{"digest", in_force_->digest()}, {"milliseconds", milliseconds(took)}});
    count("unchanged");
    note_current();
  } else {
    take(std::move(loaded.rules), took);
    count("ok");
    note_current();
  }
}

/// Adds to the diagnostics what only a comparison with the rules in force shows.
bool RuleReload::is_refused(LoadedRules& loaded) const {
  const auto paths = watched_paths(parts_.configuration);
  const auto gone =
      std::ranges::find_if(paths, [&](const std::string& path) { return !loaded.stamps.contains(path); });
  if (!loaded.rules || gone != paths.end()) {
    loaded.refused = std::max<std::size_t>(loaded.refused, 1);
    return true;
  }
  if (loaded.rules->size() == 0 && in_force_->size() > 0) {
    loaded.diagnostics.push_back({{paths.front(), 1, 1},
                                  Diagnostic::Kind::error,
                                  "no rule is left; to run without any, start the engine anew"});
    loaded.refused = std::max<std::size_t>(loaded.refused, 1);
    return true;
  }
  return parts_.configuration.reload_on_error == ReloadOnError::refuse_all &&
         std::ranges::any_of(loaded.diagnostics, is_error);
}

void RuleReload::take(std::shared_ptr<const RuleSet> rules, Duration took) {
  retired_ = std::exchange(in_force_, std::move(rules));
  parts_.use(in_force_);
  log::info("rules reloaded", {{"rules", static_cast<std::int64_t>(in_force_->size())},
                               {"rules_before", static_cast<std::int64_t>(retired_->size())},
                               {"digest", in_force_->digest()},
                               {"milliseconds", milliseconds(took)}});
}

void RuleReload::note_current() {
  parts_.metrics.state("riposte_rule_set_info", "Which rules are in force",
                       {{"digest", in_force_->digest()}});
  rules_loaded_.set(static_cast<double>(in_force_->size()));
  current_since_.set(std::chrono::duration<double>(parts_.clock.now().time_since_epoch()).count());
}

void RuleReload::count(std::string_view result) {
  parts_.metrics
      .counter("riposte_rule_reloads_total", "Times that the rules were read again",
               {{"result", std::string(result)}})
      .add();
}

}  // namespace riposte
