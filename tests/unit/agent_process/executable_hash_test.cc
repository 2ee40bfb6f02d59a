#include "agent/process/executable_hash.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "agent/process/signalling.h"
#include "tests/support/nameless_program.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/victim.h"

namespace riposte {
namespace {

using test::Victim;

std::string sha256_of(const std::string& path) {
  const std::string command = "sha256sum < '" + path + "'";
  std::FILE* output = ::popen(command.c_str(), "r");
  std::string hash(64, '\0');
  const bool whole = std::fread(hash.data(), 1, hash.size(), output) == hash.size();
  ::pclose(output);
  return whole ? hash : "";
}

/// A copy of the sleeping program with a few bytes behind its end, so that its hash is its own.
class OwnProgram {
 public:
  OwnProgram() {
    std::filesystem::copy_file("/bin/sleep", path());
    std::ofstream(path(), std::ios::app) << "one of a kind";
  }
  std::string path() const { return (directory_.path() / "sleeper").string(); }
  std::string sha256() const { return sha256_of(path()); }

 private:
  test::TemporaryDirectory directory_;
};

MeantProcess meant_by(pid_t pid, const std::string& hash) {
  MeantProcess meant;
  meant.pid = pid;
  meant.not_after = SystemClock().now();
  meant.executable_sha256 = hash;
  return meant;
}

TEST(ExecutableHash, IsThatOfTheRunningFileEvenWhenItsPathIsGone) {
  const OwnProgram program;
  const std::string hash = program.sha256();
  ASSERT_NE(hash, "");
  const Victim victim({program.path().c_str(), "600"});
  const auto handle = Pidfd::open(victim.pid());
  ASSERT_TRUE(handle);
  EXPECT_EQ(*executable_sha256(*handle, victim.pid()), hash);
  std::filesystem::remove(program.path());
  std::ofstream(program.path()) << "something else";
  EXPECT_EQ(*executable_sha256(*handle, victim.pid()), hash);
}

TEST(ExecutableHash, OfAProgramThatNeverWasAFileIsThatOfItsBytes) {
  const test::NamelessProgram program("one of a kind");
  const test::TemporaryDirectory directory;
  const std::string copy = (directory.path() / "copy").string();
  std::ofstream(copy, std::ios::binary) << program.bytes();
  const Victim victim({program.path().c_str(), "600"});
  ASSERT_EQ(read_process(victim.pid())->executable, "/memfd:payload (deleted)");
  EXPECT_EQ(*executable_sha256(*Pidfd::open(victim.pid()), victim.pid()), sha256_of(copy));
}

TEST(ExecutableHash, OfOneThatHasGoneIsNotThatOfAnother) {
  Victim gone;
  const auto handle = Pidfd::open(gone.pid());
  gone.end();
  const Victim other;
  EXPECT_EQ(executable_sha256(*handle, other.pid()).error().code, Errc::not_found);
}

TEST(ExecutableHash, DecidesWhoIsMeant) {
  const OwnProgram program;
  const Victim engine;
  const Victim victim({program.path().c_str(), "600"});
  const ProtectedProcesses guards({}, {engine.pid()});
  EXPECT_TRUE(look_at(meant_by(victim.pid(), program.sha256()), RunState::gone, guards));
  const auto other = look_at(meant_by(victim.pid(), std::string(64, '0')), RunState::gone, guards);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().word, ResultWord::refused_identity);
}

}  // namespace
}  // namespace riposte
