#include "tests/support/kafka_broker.h"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <functional>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

namespace riposte::test {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kReadyLimit{60};
constexpr seconds kFormatLimit{30};
constexpr seconds kStopLimit{30};
constexpr milliseconds kProbeLimit{200};
constexpr milliseconds kProbePause{20};
constexpr int kTerminated = 128 + SIGTERM;  // how Java exits when it was asked to
constexpr std::size_t kLogTail = 4000;      // bytes
// Any will do: clusters never meet. 16 bytes in base64url, as Kafka wants its ids.
constexpr const char* kClusterId = "cmlwb3N0ZS10ZXN0LWJybw";

const fs::path& sources() {
  static const fs::path path = fs::path(RIPOSTE_SOURCE_DIR) / "tests" / "broker";
  return path;
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): no test sets a variable
  return value == nullptr ? "" : value;
}

std::string contents(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The pom names the version, so that it stands in one place.
std::string kafka_version() {
  constexpr std::string_view kTag = "<kafka.version>";
  const std::string pom = contents(sources() / "pom.xml");
  const auto begin = pom.find(kTag);
  if (begin == std::string::npos)
    throw std::runtime_error("no <kafka.version> in " + sources().string() + "/pom.xml");
  const auto value = begin + kTag.size();
  return pom.substr(value, pom.find('<', value) - value);
}

// Where tests/broker/fetch.sh puts the jars.
fs::path libs_directory() {
  if (const std::string chosen = environment("RIPOSTE_KAFKA_LIBS"); !chosen.empty())
    return fs::absolute(chosen);
  const std::string cache = environment("XDG_CACHE_HOME");
  const fs::path root = cache.empty() ? fs::path(environment("HOME")) / ".cache" : fs::path(cache);
  return root / "riposte" / ("kafka-" + kafka_version());
}

std::vector<std::string> jars() {
  std::vector<std::string> found;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(libs_directory(), ignored)) {
    if (entry.path().extension() == ".jar") found.push_back(entry.path().string());
  }
  // An archive of classes is valid for one class path only.
  std::ranges::sort(found);
  return found;
}

// Empty when there is none.
fs::path find_java() {
  std::error_code ignored;
  if (const std::string home = environment("JAVA_HOME"); !home.empty()) {
    return fs::canonical(fs::path(home) / "bin" / "java", ignored);
  }
  std::istringstream path(environment("PATH"));
  for (std::string directory; std::getline(path, directory, ':');) {
    const fs::path candidate = fs::path(directory) / "java";
    if (access(candidate.c_str(), X_OK) == 0) return fs::canonical(candidate, ignored);
  }
  return {};
}

// One archive per Java: another one would refuse it, and the start would stay slow without a word.
fs::path archive_path() {
  const fs::path java = find_java();
  const auto changed = fs::last_write_time(java).time_since_epoch().count();
  const auto key = std::hash<std::string>{}(java.string() + '@' + std::to_string(changed));
  return libs_directory() / ("classes-" + std::to_string(key) + ".jsa");
}

void replace(std::string& text, std::string_view placeholder, const std::string& value) {
  for (auto at = text.find(placeholder); at != std::string::npos;
       at = text.find(placeholder, at + value.size())) {
    text.replace(at, placeholder.size(), value);
  }
}

}  // namespace

std::optional<std::string> why_no_broker() {
  const bool fetched = std::ranges::any_of(
      jars(), [](const fs::path& jar) { return jar.filename().string().starts_with("kafka_2."); });
  if (!fetched)
    return "no Kafka jars in " + libs_directory().string() + "; tests/broker/fetch.sh fetches them";
  if (find_java().empty()) return "no java in JAVA_HOME or PATH";
  return std::nullopt;
}

KafkaBroker::KafkaBroker(const KafkaConfig& properties) {
  if (const auto reason = why_no_broker()) throw std::runtime_error(*reason);
  archive_ = archive_path();
  write_properties(properties);
  format();
  start();
}

KafkaBroker::~KafkaBroker() {
  // The data goes anyway: an orderly end is for the sake of the archive only.
  if (recording_.empty()) return;
  try {
    stop();
  } catch (const std::exception&) {
    process_.reset();
  }
}

std::string KafkaBroker::bootstrap() const { return "127.0.0.1:" + std::to_string(port_.number()); }

void KafkaBroker::create_topic(const std::string& name, int partitions, const KafkaConfig& config) const {
  test::create_topic(bootstrap(), name, partitions, config);
}

