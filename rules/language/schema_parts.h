/// The parts of a schema file, one function each. Not for other rooms.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rules/event/schema.h"
#include "rules/language/map_reader.h"

namespace riposte::schema_file {

/// What the names in a condition mean.
struct Names {
  const Schema* schema = nullptr;  ///< its fields; null: every name is a path
  /// A condition inside the way to a field must not lead to another condition.
  bool may_depend = true;
};

/// Complains about a path that cannot lead anywhere.
void check_path(const std::string& path, const yaml::Node& at, Diagnostics& diagnostics);
/// A path, or a list of them.
std::vector<std::string> read_paths(MapReader& map, std::string_view key);

/// Name → value, list of values, '*' or null; all of them must hold.
std::vector<FieldTest> read_tests(const yaml::Node& node, const std::string& what, const Names& names,
                                  Diagnostics& diagnostics);
/// A path, a map, or a list of these.
std::vector<FieldWay> read_ways(const yaml::Node& node, const std::string& name, const Names& names,
                                Diagnostics& diagnostics);

/// `fields`, `sigma` and `no_value`.
void read_fields(MapReader& map, Schema& into);
void read_severity(MapReader& map, Schema& into);
void read_origin(MapReader& map, Schema& into);

}  // namespace riposte::schema_file
