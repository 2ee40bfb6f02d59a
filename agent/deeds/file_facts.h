/// What is written down of a file and of those who use it, and how its room's errors are told.
#pragma once

#include <string>

#include "agent/deeds/plan.h"
#include "agent/files/file_users.h"
#include "agent/files/vault.h"
#include "engine/order/report.h"

namespace riposte::agent {

order::DeedResult file_result(const Error& error);

/// "path", "device", "inode", "size", "uid", "gid", "mode", "links".
Facts file_facts(const files::FileFacts& file, const std::string& path);

/// Without this process, which holds the file to look at it.
Result<files::FileUsers> other_users_of(const files::FileId& file, bool nameless);
/// "4711 runs it, 4712 has it open".
std::string users_text(const files::FileUsers& users);

/// Errors: not_found.
Result<files::Sidecar> sidecar_of(const std::string& vault_id, const files::Vault& vault);

}  // namespace riposte::agent
