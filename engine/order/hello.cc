#include "engine/order/hello.h"

#include "engine/base/hex.h"
#include "engine/order/canonical.h"
#include "engine/order/names.h"
#include "engine/order/report.h"

namespace riposte::order {
namespace {

void fields_of_welcome(auto& wire, Either<Welcome> auto& welcome) {
  wire.text(welcome.fleet, kNameBytesMax);
  wire.block(welcome.nonce);
  wire.time(welcome.at);
}

void fields_of_hello(auto& wire, Either<Hello> auto& hello) {
  wire.text(hello.fleet, kNameBytesMax);
  wire.text(hello.machine_id, kNameBytesMax);
  wire.number(hello.enrolment);
  wire.text(hello.journal_id, kJournalIdDigits);
  wire.number(hello.journal_sequence);
  wire.block(hello.nonce);
  wire.time(hello.at);
}

bool is_a_time(WallTime time) { return time >= WallTime{} && time <= kTimeMax; }

Result<void> check_hello(const Hello& hello) {
  if (!is_plain_name(hello.fleet)) return fail(Errc::invalid, "hello: fleet is no plain name");
  if (!is_plain_name(hello.machine_id)) return fail(Errc::invalid, "hello: machine_id is no plain name");
  if (!is_hex(hello.journal_id, kJournalIdDigits)) return fail(Errc::invalid, "hello: journal_id is none");
  if (!is_a_time(hello.at)) return fail(Errc::invalid, "hello: the time lies before 1970 or behind 2200");
  return {};
}

}  // namespace

std::string encode(const Welcome& welcome) {
  CanonicalWriter out;
  fields_of_welcome(out, welcome);
  return out.take();
}

Result<Welcome> decode_welcome(std::string_view bytes) {
  CanonicalReader in(bytes);
  Welcome welcome;
  fields_of_welcome(in, welcome);
  TRY(in.done("welcome"));
  if (!is_plain_name(welcome.fleet)) return fail(Errc::invalid, "welcome: fleet is no plain name");
  if (!is_a_time(welcome.at)) return fail(Errc::invalid, "welcome: the time lies before 1970 or behind 2200");
  return welcome;
}

std::string encode(const Hello& hello) {
  CanonicalWriter out;
  fields_of_hello(out, hello);
  return out.take();
}

Result<Hello> decode_hello(std::string_view bytes) {
  CanonicalReader in(bytes);
  Hello hello;
  fields_of_hello(in, hello);
  TRY(in.done("hello"));
  TRY(check_hello(hello));
  return hello;
}

Result<SignedHello> sign(const Hello& hello, const SigningKey& key) {
  TRY(check_hello(hello));
  return sign_as<Domain::hello>(encode(hello), key);
}

Result<Hello> open_hello(const SignedHello& sealed, const KeyRing& ring, const Nonce& welcomed,
                         WallTime now) {
  TRY(check_signature(sealed, ring, now));
  Hello hello = TRY(decode_hello(sealed.bytes));
  if (hello.nonce != welcomed) return fail(Errc::denied, "the hello answers another welcome");
  return hello;
}

}  // namespace riposte::order
