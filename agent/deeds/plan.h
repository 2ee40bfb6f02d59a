/// The state that a deed found before it acted, as the journal keeps it: one fact a line, name and value.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace riposte::agent {

/// Names are words of this room; values may be anything.
using Facts = std::map<std::string, std::string>;

/// At most kPlanBytesMax: the longest values go first, and their names stay. Values are made printable.
std::string encode_plan(Facts facts);
/// What is no such line is left out.
Facts decode_plan(std::string_view plan);

/// Empty where there is no such fact.
std::string fact_of(const Facts& facts, const std::string& name);

}  // namespace riposte::agent
