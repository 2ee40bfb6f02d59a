#include "agent/files/sidecar.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace riposte::files {
namespace {

using Json = nlohmann::json;

Sidecar full_one() {
  Sidecar sidecar{.action = "00112233445566778899aabbccddeeff",
                  .path = "/tmp/\xff\n\"name\"",
                  .facts = {.id = {.device = 65025, .inode = 0xffffffffffffffffU},
                            .type = 0100000,
                            .mode = 06755,
                            .uid = 4294967294U,
                            .gid = 12,
                            .links = 3,
                            .size = 1ULL << 40,
                            .accessed = {-1, 999999999},
                            .modified = {1700000000, 1},
                            .changed = {1700000001, 2},
                            .born = Stamp{1600000000, 3},
                            .mount = 29},
                  .attributes = {{"user.note", std::string("\0\xff", 2)}, {"security.capability", "x"}},
                  .content = {.size = 1ULL << 40, .extents = {{0, 5}, {4096, 10}}, .sha256 = "ab"}};
  sidecar.key.fill(7);
  return sidecar;
}

Result<Sidecar> changed(const std::string& pointer, const Json& value) {
  Json json = Json::parse(encode_sidecar(full_one()));
  json[Json::json_pointer(pointer)] = value;
  return decode_sidecar(json.dump());
}

TEST(ASidecar, ComesBackWhole) {
  const auto decoded = decode_sidecar(encode_sidecar(full_one()));
  ASSERT_TRUE(decoded) << decoded.error().text();
  EXPECT_EQ(*decoded, full_one());
}

TEST(ASidecar, ComesBackWithoutABirth) {
  Sidecar sidecar = full_one();
  sidecar.facts.born.reset();
  EXPECT_EQ(*decode_sidecar(encode_sidecar(sidecar)), sidecar);
}

TEST(ASidecar, OfAProgramWithoutAFileSaysSoAndIsNoneOfVersionOne) {
  Sidecar sidecar = full_one();
  sidecar.nameless = true;
  sidecar.path = "/memfd:x (deleted)";
  const std::string text = encode_sidecar(sidecar);
  EXPECT_EQ(*decode_sidecar(text), sidecar);
  Json json = Json::parse(text);
  EXPECT_EQ(json["version"], 2) << "whoever knows version 1 alone would put it back at its path";
  json["version"] = 1;
  EXPECT_EQ(decode_sidecar(json.dump()).error().code, Errc::corrupt);
  EXPECT_EQ(changed("/version", 2).error().code, Errc::corrupt) << "one of a file";
}

TEST(ASidecar, KeepsWhenTheFileLeftItsPlace) {
  Sidecar sidecar = full_one();
  sidecar.taken_at = parse_iso8601("2026-03-10T11:59:00.5Z");
  EXPECT_EQ(*decode_sidecar(encode_sidecar(sidecar)), sidecar);
}

TEST(ASidecar, OfVersionOneStillDecodes) {
  const auto decoded = decode_sidecar(
      R"({"version":1,"action":"a1","path":"/t/x","path_hex":"2f742f78","key":")" + std::string(64, '0') +
      R"(","file":{"device":1,"inode":2,"type":32768,"mode":420,"uid":3,"gid":4,"links":1,"size":5,)"
      R"("accessed":[6,7],"modified":[8,9],"changed":[10,11],"mount":12},)"
      R"("attributes":[{"name":"user.a","name_hex":"757365722e61","value_hex":"00ff"}],)"
      R"("content":{"size":5,"sha256":"cd","extents":[[0,5]]}})");
  ASSERT_TRUE(decoded) << decoded.error().text();
  const Sidecar expected{.action = "a1",
                         .path = "/t/x",
                         .facts = {.id = {1, 2},
                                   .type = 0100000,
                                   .mode = 0644,
                                   .uid = 3,
                                   .gid = 4,
                                   .links = 1,
                                   .size = 5,
                                   .accessed = {6, 7},
                                   .modified = {8, 9},
                                   .changed = {10, 11},
                                   .mount = 12},
                         .attributes = {{"user.a", std::string("\0\xff", 2)}},
                         .content = {.size = 5, .extents = {{0, 5}}, .sha256 = "cd"}};
  EXPECT_EQ(*decoded, expected);
}

TEST(ASidecar, ThatWasCutAnywhereIsCorrupt) {
  const std::string text = encode_sidecar(full_one());
  for (std::size_t length = 0; length + 2 < text.size(); ++length)
    EXPECT_EQ(decode_sidecar(text.substr(0, length)).error().code, Errc::corrupt) << length;
}

TEST(ASidecar, WithAValueThatCannotBeIsCorrupt) {
  const std::vector<std::pair<std::string, Json>> bad{
      {"/version", 2},
      {"/version", 3},
      {"/nameless", true},
      {"/nameless", "no"},
      {"/taken_at", "then"},
      {"/taken_at", 5},
      {"/path_hex", "74"},      // "t": not absolute
      {"/path_hex", "2f742f"},  // ends in a slash
      {"/path_hex", "2f7400"},  // has a zero
      {"/path_hex", "2f7"},
      {"/path_hex", 5},
      {"/key", "00"},
      {"/file/mode", "0644"},
      {"/file/mode", 4294967296},
      {"/file/uid", -1},
      {"/file/size", 1.5},
      {"/file/modified", Json::array({1})},
      {"/file/modified", Json::array({1, 1000000000})},
      {"/file/modified", Json::array({18446744073709551615U, 0})},
      {"/attributes/0/name_hex", ""},
      {"/attributes/0/name_hex", "00"},
      {"/attributes/0/value_hex", "zz"},
      {"/content/extents/0", Json::array({0, 5000})},  // overlaps the next
      {"/content/extents/1", Json::array({1ULL << 40, 1})},
      {"/content/extents/1", Json::array({4096, 18446744073709551615U})},
  };
  for (const auto& [pointer, value] : bad) {
    const auto decoded = changed(pointer, value);
    ASSERT_FALSE(decoded) << pointer << " = " << value;
    EXPECT_EQ(decoded.error().code, Errc::corrupt);
  }
  EXPECT_TRUE(changed("/content/sha256", "cd"));
}

}  // namespace
}  // namespace riposte::files
