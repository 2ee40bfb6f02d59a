#include "agent/ledger/entries.h"

#include "engine/order/canonical.h"
#include "engine/order/names.h"

namespace riposte::agent {
namespace {

using order::CanonicalReader;
using order::CanonicalWriter;
using order::Either;

void fields(auto& bytes, Either<Instant> auto& instant) {
  bytes.time(instant.wall);
  bytes.text(instant.boot_id, kBootIdBytesMax);
  bytes.duration(instant.since_boot);
}

/// The order stands as the bytes that were signed.
void order_field(CanonicalWriter& bytes, const order::Order& order) {
  bytes.text(order::encode(order), order::kOrderBytesMax);
}
void order_field(CanonicalReader& bytes, order::Order& order) {
  std::string encoded;
  bytes.text(encoded, order::kOrderBytesMax);
  auto decoded = order::decode_order(encoded);
  if (!decoded) return bytes.refuse("an order that does not decode");
  order = *std::move(decoded);
}

void action_field(auto& bytes, auto& action) { bytes.id(action, order::kActionIdDigits); }

void fields(auto& bytes, Either<Started> auto& started) {
  order_field(bytes, started.order);
  bytes.text(started.plan, kPlanBytesMax);
  fields(bytes, started.at);
  bytes.maybe(started.undo_due, [&](auto& due) { fields(bytes, due); });
}
void fields(auto& bytes, Either<Done> auto& done) {
  action_field(bytes, done.action);
  order::fields(bytes, done.result);
  bytes.list(done.lifted, kHoldingsMax, [&](auto& action) { action_field(bytes, action); });
  bytes.time(done.at);
}
void fields(auto& bytes, Either<Released> auto& released) {
  action_field(bytes, released.action);
  bytes.time(released.at);
}
void fields(auto& bytes, Either<Cancelled> auto& cancelled) {
  action_field(bytes, cancelled.action);
  bytes.number(cancelled.attempts);
  bytes.time(cancelled.issued_at);
}
void fields(auto& bytes, Either<Acknowledged> auto& acknowledged) {
  action_field(bytes, acknowledged.action);
  bytes.time(acknowledged.issued_at);
}
void fields(auto& bytes, Either<FenceRaised> auto& raised) {
  bytes.number(raised.shard);
  bytes.number(raised.epoch);
}
void fields(auto& bytes, Either<TimeMark> auto& mark) { bytes.time(mark.engine_time); }

template <std::size_t Index = 0>
void read_kind(CanonicalReader& bytes, Entry& entry, std::size_t index) {
  if constexpr (Index < std::variant_size_v<Entry>) {
    if (Index == index) return fields(bytes, entry.emplace<Index>());
    return read_kind<Index + 1>(bytes, entry, index);
  }
  bytes.refuse("an entry of an unknown kind");
}

}  // namespace

std::string encode(const Entry& entry) {
  CanonicalWriter out;
  out.number(static_cast<std::uint8_t>(entry.index() + 1));
  std::visit([&](const auto& kind) { fields(out, kind); }, entry);
  return out.take();
}

Result<Entry> decode_entry(std::string_view bytes) {
  CanonicalReader in(bytes);
  std::uint8_t number = 0;
  in.number(number);
  Entry entry;
  read_kind(in, entry, static_cast<std::size_t>(number) - 1);
  TRY(in.done("entry"));
  return entry;
}

}  // namespace riposte::agent
