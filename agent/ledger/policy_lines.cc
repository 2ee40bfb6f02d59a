#include "agent/ledger/policy_lines.h"

#include <algorithm>
#include <optional>

#include "engine/base/printable.h"

namespace riposte::agent {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

/// Up to a '#' that begins the line or follows a blank, outside quotes.
std::string_view without_comment(std::string_view line) {
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (quote != 0) {
      if (line[i] == quote) quote = 0;
    } else if (line[i] == '"' || line[i] == '\'') {
      quote = line[i];
    } else if (line[i] == '#' && (i == 0 || line[i - 1] == ' ')) {
      return line.substr(0, i);
    }
  }
  return line;
}

bool is_key(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

class Lines {
 public:
  PolicyLines read(std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      ++number_;
      read_line(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    close_open_key();
    return std::move(lines_);
  }

 private:
  void complain(std::string what) {
    lines_.errors.push_back(std::to_string(number_) + ": error: " + std::move(what));
  }

  void read_line(std::string_view raw) {
    if (raw.find_first_of("\t\r") != std::string_view::npos)
      return complain("a tab or carriage return; indent by blanks");
    if (printable(raw) != raw) return complain("a control character, or no UTF-8");
    const std::string_view line = without_comment(raw);
    const std::string_view content = trimmed(line);
    if (content.empty()) return;
    const bool indented = line.front() == ' ';
    if (content.starts_with("- ") || content == "-") return item(content.substr(1));
    const std::size_t colon = content.find(':');
    const std::string_view key = trimmed(content.substr(0, colon));
    if (colon == std::string_view::npos || !is_key(key) ||
        (colon + 1 < content.size() && content[colon + 1] != ' '))
      return complain("'" + printable(content) + "' is neither 'key: value' nor '- value'");
    if (!indented) close_open_key();
    setting(key, trimmed(content.substr(colon + 1)), indented);
  }

  void setting(std::string_view key, std::string_view value, bool indented) {
    if (indented && (section_.empty() || !items_.empty()))
      return complain("'" + std::string(key) + "' is indented and belongs to no section");
    const std::string full = indented ? section_ + "." + std::string(key) : std::string(key);
    section_is_used_ = section_is_used_ || indented;
    if (value.empty() && !indented) {
      section_ = full;
      section_line_ = number_;
      return;
    }
    if (value.empty()) return complain("'" + full + "' has no value");
    add({full, number_, value.front() == '[', values_of(value)});
  }

  std::vector<PolicyValue> values_of(std::string_view value) {
    if (value.front() != '[') {
      const auto text = scalar(value);
      if (!text) return {};
      return {{*text, number_}};
    }
    if (value.back() != ']') {
      complain("a list that begins with '[' ends with ']' on the same line");
      return {};
    }
    std::vector<PolicyValue> values;
    std::string_view rest = trimmed(value.substr(1, value.size() - 2));
    while (!rest.empty()) {
      const std::size_t comma = end_of_item(rest);
      if (const auto text = scalar(trimmed(rest.substr(0, comma)))) values.push_back({*text, number_});
      rest = comma < rest.size() ? trimmed(rest.substr(comma + 1)) : std::string_view();
    }
    return values;
  }

  static std::size_t end_of_item(std::string_view text) {
    if (text.front() != '"' && text.front() != '\'') return std::min(text.find(','), text.size());
    const std::size_t closing = text.find(text.front(), 1);
    return closing == std::string_view::npos ? text.size() : std::min(text.find(',', closing), text.size());
  }

  /// Nothing, after a complaint, for what YAML would read in a way of its own.
  std::optional<std::string> scalar(std::string_view text) {
    constexpr std::string_view kSpecial = "&*!|>{}[]%@`?,";
    if (!text.empty() && (text.front() == '"' || text.front() == '\'')) {
      const std::string_view inside = text.substr(1, text.size() < 2 ? 0 : text.size() - 2);
      if (text.size() >= 2 && text.back() == text.front() &&
          inside.find(text.front()) == std::string_view::npos && inside.find('\\') == std::string_view::npos)
        return std::string(inside);
      complain("a quoted text ends with its quote and has neither that quote nor '\\' inside");
      return {};
    }
    if (!text.empty() && kSpecial.find(text.front()) == std::string_view::npos &&
        text.find(": ") == std::string_view::npos)
      return std::string(text);
    complain("'" + printable(text) + "' is no plain value; put it in quotes");
    return {};
  }

  void item(std::string_view rest) {
    const std::string_view value = trimmed(rest);
    if (section_.empty() || section_is_used_)
      return complain("'- " + printable(value) + "' belongs to no key");
    if (const auto text = scalar(value)) items_.push_back({*text, number_});
    has_items_ = true;
  }

  /// A key without a value was a list or a section; now it is known which.
  void close_open_key() {
    if (has_items_) add({section_, section_line_, true, std::move(items_)});
    if (!section_.empty() && !has_items_ && !section_is_used_)
      lines_.errors.push_back(std::to_string(section_line_) + ": error: '" + section_ + "' has no value");
    section_.clear();
    items_.clear();
    has_items_ = false;
    section_is_used_ = false;
  }

  void add(PolicySetting setting) {
    if (std::ranges::any_of(lines_.settings, [&](const auto& other) { return other.key == setting.key; }))
      return complain("'" + setting.key + "' stands here twice");
    lines_.settings.push_back(std::move(setting));
  }

  PolicyLines lines_;
  std::size_t number_ = 0;
  std::string section_;  ///< the key above that had no value
  std::size_t section_line_ = 0;
  bool section_is_used_ = false;  ///< it has settings below it
  bool has_items_ = false;
  std::vector<PolicyValue> items_;
};

}  // namespace

PolicyLines read_policy_lines(std::string_view text) { return Lines().read(text); }

}  // namespace riposte::agent
