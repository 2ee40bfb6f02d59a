#include "agent/files/copying.h"

#include <cerrno>
#include <utility>

#include <unistd.h>

#include "agent/files/refusal.h"

namespace riposte::files {
namespace {

/// How often a file that is written to is copied anew before whoever ordered this is told.
constexpr int kCopiesMax = 3;

Result<void> copy_once(const Descriptor& content, const Descriptor& object, Sidecar& sidecar) {
  if (::ftruncate(object.number(), 0) != 0) return refusal("the vault's object", errno);
  sidecar.facts = TRY(facts_of(content));
  sidecar.key = new_key();
  sidecar.attributes = TRY(read_attributes(content));
  sidecar.content = TRY(encode(content, sidecar.facts.size, sidecar.key, object));
  if (!untouched(sidecar.facts, TRY(facts_of(content))))
    return fail(Errc::conflict, "it was changed while it was copied");
  return {};
}

Result<void> copy(const Descriptor& content, const Vault& vault, const Descriptor& object, Sidecar& sidecar) {
  for (int copies = 1;; ++copies) {
    TRY(vault.refuse_oversized(TRY(facts_of(content)).size));
    auto copied = copy_once(content, object, sidecar);
    if (copied) return {};
    if (copied.error().code == Errc::conflict && copies < kCopiesMax) continue;
    if (copied.error().code == Errc::conflict) copied.error().what += "; stop what writes to it first";
    return copied;
  }
}

}  // namespace

Result<void> refuse_another(const FileFacts& facts, const std::string& path, const Meant& meant) {
  if (meant.inode && *meant.inode != facts.id.inode)
    return fail(Errc::conflict, shown(path) + " has the inode " + std::to_string(facts.id.inode) + ", not " +
                                    std::to_string(*meant.inode));
  if (meant.size && *meant.size != facts.size)
    return fail(Errc::conflict, shown(path) + " has " + std::to_string(facts.size) + " bytes, not " +
                                    std::to_string(*meant.size));
  return {};
}

Result<Sidecar> copy_into(const Descriptor& content, Sidecar begun, const Meant& meant, const Vault& vault,
                          const Descriptor& object) {
  TRY_DOING(shown(begun.path), copy(content, vault, object, begun));
  if (meant.sha256 && *meant.sha256 != begun.content.sha256)
    return fail(Errc::conflict,
                shown(begun.path) + " has the SHA-256 " + begun.content.sha256 + ", not " + *meant.sha256);
  TRY(vault.record_copied(object, begun));
  return begun;
}

}  // namespace riposte::files
