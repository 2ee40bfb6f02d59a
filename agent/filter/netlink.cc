#include "agent/filter/netlink.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

namespace riposte {
namespace {

constexpr std::size_t kAnswerMax = std::size_t{1}
                                   << 16;  // bytes; the kernel fills at most half of it at once

std::string reason(int error) { return std::generic_category().message(error); }

Result<std::span<const std::byte>> receive(int fd, std::vector<std::byte>& buffer) {
  buffer.resize(kAnswerMax);
  ssize_t got = 0;
  do {
    got = ::recv(fd, buffer.data(), buffer.size(), MSG_TRUNC);
  } while (got < 0 && errno == EINTR);
  if (got < 0) return fail(Errc::unavailable, "no answer over netlink: " + reason(errno));
  if (static_cast<std::size_t>(got) > buffer.size())
    return fail(Errc::unavailable, fmt::format("an answer over netlink of {} bytes was cut off", got));
  return std::span(buffer).first(static_cast<std::size_t>(got));
}

/// What a message of type NLMSG_ERROR or NLMSG_DONE says.
int error_in(Netlink::Body body) {
  int error = 0;
  if (body.size() >= sizeof(error)) std::memcpy(&error, body.data(), sizeof(error));
  return -error;
}

struct Head {
  nlmsghdr header{};
  Netlink::Body body;
};

/// Takes the first message off `bytes`; false at the end or where what is left is no message.
bool take_message(std::span<const std::byte>& bytes, Head& taken) {
  if (bytes.size() < sizeof(nlmsghdr)) return false;
  std::memcpy(&taken.header, bytes.data(), sizeof(nlmsghdr));
  if (taken.header.nlmsg_len < NLMSG_HDRLEN || taken.header.nlmsg_len > bytes.size()) return false;
  taken.body = bytes.subspan(NLMSG_HDRLEN, taken.header.nlmsg_len - NLMSG_HDRLEN);
  bytes = bytes.subspan(std::min<std::size_t>(NLMSG_ALIGN(taken.header.nlmsg_len), bytes.size()));
  return true;
}

/// What became of a list so far. `complete` is false where the kernel says that its table changed meanwhile.
struct Listing {
  bool ended = false;
  bool complete = true;
  int error = 0;
};

void read_answers(std::span<const std::byte> answers, Listing& listing,
                  const std::function<void(Netlink::Body)>& each) {
  Head message;
  while (!listing.ended && take_message(answers, message)) {
    if ((message.header.nlmsg_flags & NLM_F_DUMP_INTR) != 0) listing.complete = false;
    listing.ended = message.header.nlmsg_type == NLMSG_DONE || message.header.nlmsg_type == NLMSG_ERROR;
    if (listing.ended) listing.error = error_in(message.body);
    if (message.header.nlmsg_type >= NLMSG_MIN_TYPE) each(message.body);
  }
}

}  // namespace

Result<Netlink> Netlink::open(int protocol) {
  Netlink opened(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol));
  if (opened.fd_ < 0) return fail(Errc::unavailable, "no netlink socket: " + reason(errno));
  return opened;
}

Netlink::~Netlink() {
  if (fd_ >= 0) ::close(fd_);
}

Result<void> Netlink::send(std::uint16_t type, std::uint16_t flags, Body request) const {
  nlmsghdr header{};
  header.nlmsg_len = static_cast<std::uint32_t>(NLMSG_HDRLEN + request.size());
  header.nlmsg_type = type;
  header.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
  std::vector<std::byte> message(NLMSG_ALIGN(header.nlmsg_len));
  std::memcpy(message.data(), &header, sizeof(header));
  std::memcpy(message.data() + NLMSG_HDRLEN, request.data(), request.size());
  if (::send(fd_, message.data(), message.size(), 0) == static_cast<ssize_t>(message.size())) return {};
  return fail(Errc::unavailable, "netlink takes no request: " + reason(errno));
}

Result<void> Netlink::list(std::uint16_t type, Body request, const std::function<void(Body)>& each) const {
  TRY(send(type, NLM_F_DUMP, request));
  std::vector<std::byte> buffer;
  Listing listing;
  while (!listing.ended) read_answers(TRY(receive(fd_, buffer)), listing, each);
  if (listing.error != 0)
    return fail(Errc::unavailable, "the kernel lists nothing: " + reason(listing.error));
  if (!listing.complete) return fail(Errc::unavailable, "the kernel's table changed while it was read");
  return {};
}

Result<int> Netlink::order(std::uint16_t type, Body request) const {
  TRY(send(type, NLM_F_ACK, request));
  std::vector<std::byte> buffer;
  Listing answer;
  while (!answer.ended) read_answers(TRY(receive(fd_, buffer)), answer, [](Body) {});
  return answer.error;
}

void each_attribute(Netlink::Body attributes, const std::function<void(std::uint16_t, Netlink::Body)>& each) {
  while (attributes.size() >= sizeof(rtattr)) {
    rtattr head{};
    std::memcpy(&head, attributes.data(), sizeof(head));
    if (head.rta_len < sizeof(head) || head.rta_len > attributes.size()) return;
    each(head.rta_type & NLA_TYPE_MASK, attributes.subspan(RTA_LENGTH(0), head.rta_len - RTA_LENGTH(0)));
    attributes = attributes.subspan(std::min<std::size_t>(RTA_ALIGN(head.rta_len), attributes.size()));
  }
}

}  // namespace riposte
