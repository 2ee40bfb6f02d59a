#include "tests/unit/pipeline/rendering.h"

namespace riposte {
namespace {

using namespace test;

class Identities : public Rendering {};

const std::string kDigest(64, 'a');
const std::string kBoot = "3f1c07d2-8a44-4d0a-9a56-2f54f9b6c3aa";

std::string seen_process(const std::string& more) {
  return R"({"@timestamp":"2026-03-10T11:59:00Z","host":{"name":"h"},"process":{"pid":5)" + more + "}}";
}
std::string hashed(const std::string& digest) { return R"(,"hash":{"sha256":")" + digest + R"("})"; }

TEST_F(Identities, TellsAProcessByItsProgramWhereTheEventHasNoStart) {
  for (const ActionType type :
       {ActionType::kill_process, ActionType::suspend_process, ActionType::resume_process}) {
    wanted_.type = type;
    EXPECT_EQ(render_from(seen_process(hashed(std::string(64, 'A'))))->parameters.at("sha256"),
              Value(kDigest));
  }
  wanted_.target_field = "process.parent.pid";
  const auto parent = render_from(
      seen_process(hashed(kDigest) + R"(,"parent":{"pid":4)" + hashed(std::string(64, 'b')) + "}"));
  EXPECT_EQ(parent->parameters.at("sha256"), Value(std::string(64, 'b')));
}

TEST_F(Identities, LetsNoProcessGetAwayByGoingOnToAnotherProgram) {
  const auto request = render_from(seen_process(hashed(kDigest) + R"(,"start":"2026-03-10T11:58:00Z")"));
  EXPECT_TRUE(request->parameters.contains("start"));
  EXPECT_FALSE(request->parameters.contains("sha256"));
}

TEST_F(Identities, TellsAFileByItsDigestAndInode) {
  wanted_.type = ActionType::quarantine_file;
  const std::string event =
      R"({"host":{"name":"h"},"file":{"path":"/tmp/x","inode":"17","size":3,"hash":{"sha256":")" + kDigest +
      R"("}},"process":{"executable":"/tmp/y")" + hashed(std::string(64, 'b')) + "}}";
  EXPECT_EQ(render_from(event)->parameters,
            (Parameters{{"path", "/tmp/x"}, {"inode", std::int64_t{17}}, {"sha256", kDigest}}))
      << "its size is that of a file that may still be written";
  wanted_.target_field = "process.executable";
  EXPECT_EQ(render_from(event)->parameters,
            (Parameters{{"path", "/tmp/y"}, {"sha256", std::string(64, 'b')}}));
  wanted_.target_field.clear();
  wanted_.type = ActionType::restore_file;
  wanted_.parameters["action"] = {"", Value(std::string(32, 'c'))};
  EXPECT_EQ(render_from(event)->parameters.size(), 2U) << "what is put back lies in the vault";
}

TEST_F(Identities, NamesTheProcessOfAProgramThatMayHaveNoFile) {
  const std::string path = "/memfd:x (deleted)";
  const std::string timed = R"("@timestamp":"2026-03-10T11:59:00Z",)";
  const std::string start = "2026-03-10T11:58:00Z";
  const std::string started = R"(,"start":")" + start + R"(")";
  const auto parameters_of_event = [&](const std::string& time, const std::string& process) {
    const auto request = render_from("{" + time + R"("host":{"name":"h","boot":{"id":")" + kBoot +
                                     R"("}},"file":{"path":"/tmp/x"},"process":{"executable":")" + path +
                                     R"(")" + process + "}}");
    EXPECT_EQ(request->defect, "");
    return request->parameters;
  };
  wanted_.type = ActionType::quarantine_file;
  EXPECT_EQ(parameters_of_event(timed, R"(,"pid":5)" + started), (Parameters{{"path", "/tmp/x"}}));
  wanted_.target_field = "process.executable";
  const std::int64_t pid = 5;
  EXPECT_EQ(parameters_of_event("", R"(,"pid":5)" + started),
            (Parameters{{"path", path}, {"pid", pid}, {"start", start}, {"boot_id", kBoot}}));
  EXPECT_EQ(parameters_of_event(timed, R"(,"pid":"5","start":"then")"),
            (Parameters{{"path", path}, {"pid", pid}, {"boot_id", kBoot}}));
  for (const char* none : {"", R"(,"pid":0)", R"(,"pid":"x")"})
    EXPECT_EQ(parameters_of_event(timed, none + started), (Parameters{{"path", path}})) << none;
  EXPECT_EQ(parameters_of_event("", R"(,"pid":5)"), (Parameters{{"path", path}}))
      << "nothing would tell it from a later one";
  wanted_.parameters["pid"] = {"", Value("17")};
  EXPECT_EQ(parameters_of_event(timed, R"(,"pid":5)" + started),
            (Parameters{{"path", path}, {"pid", std::int64_t{17}}, {"boot_id", kBoot}}))
      << "the start is that of another process";
}

