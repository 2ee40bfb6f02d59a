#include "agent/identity/report_key.h"

#include <algorithm>
#include <string>

#include <sodium.h>

#include "agent/identity/owned_file.h"
#include "engine/base/hex.h"

namespace riposte::agent {
namespace {

constexpr std::size_t kKeyFileBytesMax = 2 * order::kSeedBytes + 1;  // and a line break

Result<order::SigningKey> read_key(const std::filesystem::path& path) {
  std::string text = TRY(read_owned(path, Others::may_nothing, kKeyFileBytesMax));
  if (text.ends_with('\n')) text.pop_back();
  auto bytes = is_hex(text, 2 * order::kSeedBytes) ? from_hex(text) : std::nullopt;
  sodium_memzero(text.data(), text.size());
  if (!bytes)
    return fail(Errc::invalid, path.string() +
                                   " is no key of 64 hexadecimal digits; put the right one back, or "
                                   "remove the file and enrol this host anew");
  order::Seed seed{};
  std::ranges::copy(*bytes, seed.begin());
  order::SigningKey key = order::SigningKey::from_seed(seed);
  sodium_memzero(seed.data(), seed.size());
  sodium_memzero(bytes->data(), bytes->size());
  return key;
}

Result<void> make_key(const std::filesystem::path& path) {
  order::Seed seed = order::new_seed();
  std::string text = to_hex(seed) + "\n";
  auto made = write_owned(path, Others::may_nothing, text, IfThere::keep);
  sodium_memzero(seed.data(), seed.size());
  sodium_memzero(text.data(), text.size());
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
