#include "connectors/exec/script_manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/scratch.h"

namespace riposte {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ScriptManifest : public ::testing::Test {
 protected:
  ScriptManifest() { scratch_.write_program("p/run.sh", "#!/bin/sh\n"); }

  LoadedScripts load(const std::string& manifest) {
    const std::vector<std::string> paths{scratch_.write("p/plugin.yaml", manifest).string()};
    return load_scripts(paths);
  }
  /// Messages without the path in front.
  std::vector<std::string> problems(const std::string& manifest) {
    std::vector<std::string> texts;
    const LoadedScripts loaded = load(manifest);
    EXPECT_THAT(loaded.scripts, IsEmpty());
    texts.reserve(loaded.diagnostics.size());
    for (const Diagnostic& diagnostic : loaded.diagnostics)
      texts.push_back(std::to_string(diagnostic.location.line) + ": " + diagnostic.message);
    return texts;
  }

  test::Scratch scratch_;
};

TEST_F(ScriptManifest, IsReadWhole) {
  const LoadedScripts loaded = load(R"(
id: notify
description: Tells somebody
command: [run.sh, --fast, "two words"]
parameters:
  user: {type: user_name, required: true, help: who}
  times: {type: integer}
timeout: 90s
output_limit: 1024
on_unknown: rerun
verify: [/bin/true]
environment: {FILE: /tmp/x, N: 7}
)");
  ASSERT_THAT(loaded.diagnostics, IsEmpty()) << loaded.diagnostics.front().text();
  const Script& script = loaded.scripts.at("notify");
  const std::string folder = std::filesystem::canonical(scratch_.path() / "p").string();
  EXPECT_EQ(script.description, "Tells somebody");
  EXPECT_THAT(script.command, ElementsAre(folder + "/run.sh", "--fast", "two words"));
  EXPECT_THAT(script.verify, ElementsAre("/bin/true"));
  EXPECT_EQ(script.directory, folder);
  EXPECT_EQ(script.timeout, std::chrono::seconds(90));
  EXPECT_EQ(script.output_limit, 1024U);
  EXPECT_EQ(script.on_unknown, Script::OnUnknown::rerun);
  EXPECT_EQ(script.environment, (std::map<std::string, std::string>{{"FILE", "/tmp/x"}, {"N", "7"}}));
  EXPECT_EQ(script.pinned.size(), 2U);
  const auto parameters = loaded.parameters().at("notify");
  ASSERT_EQ(parameters.size(), 2U);
  EXPECT_EQ(parameters[0].name, "user");
  EXPECT_EQ(parameters[0].kind, ValueKind::user_name);
  EXPECT_TRUE(parameters[0].required);
  EXPECT_EQ(parameters[1].kind, ValueKind::integer);
  EXPECT_FALSE(parameters[1].required);
}

TEST_F(ScriptManifest, DefaultsAreTheCarefulOnes) {
  const Script script = load("id: a\ncommand: [run.sh]\n").scripts.at("a");
  EXPECT_EQ(script.timeout, std::chrono::seconds(30));
  EXPECT_EQ(script.output_limit, 65536U);
  EXPECT_EQ(script.on_unknown, Script::OnUnknown::in_doubt);
  EXPECT_THAT(script.verify, IsEmpty());
}

TEST_F(ScriptManifest, AFileGivenToAnInterpreterIsPinnedLikeAProgram) {
  scratch_.write("p/job.py", "print(1)\n");
  const Script script = load("id: a\ncommand: [/bin/sh, job.py, other]\n").scripts.at("a");
  EXPECT_TRUE(script.pinned.contains(std::filesystem::canonical(scratch_.path() / "p/job.py").string()));
  EXPECT_EQ(script.pinned.size(), 2U);
}

TEST_F(ScriptManifest, EveryMistakeIsReportedAtOnceWithItsPlace) {
  EXPECT_THAT(problems(R"(id: Bad Id
comand: [run.sh]
parameters:
  script: {type: strin}
timeout: 2h
output_limit: -1
on_unknown: maybe
environment: {RIPOSTE_X: "1", "a b": "2"}
)"),
              ElementsAre(HasSubstr("1: "), HasSubstr("1: "), HasSubstr("2: "), HasSubstr("4: "),
                          HasSubstr("4: "), HasSubstr("5: timeout must be more than 0s and at most 600s"),
                          HasSubstr("6: "), HasSubstr("7: "), HasSubstr("8: "), HasSubstr("8: ")));
}

TEST_F(ScriptManifest, AProgramThatIsNotThereIsRefusedWithTheCure) {
  EXPECT_THAT(problems("id: a\ncommand: [gone.sh]\n"), ElementsAre(HasSubstr("gone.sh does not exist")));
  EXPECT_THAT(problems("id: a\ncommand: [.]\n"), ElementsAre(HasSubstr("is not a regular file")));
  EXPECT_THAT(problems("id: a\ncommand: []\n"), ElementsAre(HasSubstr("command is empty")));
}

TEST_F(ScriptManifest, AProgramThatIsNotExecutableIsRefusedWithTheCure) {
  scratch_.write("p/plain.sh", "#!/bin/sh\n");
  EXPECT_THAT(problems("id: a\ncommand: [plain.sh]\n"), ElementsAre(HasSubstr("chmod +x")));
}

TEST_F(ScriptManifest, AFileThatEveryUserMayChangeIsRefused) {
  using std::filesystem::perms;
  const auto program = scratch_.write_program("p/open.sh", "#!/bin/sh\n");
  std::filesystem::permissions(program, perms::all);
  EXPECT_THAT(problems("id: a\ncommand: [open.sh]\n"), ElementsAre(HasSubstr("chmod o-w")));
  EXPECT_THAT(problems("id: a\ncommand: [/bin/sh, open.sh]\n"), ElementsAre(HasSubstr("chmod o-w")));
  std::filesystem::permissions(program, perms::owner_all);
  std::filesystem::permissions(program.parent_path(), perms::all);
  EXPECT_THAT(problems("id: a\ncommand: [open.sh]\n"), ElementsAre(HasSubstr("can replace files in")));
}

TEST_F(ScriptManifest, ABadManifestDoesNotStopTheGoodOnes) {
  scratch_.write_program("plugins/a/run.sh", "#!/bin/sh\n");
  scratch_.write("plugins/a/plugin.yaml", "id: a\ncommand: [run.sh]\n");
  scratch_.write("plugins/b/plugin.yaml", "id: b\n");
  scratch_.write_program("plugins/c/run.sh", "#!/bin/sh\n");
  scratch_.write("plugins/c/plugin.yaml", "id: a\ncommand: [run.sh]\n");
  scratch_.write("plugins/a/other.yaml", "not: a manifest\n");
  const std::vector<std::string> paths{(scratch_.path() / "plugins").string()};
  const LoadedScripts loaded = load_scripts(paths);
  EXPECT_EQ(loaded.scripts.size(), 1U);
  ASSERT_EQ(loaded.diagnostics.size(), 2U);
  EXPECT_THAT(loaded.diagnostics[0].text(), HasSubstr("b/plugin.yaml"));
  EXPECT_THAT(loaded.diagnostics[1].text(), HasSubstr("another manifest has the id 'a' already"));
}

TEST_F(ScriptManifest, APathThatDoesNotExistIsAnError) {
  const std::vector<std::string> paths{"/nowhere/plugin.yaml"};
  const LoadedScripts loaded = load_scripts(paths);
  ASSERT_EQ(loaded.diagnostics.size(), 1U);
  EXPECT_EQ(loaded.diagnostics[0].kind, Diagnostic::Kind::error);
}

TEST_F(ScriptManifest, AFolderWithoutAnyIsAWarning) {
  const std::vector<std::string> paths{scratch_.path().string()};
  const LoadedScripts loaded = load_scripts(paths);
  ASSERT_EQ(loaded.diagnostics.size(), 1U);
  EXPECT_EQ(loaded.diagnostics[0].kind, Diagnostic::Kind::warning);
}

}  // namespace
}  // namespace riposte
