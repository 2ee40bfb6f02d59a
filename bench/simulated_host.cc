#include "bench/simulated_host.h"

#include <utility>

#include <fmt/format.h>

#include "bench/or_throw.h"
#include "engine/order/hello.h"
#include "engine/tls/request.h"

namespace riposte::bench {
namespace {

constexpr auto kJournal = "0123456789abcdef0123456789abcdef";

struct Pair {
  tls::PrivateKey key;
  tls::Certificate certificate;
};

Pair certified(const agents::FleetKeys& keys, const std::string& machine_id, WallTime now) {
  auto key = or_throw(tls::PrivateKey::generate());
  const std::string pem = or_throw(tls::new_request(key, machine_id));
  const auto request = or_throw(tls::CertificateRequest::from_pem(pem));
  auto certificate = or_throw(keys.authority.sign_agent(request, machine_id, now));
  return {std::move(key), std::move(certificate)};
}

agents::AgentEntry entry_of(std::uint64_t number, const order::SigningKey& report_key, WallTime now) {
  return {.machine_id = fmt::format("{:032x}", number + 1),
          .name = name_of_host(number),
          .report_key = report_key.public_key(),
          .enrolled_at = now};
}

/// Gives the entry the number of its enrolment, too.
tls::Context enrol(const agents::FleetKeys& keys, agents::Registry& registry, agents::AgentEntry& entry) {
  const Pair own = certified(keys, entry.machine_id, entry.enrolled_at);
  entry.certificate_fingerprint = own.certificate.fingerprint();
  entry = or_throw(registry.enrol(entry));
  return or_throw(tls::client_context(own.key, own.certificate, keys.authority.certificate(),
                                      tls::engine_name(keys.fleet)));
}

}  // namespace

std::string name_of_host(std::uint64_t number) { return fmt::format("web-{}.example.net", number); }

SimulatedHost::SimulatedHost(const agents::FleetKeys& keys, agents::Registry& registry, Clock& clock,
                             std::uint64_t number)
    : clock_(clock),
      fleet_(keys.fleet),
      report_key_(order::SigningKey::from_seed(order::new_seed())),
      believed_(or_throw(order::KeyRing::of({{keys.order_key.public_key(), WallTime{}}}))),
      entry_(entry_of(number, report_key_, clock.now())),
      context_(enrol(keys, registry, entry_)) {}

Result<order::Frame> SimulatedHost::hello(const order::Frame& welcome) {
  if (welcome.type != order::FrameType::welcome)
    return fail(Errc::invalid, "the engine did not begin with its welcome");
  const order::Welcome welcomed = TRY(order::decode_welcome(welcome.body));
  const order::Hello hello{.fleet = fleet_,
                           .machine_id = entry_.machine_id,
                           .enrolment = entry_.enrolment,
                           .journal_id = kJournal,
                           .journal_sequence = journal_sequence_,
                           .nonce = welcomed.nonce,
                           .at = clock_.now()};
  return order::Frame{order::FrameType::hello, encode(TRY(order::sign(hello, report_key_)))};
}

Result<order::Order> SimulatedHost::open(const order::Frame& frame) {
  if (frame.type != order::FrameType::order) return fail(Errc::invalid, "the engine sent no order");
  const auto sealed = TRY(order::decode_signed<order::Domain::order>(frame.body));
  order::Order order = TRY(order::open_order(sealed, believed_, clock_.now()));
  if (order.machine_id != entry_.machine_id || order.purpose != order::Purpose::carry_out)
    return fail(Errc::invalid, "an order that is none for this host to carry out");
  return order;
}

Result<order::Frame> SimulatedHost::report(const order::Order& order) {
  order::Report report;
  report.fleet = fleet_;
  report.machine_id = entry_.machine_id;
  report.enrolment = entry_.enrolment;
  report.answers = order.purpose;
  report.action = order.action;
  report.attempt = order.attempt;
  report.result = {ResultWord::ok, "blocked", {}};
  report.standing = order::Standing::ended;
  report.journal_id = kJournal;
  report.journal_sequence = ++journal_sequence_;
  report.at = clock_.now();
  return order::Frame{order::FrameType::report, encode(TRY(order::sign(report, report_key_)))};
}

}  // namespace riposte::bench
