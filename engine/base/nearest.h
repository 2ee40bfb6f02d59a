/// The "did you mean" of every error message.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace riposte {

/// The candidate that is most likely meant by a misspelt `name`; empty when none is close
/// (edit distance at most a third of the name's length, at least 1; swapped neighbours count once).
std::string nearest(std::string_view name, std::span<const std::string_view> candidates);

/// "; did you mean 'process.name'?", or nothing.
std::string did_you_mean(std::string_view name, std::span<const std::string_view> candidates);

}  // namespace riposte
