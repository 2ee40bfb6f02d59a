#include "rules/matching/glob_matcher.h"

#include <algorithm>
#include <utility>

#include "rules/matching/contains.h"
#include "rules/matching/fold.h"

namespace riposte {
namespace {

using Kind = GlobPiece::Kind;

bool is_inside_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80; }

/// Behind the character that begins at `at`.
std::size_t next_character(std::string_view text, std::size_t at) {
  do ++at;
  while (at < text.size() && is_inside_character(text[at]));
  return at;
}

std::size_t last_character(std::string_view text, std::size_t at) {
  do --at;
  while (at > 0 && is_inside_character(text[at]));
  return at;
}

/// Where a piece ends that begins at `at`.
std::optional<std::size_t> behind(const GlobPiece& piece, std::string_view text, std::size_t at) {
  if (piece.kind == Kind::any_character) {
    if (at == text.size()) return {};
    return next_character(text, at);
  }
  const std::string_view rest = text.substr(at);
  if (piece.kind == Kind::text)
    return rest.starts_with(piece.text) ? std::optional(at + piece.text.size()) : std::nullopt;
  for (const std::string_view dash : kDashes)
    if (rest.starts_with(dash)) return at + dash.size();
  return {};
}

/// Where a piece begins that ends at `at`.
std::optional<std::size_t> front_of(const GlobPiece& piece, std::string_view text, std::size_t at) {
  if (piece.kind == Kind::any_character) {
    if (at == 0) return {};
    return last_character(text, at);
  }
  const std::string_view rest = text.substr(0, at);
  if (piece.kind == Kind::text)
    return rest.ends_with(piece.text) ? std::optional(at - piece.text.size()) : std::nullopt;
  for (const std::string_view dash : kDashes)
    if (rest.ends_with(dash)) return at - dash.size();
  return {};
}

std::size_t text_size(const GlobPiece& piece) { return piece.kind == Kind::text ? piece.text.size() : 0; }

}  // namespace

GlobMatcher::GlobMatcher(const Glob& glob, bool cased) : cased_(cased) {
  is_open_front_ = !glob.empty() && glob.front().kind == Kind::any_string;
  is_open_back_ = !glob.empty() && glob.back().kind == Kind::any_string;
  bool is_inside = false;
  for (const GlobPiece& piece : glob) {
    const bool was_inside = std::exchange(is_inside, piece.kind != Kind::any_string);
    if (!is_inside) continue;
    if (!was_inside) segments_.emplace_back();
    segments_.back().pieces.push_back(piece);
    if (piece.kind == Kind::text && !cased) segments_.back().pieces.back().text = fold(piece.text);
  }
  for (Segment& segment : segments_) {
    const auto longest = std::ranges::max_element(segment.pieces, {}, text_size);
    const bool has_text = text_size(*longest) > 0;
    segment.longest =
        has_text ? static_cast<std::size_t>(longest - segment.pieces.begin()) : segment.pieces.size();
  }
}

std::optional<std::size_t> GlobMatcher::forward(const Segment& segment, std::size_t piece,
                                                std::string_view text, std::size_t at) {
  std::optional<std::size_t> place = at;
  for (; piece < segment.pieces.size() && place; ++piece) place = behind(segment.pieces[piece], text, *place);
  return place;
}

std::optional<std::size_t> GlobMatcher::backward(const Segment& segment, std::size_t pieces,
                                                 std::string_view text, std::size_t at) {
  std::optional<std::size_t> place = at;
  while (pieces > 0 && place) place = front_of(segment.pieces[--pieces], text, *place);
  return place;
}

std::optional<std::size_t> GlobMatcher::find(const Segment& segment, std::string_view text, std::size_t at) {
  if (segment.longest == segment.pieces.size()) {
    for (;; at = next_character(text, at)) {
      if (const auto end = forward(segment, 0, text, at)) return end;
      if (at >= text.size()) return {};
    }
  }
  const std::string_view wanted = segment.pieces[segment.longest].text;
  const std::string_view rest = text.substr(at);
  for (std::size_t found = find_text(rest, wanted, 0); found != std::string_view::npos;
       found = find_text(rest, wanted, found + 1)) {
    if (!backward(segment, segment.longest, rest, found)) continue;
    if (const auto end = forward(segment, segment.longest + 1, text, at + found + wanted.size())) return end;
  }
  return {};
}

std::vector<LiteralPattern> GlobMatcher::literals() const {
  if (segments_.size() != 1) return {};
  const Glob& pieces = segments_.front().pieces;
  if (std::ranges::count(pieces, Kind::any_dash, &GlobPiece::kind) > 1) return {};
  if (std::ranges::count(pieces, Kind::any_character, &GlobPiece::kind) > 0) return {};
  const Pattern::Kind kind = is_open_front_
                                 ? is_open_back_ ? Pattern::Kind::contains : Pattern::Kind::ends_with
                             : is_open_back_ ? Pattern::Kind::starts_with
                                             : Pattern::Kind::equals;
  std::vector<LiteralPattern> literals;
  for (const std::string_view dash : kDashes) {
    LiteralPattern literal{kind, cased_, ""};
    for (const GlobPiece& piece : pieces)
      literal.text += piece.kind == Kind::any_dash ? dash : std::string_view(piece.text);
    if (literals.empty() || literals.back().text != literal.text) literals.push_back(std::move(literal));
  }
  return literals;
}

bool GlobMatcher::matches(std::string_view text) const {
  if (segments_.empty()) return is_open_front_ || text.empty();
  std::size_t first = 0;
  std::size_t last = segments_.size();
  std::size_t begin = 0;
  if (!is_open_front_) {
    const auto end = forward(segments_[first++], 0, text, 0);
    if (!end) return false;
    begin = *end;
  }
  if (first == last) return is_open_back_ || begin == text.size();
  std::string_view inner = text;
  if (!is_open_back_) {
    const Segment& back = segments_[--last];
    const auto end = backward(back, back.pieces.size(), text, text.size());
    if (!end || *end < begin) return false;
    inner = text.substr(0, *end);
  }
  for (; first < last; ++first) {
    const auto end = find(segments_[first], inner, begin);
    if (!end) return false;
    begin = *end;
  }
  return true;
}

}  // namespace riposte
