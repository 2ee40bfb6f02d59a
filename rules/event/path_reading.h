/// What one event has at the paths of a PathTable, found in one pass over its members.
///
/// Threads: one. Limits: valid as long as the event.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "rules/event/event.h"
#include "rules/event/outline.h"
#include "rules/event/path_table.h"
#include "rules/event/tape.h"

namespace riposte {

class PathReading {
 public:
  void read(const PathTable& table, const Event& event);

  /// Equal for events that have something at the same slots, whatever it is.
  SlotsSignature signature() const { return signature_; }
  /// The slots at which something stands, be it null.
  std::span<const PathTable::Slot> touched() const { return *touched_; }
  bool has(PathTable::Slot slot) const { return found_[slot].round == round_; }
  /// False when only Event::collect can tell: the document splits the path in several ways at once.
  bool is_plain(PathTable::Slot slot) const {
    const PathTable::Slot container = table_->container_of(slot);
    const bool is_contested =
        found_[slot].contested || (container != PathTable::kNone && is_shared(container));
    return !has(slot) || !is_contested;
  }
  /// Adds what stands at a plain slot that has something. As Event::collect.
  void collect(PathTable::Slot slot, FieldValues& out) const;
  /// The value of a plain slot that has a single one which is no object and no array.
  std::optional<Scalar> single(PathTable::Slot slot) const;
  /// The text of a slot that has a single value, when that is a string.
  std::optional<std::string_view> only_string(PathTable::Slot slot) const {
    const Found& found = found_[slot];
    if (!has(slot) || !found.more.empty() || !tape_->is_string(found.value) || !is_plain(slot)) return {};
    return tape_->string(found.value);
  }

 private:
  struct Found {
    std::uint32_t round = 0;  ///< anything else than the reading's: nothing stands here
    std::uint32_t value = 0;
    std::uint64_t splits = 0;
    bool contested = false;
    std::vector<std::uint32_t> more;  ///< further values, in arrays
  };
  /// Where the members of a member's value are.
  struct Place {
    PathTable::Node node = PathTable::kNone;
    std::uint64_t splits = 0;  ///< bit n: the n-th dot stands between two keys
  };

  /// One thing that a member means.
  struct Meaning {
    std::uint32_t member;
    PathTable::Slot slot;
    std::uint64_t splits;
    bool unspaced;
  };
  /// What the members of documents of one shape mean to one table.
  struct Plan {
    std::uint64_t table = 0;
    std::uint64_t shape = 0;  ///< 0: not made yet
    std::vector<Meaning> meanings;
    std::vector<PathTable::Slot> slots;  ///< of those, each once
    SlotsSignature signature;            ///< of the slots
  };
  static constexpr std::size_t kPlans = 512;

  void begin(const PathTable& table, const Event& event);
  void make_plan(const PathTable& table, const Event& event, std::vector<Meaning>& out);
  static void sum_up(const PathTable& table, Plan& plan);
  void read_member(const PathTable& table, std::size_t number, const Place& at, std::vector<Meaning>& out);
  void see(PathTable::Slot slot, std::uint32_t value, std::uint64_t splits);
  void see_unspaced(PathTable::Slot slot, const Member& member, std::uint64_t splits);

  /// A search looks into one of several containers, and the key that was found may be in another.
  bool is_shared(PathTable::Slot container) const {
    return found_[container].contested || !found_[container].more.empty();
  }

  const PathTable* table_ = nullptr;
  const Tape* tape_ = nullptr;
  const Outline* outline_ = nullptr;
  std::vector<Found> found_;   ///< by slot
  std::vector<Place> places_;  ///< by member
  std::vector<Plan> plans_;
  Plan passing_;  ///< of a document that is like no other
  SlotsSignature signature_;
  const std::vector<PathTable::Slot>* touched_ = nullptr;  ///< of the plan
  std::string unspaced_key_;
  std::uint32_t round_ = 0;
};

}  // namespace riposte
