#include "agent/filter/laid_table.h"

#include <array>

#include <fmt/format.h>
#include <sodium.h>

#include "engine/base/hex.h"

namespace riposte {
namespace {

std::string mark_of(std::string_view table) { return fmt::format("{}_laid", table); }

std::string removal_of(std::string_view table) {
  return fmt::format("table inet {0}\ndelete table inet {0}\n", table);
}

std::string digest_of(const std::string& shape, const std::string& listing) {
  std::array<unsigned char, crypto_generichash_BYTES> digest{};
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, digest.size());
  for (const std::string* text : {&shape, &listing}) {
    const std::string size = fmt::format("{}:", text->size());
    crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(size.data()), size.size());
    crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(text->data()), text->size());
  }
  crypto_generichash_final(&state, digest.data(), digest.size());
  return to_hex(digest);
}

/// Empty: there is no such table.
Result<std::string> digest_now(Nftables& filters, const LaidTable& table) {
  const std::string listing = TRY(filters.list(table.name, table.compared));
  return listing.empty() ? std::string() : digest_of(table.shape, listing);
}

std::string set_for(const std::string& digest) { return "as_" + digest; }

}  // namespace

Result<void> lay(Nftables& filters, const LaidTable& table, const std::string& text) {
  const std::string mark = mark_of(table.name);
  TRY(filters.apply(removal_of(mark) + text));
  const std::string digest = TRY(digest_now(filters, table));
  if (digest.empty()) return {};
  return filters.apply(
      fmt::format("table inet {} {{\n\tset {} {{\n\t\ttype mark\n\t}}\n}}\n", mark, set_for(digest)));
}

Result<bool> is_as_laid(Nftables& filters, const LaidTable& table) {
  const std::string digest = TRY(digest_now(filters, table));
  if (digest.empty()) return false;
  return TRY(filters.list(mark_of(table.name))).find(set_for(digest)) != std::string::npos;
}

Result<void> take_up(Nftables& filters, std::string_view name) {
  return filters.apply(removal_of(name) + removal_of(mark_of(name)));
}

Result<bool> is_any_left(Nftables& filters, std::string_view name) {
  return TRY(filters.has(name)) || TRY(filters.has(mark_of(name)));
}

}  // namespace riposte
