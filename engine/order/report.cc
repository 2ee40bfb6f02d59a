#include "engine/order/report.h"

#include "engine/base/hex.h"
#include "engine/order/names.h"

namespace riposte::order {
namespace {

std::unexpected<Error> objection(std::string what) {
  return fail(Errc::invalid, "report: " + std::move(what));
}

void fields(auto& wire, Either<Report> auto& report) {
  wire.text(report.fleet, kNameBytesMax);
  wire.text(report.machine_id, kNameBytesMax);
  wire.number(report.enrolment);
  wire.word(report.answers, Purpose::carry_out, Purpose::acknowledge);
  wire.id(report.action, kActionIdDigits);
  wire.number(report.attempt);
  order::fields(wire, report.result);
  wire.word(report.standing, Standing::never_ran, Standing::not_yet);
  wire.word(report.finding, Finding::none, Finding::unknown);
  wire.flag(report.already);
  wire.maybe(report.undo_due, [&](auto& due) { wire.time(due); });
  wire.number(report.holdings_left);
  wire.text(report.journal_id, kJournalIdDigits);
  wire.number(report.journal_sequence);
  wire.time(report.at);
}

std::size_t bytes_of(const std::map<std::string, std::string>& evidence) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : evidence) bytes += name.size() + value.size();
  return bytes;
}

/// Without the last letter where it would be half a letter.
void cut(std::string& text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return;
  while (bytes_max > 0 && (static_cast<unsigned char>(text[bytes_max]) & 0xC0U) == 0x80U) --bytes_max;
  text.resize(bytes_max);
}

bool in_range(WallTime time) { return time >= WallTime{} && time <= kTimeMax; }

}  // namespace

Result<void> check(const DeedResult& result) {
  if (result.detail.size() > kDetailBytesMax) return objection("detail is longer than 4 KiB");
  if (result.evidence.size() > kEvidenceMax) return objection("more than 64 pieces of evidence");
  if (bytes_of(result.evidence) > kEvidenceBytesMax) return objection("more than 16 KiB of evidence");
  return {};
}

DeedResult bounded(DeedResult result) {
  cut(result.detail, kDetailBytesMax);
  while (result.evidence.size() > kEvidenceMax || bytes_of(result.evidence) > kEvidenceBytesMax)
    result.evidence.erase(std::prev(result.evidence.end()));
  return result;
}

Result<void> check(const Report& report) {
  if (!is_plain_name(report.fleet)) return objection("fleet is no plain name");
  if (!is_plain_name(report.machine_id)) return objection("machine_id is no plain name");
  if (!is_hex(report.action.value(), kActionIdDigits)) return objection("action is no action id");
  if (!is_hex(report.journal_id, kJournalIdDigits)) return objection("journal_id is none");
  if (!in_range(report.at) || (report.undo_due && !in_range(*report.undo_due)))
    return objection("a time lies before 1970 or behind 2200");
  return check(report.result);
}

std::string encode(const Report& report) {
  CanonicalWriter out;
  fields(out, report);
  return out.take();
}

Result<Report> decode_report(std::string_view bytes) {
  CanonicalReader in(bytes);
  Report report;
  fields(in, report);
  TRY(in.done("report"));
  TRY(check(report));
  return report;
}

Result<SignedReport> sign(const Report& report, const SigningKey& key) {
  TRY(check(report));
  return sign_as<Domain::report>(encode(report), key);
}

Result<Report> open_report(const SignedReport& sealed, const KeyRing& ring, WallTime now) {
  TRY(check_signature(sealed, ring, now));
  return decode_report(sealed.bytes);
}

}  // namespace riposte::order
