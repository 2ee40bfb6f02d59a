/// Which of Sigma's log sources an event comes from, and how a format tells.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/event/field_lookup.h"

namespace riposte {

/// Names of one kind (products, say) that an event may be called by.
struct OriginCase {
  std::vector<FieldTest> when;     ///< else this case says nothing
  std::vector<std::string> names;  ///< these, or what `values` has for `field`
  FieldLookup field;
  std::map<std::string, std::vector<std::string>> values;  ///< value in lower case → names
};

/// How a format tells the names of one kind.
struct OriginRule {
  std::vector<OriginCase> cases;
  /// When this holds, there are no other names than the cases give. Without it, an event that no case knows
  /// could come from anywhere.
  std::vector<FieldTest> known_when;

  /// The names, possibly none; empty when they cannot be known.
  std::optional<std::vector<std::string>> names_of(const Event& event) const;
  /// False when no event of the format can be called so.
  bool may_be(std::string_view name) const;
};

/// The log sources of one event. What cannot be known is empty.
struct EventOrigin {
  std::optional<std::vector<std::string>> products;
  std::optional<std::vector<std::string>> categories;
  std::optional<std::vector<std::string>> services;

  /// True unless it is known that the event has another product, category or service. An empty name asks for
  /// nothing.
  bool admits(std::string_view product, std::string_view category, std::string_view service) const;
};

struct OriginRules {
  OriginRule product;
  OriginRule category;
  OriginRule service;

  EventOrigin origin_of(const Event& event) const;
  bool may_admit(std::string_view product, std::string_view category, std::string_view service) const;
};

}  // namespace riposte
