/// The Unix socket at which the network program, and root, hand in frames.
///
/// Whoever connects is asked the kernel for: only root and the network program's user are heard. The one that
/// brings a welcome is the network program from then on.
///
/// Threads: one.
/// Errors:  unavailable, invalid (no such path can be a socket).
/// Limits:  kVisitorsMax at once, kOutboxBytesMax waiting for each; who reads too slowly or sends what is no
///          frame is disconnected.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <poll.h>
#include <sys/types.h>

#include "engine/base/descriptor.h"
#include "engine/base/error.h"
#include "engine/order/frame.h"

namespace riposte::agent {

inline constexpr std::size_t kVisitorsMax = 4;
/// Of those, of the network program's user: there is always one place left for root.
inline constexpr std::size_t kLinksMax = 3;
/// All reports that are owed at once, and some more.
inline constexpr std::size_t kOutboxBytesMax = std::size_t{8} * 1024 * 1024;

class Door {
 public:
  using VisitorId = std::uint64_t;

  /// `user` and `group`: of the network program.
  static Result<Door> open(const std::filesystem::path& path, uid_t user, gid_t group);

  void add_to(std::vector<pollfd>& polled) const;
  struct News {
    VisitorId visitor = 0;
    bool arrived = false;
    std::vector<order::Frame> frames{};
  };
  /// Accepts, reads and writes what can be at once.
  std::vector<News> collect();

  void send(const order::Frame& frame);
  bool send_to_link(const order::Frame& frame);
  void answer(VisitorId visitor, const order::Frame& frame);
  void make_link(VisitorId visitor) { link_ = visitor; }
  bool is_link(VisitorId visitor) const { return link_ == visitor; }
  /// Root in person: whoever may do everything need not be bounded.
  bool is_root(VisitorId visitor) const;
  void disconnect(VisitorId visitor) { visitors_.erase(visitor); }
  /// The processes that are connected.
  std::vector<std::int32_t> processes() const;

 private:
  struct Visitor {
    Descriptor socket;
    std::int32_t process = 0;
    bool root = false;  ///< and not the network program
    order::FrameReader reader{};
    std::string outbox{};
    bool lost = false;
  };
  Door(Descriptor listening, uid_t user) : listening_(std::move(listening)), user_(user) {}
  bool has_place_for(bool root) const;
  void accept_one(std::vector<News>& news);
  static void read_some(Visitor& visitor, News& news);
  static void write_some(Visitor& visitor);
  static void put(Visitor& visitor, const std::string& bytes);

  Descriptor listening_;
  uid_t user_;
  std::map<VisitorId, Visitor> visitors_;
  VisitorId next_id_ = 1;
  VisitorId link_ = 0;
};

}  // namespace riposte::agent