TEST_F(Identities, TakesNoPathOfAContainerForOneOfTheHost) {
  const auto of_container = [](const std::string& id) {
    return R"({"@timestamp":"2026-03-10T11:59:00Z","host":{"name":"h"},"container":{"id":")" + id +
           R"("},"file":{"path":"/tmp/x"},"process":{"pid":5,"executable":"/tmp/y"}})";
  };
  wanted_.type = ActionType::quarantine_file;
  for (const char* field : {"", "process.executable"}) {
    wanted_.target_field = field;
    EXPECT_EQ(render_from(of_container("3f2a91c0"))->defect,
              "the event is of container '3f2a91c0': its path names a file there, not on the host");
    EXPECT_EQ(render_from(of_container("host"))->defect, "") << "so Falco calls what runs in no container";
    EXPECT_EQ(render_from(of_container(""))->defect, "");
  }
  wanted_.target_field.clear();
  for (const ActionType type : {ActionType::kill_process, ActionType::isolate_host}) {
    wanted_.type = type;
    EXPECT_EQ(render_from(of_container("3f2a91c0"))->defect, "") << "sensors give the host's numbers";
  }
}

TEST_F(Identities, TellsTheBootOfAProcess) {
  const std::string host = R"({"@timestamp":"2026-03-10T11:59:00Z","host":{"name":"h","boot":{"id":")";
  EXPECT_EQ(render_from(host + kBoot + R"("}},"process":{"pid":5}})")->parameters.at("boot_id"),
            Value(kBoot));
  EXPECT_FALSE(render_from(host + R"(7"}},"process":{"pid":5}})")->parameters.contains("boot_id"));
}

TEST_F(Identities, LeavesOutADigestThatIsNoneAndWhatTheRuleSaysItself) {
  for (const std::string& digest :
       {std::string("d41d8cd98f00b204e9800998ecf8427e"), std::string(), kDigest + "a"}) {
    const auto request = render_from(seen_process(hashed(digest)));
    EXPECT_FALSE(request->parameters.contains("sha256")) << digest;
    EXPECT_EQ(request->defect, "");
  }
  wanted_.parameters["sha256"] = {"", Value(std::string(64, 'c'))};
  EXPECT_EQ(render_from(seen_process(hashed(kDigest)))->parameters.at("sha256"), Value(std::string(64, 'c')));
  wanted_.parameters.clear();
  wanted_.parameters["start"] = {"", Value("2026-03-10T11:58:00Z")};
  EXPECT_FALSE(render_from(seen_process(hashed(kDigest)))->parameters.contains("sha256"));
}

TEST_F(Identities, NeedsNoHostOfTheEventWhereTheResponseNamesTheAgent) {
  wanted_.type = ActionType::block_ip;
  wanted_.execute_from = ExecuteFrom{ExecuteFrom::Place::agent, "gateway-1"};
  const auto sensed = render_from(R"({"source":{"ip":"203.0.113.9"}})");
  EXPECT_EQ(sensed->defect, "");
  EXPECT_EQ(sensed->host, "gateway-1");
  EXPECT_EQ(render_from(R"({"host":{"name":"h"},"source":{"ip":"203.0.113.9"}})")->host, "h");
}

TEST_F(Identities, TellsTheProgramOfAProcessForThoseThatAreNeverSignalled) {
  const auto program_in = [&](const std::string& container) {
    const auto request = render_from(
        R"({"@timestamp":"2026-03-01T11:59:00Z","host":{"name":"h"},"process":{"pid":7,"executable":"/opt/x"})" +
        container + "}");
    const auto given = request->parameters.find("executable");
    return given == request->parameters.end() ? Value("none") : given->second;
  };
  EXPECT_EQ(program_in(""), Value("/opt/x"));
  EXPECT_EQ(program_in(R"(,"container":{"id":"host"})"), Value("/opt/x"));
  EXPECT_EQ(program_in(R"(,"container":{"id":"3fa1"})"), Value("none")) << "a path of the container's own";
}

}  // namespace
}  // namespace riposte
