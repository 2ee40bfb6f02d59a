#include "connectors/http/target.h"

#include <charconv>
#include <ranges>

namespace riposte::http {
namespace {

Result<std::string> percent_decode(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned char byte = static_cast<unsigned char>(text[i]);
    if (text[i] == '%') {
      const std::string_view digits = text.substr(i + 1, 2);
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
      if (digits.size() != 2 || error != std::errc{} || end != digits.data() + 2)
        return fail(Errc::invalid, "'%' without two hexadecimal digits behind it in the request's target");
      i += 2;
    }
    if (byte < 0x20 || byte == 0x7f)
      return fail(Errc::invalid, "a control character in the request's target");
    decoded += static_cast<char>(byte);
  }
  return decoded;
}

Result<void> read_query(std::string_view text, Target& target) {
  for (const auto part : std::views::split(text, '&')) {
    const std::string_view pair(part.begin(), part.end());
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    const std::string name = TRY(percent_decode(pair.substr(0, equals)));
    const std::string value =
        equals == std::string_view::npos ? "" : TRY(percent_decode(pair.substr(equals + 1)));
    if (!target.query.emplace(name, value).second)
      return fail(Errc::invalid, "the parameter '" + name + "' is given twice");
  }
  return {};
}

}  // namespace

Result<Target> parse_target(std::string_view text) {
  if (!text.starts_with('/')) return fail(Errc::invalid, "the request's target is no absolute path");
  const auto question = text.find('?');
  Target target;
  for (const auto part :
       std::views::split(text.substr(1, question == std::string_view::npos ? question : question - 1), '/'))
    target.path.push_back(TRY(percent_decode(std::string_view(part.begin(), part.end()))));
  if (question != std::string_view::npos) TRY(read_query(text.substr(question + 1), target));
  return target;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (kPlain.find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      encoded += '%';
      encoded += kDigits[byte >> 4];
      encoded += kDigits[byte & 0xf];
    }
  }
  return encoded;
}

}  // namespace riposte::http
