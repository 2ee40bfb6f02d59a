#include "rules/language/attach.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "engine/base/nearest.h"
#include "engine/lifecycle/action.h"
#include "rules/language/response.h"

namespace riposte {
namespace {

bool holds(const std::vector<std::string>& wanted, const std::string& found) {
  return wanted.empty() || std::ranges::find(wanted, found) != wanted.end();
}

/// Adds what is attached to one rule and remembers how many responses that makes.
class Joint {
 public:
  Joint(Rule& rule, std::vector<Diagnostic>& diagnostics) : rule_(rule), diagnostics_(diagnostics) {}

  void add(const Attachment& attachment) {
    if (!rule_.has_own_id) return warn_of_changing_id(attachment);
    if (!fits(attachment)) return;
    ++blocks_;
    for (ActionTemplate response : attachment.responses) {
      response.block = blocks_;
      rule_.responses.push_back(std::move(response));
    }
    rule_.digest = digest_of_parts(std::array<std::string_view, 2>{rule_.digest, attachment.digest});
  }

 private:
  /// Part of an action's identity: with it, every change of the rule would act on old detections once more.
  void warn_of_changing_id(const Attachment& attachment) {
    diagnostics_.push_back({attachment.location, Diagnostic::Kind::warning,
                            fmt::format("not attached to the rule at {}: a rule that responds needs an 'id'",
                                        text_of(rule_.location))});
  }

  /// All of it or nothing: half of an ordered response could be the wrong half.
  bool fits(const Attachment& attachment) {
    const std::size_t before = diagnostics_.size();
    for (const ActionTemplate& response : attachment.responses) {
      const auto taken = std::ranges::find(rule_.responses, response.name, &ActionTemplate::name);
      if (taken != rule_.responses.end())
        complain(response.location,
                 fmt::format("rule '{}' has a response named '{}' already, at {}; give this one a 'name' of "
                             "its own",
                             rule_.id.value(), response.name, text_of(taken->location)));
    }
    if (rule_.responses.size() + attachment.responses.size() > kResponsesMax)
      complain(attachment.location, fmt::format("with this, rule '{}' would have more than {} responses",
                                                rule_.id.value(), kResponsesMax));
    return diagnostics_.size() == before;
  }

  void complain(const Location& place, std::string message) {
    diagnostics_.push_back({place, Diagnostic::Kind::error, std::move(message)});
  }

  Rule& rule_;
  std::vector<Diagnostic>& diagnostics_;
  std::size_t blocks_ = 0;
};

void warn_of_absent(const std::vector<Rule>& rules, const Attachment& attachment,
                    std::vector<Diagnostic>& diagnostics) {
  std::vector<std::string_view> ids;
  for (const Rule& rule : rules) ids.emplace_back(rule.id.value());
  bool named_absent = false;
  for (const NamedRule& named : attachment.conditions.rules) {
    const std::string_view id = named.id.value();
    if (std::ranges::find(ids, id) != ids.end()) continue;
    named_absent = true;
    diagnostics.push_back(
        {named.location, Diagnostic::Kind::warning,
         fmt::format("no rule that was loaded has the id '{}'{}", id, did_you_mean(id, ids))});
  }
  const bool meant =
      std::ranges::any_of(rules, [&](const Rule& rule) { return means(attachment.conditions, rule); });
  if (!meant && !named_absent)
    diagnostics.push_back(
        {attachment.location, Diagnostic::Kind::warning,
         "this response is attached to no rule: none that was loaded fits all of 'attach'"});
}

}  // namespace

bool means(const AttachConditions& conditions, const Rule& rule) {
  const bool named = conditions.rules.empty() ||
                     std::ranges::find(conditions.rules, rule.id, &NamedRule::id) != conditions.rules.end();
  const bool tagged =
      conditions.tags.empty() || std::ranges::find_first_of(rule.tags, conditions.tags) != rule.tags.end();
  const bool levelled =
      conditions.levels.empty() ||
      (rule.level && std::ranges::find(conditions.levels, *rule.level) != conditions.levels.end());
  return named && tagged && levelled && holds(conditions.products, rule.logsource.product) &&
         holds(conditions.categories, rule.logsource.category) &&
         holds(conditions.services, rule.logsource.service);
}

std::vector<Diagnostic> attach(std::vector<Rule>& rules, std::span<const Attachment> attachments) {
  std::vector<Diagnostic> diagnostics;
  for (const Attachment& attachment : attachments) warn_of_absent(rules, attachment, diagnostics);
  for (Rule& rule : rules) {
    Joint joint(rule, diagnostics);
    for (const Attachment& attachment : attachments)
      if (means(attachment.conditions, rule)) joint.add(attachment);
  }
  return diagnostics;
}

}  // namespace riposte
