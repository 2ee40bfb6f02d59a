#include "engine/cli/table.h"

#include <algorithm>
#include <cstdlib>

#include <unistd.h>

#include "engine/base/printable.h"

namespace riposte::cli {
namespace {

constexpr std::size_t kGap = 2;
/// No column becomes narrower than this.
constexpr std::size_t kColumnMin = 8;

bool colours_wanted() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here ever sets an environment variable
  return ::isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
}

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80; }

/// In code points: wide scripts may shift a column, which is better than a table of widths.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char byte) { return !is_continuation(byte); }));
}

std::string cut(const std::string& text, std::size_t width) {
  if (width_of(text) <= width) return text;
  std::size_t end = 0;
  for (std::size_t points = 0; end < text.size(); ++end)
    if (!is_continuation(text[end]) && points++ == width - 1) break;
  return text.substr(0, end) + "…";
}

std::string coloured(const std::string& text, Colour colour) {
  switch (colour) {
    case Colour::none:
      return text;
    case Colour::red:
      return "\x1b[31m" + text + "\x1b[0m";
    case Colour::green:
      return "\x1b[32m" + text + "\x1b[0m";
    case Colour::yellow:
      return "\x1b[33m" + text + "\x1b[0m";
  }
  return text;
}

std::vector<std::size_t> widths_of(const Table& table) {
  std::vector<std::size_t> widths;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    std::size_t width = width_of(table.columns[c].title);
    for (const auto& row : table.rows) width = std::max(width, width_of(row[c].text));
    widths.push_back(width);
  }
  return widths;
}

/// Takes from the widest column that may shrink until the line fits.
void shrink(const Table& table, std::vector<std::size_t>& widths) {
  std::size_t total = kGap * (widths.size() - 1);
  for (const std::size_t width : widths) total += width;
  while (total > kTableWidth) {
    std::size_t* widest = nullptr;
    for (std::size_t c = 0; c < widths.size(); ++c)
      if (table.columns[c].may_shrink && widths[c] > kColumnMin && (widest == nullptr || widths[c] > *widest))
        widest = &widths[c];
    if (widest == nullptr) return;
    --*widest;
    --total;
  }
}

std::string line_of(const std::vector<Cell>& cells, const std::vector<std::size_t>& widths, bool colours) {
  std::string line;
  for (std::size_t c = 0; c < cells.size(); ++c) {
    const std::string text = cut(cells[c].text, widths[c]);
    line += colours ? coloured(text, cells[c].colour) : text;
    if (c + 1 < cells.size()) line += std::string(widths[c] - width_of(text) + kGap, ' ');
  }
  while (line.ends_with(' ')) line.pop_back();
  return line + "\n";
}

}  // namespace

std::string text_of(const Table& table) {
  Table shown = table;
  std::vector<Cell> titles;
  for (const Column& column : shown.columns) titles.push_back({column.title});
  for (auto& row : shown.rows)
    for (Cell& cell : row) cell.text = printable(cell.text);
  std::vector<std::size_t> widths = widths_of(shown);
  shrink(shown, widths);
  const bool colours = colours_wanted();
  std::string text = line_of(titles, widths, colours);
  for (const auto& row : shown.rows) text += line_of(row, widths, colours);
  return text;
}

std::string key_value_text(const std::vector<std::pair<std::string, Cell>>& pairs) {
  std::size_t width = 0;
  for (const auto& [key, cell] : pairs) width = std::max(width, width_of(printable(key)));
  const bool colours = colours_wanted();
  std::string text;
  for (const auto& [key, cell] : pairs) {
    const std::string name = printable(key);
    const std::string value = printable(cell.text);
    text += name + std::string(width - width_of(name) + kGap, ' ') +
            (colours ? coloured(value, cell.colour) : value) + "\n";
  }
  return text;
}

}  // namespace riposte::cli
