#include "agent/files/refusal.h"

#include <cerrno>
#include <system_error>

#include "engine/base/printable.h"

namespace riposte::files {
namespace {

Errc code_of(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return Errc::not_found;
    case EEXIST:
    case EBUSY:
    case ETXTBSY:
      return Errc::conflict;
    case EACCES:
    case EPERM:
    case EROFS:
      return Errc::denied;
    case ELOOP:
    case EINVAL:
    case ENAMETOOLONG:
      return Errc::invalid;
    default:
      return Errc::unavailable;
  }
}

}  // namespace

std::unexpected<Error> refusal(const std::string& doing, int error) {
  return fail(code_of(error), doing + ": " + std::generic_category().message(error));
}

std::string shown(std::string_view path) { return "'" + printable(path) + "'"; }

}  // namespace riposte::files
