/// Takes orders to the enrolled hosts and reads what they report: the engine's end of every remote action.
///
/// What is known of an order under way ends with the connection: the engine then asks its host what became of
/// it. A report that nobody waits for changes nothing; it is acknowledged when its action is on record.
///
/// Threads: any; the events come from the channel's thread.
/// Limits:  as many orders under way as the pipeline gives. A host that is enrolled while the engine runs is
/// known
///          within kRefreshInterval.
/// Source:  docs/decisions/026-remote-hands.md
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "connectors/agents/binding.h"
#include "connectors/agents/channel.h"
#include "connectors/agents/fleet_options.h"
#include "connectors/agents/routing.h"
#include "engine/base/metrics.h"
#include "engine/order/hello.h"
#include "engine/ports/fleet.h"
#include "engine/ports/remote_hands.h"

namespace riposte::agents {

struct RouterOptions {
  std::string fleet;
  std::set<std::string> own_hosts;  ///< names of the engine's own host
  std::uint64_t epoch = 0;          ///< of the store
  Duration order_life = kOrderLifeDefault;
};

/// Borrowed.
struct RouterContext {
  Clock& clock;
  Metrics& metrics;
  const order::SigningKey& order_key;
  std::function<std::vector<AgentEntry>()> enrolled;
  std::function<Result<std::optional<Action>>(const ActionId&)> on_record;
};

class Router final : public RemoteHands {
 public:
  Router(RouterOptions options, RouterContext context);

  /// The channel whose events these are; null: there is none any more. Every host is away without one.
  void use(Channel* channel);
  ChannelEvents events();
  /// Somebody was enrolled or revoked.
  void refresh();

  Route route(const Action& action) const override;
  void give(Effect effect, Answer answer) override;
  void recorded(const Action& action) override;
  Result<std::optional<Preview>> preview(const ActionRequest& request) override;
  void on_connected(Connected tell) override;

  /// The order that would be given next, but good for kCarriedOrderLife, for somebody who carries it to the
  /// host. Errors: not_found (nobody is meant), invalid (no host would take it).
  Result<CarriedOrder> write_out(const Action& action) const;

  /// What a list of hosts shows besides their entries.
  struct Presence {
    bool connected = false;
    std::optional<WallTime> since;  ///< of this; nothing: it was not seen since the engine started
    std::size_t under_way = 0;
    JournalMark journal;
    bool journal_went_back = false;
    Duration clock_ahead{};  ///< of the engine's, when it came
  };
  Presence presence(const std::string& machine_id) const;
  using Presences = std::map<std::string, Presence>;  ///< by machine id
  /// Of all hosts that came since the engine started or have an order under way.
  Presences presences() const;

  static constexpr Duration kRefreshInterval = std::chrono::seconds(1);

 private:
  struct Host {
    bool connected = false;
    std::optional<WallTime> since;
    JournalMark journal;
    std::optional<WallTime> went_back_at;
    Duration clock_ahead{};

    Presence presence() const;  ///< without what is under way
  };
  struct Flight {
    std::string machine_id;
    Effect effect;
    Answer answer;
  };
  using Flights = std::vector<Flight>;

  void came(const AgentEntry& entry, const order::Hello& hello);
  void went(const std::string& machine_id);
  void read(const std::string& machine_id, const order::SignedReport& sealed);

  bool is_done_here(const Action& action) const;
  Route route_to(const AgentEntry& entry) const;
  Route route_bound(const Routing& routing, const Binding& bound) const;
  std::string absence_of(const AgentEntry& entry) const;
  std::shared_ptr<const Routing> routing() const;
  std::shared_ptr<const Routing> fresh_routing() const;
  std::optional<Fact> objection(const Effect& effect, const AgentEntry* entry) const;
  Result<order::Order> addressed(const Action& action, order::Purpose purpose, const AgentEntry& entry,
                                 std::uint64_t sequence) const;
  Result<order::Frame> seal(const Action& action, order::Purpose purpose, const AgentEntry& entry,
                            std::uint64_t sequence) const;
  void send_aside(const Action& action, order::Purpose purpose);
  Flights take_flights(const std::string& machine_id);
  void answer_unasked(const order::Report& report, const std::string& machine_id);
  Result<order::Report> open(const std::string& machine_id, const order::SignedReport& sealed) const;

  const RouterOptions options_;
  const RouterContext context_;
  const WallTime began_;
  Counter& refused_reports_;

  mutable std::mutex mutex_;  ///< guards all that follows
  Channel* channel_ = nullptr;
  mutable std::shared_ptr<const Routing> routing_;
  mutable WallTime refreshed_at_;
  std::map<std::string, Host> hosts_;  ///< by machine id
  std::unordered_map<ActionId, Flight> flights_;
  std::unordered_set<ActionId> unacknowledged_;  ///< reported, and not yet on record

  std::mutex telling_;  ///< guards tell_ and is held while it is called
  Connected tell_;
};

}  // namespace riposte::agents
