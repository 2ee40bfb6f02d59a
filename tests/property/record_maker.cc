#include "tests/property/record_maker.h"

#include <array>

#include <fmt/format.h>

namespace riposte {
namespace {

constexpr std::size_t kDepthMax = 6;

}  // namespace

std::string RecordMaker::record() {
  is_spaced_ = random_.one_in(3);
  is_escaped_ = random_.one_in(3);
  return blank() + object(0) + blank();
}

std::string RecordMaker::blank() {
  return is_spaced_ ? random_.text(" \t\n\r", random_.one_in(20) ? random_.below(100) : random_.below(3))
                    : "";
}

std::string RecordMaker::object(std::size_t depth) {
  std::string json = "{" + blank();
  for (std::size_t count = random_.below(6); count > 0; --count) {
    // Few keys, so that records are like each other, and some keys come twice.
    json += random_.one_in(8) ? string("abc", 40) : fmt::format(R"("{}")", random_.text("abcdefgh", 2));
    json += blank() + ":" + blank() + value(depth + 1) + blank();
    if (count > 1) json += "," + blank();
  }
  return json + "}";
}

std::string RecordMaker::array(std::size_t depth) {
  std::string json = "[" + blank();
  for (std::size_t count = random_.below(5); count > 0; --count) {
    json += value(depth + 1) + blank();
    if (count > 1) json += "," + blank();
  }
  return json + "]";
}

std::string RecordMaker::value(std::size_t depth) {
  switch (random_.below(depth < kDepthMax ? 10 : 7)) {
    case 0:
      return "true";
    case 1:
      return random_.one_in(2) ? "false" : "null";
    case 2:
    case 3:
      return number();
    case 7:
      return array(depth);
    case 8:
    case 9:
      return object(depth);
    default:
      return string("abcdefghijklmnopqrstuvwxyz0123456789{}[],: ", random_.one_in(10) ? 200 : 20);
  }
}

std::string RecordMaker::string(std::string_view letters, std::size_t size_max) {
  std::string json = "\"";
  for (std::size_t size = random_.below(size_max); size > 0; --size) json += letter(letters);
  return json + "\"";
}

std::string RecordMaker::letter(std::string_view letters) {
  if (random_.one_in(is_escaped_ ? 3 : 30)) return escape();
  if (random_.one_in(40))
    return std::string(random_.one_of(
        std::array<std::string_view, 4>{"\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\x7f"}));
  return std::string(1, random_.one_of(letters));
}

std::string RecordMaker::escape() {
  switch (random_.below(6)) {
    case 0: {
      const auto letter = random_.below(0x10000);
      if (letter < 0xD800 || letter > 0xDFFF) return fmt::format("\\u{:04x}", letter);
      return R"(\uD83D)" + fmt::format("\\u{:04X}", random_.between(0xDC00, 0xDFFF));
    }
    case 1:
      return fmt::format("\\u00{:02X}", random_.below(0x80));
    default:
      return std::string("\\") + random_.one_of(std::string_view("\"\\\\\\/bfnrt"));
  }
}

std::string RecordMaker::digits(std::size_t count_max) {
  return random_.text("0123456789", random_.between(1, count_max));
}

std::string RecordMaker::number() {
  std::string text = random_.one_in(3) ? "-" : "";
  const std::string whole = digits(random_.one_in(5) ? 19 : 6);
  text += random_.one_in(4) || whole.front() == '0' ? "0" : whole;
  if (random_.one_in(3)) text += "." + digits(random_.one_in(4) ? 40 : 10);
  if (random_.one_in(6))
    text += std::string(random_.one_of(std::array<std::string_view, 4>{"e", "E", "e-", "E+"})) + digits(2);
  return text;
}

std::string RecordMaker::damaged(std::string record) {
  constexpr std::string_view kBytes = "{}[],:\"\\ \n\t0123456789-+.eEutfnx\x01\x0c\x1a\xC3\xFF";
  for (std::size_t count = random_.between(1, 3); count > 0 && !record.empty(); --count) {
    const std::size_t at = random_.below(record.size());
    const std::size_t size = random_.between(1, random_.one_in(10) ? 40 : 2);
    switch (random_.below(6)) {
      case 0:
        record.erase(at, size);
        break;
      case 1:
        record.insert(at, record.substr(at, size));
        break;
      case 2:
        if (random_.one_in(4)) record.resize(at);
        break;
      case 3:
        record[at] = static_cast<char>(random_.below(256));
        break;
      case 4:
        record.insert(at, 1, random_.one_of(kBytes));
        break;
      default:
        record[at] = random_.one_of(kBytes);
    }
  }
  return record;
}

}  // namespace riposte
