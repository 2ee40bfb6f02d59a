#include "agent/files/facts.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "agent/files/refusal.h"

namespace riposte::files {
namespace {

constexpr std::uint32_t kPermissionBits = 07777;

Stamp stamp_of(const statx_timestamp& time) { return {.seconds = time.tv_sec, .nanoseconds = time.tv_nsec}; }

Result<FileFacts> ask(int directory, const char* name, const std::string& what) {
  struct statx told{};
  constexpr unsigned kWanted = STATX_BASIC_STATS | STATX_BTIME | STATX_MNT_ID;
  if (::statx(directory, name, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW, kWanted, &told) != 0)
    return refusal(what, errno);
  FileFacts facts{.id = {.device = ::makedev(told.stx_dev_major, told.stx_dev_minor), .inode = told.stx_ino},
                  .type = told.stx_mode & static_cast<std::uint32_t>(S_IFMT),
                  .mode = told.stx_mode & kPermissionBits,
                  .uid = told.stx_uid,
                  .gid = told.stx_gid,
                  .links = told.stx_nlink,
                  .size = told.stx_size,
                  .accessed = stamp_of(told.stx_atime),
                  .modified = stamp_of(told.stx_mtime),
                  .changed = stamp_of(told.stx_ctime),
                  .mount = told.stx_mnt_id,
                  .immutable = (told.stx_attributes & (STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND)) != 0};
  if ((told.stx_mask & STATX_BTIME) != 0) facts.born = stamp_of(told.stx_btime);
  return facts;
}

}  // namespace

Result<FileFacts> facts_of(const Descriptor& file) { return ask(file.number(), "", "an open file"); }

Result<FileFacts> facts_of(const Descriptor& directory, const std::string& name) {
  return ask(directory.number(), name.c_str(), shown(name));
}

bool same_file(const FileFacts& a, const FileFacts& b) {
  return a.id == b.id && a.type == b.type && (!a.born || !b.born || a.born == b.born);
}

bool untouched(const FileFacts& before, const FileFacts& after) {
  return same_file(before, after) && before.size == after.size && before.modified == after.modified &&
         before.changed == after.changed;
}

}  // namespace riposte::files
