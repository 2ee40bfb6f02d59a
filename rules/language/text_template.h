/// Splits "Killing {{process.name}}" into text and field names.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "rules/language/rule.h"

namespace riposte {

/// Errors: what is wrong with a placeholder.
std::expected<TextTemplate, std::string> parse_text_template(std::string_view text);

}  // namespace riposte
