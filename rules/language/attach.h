/// Joins the responses of response files to the rules that they are meant for.
#pragma once

#include <span>
#include <vector>

#include "rules/language/response_files.h"

namespace riposte {

/// Every rule that an attachment is meant for gets its responses behind its own, and a digest that covers
/// them. An attachment whose names clash with those of a rule is not attached to that rule: an error. One
/// that names a rule that is not there, or that is meant for none, is a warning.
std::vector<Diagnostic> attach(std::vector<Rule>& rules, std::span<const Attachment> attachments);

/// Whether the conditions mean this rule.
bool means(const AttachConditions& conditions, const Rule& rule);

}  // namespace riposte
