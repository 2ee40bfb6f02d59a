#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "engine/lifecycle/codec.h"
#include "tests/support/stored_samples.h"

namespace riposte {
namespace {

using namespace test;

/// Two hexadecimal digits per byte, in one line.
std::string stored(const std::string& name) {
  std::ifstream file(std::string(RIPOSTE_SOURCE_DIR) + "/tests/golden/codec/v1/" + name + ".hex");
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
  EXPECT_EQ(*decode_action(stored("action")), sample_action());
  EXPECT_EQ(*decode_audit(stored("audit")), sample_record());
  EXPECT_EQ(*decode_dead_letter(stored("dead_letter")), sample_letter());
  EXPECT_EQ(*decode_position(stored("position")), sample_position());
}

TEST(StoredBytes, AreWrittenAsVersionOneWroteThem) {
  EXPECT_EQ(hexadecimal(encode(sample_action())), hexadecimal(stored("action")));
  EXPECT_EQ(hexadecimal(encode(sample_record())), hexadecimal(stored("audit")));
  EXPECT_EQ(hexadecimal(encode(sample_letter())), hexadecimal(stored("dead_letter")));
  EXPECT_EQ(hexadecimal(encode(sample_position())), hexadecimal(stored("position")));
}

}  // namespace
}  // namespace riposte
