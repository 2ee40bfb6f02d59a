#include "rules/matching/fold.h"

#include <cwctype>

#include "rules/language/utf8.h"

namespace riposte {
namespace {

constexpr std::string_view kLongS = "\xC5\xBF";       // U+017F
constexpr std::string_view kKelvin = "\xE2\x84\xAA";  // U+212A

/// By way of the upper case, so that `ς` and `σ` meet.
char32_t folded(char32_t point) {
  static const locale_t kUnicode = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  // Only Turkish pairs these two with i: they fold to themselves.
  constexpr char32_t kDottedCapitalI = 0x130;
  constexpr char32_t kDotlessSmallI = 0x131;
  if (kUnicode == nullptr || point == kDottedCapitalI || point == kDotlessSmallI) return point;
  const std::wint_t upper = ::towupper_l(static_cast<std::wint_t>(point), kUnicode);
  return static_cast<char32_t>(::towlower_l(upper, kUnicode));
}

}  // namespace

std::string fold(std::string_view text) {
  std::string folded;
  folded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c >= 'A' && c <= 'Z') {
      folded += static_cast<char>(c - 'A' + 'a');
    } else if (c == '\xC5' && text.substr(i, 2) == kLongS) {
      folded += 's';
      i += 1;
    } else if (c == '\xE2' && text.substr(i, 3) == kKelvin) {
      folded += 'k';
      i += 2;
    } else {
      folded += c;
    }
  }
  return folded;
}

void fold_ascii(std::string_view text, char* to) {
  // Without a branch, so that the compiler takes many bytes at a time.
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    to[i] = static_cast<char>(c + (static_cast<unsigned char>(c - 'A') < 26) * ('a' - 'A'));
  }
}

bool folds_into_ascii(std::string_view text) {
  return text.find(kLongS) != std::string_view::npos || text.find(kKelvin) != std::string_view::npos;
}

std::string fold_beyond_ascii(std::string_view text) {
  std::string made;
  made.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); at += utf8_length(text.substr(at)))
    append_utf8(made, folded(code_point_at(text, at)));
  return made;
}

}  // namespace riposte
