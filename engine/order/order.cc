#include "engine/order/order.h"

#include <optional>

#include "engine/base/hex.h"
#include "engine/order/canonical.h"
#include "engine/order/command_fields.h"
#include "engine/order/names.h"

namespace riposte::order {
namespace {

std::unexpected<Error> wrong(std::string what) { return fail(Errc::invalid, "order: " + std::move(what)); }

void fields(auto& wire, Either<Fence> auto& fence) {
  wire.number(fence.shard);
  wire.number(fence.epoch);
  wire.number(fence.sequence);
}

void fields(auto& wire, Either<Order> auto& order) {
  wire.word(order.purpose, Purpose::carry_out, Purpose::acknowledge);
  wire.id(order.action, kActionIdDigits);
  wire.number(order.attempt);
  wire.text(order.fleet, kNameBytesMax);
  wire.text(order.machine_id, kNameBytesMax);
  wire.number(order.enrolment);
  fields(wire, order.fence);
  wire.time(order.issued_at);
  wire.time(order.expires_at);
  wire.duration(order.ttl);
  wire.text(order.releases, kActionIdDigits);
  wire.flag(order.by_person);
  fields(wire, order.command);
  wire.duration(order.deadline);
}

Result<void> check_names(const Order& order) {
  if (!is_hex(order.action.value(), kActionIdDigits))
    return wrong("action is no action id; write 32 hexadecimal digits in lower case");
  if (!is_plain_name(order.fleet)) return wrong("fleet is no plain name of at most 64 characters");
  if (!is_plain_name(order.machine_id)) return wrong("machine_id is no plain name of at most 64 characters");
  if (!order.releases.empty() && !is_hex(order.releases, kActionIdDigits))
    return wrong("releases is no action id; write 32 hexadecimal digits in lower case, or leave it empty");
  return {};
}

Result<void> check_times(const Order& order) {
  if (order.issued_at < WallTime{} || order.issued_at > kTimeMax)
    return wrong("issued_at lies before 1970 or behind 2200");
  if (order.expires_at <= order.issued_at || order.expires_at > kTimeMax ||
      order.expires_at - order.issued_at > kOrderLifeMax)
    return wrong("expires_at must lie behind issued_at, by at most " + duration_text(kOrderLifeMax));
  if (order.deadline < Duration::zero() || order.deadline > kDeadlineMax)
    return wrong("deadline is not between 0 and " + duration_text(kDeadlineMax));
  return {};
}

/// Which times to live a verb may, or must, have.
struct TtlBounds {
  bool mandatory;
  Duration max;
};

std::optional<TtlBounds> ttl_bounds(Verb verb) {
  if (verb == Verb::isolate_host) return TtlBounds{true, kIsolationTtlMax};
  if (verb == Verb::block_ip) return TtlBounds{true, kTtlMax};
  if (verb == Verb::suspend_process || verb == Verb::quarantine_file) return TtlBounds{false, kTtlMax};
  return {};
}

Result<void> check_ttl(const Order& order) {
  const Verb verb = verb_of(order.command);
  const auto bounds = ttl_bounds(verb);
  if (!bounds) {
    if (order.ttl == Duration::zero()) return {};
    return wrong(std::string(name_of(verb)) + " has nothing to take back; leave ttl away");
  }
  if (!bounds->mandatory && order.ttl == Duration::zero()) return {};
  if (order.ttl >= kTtlMin && order.ttl <= bounds->max) return {};
  return wrong("ttl of " + std::string(name_of(verb)) + " is not between " + duration_text(kTtlMin) +
               " and " + duration_text(bounds->max));
}

/// What is lifted must be said: the effect of one action or everybody's.
Result<void> check_release(const Order& order) {
  const Verb verb = verb_of(order.command);
  if (!is_inverse(verb)) {
    if (order.releases.empty()) return {};
    return wrong(std::string(name_of(verb)) + " releases nothing; leave releases empty");
  }
  const auto* restore = std::get_if<RestoreFile>(&order.command);
  if (restore != nullptr && !order.releases.empty() && order.releases != restore->vault_id)
    return wrong("restore_file releases another action than its vault_id names; leave releases empty");
  const auto* unisolate = std::get_if<UnisolateHost>(&order.command);
  const auto* unblock = std::get_if<UnblockIp>(&order.command);
  if (unisolate == nullptr && unblock == nullptr) return {};
  const bool all_owners = unisolate != nullptr ? unisolate->all_owners : unblock->all_owners;
  if (all_owners != order.releases.empty())
    return wrong(std::string(name_of(verb)) + " either names the action that it releases or sets all_owners");
  return {};
}

}  // namespace

Result<void> check(const Order& order) {
  TRY(check_names(order));
  TRY(check_times(order));
  TRY(check_ttl(order));
  TRY(check_release(order));
  TRY_DOING("order", check(order.command));
  return {};
}

std::string encode(const Order& order) {
  CanonicalWriter out;
  fields(out, order);
  return out.take();
}

Result<Order> decode_order(std::string_view bytes) {
  if (bytes.size() > kOrderBytesMax)
    return wrong(std::to_string(bytes.size()) + " bytes; at most " + std::to_string(kOrderBytesMax) +
                 " are allowed");
  CanonicalReader in(bytes);
  Order order;
  fields(in, order);
  TRY(in.done("order"));
  TRY(check(order));
  return order;
}

}  // namespace riposte::order
