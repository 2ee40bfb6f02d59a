#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "engine/lifecycle/codec.h"
#include "tests/support/stored_samples.h"

namespace riposte {
namespace {

using namespace test;

/// Two hexadecimal digits per byte, in one line.
std::string stored(int version, const std::string& name) {
  std::ifstream file(std::string(RIPOSTE_SOURCE_DIR) + "/tests/golden/codec/v" + std::to_string(version) +
                     "/" + name + ".hex");
  std::string hexadecimal;
  file >> hexadecimal;
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hexadecimal.size(); i += 2)
    bytes.push_back(static_cast<char>(std::stoi(hexadecimal.substr(i, 2), nullptr, 16)));
  return bytes;
}

std::string hexadecimal(const std::string& bytes) {
  std::string text;
  for (const char byte : bytes) {
    constexpr const char* kDigits = "0123456789abcdef";
    text += kDigits[static_cast<unsigned char>(byte) >> 4];
    text += kDigits[static_cast<unsigned char>(byte) & 15];
  }
  return text;
}

TEST(StoredBytes, OfVersionOneStillDecode) {
  EXPECT_EQ(*decode_action(stored(1, "action")), sample_action());
  EXPECT_EQ(*decode_audit(stored(1, "audit")), sample_record());
  EXPECT_EQ(*decode_dead_letter(stored(1, "dead_letter")), sample_letter());
  EXPECT_EQ(*decode_position(stored(1, "position")), sample_position());
}

TEST(StoredBytes, OfVersionTwoStillDecode) {
  EXPECT_EQ(*decode_action(stored(2, "action")), sample_action_of_version_2());
  EXPECT_EQ(*decode_audit(stored(2, "audit")), sample_record_of_version_2());
  EXPECT_EQ(*decode_dead_letter(stored(2, "dead_letter")), sample_letter());
  EXPECT_EQ(*decode_position(stored(2, "position")), sample_position());
  EXPECT_EQ(*decode_cooldown(stored(2, "cooldown")), sample_cooldown());
}

TEST(StoredBytes, OfVersionThreeStillDecode) {
  EXPECT_EQ(*decode_action(stored(3, "action")), sample_action_of_version_3());
  EXPECT_EQ(*decode_audit(stored(3, "audit")), sample_record_of_version_3());
  EXPECT_EQ(*decode_dead_letter(stored(3, "dead_letter")), sample_letter());
  EXPECT_EQ(*decode_position(stored(3, "position")), sample_position());
  EXPECT_EQ(*decode_cooldown(stored(3, "cooldown")), sample_cooldown());
}

TEST(StoredBytes, AreWrittenAsVersionThreeWroteThem) {
  EXPECT_EQ(hexadecimal(encode(sample_action_of_version_3())), hexadecimal(stored(3, "action")));
  EXPECT_EQ(hexadecimal(encode(sample_record_of_version_3())), hexadecimal(stored(3, "audit")));
  EXPECT_EQ(hexadecimal(encode(sample_letter())), hexadecimal(stored(3, "dead_letter")));
  EXPECT_EQ(hexadecimal(encode(sample_position())), hexadecimal(stored(3, "position")));
  EXPECT_EQ(hexadecimal(encode(sample_cooldown())), hexadecimal(stored(3, "cooldown")));
}

}  // namespace
}  // namespace riposte
