/// Whether one value of an event holds for one value of a rule, in the plainest possible way.
#pragma once

#include <nlohmann/json.hpp>

#include "tests/property/naive_text.h"

namespace riposte::naive {

using Json = nlohmann::json;

/// A text, or the text that a number or a Boolean is written as.
std::string written_text(const Json& value);

/// `pattern` under `modifiers` that are not about the field as a whole. `value` is no null.
bool value_fits(const Json& pattern, const std::vector<std::string>& modifiers, const Lists& lists,
                const Json& value);

/// The same with another field's value in the place of the rule's.
bool refers(const std::vector<std::string>& modifiers, const Json& value, const Json& other);

/// The networks of `addresses_inside` that the maker may use.
const std::map<std::string, std::vector<std::string>>& addresses_inside();
/// Texts that are moments, with their seconds since 1970.
const std::map<std::string, std::int64_t>& moments();
/// Regular expressions that can be judged here.
std::vector<std::string> expressions();

}  // namespace riposte::naive
