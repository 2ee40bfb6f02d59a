/// The command line run in this process, against a server over a FakeControl.
#pragma once

#include <filesystem>
#include <fstream>
#include <optional>

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "engine/cli/command_line.h"
#include "engine/cli/exit_code.h"
#include "tests/support/api_fixture.h"

namespace riposte {

struct Told {
  int code = -1;
  std::string out;
  std::string err;
};

class CommandLine : public ApiFixture {
 protected:
  cli::EngineCommands engine{[this](const cli::RunOptions& options) {
                               ran = options;
                               return 0;
                             },
                             [this](const cli::CheckOptions& options) {
                               checked = options;
                               return 1;
                             },
                             [this](const cli::SchemaDetectOptions& options) {
                               detected = options;
                               return 1;
                             }};
  std::optional<cli::RunOptions> ran;
  std::optional<cli::CheckOptions> checked;
  std::optional<cli::SchemaDetectOptions> detected;
  std::optional<cli::ReplayOptions> replayed;
  std::filesystem::path folder;

  void SetUp() override {
    ApiFixture::SetUp();
    engine.replay = [this](const cli::ReplayOptions& options) {
      replayed = options;
      return 1;
    };
    std::string pattern = testing::TempDir() + "riposte-cli-XXXXXX";
    folder = ::mkdtemp(pattern.data());
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  std::string file_with(const std::string& name, const std::string& text, mode_t mode = 0600) {
    const std::string path = folder / name;
    std::ofstream(path) << text;
    ::chmod(path.c_str(), mode);
    return path;
  }

  Told run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "riposte");
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    Told outcome;
    outcome.code = cli::run_command_line(static_cast<int>(argv.size()), argv.data(), engine);
    outcome.out = testing::internal::GetCapturedStdout();
    outcome.err = testing::internal::GetCapturedStderr();
    return outcome;
  }

  /// As alice, against the server under test.
  Told ask(std::vector<std::string> arguments, const std::string& token = "") {
    arguments.insert(arguments.end(),
                     {"--url", "http://127.0.0.1:" + std::to_string(server->port()), "--token-file",
                      file_with("token", (token.empty() ? all_token : token) + "\n")});
    return run(std::move(arguments));
  }
};

}  // namespace riposte
