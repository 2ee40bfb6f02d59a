#include "engine/enrolment/enrolment.h"
#include "engine/order/frame.h"
#include "engine/order/hello.h"
#include "engine/order/pong.h"
#include "engine/order/report.h"
#include "tests/fuzz/targets.h"

namespace riposte::fuzz {
namespace {

void agree(const auto& decoded, std::string_view bytes, std::string_view complaint) {
  if (decoded) return require(encode(*decoded) == bytes, complaint);
  require(decoded.error().code == Errc::invalid && !decoded.error().what.empty(), "refused without a reason");
}

void read_frames(std::string_view bytes) {
  order::FrameReader reader;
  std::string again;
  for (const char byte : bytes) {
    reader.feed({&byte, 1});
    const auto frame = reader.next();
    if (!frame) return;
    if (*frame) again += order::encode(**frame);
  }
  require(bytes.starts_with(again), "frames are not the bytes that they were read from");
}

void enrolments(std::string_view bytes) {
  agree(enrolment::decode_enrolled(bytes), bytes, "an answer to an enrolment has two encodings");
  agree(enrolment::decode_renew(bytes), bytes, "a renewal has two encodings");
  agree(enrolment::decode_renewed(bytes), bytes, "a renewed certificate has two encodings");
  agree(enrolment::decode_refused(bytes), bytes, "a refusal has two encodings");
  const auto sealed = order::decode_signed<order::Domain::enrolment>(bytes);
  if (!sealed) return;
  const auto asked = enrolment::open_enrol(*sealed);
  require(asked || asked.error().code == Errc::invalid || asked.error().code == Errc::denied,
          "an enrolment was refused without a reason");
}

}  // namespace

void orders(std::string_view bytes) {
  const auto decoded = order::decode_order(bytes);
  agree(decoded, bytes, "an order has two encodings");
  if (decoded) require(!order::text_of(decoded->command).empty(), "an order without a text");
  agree(order::decode_report(bytes), bytes, "a report has two encodings");
  agree(order::decode_pong(bytes), bytes, "a pong has two encodings");
  agree(order::decode_hello(bytes), bytes, "a hello has two encodings");
  agree(order::decode_welcome(bytes), bytes, "a welcome has two encodings");
  agree(order::decode_signed<order::Domain::order>(bytes), bytes, "an envelope has two encodings");
  enrolments(bytes);
  read_frames(bytes);
}

}  // namespace riposte::fuzz
