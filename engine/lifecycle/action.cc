#include "engine/lifecycle/action.h"

#include <array>
#include <utility>

#include <sodium.h>

#include "engine/base/hex.h"

namespace riposte {
namespace {

/// Bytes of a digest; 128 bits keep a collision out of reach of any number of actions.
constexpr std::size_t kDigestBytes = 16;

class Digest {
 public:
  Digest() { crypto_generichash_init(&state_, nullptr, 0, kDigestBytes); }

  void add(std::string_view bytes) {
    crypto_generichash_update(&state_, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  }

  /// With its length in front, so that no two lists of parts read the same.
  void add_part(std::string_view bytes) {
    std::array<char, 8> length{};
    for (std::size_t i = 0; i < length.size(); ++i) length[i] = static_cast<char>(bytes.size() >> (8 * i));
    add({length.data(), length.size()});
    add(bytes);
  }

  std::string hexadecimal() {
    std::array<unsigned char, kDigestBytes> digest{};
    crypto_generichash_final(&state_, digest.data(), digest.size());
    return to_hex(digest);
  }

 private:
  crypto_generichash_state state_;
};

}  // namespace

std::string_view name_of(Actor::Kind kind) {
  switch (kind) {
    case Actor::Kind::person:
      return "person";
    case Actor::Kind::rule:
      return "rule";
    case Actor::Kind::engine:
      return "engine";
  }
  std::unreachable();
}

bool is_closed(const Action& action) {
  switch (action.state) {
    case State::failed:
    case State::cancelled:
      return !awaits_undo(action);
    case State::completed:
      return action.verification != Verification::pending && !awaits_undo(action);
    case State::pending_approval:
    case State::queued:
    case State::executing:
      return false;
  }
  std::unreachable();
}

bool stands_in_doubt(const Action& action) { return action.state == State::executing && action.in_doubt; }

bool awaits_undo(const Action& action) { return action.undo_due && action.undone_by.value().empty(); }

ActionId derive_action_id(std::string_view event_uid, const RuleId& rule, std::string_view template_name,
                          std::string_view host, std::string_view target) {
  const std::array<std::string_view, 6> parts{kActionIdDomain, event_uid, rule.value(),
                                              template_name,   host,      target};
  return ActionId(digest_of_parts(parts));
}

std::string digest_of(std::string_view bytes) {
  Digest digest;
  digest.add(bytes);
  return digest.hexadecimal();
}

std::string digest_of_parts(std::span<const std::string_view> parts) {
  Digest digest;
  for (const std::string_view part : parts) digest.add_part(part);
  return digest.hexadecimal();
}

}  // namespace riposte
