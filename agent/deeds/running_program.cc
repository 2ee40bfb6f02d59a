#include "agent/deeds/running_program.h"

#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "agent/deeds/process_facts.h"
#include "agent/files/refusal.h"
#include "agent/files/resolve.h"
#include "agent/process/executable_hash.h"

namespace riposte::agent {
namespace {

using order::DeedResult;

std::unexpected<DeedResult> no(ResultWord word, std::string detail) {
  return std::unexpected(DeedResult{word, std::move(detail), {}});
}

std::unexpected<DeedResult> unreached(const Error& error) {
  const ResultWord word = error.code == Errc::not_found ? ResultWord::not_found
                          : error.code == Errc::denied  ? ResultWord::unsupported
                          : error.code == Errc::invalid ? ResultWord::refused_identity
                                                        : ResultWord::error;
  return no(word, error.text());
}

/// Sensors tell the name with the kernel's mark or without it.
std::string_view without_mark(std::string_view path) {
  if (path.ends_with(files::kRemovedMark)) path.remove_suffix(files::kRemovedMark.size());
  return path;
}

}  // namespace

std::expected<files::Nameless, DeedResult> open_program(const order::QuarantineFile& quarantine) {
  const MeantProcess meant = meant_by(*quarantine.process);
  const auto process = pin(meant.pid);
  if (!process) return unreached(process.error());
  if (const auto other = mismatch(meant, process->identity)) return no(ResultWord::refused_identity, *other);
  if (process->identity.run_state == RunState::gone)
    return no(ResultWord::not_found, fmt::format("process {} has already ended", meant.pid));
  auto content = open_executable(process->handle, meant.pid);
  if (!content) return unreached(content.error());
  const auto facts = files::facts_of(*content);
  if (!facts) return unreached(facts.error());
  std::error_code error;
  std::string shown =
      std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(content->number()), error).string();
  if (error) return no(ResultWord::error, "the name of a program: " + error.message());
  if (without_mark(shown) != without_mark(quarantine.path))
    return no(ResultWord::refused_identity, fmt::format("process {} runs {}, not {}", meant.pid,
                                                        files::shown(shown), files::shown(quarantine.path)));
  if (!files::names_nothing(shown))
    return no(ResultWord::refused_identity,
              fmt::format("process {} runs {}, which has its name where this program does not look: in a "
                          "container, or below a mount",
                          meant.pid, files::shown(shown)));
  return files::Nameless{std::move(shown), *std::move(content), *facts};
}

}  // namespace riposte::agent
