/// Sigma's level scale; every event format's severity is folded onto it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace riposte {

enum class Severity : std::uint8_t { informational, low, medium, high, critical };

inline constexpr std::array<std::string_view, 5> kSeverityNames{"informational", "low", "medium", "high",
                                                                "critical"};

constexpr std::string_view name_of(Severity severity) {
  return kSeverityNames[static_cast<std::size_t>(severity)];
}

constexpr std::optional<Severity> parse_severity(std::string_view name) {
  for (std::size_t i = 0; i < kSeverityNames.size(); ++i)
    if (kSeverityNames[i] == name) return static_cast<Severity>(i);
  return {};
}

}  // namespace riposte
