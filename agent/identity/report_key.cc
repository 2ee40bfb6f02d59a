#include "agent/identity/report_key.h"

#include "agent/identity/owned_file.h"
#include "engine/order/key_text.h"

namespace riposte::agent {
namespace {

Result<order::SigningKey> read_key(const std::filesystem::path& path) {
  auto key = order::key_in(TRY(read_owned(path, Others::may_nothing, order::kKeyTextBytes)));
  if (key) return *std::move(key);
  return fail(Errc::invalid, path.string() +
                                 " is no key of 64 hexadecimal digits; put the right one back, or "
                                 "remove the file and enrol this host anew");
}

Result<void> make_key(const std::filesystem::path& path) {
  auto made = order::make_key_text(
      [&](std::string_view text) { return write_owned(path, Others::may_nothing, text, IfThere::keep); });
  if (!made && made.error().code != Errc::conflict) return made;
  return {};
}

}  // namespace

Result<order::SigningKey> open_report_key(const std::filesystem::path& path) {
  auto key = read_key(path);
  if (key || key.error().code != Errc::not_found) return key;
  TRY_DOING("making the report key", make_key(path));
  return read_key(path);
}

}  // namespace riposte::agent