void KafkaBroker::stop() {
  if (!process_) return;
  process_->signal(SIGTERM);
  const std::optional<int> status = process_->wait_for(kStopLimit);
  process_.reset();
  if (!status) give_up("the broker did not stop in time");
  if (recording_.empty()) return;
  // Half an archive would crash every later Java, so only an orderly end makes it the archive.
  const bool orderly = WIFEXITED(*status) && WEXITSTATUS(*status) == kTerminated;
  std::error_code ignored;  // a cache that cannot be written costs time, not correctness
  if (orderly) fs::rename(recording_, archive_, ignored);
  fs::remove(recording_, ignored);
  recording_.clear();
}

void KafkaBroker::kill() {
  process_.reset();
  recording_.clear();
}

void KafkaBroker::start() {
  if (running()) return;
  std::vector<std::string> flags;
  if (fs::exists(archive_)) {
    flags.push_back("-XX:SharedArchiveFile=" + archive_.string());
  } else if (access(archive_.parent_path().c_str(), W_OK) == 0) {
    recording_ = archive_.string() + "." + directory_.path().filename().string();
    flags.push_back("-XX:ArchiveClassesAtExit=" + recording_.string());
  }
  process_.emplace(java(flags, {"kafka.Kafka", "server.properties"}));
  await_ready();
}

void KafkaBroker::write_properties(const KafkaConfig& properties) const {
  std::string text = contents(sources() / "server.properties.in");
  replace(text, "@BROKER_PORT@", std::to_string(port_.number()));
  replace(text, "@CONTROLLER_PORT@", std::to_string(controller_port_.number()));
  replace(text, "@DATA_DIRECTORY@", (directory_.path() / "data").string());
  std::ofstream out(directory_.path() / "server.properties");
  out << text;
  for (const auto& [name, value] : properties) out << name << '=' << value << '\n';
}

void KafkaBroker::format() const {
  std::vector<std::string> flags;
  if (fs::exists(archive_)) flags.push_back("-XX:SharedArchiveFile=" + archive_.string());
  ChildProcess tool(java(flags, {"kafka.tools.StorageTool", "format", "--cluster-id", kClusterId, "--config",
                                 "server.properties"}));
  const auto status = tool.wait_for(kFormatLimit);
  if (!status) give_up("formatting the storage took too long");
  if (!WIFEXITED(*status) || WEXITSTATUS(*status) != 0) give_up("the storage was not formatted");
}

void KafkaBroker::await_ready() {
  const auto deadline = std::chrono::steady_clock::now() + kReadyLimit;
  KafkaProbe probe(bootstrap());
  for (;;) {
    if (!running()) give_up("the broker ended while it started");
    const std::string missing = probe.missing(kProbeLimit);
    if (missing.empty()) return;
    if (std::chrono::steady_clock::now() >= deadline) {
      process_.reset();
      give_up("the broker is not ready in time, " + missing);
    }
    std::this_thread::sleep_for(kProbePause);
  }
}

Command KafkaBroker::java(const std::vector<std::string>& flags,
                          const std::vector<std::string>& program) const {
  std::string class_path;
  for (const std::string& jar : jars()) class_path += (class_path.empty() ? "" : ":") + jar;
  std::vector<std::string> argv{find_java().string(), "-Xmx512m", "-XX:+UseSerialGC"};
  // A test's broker lives for seconds: quick compilation beats good code.
  argv.emplace_back("-XX:TieredStopAtLevel=1");
  // A broker that is out of memory must not linger half alive, nor leave a file behind when it is killed.
  argv.insert(argv.end(), {"-XX:+ExitOnOutOfMemoryError", "-XX:-UsePerfData"});
  argv.push_back("-Dlog4j2.configurationFile=" + (sources() / "log4j2.xml").string());
  argv.insert(argv.end(), flags.begin(), flags.end());
  argv.insert(argv.end(), {"-cp", class_path});
  argv.insert(argv.end(), program.begin(), program.end());
  return {argv, directory_.path(), directory_.path() / "broker.log"};
}

void KafkaBroker::give_up(const std::string& what) const {
  std::string log = contents(directory_.path() / "broker.log");
  if (log.size() > kLogTail) log = "..." + log.substr(log.size() - kLogTail);
  throw std::runtime_error("kafka broker: " + what + "; its log ends with\n" + log);
}

}  // namespace riposte::test
