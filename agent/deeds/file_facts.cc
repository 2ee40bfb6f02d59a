#include "agent/deeds/file_facts.h"

#include <algorithm>

#include <fmt/format.h>
#include <unistd.h>

#include "engine/base/printable.h"

namespace riposte::agent {
namespace {

/// So many processes that use a file are named in a report.
constexpr std::size_t kReportedUsersMax = 64;

}  // namespace

order::DeedResult file_result(const Error& error) {
  switch (error.code) {
    case Errc::not_found:
      return {ResultWord::not_found, error.text(), {}};
    case Errc::invalid:
    case Errc::conflict:
      return {ResultWord::refused_identity, error.text(), {}};
    case Errc::denied:
      return {ResultWord::refused_guard, error.text(), {}};
    default:
      return {ResultWord::error, error.text(), {}};
  }
}

Result<files::FileUsers> other_users_of(const files::FileId& file, bool nameless) {
  files::FileUsers users = TRY(files::users_of(file, nameless));
  std::erase_if(users.found, [](const files::FileUser& user) { return user.pid == ::getpid(); });
  return users;
}

std::string users_text(const files::FileUsers& users) {
  std::string text;
  for (std::size_t i = 0; i < std::min(users.found.size(), kReportedUsersMax); ++i)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", users.found[i].pid,
                        users.found[i].use == files::Use::runs ? "runs it" : "has it open");
  return text;
}

Facts file_facts(const files::FileFacts& file, const std::string& path) {
  return {{"path", printable(path)},
          {"device", std::to_string(file.id.device)},
          {"inode", std::to_string(file.id.inode)},
          {"size", std::to_string(file.size)},
          {"uid", std::to_string(file.uid)},
          {"gid", std::to_string(file.gid)},
          {"mode", fmt::format("{:04o}", file.mode)},
          {"links", std::to_string(file.links)}};
}

Result<files::Sidecar> sidecar_of(const std::string& vault_id, const files::Vault& vault) {
  auto entry = TRY(vault.find(vault_id));
  if (!entry) return fail(Errc::not_found, "the vault has nothing that the action " + vault_id + " took in");
  return std::move(entry->sidecar);
}

}  // namespace riposte::agent
