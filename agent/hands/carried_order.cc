#include "agent/hands/carried_order.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include <poll.h>
#include <sys/socket.h>

#include "agent/hands/socket_address.h"
#include "engine/base/descriptor.h"
#include "engine/base/hex.h"
#include "engine/order/frame.h"

namespace riposte::agent {
namespace {

std::unexpected<Error> no_talk(const std::filesystem::path& socket, const std::string& doing) {
  return fail(errno == EACCES || errno == EPERM ? Errc::denied : Errc::unavailable,
              socket.string() + ": " + doing + ": " + std::generic_category().message(errno) +
                  "; does riposte-agent-hands run, and is this root?");
}

Result<Descriptor> connect_to(const std::filesystem::path& path) {
  const sockaddr_un address = TRY(socket_address(path));
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket.valid() ||
      ::connect(socket.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return no_talk(path, "connecting");
  return socket;
}

/// The next bytes; nothing when the time is over.
Result<std::string> receive(const Descriptor& socket, const Deadline& deadline) {
  std::string bytes(order::kFrameBytesMax, '\0');
  pollfd polled{socket.number(), POLLIN, 0};
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline.left());
  if (::poll(&polled, 1, static_cast<int>(left.count())) <= 0)
    return fail(Errc::unavailable,
                "no answer: the order is not for this host, or not signed by its engine; the log of "
                "riposte-agent-hands says which");
  const ssize_t count = ::recv(socket.number(), bytes.data(), bytes.size(), 0);
  if (count <= 0) return fail(Errc::unavailable, "riposte-agent-hands ended the connection");
  bytes.resize(static_cast<std::size_t>(count));
  return bytes;
}

Result<order::Report> report_in(const order::Frame& frame) {
  const auto sealed = TRY(order::decode_signed<order::Domain::report>(frame.body));
  return order::decode_report(sealed.bytes);
}

}  // namespace

Result<order::SignedOrder> read_carried(std::string_view text) {
  std::string digits(text);
  std::erase_if(digits, [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; });
  const auto bytes = from_hex(digits);
  if (!bytes || digits.empty())
    return fail(Errc::invalid, "no order: hexadecimal digits of a signed order are expected");
  auto sealed = TRY(order::decode_signed<order::Domain::order>(*bytes));
  TRY(order::decode_order(sealed.bytes));
  return sealed;
}

Result<order::Report> hand_over(const order::SignedOrder& order, const std::filesystem::path& path,
                                Duration wait) {
  const order::Order meant = TRY(order::decode_order(order.bytes));
  const Descriptor socket = TRY(connect_to(path));
  const std::string frame = order::encode(order::Frame{order::FrameType::order, encode(order)});
  if (::send(socket.number(), frame.data(), frame.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(frame.size()))
    return no_talk(path, "sending");
  const Deadline deadline = Deadline::after(wait);
  order::FrameReader reader;
  while (true) {
    reader.feed(TRY(receive(socket, deadline)));
    while (const auto next = TRY(reader.next())) {
      if (next->type != order::FrameType::report) continue;
      order::Report report = TRY(report_in(*next));
      if (report.action == meant.action) return report;
    }
  }
}

}  // namespace riposte::agent
