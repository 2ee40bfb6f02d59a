#include "rules/matching/event_reading.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <limits>

#include "rules/matching/fold.h"

namespace riposte {
namespace {

bool matcher_holds(const ValueMatcher& matcher, const PreparedField& found) {
  return matcher.matches_field(found.values) ||
         std::ranges::any_of(found.prepared,
                             [&](const PreparedValue& value) { return matcher.matches(value); });
}

bool reference_holds(const CompiledReference& reference, const PreparedField& found,
                     const PreparedField& others) {
  return std::ranges::any_of(found.prepared, [&](const PreparedValue& value) {
    return std::ranges::any_of(others.prepared, [&](const PreparedValue& other) {
      return refers(reference.reference, reference.cased, value, other);
    });
  });
}

/// Reads and writes up to a block more than the text has.
constexpr std::size_t kCopyBlock = 32;
void copy_by_blocks(std::string_view text, char* to) {
  for (std::size_t at = 0; at < text.size(); at += kCopyBlock)
    std::memcpy(to + at, text.data() + at, kCopyBlock);
}

}  // namespace

void EventReading::begin(const Event& event, const Format& format, const PathReading& paths) {
  event_.emplace(event);
  format_ = &format;
  paths_ = &paths;
  // Made once: references to fields stay good while others are read.
  if (fields_.size() < format.fields()) fields_.resize(format.fields());
  begin_round();
  arena_.clear();
  fold_strings();
}

void EventReading::begin_round() {
  if (++round_ != 0) return;
  for (PreparedField& found : fields_) found.round = 0;
  strings_.round = 0;
  ++round_;
}

void EventReading::fold_strings() {
  original_ = event_->string_bytes();
  if (folded_.size() < original_.size() + kCopyBlock) folded_.resize(2 * original_.size() + kCopyBlock);
  is_special_ = !fold_ascii(original_, folded_.data()) && folds_into_ascii(original_);
}

std::string_view EventReading::folded(std::string_view text) {
  const bool is_own = text.data() >= original_.data() && text.data() < original_.data() + original_.size();
  if (is_own && !is_special_) return {folded_.data() + (text.data() - original_.data()), text.size()};
  const std::span<char> made = arena_.take(text.size());
  if (fold_ascii(text, made.data()) || !folds_into_ascii(text)) return {made.data(), made.size()};
  return arena_.keep(fold(text));
}

PreparedValue EventReading::prepare(const Scalar& scalar) {
  if (const auto* text = std::get_if<std::string_view>(&scalar.value)) return {scalar, *text, folded(*text)};
  if (const auto* number = std::get_if<std::int64_t>(&scalar.value)) {
    std::array<char, std::numeric_limits<std::int64_t>::digits10 + 3> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), *number).ptr;
    const std::string_view text = arena_.keep({digits.data(), end});
    return {scalar, text, text};
  }
  const std::string_view text = arena_.keep(scalar.text());
  return {scalar, text, text};
}

void EventReading::prepare_all(PreparedField& found) {
  found.prepared.clear();
  for (const Scalar& scalar : found.values.scalars)
    if (!scalar.is_null()) found.prepared.push_back(prepare(scalar));
  found.round = round_;
}

const PreparedField& EventReading::field(std::size_t number) {
  PreparedField& found = fields_[number];
  if (found.round == round_) return found;
  found.values.clear();
  const FieldPlan& plan = format_->field(number);
  const auto slot = plan.only_slot();
  if (const auto text = slot ? paths_->only_string(*slot) : std::nullopt) {
    // What most fields are.
    found.values.present = true;
    found.values.scalars.push_back({*text});
  } else {
    plan.collect(*event_, *paths_, found.values);
  }
  prepare_all(found);
  return found;
}

std::string_view EventReading::joined_strings(std::size_t shortest) {
  const EventStrings strings = event_->strings();
  const std::size_t most = original_.size() + strings.size() + kCopyBlock;
  if (joined_.size() < most) joined_.resize(2 * most);
  char* to = joined_.data();
  for (std::size_t i = 0; i < strings.size(); ++i) {
    const std::string_view text = strings[i];
    if (text.size() < shortest) continue;
    const std::string_view value = folded(text);
    if (is_special_)
      std::ranges::copy(value, to);
    else
      copy_by_blocks(value, to);
    to += value.size();
    *to++ = LiteralIndex::kSeparator;
  }
  return {joined_.data(), static_cast<std::size_t>(to - joined_.data())};
}

const PreparedField& EventReading::strings() {
  if (strings_.round == round_) return strings_;
  const EventStrings strings = event_->strings();
  strings_.values.clear();
  for (std::size_t i = 0; i < strings.size(); ++i) strings_.values.scalars.push_back({strings[i]});
  prepare_all(strings_);
  return strings_;
}

bool holds(const CompiledPattern& pattern, const PreparedField& found, EventReading& reading) {
  if (const auto* matcher = std::get_if<ValueMatcher>(&pattern)) return matcher_holds(*matcher, found);
  const auto& reference = std::get<CompiledReference>(pattern);
  return reference_holds(reference, found, reading.field(reference.field));
}

bool holds(const CompiledLine& line, EventReading& reading) {
  if (line.witness) return reading.is_marked(*line.witness);
  const PreparedField& found = line.field ? reading.field(*line.field) : reading.strings();
  if (line.needs_value && found.prepared.empty() && !found.values.container) return line.negated;
  const auto value_holds = [&](const std::vector<CompiledPattern>& patterns) {
    return std::ranges::any_of(
        patterns, [&](const CompiledPattern& pattern) { return holds(pattern, found, reading); });
  };
  const bool plainly = line.all ? std::ranges::all_of(line.values, value_holds)
                                : std::ranges::any_of(line.values, value_holds);
  return plainly != line.negated;
}

bool holds(const CompiledSelection& selection, EventReading& reading) {
  return std::ranges::any_of(selection.maps, [&](const std::vector<CompiledLine>& map) {
    return std::ranges::all_of(map, [&](const CompiledLine& line) { return holds(line, reading); });
  });
}

}  // namespace riposte
