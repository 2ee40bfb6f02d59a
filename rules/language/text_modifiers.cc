#include "rules/language/text_modifiers.h"

#include <algorithm>
#include <array>
#include <cwctype>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "engine/base/base64.h"
#include "engine/base/nearest.h"
#include "rules/language/pattern.h"
#include "rules/language/utf8.h"

namespace riposte {
namespace {

using Piece = GlobPiece::Kind;
using Globs = std::expected<std::vector<Glob>, std::string>;

void append(Glob& glob, Piece kind, std::string_view text) {
  if (kind == Piece::text && text.empty()) return;
  if (kind == Piece::text && !glob.empty() && glob.back().kind == Piece::text)
    glob.back().text += text;
  else if (kind != Piece::any_string || glob.empty() || glob.back().kind != Piece::any_string)
    glob.push_back({kind, std::string(text)});
}

std::size_t last_character_begin(std::string_view text) {
  std::size_t at = text.size() - 1;
  while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
  return at;
}

/// A letter, digit or underscore of any script.
bool is_word_character(char32_t point) {
  static const locale_t kUnicode = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  if (point == U'_') return true;
  if (point < 0x80 || kUnicode == nullptr) return point < 0x80 && std::isalnum(static_cast<int>(point)) != 0;
  return ::iswalnum_l(static_cast<std::wint_t>(point), kUnicode) != 0;
}

/// The dash stands in front of a word and not behind one.
bool leads_a_word(std::string_view text, std::size_t at) {
  const std::string_view before = text.substr(0, at);
  const bool behind_word =
      !before.empty() && is_word_character(code_point_at(before, last_character_begin(before)));
  return !behind_word && at + 1 < text.size() && is_word_character(code_point_at(text, at + 1));
}

std::unexpected<std::string> too_many_alternatives() {
  return std::unexpected(fmt::format("it stands for more than {} texts or {} bytes; split it or say less",
                                     kAlternativesMax, kAlternativeBytesMax));
}

/// The texts of one value as they grow and multiply, within their bounds.
class Alternatives {
 public:
  /// Both: false when they are too much. One text alone is bounded by its file.
  bool extend(const GlobPiece& piece) {
    for (Glob& glob : globs_) append(glob, piece.kind, piece.text);
    bytes_ += globs_.size() * bytes_of(piece);
    return fits();
  }
  bool multiply(std::span<const Glob> choices) {
    const std::vector<Glob> before = std::exchange(globs_, {});
    bytes_ = 0;
    for (const Glob& glob : before)
      for (const Glob& choice : choices) {
        globs_.push_back(glob);
        for (const GlobPiece& piece : choice) append(globs_.back(), piece.kind, piece.text);
        for (const GlobPiece& piece : globs_.back()) bytes_ += bytes_of(piece);
        if (!fits()) return false;
      }
    return true;
  }
  std::vector<Glob> take() { return std::move(globs_); }

 private:
  static std::size_t bytes_of(const GlobPiece& piece) { return sizeof(GlobPiece) + piece.text.size(); }
  bool fits() const {
    return globs_.size() <= 1 || (globs_.size() <= kAlternativesMax && bytes_ <= kAlternativeBytesMax);
  }

  std::vector<Glob> globs_ = std::vector<Glob>(1);
  std::size_t bytes_ = 0;
};

/// Each of the five dashes in place of each `any_dash`, as the encodings need one text at a time.
Globs without_any_dash(const Glob& glob) {
  std::vector<Glob> dashes;
  for (const std::string_view dash : kDashes) dashes.push_back({{Piece::text, std::string(dash)}});
  Alternatives all;
  for (const GlobPiece& piece : glob)
    if (!(piece.kind == Piece::any_dash ? all.multiply(dashes) : all.extend(piece)))
      return too_many_alternatives();
  return all.take();
}

/// The texts that the value stands for, each in one piece.
std::expected<std::vector<std::string>, std::string> plain_texts(const Glob& glob) {
  const Globs variants = without_any_dash(glob);
  if (!variants) return std::unexpected(variants.error());
  std::vector<std::string> texts;
  for (const Glob& variant : *variants) {
    if (variant.size() > 1 || (variant.size() == 1 && variant.front().kind != Piece::text))
      return std::unexpected(
          "a text with wildcards has no Base64 form; write '\\*' and '\\?' for the characters");
    texts.push_back(variant.empty() ? "" : variant.front().text);
  }
  return texts;
}

Glob one_text(std::string text) {
  Glob glob;
  append(glob, Piece::text, text);
  return glob;
}

void append_unit(std::string& bytes, std::uint32_t unit, bool big_endian) {
  const auto high = static_cast<char>(unit >> 8U);
  const auto low = static_cast<char>(unit & 0xFFU);
  bytes += big_endian ? high : low;
  bytes += big_endian ? low : high;
}

std::string utf16_of(std::string_view text, bool big_endian) {
  constexpr char32_t kFirstPair = 0x10000;
  std::string bytes;
  for (std::size_t at = 0; at < text.size(); at += std::max<std::size_t>(utf8_length(text.substr(at)), 1)) {
    const char32_t point = code_point_at(text, at);
    if (point < kFirstPair) {
      append_unit(bytes, point, big_endian);
    } else {
      append_unit(bytes, 0xD800 + ((point - kFirstPair) >> 10U), big_endian);
      append_unit(bytes, 0xDC00 + ((point - kFirstPair) & 0x3FFU), big_endian);
    }
  }
  return bytes;
}

Glob utf16_of(const Glob& glob, bool big_endian) {
  Glob wide;
  for (const GlobPiece& piece : glob) append(wide, piece.kind, utf16_of(piece.text, big_endian));
  return wide;
}

/// Where a placeholder that begins with the '%' at `at` ends, behind its second '%'; npos when there is none.
/// A name has neither blanks nor percent signs.
std::size_t placeholder_end(std::string_view text, std::size_t at) {
  const std::size_t end = text.find_first_of("% \t\r\n", at + 1);
  const bool closed = end != std::string_view::npos && text[end] == '%' && end > at + 1;
  return closed ? end + 1 : std::string_view::npos;
}

std::string no_values(std::string_view placeholder, const PlaceholderLists& lists) {
  std::vector<std::string_view> names;
  for (const auto& [name, values] : lists) names.push_back(name);
  return fmt::format("placeholder '%{}%' has no values; list them under placeholders in the configuration{}",
                     placeholder, did_you_mean(placeholder, names));
}

void append_with_placeholders(Glob& glob, std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text[at] == '%' ? placeholder_end(text, at) : std::string_view::npos;
    if (text.substr(at, 2) == "\\%") {
      append(glob, Piece::text, "%");
      at += 2;
    } else if (end != std::string_view::npos) {
      append(glob, Piece::placeholder, text.substr(at + 1, end - at - 2));
      at = end;
    } else {
      append(glob, Piece::text, text.substr(at++, 1));
    }
  }
}

}  // namespace

