// Once everything has been seen, reading an event and matching it takes no memory from the heap.
#include <array>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "rules/event/event_parser.h"
#include "rules/language/reader.h"
#include "rules/language/schema_reader.h"
#include "rules/matching/candidate_index.h"
#include "rules/matching/rule_set.h"
#include "tests/property/counted_memory.h"
#include "tests/support/seeded.h"

namespace riposte {
namespace {

constexpr std::size_t kEvents = 200;
constexpr int kWarmUps = CandidateMemory::kEventsUntilRules + 1;

/// What rules of all kinds ask for: texts at every place, lists, wildcards, expressions, numbers, keywords,
/// addresses, negations, other fields.
const std::vector<std::string> kDetections{
    R"({s: {Image|endswith: '\powershell.exe'}, condition: s})",
    R"({s: {Image|endswith: ['\cmd.exe', '\wscript.exe', '\cscript.exe', '\mshta.exe']}, condition: s})",
    R"({s: {CommandLine|contains: ' -enc '}, condition: s})",
    R"({s: {CommandLine|contains|all: ['net', ' user ', '/add']}, condition: s})",
    R"({s: {CommandLine|contains: [lsass, sekurlsa, procdump]}, f: {User|contains: SYSTEM}, condition: s and not f})",
    R"({s: {CommandLine|re: 'whoami\s+/(all|priv)'}, condition: s})",
    R"({s: {CommandLine: '*schtasks*/create*'}, condition: s})",
    R"({s: {CommandLine|windash|contains: ' -urlcache '}, condition: s})",
    R"({s: {ParentImage|startswith: 'C:\Users\'}, t: {Image|contains: temp}, condition: s or t})",
    R"({s: {EventID: [1, 4688]}, t: {Image|endswith: '\rundll32.exe'}, condition: all of them})",
    R"({s: {IntegrityLevel: High, User|endswith: user7}, condition: s})",
    R"({s: {ProcessId|gt: 900}, condition: s})",
    R"({s: {DestinationIp|cidr: 10.0.0.0/8}, condition: s})",
    R"({s: {DestinationPort: [22, 3389]}, condition: s})",
    R"({s: [mimikatz, invoke-obfuscation], condition: s})",
    R"({s: {Image|fieldref: ParentImage}, condition: s})",
    R"({s: {Hashes|contains: 'MD5=00'}, condition: s})",
    R"({s: {ParentImage: null}, t: {EventID: 1}, condition: s and t})",
    R"({s: {ParentCommandLine|exists: false, Image|endswith: '\svchost.exe'}, condition: s})",
    R"({s: {TargetFilename|endswith: .ps1}, f: {Image|startswith: 'C:\Program Files\'}, condition: s and not 1 of f*})"};

std::shared_ptr<const RuleSet> rule_set(std::vector<Schema> schemas) {
  std::vector<Rule> rules;
  const ActionCatalogue actions;
  const std::map<std::string, ActiveHours> hours;
  for (const std::string& detection : kDetections) {
    Diagnostics diagnostics("rule.yml");
    auto read = read_rule(fmt::format("title: T\nid: '{}'\nlogsource: {{product: windows}}\ndetection: {}\n",
                                      rules.size(), detection),
                          diagnostics, {actions, hours});
    EXPECT_TRUE(read.has_value()) << detection;
    rules.push_back(std::move(*read));
  }
  return RuleSet::compile(std::move(rules), std::move(schemas)).rules;
}

std::string event_of(Seeded& random) {
  constexpr std::array<std::string_view, 8> kPrograms{"powershell", "cmd",      "mshta",   "rundll32",
                                                      "svchost",    "explorer", "notepad", "schtasks"};
  constexpr std::array<std::string_view, 8> kArguments{
      " -enc QQBB",     " user eve /add", " whoami  /all", " /c dir",
      " /create /tn x", " mimikatz",      " lsass.dmp",    " \\u00e9t\\u00e9 -urlcache http"};
  const auto image = [&] {
    return fmt::format(R"(C:\\Windows\\System32\\{}.exe)", random.one_of(kPrograms));
  };
  std::string json =
      fmt::format(R"({{"EventID":{},"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"host{}")",
                  random.one_of(std::array{1, 3, 11}), random.below(5));
  json +=
      fmt::format(R"(,"Image":"{}","CommandLine":"{}{}{}","ProcessId":{})", image(), random.one_of(kPrograms),
                  random.one_of(kArguments), random.text("abcdef ", random.below(60)), random.below(1000));
  if (!random.one_in(4))
    json += fmt::format(R"(,"ParentImage":"{}","User":"CORP\\user{}")", image(), random.below(9));
  if (random.one_in(2))
    json += fmt::format(R"(,"Hashes":"MD5={:08x}","IntegrityLevel":"High")", random.below(1U << 26));
  if (random.one_in(3))
    json += fmt::format(R"(,"DestinationIp":"10.0.0.{}","DestinationPort":"3389")", random.below(256));
  if (random.one_in(3))
    json += fmt::format(R"(,"TargetFilename":"C:\\x{}.ps1","Ratio":0.5)", random.below(99));
  return json + "}";
}

std::vector<std::string> some_events() {
  Seeded random(1);
  std::vector<std::string> events;
  while (events.size() < kEvents) events.push_back(event_of(random));
  return events;
}

/// How often each event, of those that took memory, did so in the last of several rounds.
struct Steady {
  std::size_t matches = 0;
  std::size_t allocations = 0;
  std::string example;  ///< the first event that took memory
};

Steady steady(const RuleSet& rules) {
  const std::vector<std::string> events = some_events();
  EventParser parser;
  Scratch scratch;
  Steady last;
  for (int round = 0; round <= kWarmUps; ++round) {
    last = {};
    for (const std::string& json : events) {
      const std::size_t before = allocations();
      const auto event = parser.parse(json);
      last.matches += rules.match(*event, scratch)->size();
      const std::size_t taken = allocations() - before;
      if (taken > 0 && last.allocations == 0) last.example = fmt::format("{} times for {}", taken, json);
      last.allocations += taken;
    }
  }
  return last;
}

TEST(MatchingFlatWindowsEvents, TakesNoMemoryOnceItIsWarm) {
  const Steady seen = steady(*rule_set({*shipped_schema("windows_event_flat")}));
  EXPECT_EQ(seen.allocations, 0U) << seen.example;
  EXPECT_GT(seen.matches, kEvents);
}

TEST(MatchingFlatWindowsEvents, TakesNoMemoryAmongAllShippedFormats) {
  const Steady seen = steady(*rule_set(shipped_schemas()));
  EXPECT_EQ(seen.allocations, 0U) << seen.example;
  EXPECT_GT(seen.matches, kEvents);
}

TEST(CountingAllocations, SeesThoseOfLibrariesToo) {
  const std::size_t before = allocations();
  EXPECT_EQ(fmt::format("{:>1000}", 1).size(), 1000U);
  EXPECT_GT(allocations(), before);
  const std::size_t parsed = allocations();
  EventParser parser;
  EXPECT_TRUE(parser.parse("{}").has_value());
  EXPECT_GT(allocations(), parsed + 3);
}

}  // namespace
}  // namespace riposte
