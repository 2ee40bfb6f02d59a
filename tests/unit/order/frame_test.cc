#include "engine/order/frame.h"

#include <gtest/gtest.h>

namespace riposte::order {
namespace {

using namespace std::string_literals;

TEST(Frames, ComeOutAsTheyWentInHoweverTheBytesAreCut) {
  const std::vector<Frame> sent{{FrameType::hello, "h"},
                                {FrameType::order, ""},
                                {FrameType::refused, "a\0b"s},
                                {FrameType::reconnect, ""}};
  std::string bytes;
  for (const Frame& frame : sent) bytes += encode(frame);
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    FrameReader reader;
    std::vector<Frame> received;
    for (const std::string& part : {bytes.substr(0, cut), bytes.substr(cut)}) {
      reader.feed(part);
      for (auto frame = reader.next(); frame->has_value(); frame = reader.next()) received.push_back(**frame);
    }
    ASSERT_EQ(received, sent) << "cut at " << cut;
  }
}

TEST(Frames, OfTheLargestSizePassAndOneByteMoreIsRefused) {
  FrameReader reader;
  const Frame largest{FrameType::report, std::string(kFrameBytesMax, 'r')};
  reader.feed(encode(largest));
  EXPECT_EQ(*reader.next(), largest);
  reader.feed("\x04\x00\x01\x00\x01"s);
  EXPECT_EQ(reader.next().error().code, Errc::invalid);
}

TEST(Frames, OfUnknownTypesAreRefusedAtTheirFirstByte) {
  for (const char type : {'\0', '\x0d', '\xff'}) {
    FrameReader reader;
    reader.feed(std::string(1, type));
    ASSERT_FALSE(reader.next());
    reader.feed(encode({FrameType::hello, ""}));
    EXPECT_FALSE(reader.next()) << "a lost stream must stay lost";
  }
}

}  // namespace
}  // namespace riposte::order
