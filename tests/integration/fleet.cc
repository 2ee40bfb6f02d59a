#include "tests/integration/fleet.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <utility>

#include <poll.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

namespace riposte::test {

using order::Frame;
using order::FrameType;

FakeHands::FakeHands(const std::filesystem::path& state, const std::filesystem::path& socket)
    : identity_(*agent::read_identity(state / "identity")),
      report_key_(*agent::open_report_key(state / "report.key")),
      listener_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, socket.c_str(), sizeof address.sun_path - 1);
  ::unlink(socket.c_str());
  if (::bind(listener_.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_.number(), 1) != 0)
    throw std::runtime_error("the hands cannot listen");
  thread_ = std::thread([this] { listen(); });
}

FakeHands::~FakeHands() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    if (connection_ >= 0) ::shutdown(connection_, SHUT_RDWR);
  }
  ::shutdown(listener_.number(), SHUT_RDWR);
  thread_.join();
}

void FakeHands::listen() {
  while (true) {
    const Descriptor connection(::accept4(listener_.number(), nullptr, nullptr, SOCK_CLOEXEC));
    {
      const std::lock_guard lock(mutex_);
      if (stopping_ || !connection.valid()) return;
      connection_ = connection.number();
    }
    serve(connection);
    const std::lock_guard lock(mutex_);
    connection_ = -1;
  }
}

void FakeHands::serve(const Descriptor& connection) {
  order::FrameReader reader;
  std::string bytes(16384, '\0');
  while (true) {
    const ssize_t count = ::read(connection.number(), bytes.data(), bytes.size());
    if (count <= 0) return;
    reader.feed(std::string_view(bytes.data(), static_cast<std::size_t>(count)));
    for (auto frame = reader.next(); frame && frame->has_value(); frame = reader.next()) take(**frame);
  }
}

void FakeHands::take(const Frame& frame) {
  if (frame.type == FrameType::ping) return answer_ping();
  if (frame.type == FrameType::welcome) {
    const auto welcome = order::decode_welcome(frame.body);
    const order::Hello hello{.fleet = identity_.fleet,
                             .machine_id = identity_.machine_id,
                             .enrolment = identity_.enrolment,
                             .journal_id = std::string(32, 'a'),
                             .journal_sequence = 7,
                             .nonce = welcome->nonce,
                             .at = welcome->at};
    send({FrameType::hello, order::encode(*order::sign(hello, report_key_))});
  }
  const std::lock_guard lock(mutex_);
  if (frame.type == FrameType::welcome) ++welcomes_;
  frames_.push_back(frame);
  came_.notify_all();
}

void FakeHands::answer_ping() {
  {
    const std::lock_guard lock(mutex_);
    is_owed_pong_ = silent_;
    if (silent_) return;
  }
  send({FrameType::pong, ""});
}

void FakeHands::stand_still(bool still) {
  {
    const std::lock_guard lock(mutex_);
    silent_ = still;
    if (still || !std::exchange(is_owed_pong_, false)) return;
  }
  send({FrameType::pong, ""});
}

void FakeHands::send(const Frame& frame) {
  const std::string bytes = order::encode(frame);
  const std::lock_guard lock(mutex_);
  if (connection_ >= 0) (void)::send(connection_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

std::optional<Frame> FakeHands::await(FrameType type, std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  auto found = frames_.end();
  const bool came = came_.wait_for(lock, patience, [&] {
    found = std::ranges::find(frames_, type, &Frame::type);
    return found != frames_.end();
  });
  if (!came) return std::nullopt;
  Frame frame = *found;
  frames_.erase(found);
  return frame;
}

std::size_t FakeHands::welcomes() {
  const std::lock_guard lock(mutex_);
  return welcomes_;
}

order::SignedReport FakeHands::sign_report(const std::string& action) {
  order::Report report;
  report.fleet = identity_.fleet;
  report.machine_id = identity_.machine_id;
  report.enrolment = identity_.enrolment;
  report.action = ActionId(action);
  report.journal_id = std::string(32, 'a');
  report.journal_sequence = 8;
  report.at = SystemClock().now();
  return *order::sign(report, report_key_);
}

agents::ChannelEvents Told::events() {
  return {.connected =
              [this](const agents::AgentEntry&, const order::Hello& hello) {
                const std::lock_guard lock(mutex_);
                hellos_.push_back(hello);
                changed_.notify_all();
              },
          .lost =
              [this](const std::string&) {
                const std::lock_guard lock(mutex_);
                ++lost_;
                changed_.notify_all();
              },
          .report =
              [this](const std::string&, order::SignedReport report) {
                const std::lock_guard lock(mutex_);
                reports_.push_back(std::move(report));
                changed_.notify_all();
              }};
}

bool Told::until(const std::function<bool()>& done) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, done);
}

bool Told::connected(std::size_t count) {
  return until([&] { return hellos_.size() >= count; });
}

bool Told::lost(std::size_t count) {
  return until([&] { return lost_ >= count; });
}

std::optional<order::SignedReport> Told::report() {
  if (!until([&] { return !reports_.empty(); })) return std::nullopt;
  const std::lock_guard lock(mutex_);
  auto first = std::move(reports_.front());
  reports_.pop_front();
  return first;
}

std::optional<order::Hello> Told::last_hello() {
  const std::lock_guard lock(mutex_);
  return hellos_.empty() ? std::nullopt : std::optional(hellos_.back());
}

std::unique_ptr<agents::AgentServer> Fleet::start_server(std::uint16_t port, agents::ServerOptions options) {
  options.listen_address = "127.0.0.1";
  options.port = port;
  auto started = agents::AgentServer::start(options, keys, *registry, tokens, clock, metrics, told.events());
  if (!started) throw std::runtime_error(started.error().text());
  return *std::move(started);
}

void Fleet::restart_server() {
  const std::uint16_t port = server->port();
  server.reset();
  server = start_server(port);
}

std::string Fleet::new_token(const std::string& name) {
  return *tokens.make(name, std::chrono::hours(1), clock.now());
}

std::string Fleet::user_of_link() const {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody else asks
  return user.empty() ? ::getpwuid(::geteuid())->pw_name : user;
}

int Fleet::enroll(const std::string& token, const std::string& name) {
  const auto token_file = scratch.write("token", token + "\n");
  std::filesystem::permissions(token_file, std::filesystem::perms::owner_read);
  const auto machine = scratch.write("machine-id", machine_id() + "\n");
  ChildProcess child({.argv = {RIPOSTE_AGENT_PROGRAM, "enroll", "--engine", place(), "--token-file",
                               token_file.string(), "--state", state().string(), "--name", name, "--user",
                               user_of_link(), "--machine-id-file", machine.string()},
                      .directory = scratch.path(),
                      .output = scratch.path() / "enroll.log"});
  const auto status = child.wait_for(kPatience);
  std::filesystem::remove(token_file);
  return status && WIFEXITED(*status) ? WEXITSTATUS(*status) : -1;
}

ChildProcess Fleet::start_link() const {
  return ChildProcess(
      {.argv = {RIPOSTE_AGENT_PROGRAM, "run", "--state", state().string(), "--socket", socket().string()},
       .directory = scratch.path(),
       .output = log()});
}

}  // namespace riposte::test
