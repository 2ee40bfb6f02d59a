#include "tests/host/hands/hands_lab.h"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <fstream>
#include <sstream>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "agent/identity/identity.h"
#include "agent/ledger/journal.h"
#include "tests/support/throw_errno.h"

namespace riposte::test {
namespace {

constexpr std::chrono::milliseconds kLookAgain{10};

std::string text_in(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds limit) {
  const Deadline deadline = Deadline::after(limit);
  while (!condition()) {
    if (deadline.left() == Duration::zero()) return false;
    std::this_thread::sleep_for(kLookAgain);
  }
  return true;
}

Link::Link(const std::filesystem::path& path) : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  const auto connected = [&] {
    return ::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  };
  if (!eventually(connected)) throw_errno(path.string());
}

void Link::send(const order::Frame& frame) const {
  const std::string bytes = encode(frame);
  if (::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) throw_errno("send");
}

void Link::order(const order::Order& order, std::uint8_t key) const {
  const auto sealed = sign(order, key_of(key));
  if (!sealed) throw std::runtime_error(sealed.error().text());
  send({order::FrameType::order, encode(*sealed)});
}

bool Link::feed(std::chrono::milliseconds patience) {
  pollfd polled{socket_.get(), POLLIN, 0};
  if (::poll(&polled, 1, static_cast<int>(patience.count())) <= 0) return false;
  std::string bytes(order::kFrameBytesMax, '\0');
  const ssize_t count = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
  if (count <= 0) return false;
  reader_.feed({bytes.data(), static_cast<std::size_t>(count)});
  for (auto frame = reader_.next(); frame && *frame; frame = reader_.next())
    waiting_.push_back(**std::move(frame));
  return true;
}

std::optional<order::Frame> Link::next(order::FrameType type, std::chrono::milliseconds patience) {
  const Deadline deadline = Deadline::after(patience);
  while (true) {
    const auto found = std::ranges::find(waiting_, type, &order::Frame::type);
    if (found != waiting_.end()) {
      order::Frame frame = std::move(*found);
      waiting_.erase(found);
      return frame;
    }
    if (!feed(std::chrono::ceil<std::chrono::milliseconds>(deadline.left()))) return {};
  }
}

std::optional<order::Hello> Link::welcome() {
  const order::Nonce nonce{42};
  send({order::FrameType::welcome, encode(order::Welcome{"north", nonce, SystemClock().now()})});
  const auto frame = next(order::FrameType::hello);
  if (!frame) return {};
  const auto sealed = order::decode_signed<order::Domain::hello>(frame->body);
  const auto hello = order::decode_hello(sealed->bytes);
  if (!hello || hello->nonce != nonce) return {};
  return *hello;
}

void Link::pong(const order::Frame& ping) const {
  const order::Pong answer{"north", sample_order().machine_id, *order::decode_ping(ping.body),
                           SystemClock().now()};
  send({order::FrameType::pong, encode(sign(answer, key_of(kEngine)))});
}

std::optional<order::Report> Link::report(std::chrono::milliseconds patience) {
  const auto frame = next(order::FrameType::report, patience);
  if (!frame) return {};
  const auto sealed = order::decode_signed<order::Domain::report>(frame->body);
  const auto report = order::decode_report(sealed->bytes);
  EXPECT_TRUE(report) << report.error().text();
  return *report;
}

bool Link::is_cut() {
  return eventually([this] {
    char byte = 0;
    const ssize_t count = ::recv(socket_.get(), &byte, 1, MSG_DONTWAIT);
    return count == 0 || (count < 0 && errno == ECONNRESET);
  });
}

HandsLab::HandsLab() {
  write_policy("");
  std::filesystem::permissions(folder_.path(), std::filesystem::perms(0755));
  std::filesystem::create_directory(at("state"));
  const agent::Identity identity{"north", sample_order().machine_id, 3, {key_of(kEngine).public_key()}};
  const auto written = agent::write_identity(at("state") / "identity", identity);
  EXPECT_TRUE(written) << written.error().text();
}

void HandsLab::write_policy(const std::string& more, std::string_view forbidden) {
  std::ofstream policy(at("policy.yaml"));
  policy << "allow:\n";
  for (const std::string_view verb : order::kVerbNames)
    if (verb != forbidden) policy << "  - " << verb << "\n";
  // What follows may go on with the list.
  policy << "management:\n  - 192.0.2.5:7443\n" << more;
  policy.close();
  std::filesystem::permissions(at("policy.yaml"), std::filesystem::perms(0644));
}

std::vector<std::string> HandsLab::command(const std::vector<std::string>& more) const {
  std::vector<std::string> argv{RIPOSTE_HANDS_PROGRAM,
                                "--state",
                                at("state"),
                                "--policy",
                                at("policy.yaml"),
                                "--socket",
                                socket(),
                                "--user",
                                "root"};
  argv.insert(argv.end(), more.begin(), more.end());
  return argv;
}

void HandsLab::start(const std::string& crash_at) {
  const std::string script = "exec \"$@\" 2>>" + at("log").string();
  std::vector<std::string> argv{"sh", "-c", script, "hands", "env", "RIPOSTE_CRASH_AT=" + crash_at};
  std::ranges::copy(environment_, std::back_inserter(argv));
  std::ranges::copy(command(), std::back_inserter(argv));
  std::filesystem::remove(socket());
  program_ = host_.start(argv);
}

bool HandsLab::has_ended() const {
  return eventually([this] { return ::kill(program_, 0) != 0; });
}

void HandsLab::kill() {
  if (program_ <= 0) return;
  ::kill(program_, SIGKILL);
  EXPECT_TRUE(has_ended());
  EXPECT_TRUE(eventually([this] { return is_left_alone(); })) << "its children outlive it";
  program_ = 0;
}

bool HandsLab::is_left_alone() const {
  const OwnedFd lock(::open((at("state") / "lock").c_str(), O_RDWR | O_CLOEXEC));
  return !lock || ::flock(lock.get(), LOCK_EX | LOCK_NB) == 0;
}

std::string HandsLab::log() const { return text_in(at("log")); }

agent::Ledger HandsLab::ledger() const {
  agent::Ledger ledger;
  const auto opened = agent::Journal::open(at("state") / "journal", sample_order().machine_id,
                                           [&](const agent::Entry& entry) { ledger.apply(entry); });
  EXPECT_TRUE(opened) << opened.error().text();
  return ledger;
}

std::vector<std::string> HandsLab::vault() const {
  std::vector<std::string> names;
  std::error_code none;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(at("state") / "vault", none))
    if (!entry.is_directory()) names.push_back(entry.path().filename());
  return names;
}