Glob opened(Glob glob, bool front, bool back) {
  const auto is_open = [](const GlobPiece& piece) { return piece.kind == Piece::any_string; };
  if (front && (glob.empty() || !is_open(glob.front()))) glob.insert(glob.begin(), {Piece::any_string, {}});
  if (back && (glob.empty() || !is_open(glob.back()))) glob.push_back({Piece::any_string, {}});
  return glob;
}

Glob with_any_dash(const Glob& glob) {
  Glob made;
  for (const GlobPiece& piece : glob) {
    if (piece.kind != Piece::text) {
      append(made, piece.kind, piece.text);
      continue;
    }
    for (std::size_t at = 0; at < piece.text.size(); ++at) {
      const char c = piece.text[at];
      const bool dash = (c == '-' || c == '/') && leads_a_word(piece.text, at);
      append(made, dash ? Piece::any_dash : Piece::text, dash ? "" : std::string_view(&c, 1));
    }
  }
  return made;
}

Globs as_utf16(const Glob& glob, Utf16 encoding) {
  const Globs variants = without_any_dash(glob);
  if (!variants) return variants;
  std::vector<Glob> made;
  for (const Glob& variant : *variants) {
    Glob wide = utf16_of(variant, encoding == Utf16::big_endian);
    if (encoding != Utf16::with_byte_order_mark) {
      made.push_back(std::move(wide));
      continue;
    }
    for (const std::string_view mark : {"\xFF\xFE", "\xEF\xBB\xBF"}) {
      Glob marked = one_text(std::string(mark));
      for (const GlobPiece& piece : wide) append(marked, piece.kind, piece.text);
      made.push_back(std::move(marked));
    }
  }
  return made;
}

Globs as_base64(const Glob& glob) {
  const auto texts = plain_texts(glob);
  if (!texts) return std::unexpected(texts.error());
  std::vector<Glob> made;
  for (const std::string& text : *texts) made.push_back(one_text(base64(text)));
  return made;
}

Globs as_base64_offsets(const Glob& glob) {
  constexpr std::array<std::size_t, 3> kCutFront{0, 2,
                                                 3};  // characters that the bytes in front decide as well
  constexpr std::array<std::size_t, 3> kCutBack{0, 3, 2};  // … and those behind; by what is over three bytes
  const auto texts = plain_texts(glob);
  if (!texts) return std::unexpected(texts.error());
  std::vector<Glob> made;
  for (const std::string& text : *texts) {
    for (std::size_t shift = 0; shift < kCutFront.size(); ++shift) {
      const std::string encoded = base64(std::string(shift, ' ') + text);
      const std::size_t end = encoded.size() - kCutBack[(shift + text.size()) % kCutBack.size()];
      const std::size_t begin = std::min(kCutFront[shift], end);
      made.push_back(one_text(encoded.substr(begin, end - begin)));
    }
  }
  return made;
}

Glob with_placeholders(const Glob& glob) {
  Glob made;
  for (const GlobPiece& piece : glob) {
    if (piece.kind == Piece::text)
      append_with_placeholders(made, piece.text);
    else
      append(made, piece.kind, piece.text);
  }
  return made;
}

Globs expanded(const Glob& glob, const PlaceholderLists& lists) {
  Alternatives all;
  for (const GlobPiece& piece : glob) {
    if (piece.kind != Piece::placeholder) {
      if (!all.extend(piece)) return too_many_alternatives();
      continue;
    }
    const auto list = lists.find(piece.text);
    if (list == lists.end() || list->second.empty()) return std::unexpected(no_values(piece.text, lists));
    std::vector<Glob> choices;
    for (const std::string& value : list->second) choices.push_back(glob_of(value));
    if (!all.multiply(choices)) return too_many_alternatives();
  }
  return all.take();
}

}  // namespace riposte
