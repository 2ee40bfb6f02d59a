#include "engine/enrolment/enrolment.h"

#include <algorithm>

#include "engine/order/canonical.h"
#include "engine/order/names.h"

namespace riposte::enrolment {
namespace {

using order::CanonicalReader;
using order::CanonicalWriter;
using order::Either;

void fields(auto& wire, Either<Enrol> auto& enrol) {
  wire.text(enrol.token, kTokenBytesMax);
  wire.text(enrol.request, kPemBytesMax);
  wire.block(enrol.report_key);
  wire.text(enrol.machine_id, order::kNameBytesMax);
  wire.text(enrol.name, order::kNameBytesMax);
  wire.list(enrol.host_names, kHostNamesMax, [&](auto& name) { wire.text(name, kHostNameBytesMax); });
}

void fields(auto& wire, Either<Enrolled> auto& enrolled) {
  wire.text(enrolled.fleet, order::kNameBytesMax);
  wire.text(enrolled.machine_id, order::kNameBytesMax);
  wire.number(enrolled.enrolment);
  wire.text(enrolled.certificate, kPemBytesMax);
  wire.text(enrolled.authority, kPemBytesMax);
  wire.list(enrolled.order_keys, order::kKeysMax, [&](auto& key) { wire.block(key); });
}

void fields(auto& wire, Either<Renew> auto& renew) { wire.text(renew.request, kPemBytesMax); }

void fields(auto& wire, Either<Renewed> auto& renewed) { wire.text(renewed.certificate, kPemBytesMax); }

void fields(auto& wire, Either<Refused> auto& refused) {
  wire.text(refused.why, kWhyBytesMax);
  wire.flag(refused.final);
}

template <class Message>
std::string written(const Message& message) {
  CanonicalWriter out;
  fields(out, message);
  return out.take();
}

template <class Message>
Result<Message> read(std::string_view bytes, std::string_view kind) {
  CanonicalReader in(bytes);
  Message message;
  fields(in, message);
  TRY(in.done(kind));
  return message;
}

Result<void> check_enrol(const Enrol& enrol) {
  if (enrol.token.empty() || enrol.token.size() > kTokenBytesMax)
    return fail(Errc::invalid, "enrol: the token is none");
  if (enrol.request.size() > kPemBytesMax) return fail(Errc::invalid, "enrol: the request is too large");
  if (!order::is_plain_name(enrol.machine_id))
    return fail(Errc::invalid, "enrol: machine_id is no plain name");
  if (!order::is_plain_name(enrol.name))
    return fail(Errc::invalid, "enrol: name is none of at most 64 letters, digits, '.', '_' and '-'");
  if (enrol.host_names.size() > kHostNamesMax || !std::ranges::all_of(enrol.host_names, is_host_name))
    return fail(Errc::invalid, "enrol: a host name is none, or there are more than 8");
  return {};
}

}  // namespace

bool is_host_name(std::string_view text) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= kHostNameBytesMax && std::ranges::all_of(text, is_letter);
}

Result<SignedEnrol> sign(const Enrol& enrol, const order::SigningKey& report_key) {
  TRY(check_enrol(enrol));
  if (enrol.report_key != report_key.public_key())
    return fail(Errc::invalid, "enrol: signed by another key than it names");
  return order::sign_as<order::Domain::enrolment>(written(enrol), report_key);
}

Result<Enrol> open_enrol(const SignedEnrol& sealed) {
  Enrol enrol = TRY(read<Enrol>(sealed.bytes, "enrol"));
  TRY(check_enrol(enrol));
  if (sealed.key_id != order::id_of(enrol.report_key) ||
      !order::is_signature_of(order::Domain::enrolment, sealed.bytes, sealed.signature, enrol.report_key))
    return fail(Errc::denied, "enrol: not signed by the key that it names");
  return enrol;
}

std::string encode(const Enrolled& enrolled) { return written(enrolled); }

Result<Enrolled> decode_enrolled(std::string_view bytes) { return read<Enrolled>(bytes, "enrolled"); }

std::string encode(const Renew& renew) { return written(renew); }

Result<Renew> decode_renew(std::string_view bytes) { return read<Renew>(bytes, "renew"); }

std::string encode(const Renewed& renewed) { return written(renewed); }

Result<Renewed> decode_renewed(std::string_view bytes) { return read<Renewed>(bytes, "renewed"); }

std::string encode(Refused refused) {
  refused.why.resize(std::min(refused.why.size(), kWhyBytesMax));
  return written(refused);
}

Result<Refused> decode_refused(std::string_view bytes) { return read<Refused>(bytes, "refused"); }

}  // namespace riposte::enrolment
