#include "connectors/agents/render_order.h"

#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include "engine/lifecycle/target.h"

namespace riposte::agents {
namespace {

/// The parameters of one order, each asked for by name and kind.
class Given {
 public:
  explicit Given(const Parameters& parameters) : parameters_(parameters) {}

  /// Nothing where it is not given.
  Result<std::optional<Value>> find(std::string_view name, ValueKind kind) const {
    const auto found = parameters_.find(std::string(name));
    if (found == parameters_.end()) return std::nullopt;
    return TRY_DOING("parameter '" + std::string(name) + "'", conform(found->second, kind));
  }
  Result<std::optional<std::string>> text(std::string_view name, ValueKind kind) const {
    const auto value = TRY(find(name, kind));
    if (!value) return std::nullopt;
    return std::get<std::string>(*value);
  }
  Result<std::string> needed_text(std::string_view name, ValueKind kind) const {
    auto value = TRY(text(name, kind));
    if (!value) return fail(Errc::invalid, "the order has no parameter '" + std::string(name) + "'");
    return *std::move(value);
  }
  Result<bool> flag(std::string_view name, bool otherwise) const {
    const auto value = TRY(find(name, ValueKind::boolean));
    return value ? std::get<bool>(*value) : otherwise;
  }
  Result<Duration> duration(std::string_view name) const {
    const auto value = TRY(text(name, ValueKind::duration));
    return value ? *parse_duration(*value) : Duration::zero();
  }
  Result<std::optional<std::uint64_t>> number(std::string_view name) const {
    const auto value = TRY(find(name, ValueKind::integer));
    if (!value) return std::nullopt;
    const auto number = std::get<std::int64_t>(*value);
    if (number < 0) return fail(Errc::invalid, "parameter '" + std::string(name) + "' is negative");
    return static_cast<std::uint64_t>(number);
  }
  Result<IpAddress> address(std::string_view name) const {
    return canonical(*parse_address(TRY(needed_text(name, ValueKind::ip))));
  }
  Result<std::vector<IpAddress>> addresses(std::string_view name) const {
    std::vector<IpAddress> addresses;
    const std::string all = TRY(text(name, ValueKind::addresses)).value_or("");
    for (std::size_t from = 0; from < all.size();) {
      const std::size_t comma = std::min(all.find(',', from), all.size());
      addresses.push_back(canonical(*parse_address(all.substr(from, comma - from))));
      from = comma + 1;
    }
    return addresses;
  }

