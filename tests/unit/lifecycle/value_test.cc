#include "engine/lifecycle/value.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/lifecycle/action_type.h"

namespace riposte {
namespace {

using testing::HasSubstr;

std::string conformed(const Value& value, const ParameterSpec& spec) {
  const auto result = conform(value, spec);
  return result ? text_of(*result) : "refused: " + result.error().what;
}

std::string conformed(const Value& value, ValueKind kind) {
  return conformed(value, {.name = "it", .kind = kind, .help = {}});
}

const ParameterSpec& parameter(ActionType type, const std::string& name) {
  const auto specs = parameters_of(type);
  const auto found = std::ranges::find(specs, name, &ParameterSpec::name);
  if (found == specs.end()) throw std::logic_error("no parameter " + name);
  return *found;
}

TEST(Values, AreWrittenInOneWay) {
  EXPECT_EQ(conformed("4711", ValueKind::integer), "4711");
  EXPECT_EQ(conformed(std::string(64, 'A'), ValueKind::sha256), std::string(64, 'a'));
  EXPECT_EQ(conformed("3F2A91C0-1d52-4b8e-9a30-5f6d7c8b9a01", ValueKind::boot_id),
            "3f2a91c0-1d52-4b8e-9a30-5f6d7c8b9a01");
  EXPECT_EQ(conformed("2001:DB8:0::1", ValueKind::ip), "2001:db8::1");
  EXPECT_EQ(conformed("::ffff:203.0.113.9", ValueKind::ip), "203.0.113.9") << "the same address";
  EXPECT_EQ(conformed("203.0.113.9,::1,203.0.113.9", ValueKind::addresses), "203.0.113.9,::1");
}

TEST(Values, OfTheWrongKindAreRefusedWithWhatToWrite) {
  EXPECT_EQ(conformed("abc", ValueKind::sha256), "refused: 'abc' is no sha256; write 64 hexadecimal digits");
  EXPECT_THAT(conformed(std::string(64, 'g'), ValueKind::sha256), HasSubstr("refused"));
  EXPECT_THAT(conformed("3f2a91c0_1d52-4b8e-9a30-5f6d7c8b9a01", ValueKind::boot_id), HasSubstr("a UUID"));
  EXPECT_THAT(conformed(std::string(32, 'A'), ValueKind::action_id), HasSubstr("in lower case"));
  for (const char* address : {"fe80::1%eth0", "1.2.3", "01.2.3.4", "1.2.3.4/8", "", " 1.2.3.4"})
    EXPECT_THAT(conformed(address, ValueKind::ip), HasSubstr("is no ip")) << address;
  for (const char* list : {"", "1.2.3.4,", ",1.2.3.4", "1.2.3.4, 1.2.3.5", "localhost"})
    EXPECT_THAT(conformed(list, ValueKind::addresses), HasSubstr("with commas between")) << list;
}

TEST(Values, AreAtMostSixteenAddresses) {
  std::string list = "10.0.0.0";
  for (int i = 1; i < 16; ++i) list += ",10.0.0." + std::to_string(i);
  EXPECT_THAT(conformed(list, ValueKind::addresses), HasSubstr("10.0.0.15"));
  EXPECT_EQ(conformed(list + ",10.0.0.16", ValueKind::addresses), "refused: more than 16 addresses");
}

TEST(Bounds, HoldAtTheirEdgesAndSayWhatMayBeWritten) {
  const ParameterSpec& pid = parameter(ActionType::kill_process, "pid");
  EXPECT_EQ(conformed(std::int64_t{1}, pid), "1");
  EXPECT_EQ(conformed("2147483647", pid), "2147483647");
  EXPECT_EQ(conformed(std::int64_t{0}, pid), "refused: '0' is out of bounds; write 1 to 2147483647");
  EXPECT_EQ(conformed("2147483648", pid), "refused: '2147483648' is out of bounds; write 1 to 2147483647");
  const ParameterSpec& grace = parameter(ActionType::kill_process, "term_grace");
  EXPECT_EQ(conformed("30s", grace), "30s");
  EXPECT_EQ(conformed("30000001us", grace), "refused: '30000001us' is out of bounds; write 0s to 30s");
  const ParameterSpec& path = parameter(ActionType::quarantine_file, "path");
  EXPECT_EQ(conformed("/" + std::string(4094, 'x'), path).size(), 4095U);
  EXPECT_EQ(conformed("/" + std::string(4095, 'x'), path),
            "refused: a text of 4096 bytes is out of bounds; write 1 to 4095 bytes");
  EXPECT_EQ(conformed(std::int64_t{0}, parameter(ActionType::quarantine_file, "inode")),
            "refused: '0' is out of bounds; write at least 1");
}

TEST(Parameters, OfEveryTypeHaveDistinctNamesAndAHelpText) {
  for (const ActionTypeSpec& type : action_types()) {
    std::set<std::string> names;
    for (const ParameterSpec& spec : parameters_of(type.type)) {
      EXPECT_TRUE(names.insert(spec.name).second) << type.name << " " << spec.name;
      EXPECT_NE(spec.help, "") << type.name << " " << spec.name;
      EXPECT_TRUE(!spec.min || !spec.max || *spec.min <= *spec.max) << type.name << " " << spec.name;
    }
  }
}

TEST(Parameters, ThatNobodyHereKeepsToAreRefusedAndThoseOfAScriptNever) {
  const ActionCatalogue catalogue{.executable = {}, .scripts = {}, .not_honoured = {"sha256"}};
  EXPECT_EQ(catalogue.may_have(ActionType::kill_process, "sha256").error().what,
            "nothing here keeps to parameter 'sha256' of kill_process; leave it out");
  EXPECT_TRUE(catalogue.may_have(ActionType::kill_process, "start"));
  EXPECT_TRUE(catalogue.may_have(ActionType::run_script, "sha256")) << "the script's own";
}

}  // namespace
}  // namespace riposte
