#include "agent/hands/door.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/hands/socket_address.h"
#include "engine/base/log.h"

namespace riposte::agent {
namespace {

constexpr mode_t kOwnerAndGroup = 0660;
constexpr mode_t kNobodyYet = 0777;  ///< as a mask
constexpr int kBacklog = 8;

std::unexpected<Error> socket_error(const std::filesystem::path& path, const char* doing) {
  return fail(Errc::unavailable,
              path.string() + ": " + doing + ": " + std::generic_category().message(errno));
}

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

Result<Door> Door::open(const std::filesystem::path& path, uid_t user, gid_t group) {
  const sockaddr_un address = TRY(socket_address(path));
  Descriptor listening(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!listening.valid()) return socket_error(path, "making a socket");
  // What is left of the last run; another one cannot be running, it would hold the lock.
  ::unlink(path.c_str());
  const mode_t before = ::umask(kNobodyYet);
  const int bound = ::bind(listening.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  ::umask(before);
  if (bound != 0) return socket_error(path, "binding");
  // With another owner first: a mode for the wrong group would let that one in for a moment.
  if (::chown(path.c_str(), ::geteuid(), group) != 0) return socket_error(path, "giving it to the group");
  if (::chmod(path.c_str(), kOwnerAndGroup) != 0) return socket_error(path, "setting its mode");
  if (::listen(listening.number(), kBacklog) != 0) return socket_error(path, "listening");
  return Door(std::move(listening), user);
}

void Door::add_to(std::vector<pollfd>& polled) const {
  polled.push_back({listening_.number(), POLLIN, 0});
  for (const auto& [id, visitor] : visitors_)
    polled.push_back(
        {visitor.socket.number(), static_cast<short>(visitor.outbox.empty() ? POLLIN : POLLIN | POLLOUT), 0});
}

bool Door::has_place_for(bool root) const {
  const auto links = std::ranges::count_if(visitors_, [](const auto& row) { return !row.second.root; });
  return visitors_.size() < kVisitorsMax && (root || static_cast<std::size_t>(links) < kLinksMax);
}

bool Door::is_root(VisitorId visitor) const {
  const auto found = visitors_.find(visitor);
  return found != visitors_.end() && found->second.root;
}

void Door::accept_one(std::vector<News>& news) {
  Descriptor socket(::accept4(listening_.number(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!socket.valid()) return;
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(socket.number(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return;
  const bool root = peer.uid == 0 && user_ != 0;
  const bool known = root || peer.uid == user_;
  if (!known || !has_place_for(root)) {
    log::warning(
        known ? "too many connections" : "a connection of a user who may not",
        {{"user", static_cast<std::int64_t>(peer.uid)}, {"process", static_cast<std::int64_t>(peer.pid)}});
    return;
  }
  news.push_back({next_id_, true});
  visitors_.emplace(next_id_++, Visitor{std::move(socket), peer.pid, root});
}

void Door::read_some(Visitor& visitor, News& news) {
  std::array<char, order::kFrameBytesMax> bytes;  // NOLINT(*-member-init): 64 KiB that are written first
  const ssize_t count = ::recv(visitor.socket.number(), bytes.data(), bytes.size(), 0);
  if (count < 0 && would_block()) return;
  if (count <= 0) {
    visitor.lost = true;
    return;
  }
  visitor.reader.feed({bytes.data(), static_cast<std::size_t>(count)});
  while (true) {
    auto frame = visitor.reader.next();
    if (!frame) {
      log::warning("a connection is cut", {{"why", frame.error().text()}});
      visitor.lost = true;
      return;
    }
    if (!*frame) return;
    news.frames.push_back(**std::move(frame));
  }
}

void Door::write_some(Visitor& visitor) {
  while (!visitor.outbox.empty()) {
    const ssize_t count =
        ::send(visitor.socket.number(), visitor.outbox.data(), visitor.outbox.size(), MSG_NOSIGNAL);
    if (count < 0) {
      visitor.lost = visitor.lost || !would_block();
      return;
    }
    visitor.outbox.erase(0, static_cast<std::size_t>(count));
  }
}

void Door::put(Visitor& visitor, const std::string& bytes) {
  visitor.outbox += bytes;
  write_some(visitor);
  if (visitor.outbox.size() > kOutboxBytesMax) visitor.lost = true;
}

std::vector<Door::News> Door::collect() {
  std::vector<News> news;
  for (auto& [id, visitor] : visitors_) {
    News from{id};
    read_some(visitor, from);
    write_some(visitor);
    if (!from.frames.empty()) news.push_back(std::move(from));
  }
  std::erase_if(visitors_, [](const auto& row) { return row.second.lost; });
  accept_one(news);
  return news;
}

void Door::send(const order::Frame& frame) {
  const std::string bytes = order::encode(frame);
  for (auto& [id, visitor] : visitors_) put(visitor, bytes);
}

bool Door::send_to_link(const order::Frame& frame) {
  const auto found = visitors_.find(link_);
  if (found == visitors_.end() || found->second.lost) return false;
  put(found->second, order::encode(frame));
  return !found->second.lost;
}

void Door::answer(VisitorId visitor, const order::Frame& frame) {
  const auto found = visitors_.find(visitor);
  if (found != visitors_.end()) put(found->second, order::encode(frame));
}

std::vector<std::int32_t> Door::processes() const {
  std::vector<std::int32_t> processes;
  // One of another PID namespace has no number here.
  for (const auto& [id, visitor] : visitors_)
    if (visitor.process > 0) processes.push_back(visitor.process);
  return processes;
}

}  // namespace riposte::agent
