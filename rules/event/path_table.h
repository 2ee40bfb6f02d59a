/// Many paths at once: what a walk over an event's members needs to know which of them stand on one of the
/// paths. Splits a dotted path as Event::collect does: every way in which literal keys can make it up.
///
/// Threads: any, once finish() was called.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace riposte {

/// Stands for a set of slots. Sums of two secret random numbers for each: two sets that somebody thinks out
/// have the same one time in 2^128.
struct SlotsSignature {
  std::uint64_t first = 0;
  std::uint64_t second = 0;

  void add(SlotsSignature other) {
    first += other.first;
    second += other.second;
  }
  bool operator==(const SlotsSignature&) const = default;
};

class PathTable {
 public:
  using Slot = std::uint32_t;  ///< number of a path
  using Node = std::uint32_t;  ///< what some paths have in front
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
  static constexpr Node kRoot = 0;
  /// Paths of more keys are left to Event::collect: their splits would be many.
  static constexpr std::size_t kKeysMax = 16;

  /// What a key at some node means.
  struct Step {
    Node below = kNone;      ///< where its members are, when a path goes on
    Slot slot = kNone;       ///< of the path that ends here
    Slot unspaced = kNone;   ///< the same for Event::collect_unspaced
    std::uint32_t dots = 0;  ///< in the path from the root down to here: where it was split
  };

  PathTable();
  /// Nothing when the path is too long to be in the table.
  std::optional<Slot> add(std::string_view path);
  std::optional<Slot> add_unspaced(std::string_view container, std::string_view name);
  void finish();

  std::size_t slots() const { return container_of_.size(); }
  /// No other table of this process has it, now or later.
  std::uint64_t serial() const { return serial_; }
  /// Of an unspaced slot the one of the container that its key must be in, else kNone.
  Slot container_of(Slot slot) const { return container_of_[slot]; }
  SlotsSignature signature_of(Slot slot) const { return signatures_[slot]; }
  /// Null when no path goes this way. `hash`: key_hash(key).
  const Step* find(Node node, std::string_view key, std::uint64_t hash) const;
  /// Whether blanks in this node's keys may have to be overlooked.
  bool has_unspaced(Node node) const { return has_unspaced_[node]; }

 private:
  struct Entry {
    std::uint64_t hash = 0;
    Node node = kNone;  ///< kNone: nothing stands here
    std::string key;
    Step step;
  };

  Node node_at(std::string_view prefix);
  /// Every step on every split of `path` below the root; gives the last one to `see`.
  template <class See>
  bool lay(std::string_view path, const See& see);
  Step& step(Node node, std::string_view key);

  Slot new_slot(Slot container);

  std::vector<Slot> container_of_;          ///< by slot
  std::vector<SlotsSignature> signatures_;  ///< by slot
  std::uint64_t serial_ = 0;
  std::map<std::string, Slot, std::less<>> slot_of_;
  std::map<std::string, Slot, std::less<>> unspaced_slot_of_;
  std::map<std::string, Node, std::less<>> node_of_;  ///< by prefix
  std::map<std::pair<Node, std::string>, Step> steps_;
  std::vector<bool> has_unspaced_;  ///< by node
  std::vector<Entry> entries_;      ///< open addressing; a power of two
};

}  // namespace riposte
