#include "connectors/process/process_order.h"

#include <limits>

#include <fmt/format.h>

namespace riposte {
namespace {

/// Nothing when it is not given.
Result<std::optional<std::string>> text_parameter(const ActionRequest& request, const char* name,
                                                  ValueKind kind) {
  const auto given = request.parameters.find(name);
  if (given == request.parameters.end()) return std::nullopt;
  return text_of(TRY_DOING(std::string("reading '") + name + "'", conform(given->second, kind)));
}

}  // namespace

Result<MeantProcess> read_process_order(const ActionRequest& request) {
  const auto given_pid = request.parameters.find("pid");
  if (given_pid == request.parameters.end()) return fail(Errc::invalid, "the order has no parameter 'pid'");
  const Value number = TRY_DOING("reading 'pid'", conform(given_pid->second, ValueKind::integer));
  const std::int64_t pid = std::get<std::int64_t>(number);
  if (pid <= 0 || pid > std::numeric_limits<std::int32_t>::max())
    return fail(Errc::invalid,
                fmt::format("'{}' is no process number; it must be a positive 32-bit number", pid));
  MeantProcess order;
  order.pid = static_cast<std::int32_t>(pid);
  order.not_after = request.not_after;
  if (const auto given_start = request.parameters.find("start"); given_start != request.parameters.end()) {
    const std::string text = text_of(given_start->second);
    order.start = parse_iso8601(text);
    if (!order.start)
      return fail(Errc::invalid, "'" + text + "' is no time; write it like 2026-03-29T01:30:00.000Z");
  }
  order.boot_id = TRY(text_parameter(request, "boot_id", ValueKind::boot_id));
  order.executable_sha256 = TRY(text_parameter(request, "sha256", ValueKind::sha256));
  return order;
}

}  // namespace riposte
