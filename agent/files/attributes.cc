#include "agent/files/attributes.h"

#include <cerrno>
#include <cstring>

#include <sys/xattr.h>

#include "agent/files/refusal.h"

namespace riposte::files {
namespace {

Result<std::string> read_attribute(const Descriptor& file, const std::string& name) {
  std::string value(kAttributeBytesMax, '\0');
  const ssize_t length = ::fgetxattr(file.number(), name.c_str(), value.data(), value.size());
  if (length < 0) return refusal("reading its attribute " + shown(name), errno);
  value.resize(static_cast<std::size_t>(length));
  return value;
}

}  // namespace

Result<Attributes> read_attributes(const Descriptor& file) {
  std::string names(kAttributeBytesMax, '\0');
  const ssize_t length = ::flistxattr(file.number(), names.data(), names.size());
  if (length < 0 && errno == EOPNOTSUPP) return Attributes();
  if (length < 0) return refusal("listing its attributes", errno);
  names.resize(static_cast<std::size_t>(length));
  Attributes attributes;
  for (std::size_t at = 0; at < names.size(); at += std::strlen(names.c_str() + at) + 1) {
    if (attributes.size() == kAttributesMax)
      return fail(Errc::invalid, "it has more than " + std::to_string(kAttributesMax) + " attributes");
    const std::string name = names.c_str() + at;
    attributes[name] = TRY(read_attribute(file, name));
  }
  return attributes;
}

Result<void> write_attributes(const Descriptor& file, const Attributes& attributes) {
  const auto present = TRY(read_attributes(file));
  for (const auto& [name, value] : present)
    if (!attributes.contains(name) && ::fremovexattr(file.number(), name.c_str()) != 0)
      return refusal("removing its attribute " + shown(name), errno);
  for (const auto& [name, value] : attributes) {
    if (const auto old = present.find(name); old != present.end() && old->second == value) continue;
    if (::fsetxattr(file.number(), name.c_str(), value.data(), value.size(), 0) != 0)
      return refusal("writing its attribute " + shown(name), errno);
  }
  return {};
}

}  // namespace riposte::files
