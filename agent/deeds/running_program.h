/// The program of the process that an order names, where its path leads to no file any more.
///
/// The process is opened and told from all others as deeds about processes do it; its program is read through
/// the kernel's own link, whatever is at the path that this link shows.
#pragma once

#include <expected>

#include "agent/files/recover.h"
#include "engine/order/report.h"
#include "engine/order/verbs.h"

namespace riposte::agent {

/// `quarantine` names a process. Errors: not_found (it has gone), refused_identity (another process, another
/// program, or one whose file is at its place), unsupported, error.
std::expected<files::Nameless, order::DeedResult> open_program(const order::QuarantineFile& quarantine);

}  // namespace riposte::agent
