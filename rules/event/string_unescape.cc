#include "rules/event/string_unescape.h"

#include <array>
#include <cstring>

#include "rules/event/byte_blocks.h"
#include "rules/event/unescape_blocks.h"

namespace riposte {
namespace {

constexpr std::uint32_t kPlainEscape = 2;    ///< bytes of \n
constexpr std::uint32_t kUnicodeEscape = 6;  ///< bytes of \u0041
constexpr std::int64_t kBad = -1;

/// Below zero: no digit.
constexpr std::array<std::int32_t, 256> kHexDigit = [] {
  std::array<std::int32_t, 256> digits{};
  digits.fill(-1);
  for (int i = 0; i < 10; ++i) digits['0' + i] = i;
  for (int i = 0; i < 6; ++i) digits['a' + i] = digits['A' + i] = 10 + i;
  return digits;
}();

/// Four hexadecimal digits; below zero when they are none.
std::int32_t hex_number(const char* digits) {
  std::int32_t number = 0;
  std::int32_t any = 0;
  for (int i = 0; i < 4; ++i) {
    const std::int32_t digit = kHexDigit[static_cast<unsigned char>(digits[i])];
    any |= digit;
    number = number * 16 + digit;
  }
  return any < 0 ? -1 : number;
}

char* write_utf8(std::uint32_t letter, char* to) {
  const auto tail = [&](unsigned shift) { return static_cast<char>(0x80U | ((letter >> shift) & 0x3FU)); };
  if (letter < 0x80) {
    *to++ = static_cast<char>(letter);
    return to;
  }
  if (letter < 0x800) {
    *to++ = static_cast<char>(0xC0U | (letter >> 6U));
  } else {
    if (letter < 0x10000) {
      *to++ = static_cast<char>(0xE0U | (letter >> 12U));
    } else {
      *to++ = static_cast<char>(0xF0U | (letter >> 18U));
      *to++ = tail(12);
    }
    *to++ = tail(6);
  }
  *to++ = tail(0);
  return to;
}

/// Copies what stands between escapes. `kExact`: not a byte more than asked for is read or written.
template <bool kExact>
void copy(const char* from, char* to, std::uint32_t size) {
  if constexpr (kExact) {
    std::memmove(to, from, size);
  } else {
    for (std::uint32_t at = 0; at < size; at += kUnescapeMargin) copy_sixteen(from + at, to + at);
  }
}

/// One string being unescaped: `from` is read, `text` written.
class Unescaping {
 public:
  Unescaping(const char* from, char* text, StringPlace string)
      : from_(from), to_(text + string.begin), at_(string.begin), end_(string.end) {}

  /// False when an escape is bad.
  template <bool kExact>
  bool run(EscapeCursor& escapes) {
    for (; escapes.next() < end_; escapes.advance()) {
      const std::uint32_t escape = escapes.next();
      if (escape < at_) continue;  // the second of a surrogate pair
      copy<kExact>(from_ + at_, to_, escape - at_);
      to_ += escape - at_;
      at_ = escape;
      if (!write_escape()) return false;
    }
    copy<kExact>(from_ + at_, to_, end_ - at_);
    to_ += end_ - at_;
    return true;
  }

  const char* end() const { return to_; }

 private:
  bool write_escape() {
    const char letter = from_[at_ + 1];
    const auto code = static_cast<unsigned char>(letter);
    const char meaning = code < kEscapeMeaning.size() ? kEscapeMeaning[code] : '\0';
    if (meaning == 0) return letter == 'u' && write_unicode();
    *to_++ = meaning;
    at_ += kPlainEscape;
    return true;
  }

  bool write_unicode() {
    constexpr std::int32_t kHighFirst = 0xD800;
    constexpr std::int32_t kLowFirst = 0xDC00;
    constexpr std::int32_t kLowLast = 0xDFFF;
    constexpr std::int32_t kBeyondPlane = 0x10000;
    const auto unit = [&](std::uint32_t at) {
      return at + kUnicodeEscape <= end_ ? hex_number(from_ + at + kPlainEscape) : -1;
    };
    std::int32_t letter = unit(at_);
    at_ += kUnicodeEscape;
    if (letter >= kLowFirst && letter <= kLowLast) return false;
    if (letter >= kHighFirst && letter < kLowFirst) {
      const bool goes_on = at_ + kUnicodeEscape <= end_ && from_[at_] == '\\' && from_[at_ + 1] == 'u';
      const std::int32_t low = goes_on ? unit(at_) : -1;
      if (low < kLowFirst || low > kLowLast) return false;
      letter = kBeyondPlane + ((letter - kHighFirst) << 10) + (low - kLowFirst);
      at_ += kUnicodeEscape;
    }
    if (letter < 0) return false;
    to_ = write_utf8(static_cast<std::uint32_t>(letter), to_);
    return true;
  }

  const char* from_;
  char* to_;
  std::uint32_t at_;  ///< what is before is written
  std::uint32_t end_;
};

}  // namespace

std::int64_t unescape(std::string_view record, char* text, StringPlace string, EscapeCursor& escapes) {
  const char* const from = record.data();
  if (can_unescape_blocks()) {
    const std::int64_t size = unescape_blocks(from, text + string.begin, string, escapes);
    if (size >= 0) {
      escapes.pass(string.end);
      return size;
    }
  }
  return unescape_one_by_one(record, text, string, escapes);
}

std::int64_t unescape_one_by_one(std::string_view record, char* text, StringPlace string,
                                 EscapeCursor& escapes) {
  const char* const from = record.data();
  Unescaping unescaping(from, text, string);
  if (string.end + kUnescapeMargin > record.size()) {
    // Too near to the record's end for reading whole blocks.
    if (!unescaping.run<true>(escapes)) return kBad;
  } else {
    std::array<char, kUnescapeMargin> behind;
    copy_sixteen(text + string.end, behind.data());
    const bool is_good = unescaping.run<false>(escapes);
    copy_sixteen(behind.data(), text + string.end);
    if (!is_good) return kBad;
  }
  return unescaping.end() - (text + string.begin);
}

}  // namespace riposte