 private:
  const Parameters& parameters_;
};

/// Without a digest.
Result<order::ProcessTarget> identity_of(const Given& given, const ActionRequest& request) {
  order::ProcessTarget target;
  const auto pid = TRY(given.number("pid"));
  if (!pid) return fail(Errc::invalid, "the order has no parameter 'pid'");
  if (*pid < 1 || *pid > static_cast<std::uint64_t>(std::numeric_limits<std::int32_t>::max()))
    return fail(Errc::invalid, "parameter 'pid': " + std::to_string(*pid) + " is no process number");
  target.pid = static_cast<std::int32_t>(*pid);
  if (const auto start = TRY(given.text("start", ValueKind::timestamp))) target.start = parse_iso8601(*start);
  target.boot_id = TRY(given.text("boot_id", ValueKind::boot_id));
  target.not_after = request.not_after;
  return target;
}

Result<order::ProcessTarget> process_of(const Given& given, const ActionRequest& request) {
  order::ProcessTarget target = TRY(identity_of(given, request));
  target.executable_sha256 = TRY(given.text("sha256", ValueKind::sha256));
  return target;
}

/// That runs the file.
Result<std::optional<order::ProcessTarget>> running_process_of(const Given& given,
                                                               const ActionRequest& request) {
  if (TRY(given.number("pid"))) return TRY(identity_of(given, request));
  for (const char* name : {"start", "boot_id"})
    if (TRY(given.find(name, ValueKind::string)))
      return fail(Errc::invalid,
                  "parameter '" + std::string(name) + "' is of a process; give its 'pid', too");
  return std::nullopt;
}

Result<order::QuarantineFile> quarantine_of(const Given& given, const ActionRequest& request) {
  order::QuarantineFile quarantine;
  quarantine.path = tidy_path(TRY(given.needed_text("path", ValueKind::path)));
  quarantine.sha256 = TRY(given.text("sha256", ValueKind::sha256));
  quarantine.inode = TRY(given.number("inode"));
  quarantine.size = TRY(given.number("size"));
  quarantine.process = TRY(running_process_of(given, request));
  return quarantine;
}

/// Whoever takes nothing particular back takes everybody's back.
Result<bool> all_owners(const Given& given, const ActionRequest& request) {
  return given.flag("all_owners", request.undoes.value().empty());
}

Result<order::Command> read_command(const Given& given, const ActionRequest& request) {
  switch (request.type) {
    case ActionType::kill_process:
      return order::KillProcess{TRY(process_of(given, request)), TRY(given.flag("tree", false)),
                                TRY(given.duration("term_grace"))};
    case ActionType::suspend_process:
      return order::SuspendProcess{TRY(process_of(given, request)), TRY(given.flag("tree", false))};
    case ActionType::resume_process:
      return order::ResumeProcess{TRY(process_of(given, request))};
    case ActionType::isolate_host:
      return order::IsolateHost{TRY(given.addresses("keep")), TRY(given.flag("allow_dns", false)),
                                TRY(given.flag("allow_dhcp", true))};
    case ActionType::unisolate_host:
      return order::UnisolateHost{TRY(all_owners(given, request))};
    case ActionType::quarantine_file:
      return TRY(quarantine_of(given, request));
    case ActionType::restore_file:
      return order::RestoreFile{TRY(given.needed_text("action", ValueKind::action_id))};
    case ActionType::block_ip:
      return order::BlockIp{TRY(given.address("address"))};
    case ActionType::unblock_ip:
      return order::UnblockIp{TRY(given.address("address")), TRY(all_owners(given, request)),
                              TRY(given.duration("grace"))};
    case ActionType::reset_user_session:
    case ActionType::force_password_reset:
    case ActionType::collect_forensics:
    case ActionType::run_script:
    case ActionType::disable_account:
      return fail(Errc::invalid, "no agent carries it out");
  }
  std::unreachable();
}

/// Of which one action's effect it takes back; the host is told nothing where it takes back all.
std::string releases_of(const ActionRequest& request, const order::Command& command) {
  const auto* unisolate = std::get_if<order::UnisolateHost>(&command);
  const auto* unblock = std::get_if<order::UnblockIp>(&command);
  const bool all =
      (unisolate != nullptr && unisolate->all_owners) || (unblock != nullptr && unblock->all_owners);
  return all ? std::string() : request.undoes.value();
}

}  // namespace

bool is_for_hosts(ActionType type) { return order::parse_verb(name_of(type)).has_value(); }

Result<order::Command> command_of(const ActionRequest& request) {
  return TRY_DOING(std::string(name_of(request.type)), read_command(Given(request.parameters), request));
}

Result<order::Order> render_order(const Action& action, order::Purpose purpose, const Addressee& to) {
  order::Order order;
  order.purpose = purpose;
  order.action = action.id;
  order.attempt = action.attempt;
  order.fleet = to.fleet;
  order.machine_id = to.machine_id;
  order.enrolment = to.enrolment;
  order.fence = to.fence;
  order.issued_at = to.issued_at;
  order.expires_at = to.expires_at;
  order.command = TRY(command_of(action));
  order.ttl = action.ttl;
  order.releases = releases_of(action, order.command);
  order.by_person = action.submitter.kind == Actor::Kind::person;
  TRY(order::check(order));
  return order;
}

}  // namespace riposte::agents
