/// The texts of rules/schemas/*.yaml, built into the program.
#pragma once

#include <span>
#include <string_view>

namespace riposte {

struct ShippedSchema {
  std::string_view name;
  std::string_view text;
};

std::span<const ShippedSchema> shipped_schema_texts();

}  // namespace riposte
