#include "tests/host/fleet/late_post.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <system_error>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/support/throw_errno.h"

namespace riposte::test {
namespace {

constexpr int kLookMs = 50;

sockaddr_un place_of(const std::filesystem::path& path) {
  sockaddr_un place{};
  place.sun_family = AF_UNIX;
  const std::string text = path.string();
  if (text.size() >= sizeof(place.sun_path)) throw std::system_error(ENAMETOOLONG, std::generic_category());
  text.copy(place.sun_path, text.size());
  return place;
}

Descriptor new_socket() { return Descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)); }

bool send_all(const Descriptor& to, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(to.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

}  // namespace

LatePost::LatePost(const std::filesystem::path& here, std::filesystem::path hands, std::uint64_t seed)
    : hands_(std::move(hands)), random_(seed), door_(new_socket()) {
  constexpr int kBacklog = 4;
  const sockaddr_un place = place_of(here);
  if (::bind(door_.number(), reinterpret_cast<const sockaddr*>(&place), sizeof(place)) != 0 ||
      ::listen(door_.number(), kBacklog) != 0)
    throw_errno("listening at " + here.string());
  thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

LatePost::~LatePost() = default;

void LatePost::work(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    pollfd look{.fd = door_.number(), .events = POLLIN, .revents = 0};
    if (::poll(&look, 1, kLookMs) <= 0) continue;
    const Descriptor link(::accept4(door_.number(), nullptr, nullptr, SOCK_CLOEXEC));
    if (link.number() >= 0) pass_on(link, stop);
  }
}

/// Until either side goes; then neither has the other any more.
void LatePost::pass_on(const Descriptor& link, const std::stop_token& stop) {
  const Descriptor hands = new_socket();
  const sockaddr_un place = place_of(hands_);
  if (::connect(hands.number(), reinterpret_cast<const sockaddr*>(&place), sizeof(place)) != 0) return;
  order::FrameReader reader;
  std::array<char, 16384> bytes{};
  while (!stop.stop_requested()) {
    std::array<pollfd, 2> looks{pollfd{link.number(), POLLIN, 0}, pollfd{hands.number(), POLLIN, 0}};
    if (::poll(looks.data(), looks.size(), kLookMs) < 0) return;
    for (const pollfd& look : looks) {
      if (look.revents == 0) continue;
      const ssize_t got = ::recv(look.fd, bytes.data(), bytes.size(), 0);
      if (got <= 0) return;
      const std::string_view came(bytes.data(), static_cast<std::size_t>(got));
      if (look.fd == hands.number() ? !send_all(link, came) : !pass_down(came, reader, hands)) return;
    }
  }
}

bool LatePost::pass_down(std::string_view bytes, order::FrameReader& reader, const Descriptor& hands) {
  reader.feed(bytes);
  for (;;) {
    auto frame = reader.next();
    if (!frame) return false;
    if (!*frame) return true;
    const std::string whole = encode(**frame);
    if (!send_all(hands, whole)) return false;
    if ((*frame)->type != order::FrameType::order) continue;
    old_orders_.push_back(whole);
    if (old_orders_.size() > kRemembered) old_orders_.pop_front();
    const std::string& old = old_orders_[random_() % old_orders_.size()];
    if (!send_all(hands, whole) || !send_all(hands, old)) return false;
  }
}

}  // namespace riposte::test
