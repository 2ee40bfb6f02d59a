#include "engine/base/ip_network.h"

#include <gtest/gtest.h>

namespace riposte {
namespace {

TEST(IpAddress, IsWrittenInItsShortestForm) {
  const std::pair<std::string, std::string> cases[] = {
      {"192.0.2.1", "192.0.2.1"},
      {"2001:0db8:0000:0000:0000:0000:0000:0009", "2001:db8::9"},
      {"2001:DB8::9", "2001:db8::9"},
      {"::", "::"},
      {"::ffff:192.0.2.1", "::ffff:192.0.2.1"}};
  for (const auto& [text, written] : cases) {
    EXPECT_EQ(text_of(parse_address(text).value()), written);
    EXPECT_EQ(parse_address(written), parse_address(text));
  }
}

TEST(IpAddress, IsIPv4WhenItIsMappedIntoIPv6) {
  EXPECT_EQ(canonical(parse_address("::ffff:192.0.2.1").value()), parse_address("192.0.2.1"));
  for (const char* text :
       {"192.0.2.1", "2001:db8::9", "::192.0.2.1", "64:ff9b::192.0.2.1", "::1:ffff:c000:201"})
    EXPECT_EQ(canonical(parse_address(text).value()), parse_address(text)) << text;
}

}  // namespace
}  // namespace riposte
