#include "rules/matching/format.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <type_traits>

#include "rules/event/outline.h"

namespace riposte {
namespace {

/// Longer texts are no names of channels or event types, and not worth remembering.
constexpr std::size_t kOriginTextMax = 256;

bool add_dependencies(const OriginRule& rule, PathTable& paths, std::vector<PathTable::Slot>& out) {
  return add_dependencies(rule.known_when, paths, out) &&
         std::ranges::all_of(rule.cases, [&](const OriginCase& one) {
           return add_dependencies(one.when, paths, out) && add_dependencies(one.field, paths, out);
         });
}

/// A value tells what it is and where it ends, so that two different lists of values never read the same.
void append(std::string& to, const Scalar& scalar) {
  const auto append_bytes = [&](const auto& value) {
    std::array<char, sizeof value> bytes;
    std::memcpy(bytes.data(), &value, sizeof value);
    to.append(bytes.data(), bytes.size());
  };
  to += static_cast<char>('0' + scalar.value.index());
  if (const auto* text = std::get_if<std::string_view>(&scalar.value)) {
    append_bytes(text->size());
    to += *text;
  } else if (!scalar.is_null()) {
    std::visit(
        [&](const auto& value) {
          if constexpr (std::is_arithmetic_v<std::remove_cvref_t<decltype(value)>>) append_bytes(value);
        },
        scalar.value);
  }
}

}  // namespace

Format::Format(Schema schema, PathTable& paths, std::span<const LogSource> log_sources, bool ignore_logsource)
    : schema_(std::move(schema)),
      log_sources_(log_sources.begin(), log_sources.end()),
      ignore_logsource_(ignore_logsource) {
  for (const std::vector<FieldTest>& tests : schema_.detect) {
    std::vector<TestPlan>& plans = detect_.emplace_back();
    for (const FieldTest& test : tests) plans.emplace_back(test, paths);
  }
  for (const std::string& path : schema_.body)
    bodies_.emplace_back(FieldLookup{{plain_way(path)}, {}}, paths);
  const OriginRules& origin = schema_.origin;
  for (const LogSource& source : log_sources_)
    possible_.push_back(origin.may_admit(source.product, source.category, source.service));
  std::vector<PathTable::Slot> slots;
  if (add_dependencies(origin.product, paths, slots) && add_dependencies(origin.category, paths, slots) &&
      add_dependencies(origin.service, paths, slots)) {
    std::ranges::sort(slots);
    slots.erase(std::ranges::unique(slots).begin(), slots.end());
    origin_slots_ = std::move(slots);
  }
}

void Format::add_field(std::size_t number, const std::string& name, PathTable& paths) {
  fields_[number] = FieldPlan(schema_.lookup_of(name), paths);
  const auto field = static_cast<std::uint32_t>(number);
  const auto& sources = fields_[number].sources();
  if (!sources) return anywhere_.push_back(field);
  for (const PathTable::Slot slot : *sources) {
    if (fields_at_.size() <= slot) fields_at_.resize(slot + 1);
    if (std::ranges::find(fields_at_[slot], field) == fields_at_[slot].end())
      fields_at_[slot].push_back(field);
  }
}

bool Format::has_shape(const Event& event, const PathReading& paths) const {
  return detect_.empty() || std::ranges::any_of(detect_, [&](const std::vector<TestPlan>& tests) {
           return std::ranges::all_of(tests, [&](const TestPlan& test) { return test.holds(event, paths); });
         });
}

bool Format::may_be_wrapped(const PathReading& paths) const {
  return std::ranges::any_of(bodies_, [&](const FieldPlan& body) { return body.may_have(paths); });
}

Admitted Format::admitted(const Event& event) const {
  if (ignore_logsource_) return possible_;
  const EventOrigin origin = schema_.origin.origin_of(event);
  Admitted admitted = possible_;
  for (std::size_t i = 0; i < log_sources_.size(); ++i) {
    const LogSource& source = log_sources_[i];
    admitted[i] = possible_[i] && origin.admits(source.product, source.category, source.service);
  }
  return admitted;
}

std::optional<std::string_view> Format::origin_key(const PathReading& paths, std::string& buffer) const {
  buffer.clear();
  if (ignore_logsource_) return buffer;
  if (!origin_slots_) return {};
  for (const PathTable::Slot slot : *origin_slots_) {
    if (!paths.has(slot)) {
      buffer += '.';
      continue;
    }
    const std::optional<Scalar> value = paths.single(slot);
    if (!value || (value->is_string() && std::get<std::string_view>(value->value).size() > kOriginTextMax))
      return {};
    append(buffer, *value);
  }
  return buffer;
}

std::size_t OriginMemo::Hash::operator()(std::string_view text) const { return key_hash(text); }

}  // namespace riposte
