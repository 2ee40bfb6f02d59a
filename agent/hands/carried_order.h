/// A signed order that a person carried to the host, handed to the privileged program that runs there.
///
/// Layout:  the envelope of the order (docs/formats.md) as hexadecimal digits; blanks and line breaks do not
///          count.
/// Errors:  invalid (no such file content), unavailable (nobody listens, or nobody answers in time), denied
///          (the socket is not for this user).
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "engine/order/report.h"

namespace riposte::agent {

inline constexpr std::size_t kCarriedBytesMax = std::size_t{128} * 1024;
/// The longest deed, and the proof of an isolation.
inline constexpr Duration kAnswerWait = order::kDeadlineMax;

Result<order::SignedOrder> read_carried(std::string_view text);

/// What the host reports of it. An order that is not for this host or not signed by its engine gets no answer
/// at all.
Result<order::Report> hand_over(const order::SignedOrder& order, const std::filesystem::path& socket,
                                Duration wait = kAnswerWait);

}  // namespace riposte::agent
