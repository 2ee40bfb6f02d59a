/// The extended attributes of a file: access lists, capabilities, labels, and whatever users put there.
///
/// Limits: without CAP_SYS_ADMIN the kernel neither shows nor takes those named trusted.
#pragma once

#include <map>
#include <string>

#include "engine/base/descriptor.h"
#include "engine/base/error.h"

namespace riposte::files {

inline constexpr std::size_t kAttributesMax = 256;
/// XATTR_SIZE_MAX and XATTR_LIST_MAX of Linux.
inline constexpr std::size_t kAttributeBytesMax = std::size_t{64} << 10;

/// Bytes by name; both are whatever somebody put there.
using Attributes = std::map<std::string, std::string>;

/// Errors: invalid (more of them than kAttributesMax), denied, unavailable.
Result<Attributes> read_attributes(const Descriptor& file);
/// Exactly these: one that the file has from its directory's default goes.
Result<void> write_attributes(const Descriptor& file, const Attributes& attributes);

}  // namespace riposte::files
