/// What a host says of an order, signed by the part of it that carried the order out.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result_word.h"
#include "engine/order/canonical.h"
#include "engine/order/signing.h"

namespace riposte::order {

inline constexpr std::size_t kDetailBytesMax = std::size_t{4} * 1024;
inline constexpr std::size_t kEvidenceMax = 64;
inline constexpr std::size_t kEvidenceBytesMax = std::size_t{16} * 1024;  ///< all names and values together
inline constexpr std::size_t kJournalIdDigits = 32;

/// How a deed ended.
struct DeedResult {
  ResultWord word = ResultWord::unknown;
  std::string detail;
  std::map<std::string, std::string> evidence;
  bool operator==(const DeedResult&) const = default;
};
/// Errors: invalid.
Result<void> check(const DeedResult& result);
/// The same, cut to what a report may hold: a deed's own words must not be the reason that it goes
/// unreported.
DeedResult bounded(DeedResult result);
void fields(auto& wire, Either<DeedResult> auto& result) {
  wire.word(result.word, ResultWord::ok, kLastResultWord);
  wire.text(result.detail, kDetailBytesMax);
  wire.texts(result.evidence, kEvidenceMax, kEvidenceBytesMax);
}

/// What the host's journal knows of an action.
enum class Standing : std::uint8_t {
  never_ran = 1,  ///< and never will: no copy of the order that may still come makes it run
  started = 2,    ///< it is under way, or its end is not known
  ended = 3,
  not_yet = 4,  ///< it has not run so far; nothing is promised
};

/// What a verification found.
enum class Finding : std::uint8_t { none = 1, proven = 2, disproven = 3, unknown = 4 };

struct Report {
  std::string fleet;
  std::string machine_id;
  std::uint64_t enrolment = 0;
  Purpose answers = Purpose::carry_out;
  ActionId action;
  std::uint32_t attempt = 0;
  DeedResult result;
  Standing standing = Standing::not_yet;
  Finding finding = Finding::none;
  bool already = false;              ///< the answer of an earlier order of the same action
  std::optional<WallTime> undo_due;  ///< when the host takes the effect back by itself
  std::uint32_t holdings_left = 0;   ///< other actions that hold the same effect
  std::string journal_id;            ///< with the sequence: whether the journal was lost or put back
  std::uint64_t journal_sequence = 0;
  WallTime at;
  bool operator==(const Report&) const = default;
};
using SignedReport = Signed<Domain::report>;

Result<void> check(const Report& report);
std::string encode(const Report& report);
/// Accepts exactly what encode() makes of a report that passes check(). Errors: invalid.
Result<Report> decode_report(std::string_view bytes);

/// Errors: invalid.
Result<SignedReport> sign(const Report& report, const SigningKey& key);
/// Errors: denied, invalid.
Result<Report> open_report(const SignedReport& sealed, const KeyRing& ring, WallTime now);

}  // namespace riposte::order
