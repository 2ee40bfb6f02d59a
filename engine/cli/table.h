/// Rows of text with aligned columns, made for a terminal.
///
/// Every cell goes through printable(): what an attacker wrote never reaches the terminal as a control
/// sequence.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace riposte::cli {

enum class Colour : std::uint8_t { none, red, green, yellow };

struct Cell {
  std::string text;
  Colour colour = Colour::none;
};

struct Column {
  std::string title;
  bool may_shrink = false;  ///< cut off, with "…", when the table would be too wide
};

struct Table {
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;
};

/// Units: characters; what a split screen or a ticket still shows without wrapping.
inline constexpr std::size_t kTableWidth = 110;

/// Colours when stdout is a terminal and NO_COLOR is not set.
std::string text_of(const Table& table);

/// "state     pending_approval" and so on, values aligned.
std::string key_value_text(const std::vector<std::pair<std::string, Cell>>& pairs);

}  // namespace riposte::cli
