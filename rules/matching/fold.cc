#include "rules/matching/fold.h"

#include <cwctype>
#include <unordered_map>
#include <utility>

#include "rules/language/utf8.h"

namespace riposte {
namespace {

constexpr std::string_view kLongS = "\xC5\xBF";       // U+017F
constexpr std::string_view kKelvin = "\xE2\x84\xAA";  // U+212A

// Only Turkish pairs these two with i: they fold to themselves.
constexpr char32_t kDottedCapitalI = 0x130;
constexpr char32_t kDotlessSmallI = 0x131;

locale_t unicode() {
  static const locale_t kUnicode = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return kUnicode;
}

/// By way of the upper case, so that `ς` and `σ` meet.
char32_t folded(char32_t point) {
  if (unicode() == nullptr || point == kDottedCapitalI || point == kDotlessSmallI) return point;
  const std::wint_t upper = ::towupper_l(static_cast<std::wint_t>(point), unicode());
  return static_cast<char32_t>(::towlower_l(upper, unicode()));
}

/// Whether the tables have no other case for it; others may have it for theirs.
bool is_its_own_case(char32_t point) {
  if (unicode() == nullptr || point == kDottedCapitalI || point == kDotlessSmallI) return false;
  const auto wide = static_cast<std::wint_t>(point);
  return ::towupper_l(wide, unicode()) == wide && ::towlower_l(wide, unicode()) == wide;
}

constexpr char32_t kAsciiEnd = 0x80;
constexpr char32_t kUnicodeEnd = 0x110000;

/// The characters beyond ASCII that fold into each one, where there are several.
const std::unordered_map<char32_t, std::vector<char32_t>>& cases_of() {
  static const auto kCases = [] {
    std::unordered_map<char32_t, std::vector<char32_t>> cases;
    for (char32_t point = kAsciiEnd; point < kUnicodeEnd; ++point)
      if (!is_its_own_case(point)) cases[folded(point)].push_back(point);
    // `ß` has no upper case of one character there, but `ẞ` has it for its lower one.
    for (auto& [point, others] : cases)
      if (point >= kAsciiEnd && is_its_own_case(point)) others.push_back(point);
    return cases;
  }();
  return kCases;
}

bool has_one_case(char32_t point) { return is_its_own_case(point) && !cases_of().contains(point); }

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

// Without a branch, so that the compiler takes many bytes at a time: as many as the processor can.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
__attribute__((target_clones("avx2", "default")))
#endif
bool fold_ascii(std::string_view text, char* to) {
  constexpr unsigned char kLongSLead = 0xC5;
  constexpr unsigned char kKelvinLead = 0xE2;
  const char* const from = text.data();
  const std::size_t size = text.size();
  unsigned char found = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const auto c = static_cast<unsigned char>(from[i]);
    to[i] = static_cast<char>(c + (static_cast<unsigned char>(c - 'A') < 26 ? 'a' - 'A' : 0));
    found |= static_cast<unsigned char>((c == kLongSLead ? 1 : 0) | (c == kKelvinLead ? 1 : 0));
  }
  return found == 0;
}

bool folds_into_ascii(std::string_view text) {
  return text.find(kLongS) != std::string_view::npos || text.find(kKelvin) != std::string_view::npos;
}

std::string_view longest_ascii(std::string_view text) {
  std::string_view best;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && static_cast<unsigned char>(text[end]) < 0x80) ++end;
    if (end - at > best.size()) best = text.substr(at, end - at);
    at = end + 1;
  }
  return best;
}

bool fold_is_enough(std::string_view text) {
  if (!is_utf8(text)) return false;
  for (std::size_t at = 0; at < text.size(); at += utf8_length(text.substr(at))) {
    const bool is_ascii = static_cast<unsigned char>(text[at]) < 0x80;
    if (!is_ascii && !has_one_case(code_point_at(text, at))) return false;
  }
  return true;
}

std::vector<std::string> case_variants(std::string_view text, std::size_t most) {
  if (!is_utf8(text)) return {};
  std::vector<std::string> variants{""};
  for (std::size_t at = 0; at < text.size(); at += utf8_length(text.substr(at))) {
    const char32_t point = code_point_at(text, at);
    const auto cases = point < kAsciiEnd ? cases_of().end() : cases_of().find(folded(point));
    const std::vector<char32_t> points =
        cases == cases_of().end() ? std::vector<char32_t>{point} : cases->second;
    if (variants.size() * points.size() > most) return {};
    std::vector<std::string> longer;
    for (const std::string& variant : variants)
      for (const char32_t one : points) append_utf8(longer.emplace_back(variant), one);
    variants = std::move(longer);
  }
  for (std::string& variant : variants) variant = fold(variant);
  return variants;
}

std::string fold_beyond_ascii(std::string_view text) {
  std::string made;
  made.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); at += utf8_length(text.substr(at)))
    append_utf8(made, folded(code_point_at(text, at)));
  return made;
}

}  // namespace riposte
