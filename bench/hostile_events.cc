#include "bench/hostile_events.h"

#include <array>
#include <random>
#include <set>
#include <stdexcept>
#include <variant>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace riposte::bench {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<const char*, 2> kCommandLines{"CommandLine", "command_line"};
constexpr std::size_t kLettersPerWord = 8;
constexpr std::uint64_t kAlphabet = 26;

/// The first that the event has, in whatever object. Null when there is none.
Json* command_line_of(Json& event) {
  for (const char* name : kCommandLines)
    if (const auto found = event.find(name); found != event.end() && found->is_string()) return &*found;
  for (Json& value : event)
    if (value.is_object())
      if (Json* found = command_line_of(value)) return found;
  return nullptr;
}

std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

void add_texts(const Pattern& pattern, std::set<std::string>& texts) {
  if (pattern.kind == Pattern::Kind::regex) return;
  if (const auto* text = std::get_if<std::string>(&pattern.value)) texts.insert(*text);
  if (const auto* glob = std::get_if<Glob>(&pattern.value))
    for (const GlobPiece& piece : *glob)
      if (piece.kind == GlobPiece::Kind::text) texts.insert(piece.text);
}

std::set<std::string> texts_of(std::span<const Rule> rules) {
  std::set<std::string> texts;
  for (const Rule& rule : rules)
    for (const Selection& selection : rule.selections)
      for (const std::vector<FieldMatch>& map : selection.maps)
        for (const FieldMatch& match : map)
          for (const std::vector<Pattern>& patterns : match.values)
            for (const Pattern& pattern : patterns) add_texts(pattern, texts);
  return texts;
}

/// With a blank behind it.
std::string word(std::mt19937_64& random) {
  std::string text;
  std::uint64_t bits = random();
  for (std::size_t i = 0; i < kLettersPerWord; ++i, bits /= kAlphabet)
    text += static_cast<char>('a' + bits % kAlphabet);
  return text + ' ';
}

}  // namespace

HostileEvents::HostileEvents(const PaddedLines& events) {
  for (std::size_t i = 0; i < events.size(); ++i) {
    Json event = Json::parse(events[i]);
    if (command_line_of(event) == nullptr) continue;
    plain_ = events[i];
    return;
  }
  throw std::runtime_error(
      fmt::format("no event has a field {} or {}; name other events", kCommandLines[0], kCommandLines[1]));
}

std::string HostileEvents::with_command_line(std::string_view text) const {
  Json event = Json::parse(plain_);
  *command_line_of(event) = text;
  return text_of(event);
}

std::string HostileEvents::one_letter(std::uint64_t number) const {
  std::mt19937_64 random(number);
  return with_command_line(word(random) + std::string(kLongText, 'a'));
}

std::string HostileEvents::many_fields(std::uint64_t number) const {
  std::mt19937_64 random(number);
  const std::string text = word(random);
  Json event = Json::parse(plain_);
  for (std::size_t i = 0; i < kManyFields; ++i)
    event[fmt::format("unknown_{}", i)] = fmt::format("value {} of a field that no rule knows: {}", i, text);
  return text_of(event);
}

std::string HostileEvents::every_text(const std::string& texts, std::uint64_t number) const {
  std::mt19937_64 random(number);
  return with_command_line(word(random) + texts);
}

std::string HostileEvents::new_text(std::uint64_t number) const {
  std::mt19937_64 random(number);
  std::string text;
  text.reserve(kLongText + kLettersPerWord);
  while (text.size() < kLongText) text += word(random);
  return with_command_line(text);
}

std::string joined_texts(std::span<const Rule> rules) {
  std::string all;
  std::size_t size = 0;
  for (const std::string& text : texts_of(rules)) {
    size += text_of(text).size();
    if (size > kLongText) break;
    all += text + ' ';
  }
  return all;
}

}  // namespace riposte::bench
