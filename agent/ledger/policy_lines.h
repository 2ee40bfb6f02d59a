/// The small part of YAML that a local policy is written in: keys, one value or a list of values each, one
/// level of sections. Not more, because a program that may do everything reads it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace riposte::agent {

inline constexpr std::size_t kPolicyBytesMax = std::size_t{64} * 1024;

struct PolicyValue {
  std::string text;
  std::size_t line = 0;
};

struct PolicySetting {
  std::string key;  ///< "ttl_max", "rate.kill_process"
  std::size_t line = 0;
  bool is_list = false;
  std::vector<PolicyValue> values;  ///< exactly one unless it is a list
};

struct PolicyLines {
  std::vector<PolicySetting> settings;
  std::vector<std::string> errors;  ///< "3: error: …"
};
PolicyLines read_policy_lines(std::string_view text);

}  // namespace riposte::agent
