#include "rules/language/text_template.h"

#include <fmt/format.h>

namespace riposte {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\n") - begin + 1);
}

}  // namespace

std::expected<TextTemplate, std::string> parse_text_template(std::string_view text) {
  TextTemplate result;
  while (!text.empty()) {
    const std::size_t open = text.find("{{");
    if (open != 0) result.pieces.push_back({false, std::string(text.substr(0, open))});
    if (open == std::string_view::npos) break;
    text.remove_prefix(open + 2);
    const std::size_t close = text.find("}}");
    if (close == std::string_view::npos)
      return std::unexpected("a placeholder is not closed; write {{field.name}}");
    const std::string_view name = trimmed(text.substr(0, close));
    if (name.empty()) return std::unexpected("a placeholder is empty; write {{field.name}}");
    if (name.find('{') != std::string_view::npos)
      return std::unexpected(
          fmt::format("placeholder '{}' contains another; write {{{{field.name}}}}", name));
    result.pieces.push_back({true, std::string(name)});
    text.remove_prefix(close + 2);
  }
  return result;
}

}  // namespace riposte
