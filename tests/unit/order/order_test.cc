#include "engine/order/order.h"

#include <gtest/gtest.h>

#include "engine/order/names.h"
#include "tests/support/order_samples.h"

namespace riposte::order {
namespace {

using test::orders_of_every_verb;
using test::sample_order;
using test::sample_process;

TEST(OrderBytes, ComeBackAsTheSameOrderForEveryVerbAndPurpose) {
  std::size_t verbs = 0;
  for (Order original : orders_of_every_verb()) {
    EXPECT_EQ(verb_of(original.command), static_cast<Verb>(++verbs));
    for (int purpose = 1; purpose <= 5; ++purpose) {
      original.purpose = static_cast<Purpose>(purpose);
      const auto decoded = decode_order(encode(original));
      ASSERT_TRUE(decoded) << decoded.error().text();
      EXPECT_EQ(*decoded, original);
    }
  }
  EXPECT_EQ(verbs, kVerbCount);
}

/// What is accepted after any change of one byte has the very bytes that were accepted.
TEST(OrderBytes, HaveOneEncodingForEachOrder) {
  std::size_t accepted = 0;
  for (const Order& original : orders_of_every_verb()) {
    const std::string bytes = encode(original);
    for (std::size_t at = 0; at < bytes.size(); ++at)
      for (int value = 0; value < 256; ++value) {
        std::string changed = bytes;
        changed[at] = static_cast<char>(value);
        const auto decoded = decode_order(changed);
        if (!decoded) continue;
        ++accepted;
        ASSERT_EQ(encode(*decoded), changed) << "byte " << at << " of " << text_of(original.command);
      }
  }
  EXPECT_GT(accepted, 1000U) << "the changes were all refused, so nothing was shown";
}

TEST(OrderBytes, AreRefusedWhenAnythingIsMissingOrLeftOver) {
  for (const Order& original : orders_of_every_verb()) {
    const std::string bytes = encode(original);
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      const auto decoded = decode_order(bytes.substr(0, length));
      ASSERT_FALSE(decoded) << length << " bytes of " << text_of(original.command);
      EXPECT_EQ(decoded.error().code, Errc::invalid);
    }
    EXPECT_FALSE(decode_order(bytes + '\0'));
  }
  EXPECT_FALSE(decode_order(std::string(kOrderBytesMax + 1, '\0')));
}

TEST(OrderBytes, OfAQuarantineHaveTheProcessBesideTheSizeOrWithoutIt) {
  ProcessTarget process = sample_process();
  process.executable_sha256.reset();
  const std::string path = "/memfd:x (deleted)";
  for (const QuarantineFile& quarantine :
       {QuarantineFile{path, {}, {}, {}, {}}, QuarantineFile{path, {}, {}, 0, {}},
        QuarantineFile{path, {}, {}, {}, process}, QuarantineFile{path, {}, 3, 0, process}}) {
    const Order original = sample_order(quarantine);
    const std::string bytes = encode(original);
    const auto decoded = decode_order(bytes);
    ASSERT_TRUE(decoded) << decoded.error().text();
    EXPECT_EQ(*decoded, original);
    for (std::size_t at = 0; at < bytes.size(); ++at)
      for (int value = 0; value < 256; ++value) {
        std::string changed = bytes;
        changed[at] = static_cast<char>(value);
        if (const auto other = decode_order(changed)) {
          ASSERT_EQ(encode(*other), changed) << "byte " << at;
        }
      }
  }
  EXPECT_FALSE(check(sample_order(QuarantineFile{path, {}, {}, {}, sample_process()})))
      << "the file has one digest, not two";
  process.pid = 0;
  EXPECT_FALSE(check(sample_order(QuarantineFile{path, {}, {}, {}, process})));
}

struct Edge {
  const char* name;
  Order order;
  bool taken;
};

Order with(Order order, auto change) {
  change(order);
  return order;
}

void expect_edges(const std::vector<Edge>& edges) {
  for (const Edge& edge : edges) {
    const auto checked = check(edge.order);
    EXPECT_EQ(checked.has_value(), edge.taken) << edge.name << (checked ? "" : ": " + checked.error().text());
    EXPECT_EQ(decode_order(encode(edge.order)).has_value(), edge.taken) << edge.name;
  }
}

TEST(OrderBounds, OfTimesHoldAtTheirEdges) {
  using namespace std::chrono_literals;
  const auto expiring = [](Duration life) {
    return with(sample_order(), [&](Order& o) { o.expires_at = o.issued_at + life; });
  };
  const auto lasting = [](Command command, Duration ttl) {
    return with(sample_order(std::move(command)), [&](Order& o) { o.ttl = ttl; });
  };
  const auto due = [](Duration deadline) {
    return with(sample_order(), [&](Order& o) { o.deadline = deadline; });
  };
  const SuspendProcess suspend{sample_process(), false};
  const BlockIp block{*parse_address("192.0.2.1")};
  expect_edges(
      {{"life 0", expiring(0us), false},
       {"life 1", expiring(1us), true},
       {"longest life", expiring(kOrderLifeMax), true},
       {"over the longest life", expiring(kOrderLifeMax + 1us), false},
       {"before 1970", with(sample_order(), [](Order& o) { o.issued_at = WallTime(-1us); }), false},
       {"behind 2200", with(sample_order(), [](Order& o) { o.expires_at = (o.issued_at = kTimeMax) + 1us; }),
        false},
       {"no deadline", due(0us), true},
       {"negative deadline", due(-1us), false},
       {"longest deadline", due(kDeadlineMax), true},
       {"over the longest deadline", due(kDeadlineMax + 1us), false},
       {"isolation for ever", lasting(IsolateHost{}, 0us), false},
       {"isolation, shortest", lasting(IsolateHost{}, kTtlMin), true},
       {"isolation, too short", lasting(IsolateHost{}, kTtlMin - 1us), false},
       {"isolation, longest", lasting(IsolateHost{}, kIsolationTtlMax), true},
       {"isolation, too long", lasting(IsolateHost{}, kIsolationTtlMax + 1us), false},
       {"block for ever", lasting(block, 0us), false},
       {"block, longest", lasting(block, kTtlMax), true},
       {"block, too long", lasting(block, kTtlMax + 1us), false},
       {"suspension for ever", lasting(suspend, 0us), true},
       {"suspension, too short", lasting(suspend, kTtlMin - 1us), false},
       {"suspension, longest", lasting(suspend, kTtlMax), true},
       {"a kill that ends", lasting(KillProcess{sample_process()}, kTtlMin), false}});
}

TEST(OrderBounds, OfNamesHoldAtTheirEdges) {
  const auto named = [](auto field, std::string name) {
    return with(sample_order(), [&](Order& o) { o.*field = std::move(name); });
  };
  const auto acting = [](std::string id) {
    return with(sample_order(), [&](Order& o) { o.action = ActionId(std::move(id)); });
  };
  expect_edges({{"shortest fleet", named(&Order::fleet, "n"), true},
                {"longest fleet", named(&Order::fleet, std::string(kNameBytesMax, 'n')), true},
                {"fleet too long", named(&Order::fleet, std::string(kNameBytesMax + 1, 'n')), false},
                {"no fleet", named(&Order::fleet, ""), false},
                {"fleet that is a path", named(&Order::fleet, "../n"), false},
                {"fleet that is an option", named(&Order::fleet, "--help"), false},
                {"fleet with a newline", named(&Order::fleet, "n\n"), false},
                {"machine with a zero", named(&Order::machine_id, std::string("m\0", 2)), false},
                {"no machine", named(&Order::machine_id, ""), false},
                {"short action", acting(std::string(31, 'a')), false},
                {"long action", acting(std::string(33, 'a')), false},
                {"action in capitals", acting(std::string(32, 'A')), false},
                {"action", acting(std::string(32, 'a')), true}});
}

TEST(OrderBounds, OfReleasesAskForOneActionOrAllOfThem) {
  const IpAddress address = *parse_address("192.0.2.1");
  const auto releasing = [](Command command, std::string action) {
    return with(sample_order(std::move(command)), [&](Order& o) { o.releases = std::move(action); });
  };
  const std::string action(32, 'c');
  expect_edges({{"one", releasing(UnblockIp{address}, action), true},
                {"all", releasing(UnblockIp{address, true}, ""), true},
                {"neither", releasing(UnblockIp{address}, ""), false},
                {"both", releasing(UnblockIp{address, true}, action), false},
                {"isolation, neither", releasing(UnisolateHost{}, ""), false},
                {"isolation, all", releasing(UnisolateHost{true}, ""), true},
                {"no action id", releasing(UnblockIp{address}, "c"), false},
                {"a block that releases", releasing(BlockIp{address}, action), false},
                {"the vault's own", releasing(RestoreFile{action}, action), true},
                {"another than the vault's", releasing(RestoreFile{action}, std::string(32, 'd')), false},
                {"any resume", releasing(ResumeProcess{sample_process()}, ""), true}});
}

TEST(OrderBounds, OfProcessesHoldAtTheirEdges) {
  using namespace std::chrono_literals;
  const auto killing = [](auto change) {
    KillProcess kill{sample_process()};
    change(kill);
    return sample_order(kill);
  };
  expect_edges(
      {{"pid 0", killing([](KillProcess& k) { k.target.pid = 0; }), false},
       {"pid -1", killing([](KillProcess& k) { k.target.pid = -1; }), false},
       {"pid 1", killing([](KillProcess& k) { k.target.pid = 1; }), true},
       {"largest pid", killing([](KillProcess& k) { k.target.pid = INT32_MAX; }), true},
       {"patient", killing([](KillProcess& k) { k.term_grace = kTermGraceMax; }), true},
       {"too patient", killing([](KillProcess& k) { k.term_grace = kTermGraceMax + 1us; }), false},
       {"impatient", killing([](KillProcess& k) { k.term_grace = -1us; }), false},
       {"short digest", killing([](KillProcess& k) { k.target.executable_sha256 = "abc"; }), false},
       {"digest in capitals",
        killing([](KillProcess& k) { k.target.executable_sha256 = std::string(64, 'A'); }), false},
       {"no boot id", killing([](KillProcess& k) { k.target.boot_id = std::string(36, 'a'); }), false},
       {"start before 1970", killing([](KillProcess& k) { k.target.start = WallTime(-1us); }), false},
       {"seen behind 2200", killing([](KillProcess& k) { k.target.not_after = kTimeMax + 1us; }), false}});
}

TEST(OrderBounds, OfAddressesHoldAtTheirEdges) {
  using namespace std::chrono_literals;
  const auto keeping = [](std::size_t count) {
    return sample_order(IsolateHost{std::vector(count, *parse_address("192.0.2.1"))});
  };
  IpAddress long_v4 = *parse_address("192.0.2.1");
  long_v4.bytes[4] = 1;
  EXPECT_FALSE(check(sample_order(BlockIp{long_v4})));
  const IpAddress address = *parse_address("192.0.2.1");
  expect_edges(
      {{"keep none", keeping(0), true},
       {"keep all", keeping(kKeepMax), true},
       {"keep too many", keeping(kKeepMax + 1), false},
       {"IPv4 in IPv6", sample_order(BlockIp{*parse_address("::ffff:192.0.2.1")}), false},
       {"nearly IPv4 in IPv6", sample_order(BlockIp{*parse_address("::fffe:192.0.2.1")}), true},
       {"longest grace", sample_order(UnblockIp{address, false, kUnblockGraceMax}), true},
       {"over the longest grace", sample_order(UnblockIp{address, false, kUnblockGraceMax + 1us}), false}});
}

TEST(OrderBounds, OfPathsHoldAtTheirEdges) {
  const auto path = [](std::string text) { return sample_order(QuarantineFile{std::move(text)}); };
  expect_edges({{"relative", path("etc/passwd"), false},
                {"empty", path(""), false},
                {"root", path("/"), false},
                {"plain", path("/a"), true},
                {"a folder's form", path("/a/"), false},
                {"twice a slash", path("/a//b"), false},
                {"upwards", path("/a/../b"), false},
                {"upwards at the end", path("/a/.."), false},
                {"itself", path("/a/./b"), false},
                {"three dots", path("/a/.../b"), true},
                {"a zero", path(std::string("/a\0b", 4)), false},
                {"hostile, and only a name", path("/tmp/$(id); rm -rf \n--help"), true},
                {"longest", path("/" + std::string(kPathBytesMax - 1, 'a')), true},
                {"too long", path("/" + std::string(kPathBytesMax, 'a')), false}});
}

TEST(Verbs, HaveTheNumbersAndNamesThatWereSentOnce) {
  const std::vector<std::pair<int, std::string_view>> sent{
      {1, "kill_process"}, {2, "suspend_process"}, {3, "resume_process"},
      {4, "isolate_host"}, {5, "unisolate_host"},  {6, "quarantine_file"},
      {7, "restore_file"}, {8, "block_ip"},        {9, "unblock_ip"}};
  ASSERT_EQ(sent.size(), kVerbCount);
  for (const auto& [number, name] : sent) {
    EXPECT_EQ(name_of(static_cast<Verb>(number)), name);
    EXPECT_EQ(parse_verb(name), static_cast<Verb>(number));
  }
  EXPECT_FALSE(parse_verb("run_script"));
  EXPECT_EQ(text_of(BlockIp{*parse_address("2001:db8::9")}), "block_ip 2001:db8::9");
  EXPECT_EQ(text_of(QuarantineFile{"/a\nb"}), "quarantine_file /a\\nb");
}

}  // namespace
}  // namespace riposte::order