std::int32_t HandsLab::sleeper() const {
  return std::stoi(host_.output_of({"sh", "-c", "sleep 600 >/dev/null 2>&1 & echo $!"}));
}

std::int32_t HandsLab::counter_of_terms(const std::string& file) const {
  const std::string script = "trap 'echo term >>" + at(file).string() + "' TERM; touch " +
                             at(file + ".ready").string() + "; while :; do sleep 0.05; done";
  const auto pid = std::stoi(host_.output_of({"sh", "-c", "sh -c \"$0\" >/dev/null 2>&1 & echo $!", script}));
  EXPECT_TRUE(eventually([&] { return std::filesystem::exists(at(file + ".ready")); }));
  return pid;
}

std::size_t HandsLab::count_in(const std::string& file) const {
  const std::string text = text_in(at(file));
  return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

char HandsLab::state_of(std::int32_t pid) const {
  const Ran ran = host_.run({"cat", "/proc/" + std::to_string(pid) + "/stat"});
  const std::size_t end = ran.output.rfind(')');
  return ran.code != 0 || end == std::string::npos ? '-' : ran.output.at(end + 2);
}

order::Order HandsLab::order_now(order::Command command) {
  static int made = 0;
  order::Order order = sample_order(std::move(command));
  const std::string number = std::to_string(++made);
  order.action = ActionId(std::string(order::kActionIdDigits - number.size(), '0') + number);
  order.issued_at = SystemClock().now();
  order.expires_at = order.issued_at + std::chrono::minutes(5);
  order.deadline = {};
  return order;
}

order::ProcessTarget HandsLab::target(std::int32_t pid) {
  return {.pid = pid, .not_after = SystemClock().now()};
}

}  // namespace riposte::test
