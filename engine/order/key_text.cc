#include "engine/order/key_text.h"

#include <algorithm>

#include <sodium.h>

#include "engine/base/hex.h"

namespace riposte::order {

Result<void> make_key_text(const std::function<Result<void>(std::string_view text)>& write) {
  Seed seed = new_seed();
  std::string text = to_hex(seed) + "\n";
  auto written = write(text);
  sodium_memzero(seed.data(), seed.size());
  sodium_memzero(text.data(), text.size());
  return written;
}

std::optional<SigningKey> key_in(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  auto bytes = is_hex(text, 2 * kSeedBytes) ? from_hex(text) : std::nullopt;
  sodium_memzero(text.data(), text.size());
  if (!bytes) return {};
  Seed seed{};
  std::ranges::copy(*bytes, seed.begin());
  SigningKey key = SigningKey::from_seed(seed);
  sodium_memzero(seed.data(), seed.size());
  sodium_memzero(bytes->data(), bytes->size());
  return key;
}

}  // namespace riposte::order
