#include "agent/files/vault.h"

#include <fstream>

#include <gmock/gmock.h>

#include "tests/host/hands/hands_lab.h"

namespace riposte::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class VaultAtTheHost : public HandsLab {
 protected:
  order::Order taken(Link& link) {
    const std::string path = std::filesystem::canonical(folder_.path()) / "payload";
    std::ofstream(path) << "payload";
    const order::Order taking = order_now(order::QuarantineFile{path, {}, {}, {}, {}});
    link.order(taking);
    const auto report = link.report();
    EXPECT_TRUE(report && report->result.word == ResultWord::ok) << log();
    return taking;
  }
  Ran vault_says(const std::vector<std::string>& words) const {
    std::vector<std::string> more{"vault"};
    more.insert(more.end(), words.begin(), words.end());
    return host_.run(command(more));
  }
};

TEST_F(VaultAtTheHost, IsListedAndDiscardedByHandWhileTheProgramRuns) {
  EXPECT_THAT(vault_says({"list"}).output, HasSubstr("--state"));
  start();
  Link link(socket());
  const order::Order taking = taken(link);
  const std::string& action = taking.action.value();
  EXPECT_THAT(vault_says({"list"}).output, AllOf(HasSubstr(action), HasSubstr("/payload\n")));
  EXPECT_THAT(vault_says({"list", "--json"}).output, HasSubstr("\"action\": \"" + action + "\""));
  EXPECT_THAT(vault_says({"discard", "--help"}).output, HasSubstr("vault discard 4f1d"));

  const auto mixed = vault_says({"discard", std::string(32, '0'), action});
  EXPECT_EQ(mixed.code, 1);
  EXPECT_THAT(mixed.output, HasSubstr("the vault has no entry '" + std::string(32, '0') + "'"));
  EXPECT_THAT(mixed.output, AllOf(HasSubstr("discarded " + action), HasSubstr("/payload', SHA-256 ")));
  EXPECT_THAT(vault(), IsEmpty());
  EXPECT_EQ(vault_says({"discard", action}).code, 1);
  EXPECT_EQ(vault_says({"list"}).output, "the vault is empty\n");
  EXPECT_EQ(vault_says({"discard"}).code, 64);

  link.order(order_now(order::RestoreFile{action}));
  const auto report = link.report();
  ASSERT_TRUE(report) << log();
  EXPECT_EQ(report->result.word, ResultWord::not_found);
  EXPECT_THAT(report->result.detail, HasSubstr("no longer in the vault: it was discarded by hand"));
  link.order(order_now(order::RestoreFile{std::string(32, 'd')}));
  EXPECT_THAT(link.report()->result.detail, HasSubstr("has nothing that the action"));
}

TEST_F(VaultAtTheHost, TakesInARemovedProgramOfAnotherUserWithThePrivilegesThatAChildKeeps) {
  start();
  Link link(socket());
  const std::string path = std::filesystem::canonical(folder_.path()) / "removed";
  const std::string script =
      "install -o 12345 -m 0700 /bin/sleep $0; "
      "setpriv --reuid 12345 --regid 12345 --clear-groups $0 600 >/dev/null 2>&1 & "
      "until [ \"$(readlink /proc/$!/exe)\" = $0 ]; do sleep 0.01; done; rm $0; echo $!";
  const std::int32_t pid = std::stoi(host_.output_of({"sh", "-c", script, path}));
  const order::Order taking = order_now(order::QuarantineFile{path + " (deleted)", {}, {}, {}, target(pid)});
  link.order(taking);
  const auto report = link.report();
  ASSERT_TRUE(report) << log();
  EXPECT_EQ(report->result.word, ResultWord::ok) << report->result.detail;
  EXPECT_EQ(report->result.evidence.at("uid"), "12345");
  EXPECT_TRUE(runs(pid));
  EXPECT_THAT(vault_says({"list"}).output, HasSubstr("nameless  " + path + " (deleted)\n"));
}

TEST_F(VaultAtTheHost, KeepsAnEntryThatSomebodyHoldsFromBeingDiscarded) {
  start();
  Link link(socket());
  const std::string action = taken(link).action.value();
  const auto vault = files::Vault::open(at("state") / "vault");
  const auto held = vault->hold(action);
  ASSERT_TRUE(held);
  const auto refused = vault_says({"discard", action});
  EXPECT_EQ(refused.code, 75);
  EXPECT_THAT(refused.output, HasSubstr("try again"));
  EXPECT_TRUE(*vault->find(action));
}

TEST_F(VaultAtTheHost, LosesWhatItHasKeptLongEnoughWhenTheProgramStarts) {
  start();
  Link link(socket());
  const std::string action = taken(link).action.value();
  kill();
  const auto sidecar = at("state") / "vault" / (action + ".json");
  std::string text;
  std::getline(std::ifstream(sidecar), text, '\0');
  const auto key = text.find("\"taken_at\": \"20");
  ASSERT_NE(key, std::string::npos) << text;
  text.replace(text.find("20", key), 4, "2001");
  std::ofstream(sidecar) << text;
  start();
  EXPECT_TRUE(eventually([this] { return vault().empty(); })) << log();
  EXPECT_THAT(log(),
              AllOf(HasSubstr("an entry of the vault goes"), HasSubstr(action), HasSubstr("/payload")));
}

}  // namespace
}  // namespace riposte::test
