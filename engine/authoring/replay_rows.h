/// Counts by name as rows: the largest first, and no more of them than people read.
#pragma once

#include <algorithm>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/cli/table.h"

namespace riposte {

/// `size_of`: of what stands behind a name; equals stay in the order of their names.
template <class Map, class SizeOf>
auto largest_first(const Map& counts, SizeOf size_of) {
  std::vector<std::pair<typename Map::key_type, typename Map::mapped_type>> rows(counts.begin(),
                                                                                 counts.end());
  std::ranges::stable_sort(rows, std::greater(), [&](const auto& row) { return size_of(row.second); });
  return rows;
}

/// The table with a blank line before it; nothing when it has no rows.
inline void print_rows(cli::Table table, std::size_t rows_max, std::ostream& out) {
  if (table.rows.empty()) return;
  const std::size_t rows = table.rows.size();
  if (rows > rows_max) table.rows.resize(rows_max);
  out << '\n' << cli::text_of(table);
  if (rows > rows_max) out << fmt::format("and {} more\n", rows - rows_max);
}

}  // namespace riposte
