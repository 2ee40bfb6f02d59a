#include "rules/event/path_table.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <random>

#include <fmt/format.h>

#include "rules/event/outline.h"

namespace riposte {
namespace {

constexpr std::size_t kEntriesMin = 64;
constexpr std::size_t kRoomPerEntry = 4;  ///< most keys of an event stand on no path: found out at once

std::size_t dots_in(std::string_view text) { return static_cast<std::size_t>(std::ranges::count(text, '.')); }

std::uint64_t at_node(std::uint64_t hash, PathTable::Node node) {
  constexpr std::uint64_t kOdd = 0xD6E8FEB86659FD93;
  return hash ^ (node * kOdd);
}

}  // namespace

PathTable::PathTable() { node_at(""); }

PathTable::Node PathTable::node_at(std::string_view prefix) {
  const auto [it, is_new] = node_of_.emplace(prefix, static_cast<Node>(node_of_.size()));
  if (is_new) has_unspaced_.push_back(false);
  return it->second;
}

PathTable::Step& PathTable::step(Node node, std::string_view key) { return steps_[{node, std::string(key)}]; }

template <class See>
bool PathTable::lay(std::string_view path, const See& see) {
  if (dots_in(path) >= kKeysMax) return false;
  // Each dot may end a key, and so may the end; each of them, and the root, may be where a key begins.
  std::vector<std::size_t> ends;
  for (std::size_t at = path.find('.'); at != std::string_view::npos; at = path.find('.', at + 1))
    ends.push_back(at);
  ends.push_back(path.size());
  std::size_t begin = 0;
  for (std::size_t first = 0; first < ends.size(); ++first) {
    const Node node = node_at(path.substr(0, begin));
    for (std::size_t last = first; last < ends.size(); ++last) {
      Step& made = step(node, path.substr(begin, ends[last] - begin));
      made.dots = static_cast<std::uint32_t>(last);
      if (last + 1 < ends.size())
        made.below = node_at(path.substr(0, ends[last] + 1));
      else
        see(made);
    }
    begin = ends[first] + 1;
  }
  return true;
}

PathTable::Slot PathTable::new_slot(Slot container) {
  container_of_.push_back(container);
  return static_cast<Slot>(container_of_.size() - 1);
}

std::optional<PathTable::Slot> PathTable::add(std::string_view path) {
  if (const auto known = slot_of_.find(path); known != slot_of_.end()) return known->second;
  const Slot slot = static_cast<Slot>(slots());
  if (!lay(path, [&](Step& last) { last.slot = slot; })) return {};
  slot_of_.emplace(path, slot);
  return new_slot(kNone);
}

std::optional<PathTable::Slot> PathTable::add_unspaced(std::string_view container, std::string_view name) {
  std::string id = fmt::format("{}\n{}", container, name);
  if (const auto known = unspaced_slot_of_.find(id); known != unspaced_slot_of_.end()) return known->second;
  const std::optional<Slot> outer = add(container);
  if (!outer) return {};
  const Node node = node_at(fmt::format("{}.", container));
  lay(container, [&](Step& last) { last.below = node; });
  const Slot slot = new_slot(*outer);
  // Keys are compared without their blanks: none is a name that has some.
  if (name.find(' ') == std::string_view::npos) {
    step(node, name).unspaced = slot;
    step(node, name).dots = static_cast<std::uint32_t>(dots_in(container) + 1 + dots_in(name));
    has_unspaced_[node] = true;
  }
  unspaced_slot_of_.emplace(std::move(id), slot);
  return slot;
}

void PathTable::finish() {
  static std::atomic<std::uint64_t> last_serial{0};
  serial_ = ++last_serial;
  std::random_device device;
  const auto random = [&] { return (std::uint64_t{device()} << 32) | device(); };
  for (std::size_t slot = 0; slot < slots(); ++slot) signatures_.push_back({random(), random()});
  entries_.assign(std::bit_ceil(std::max(kEntriesMin, kRoomPerEntry * steps_.size())), {});
  const std::size_t mask = entries_.size() - 1;
  for (const auto& [place, step] : steps_) {
    const auto& [node, key] = place;
    const std::uint64_t hash = at_node(key_hash(key), node);
    std::size_t i = hash & mask;
    while (entries_[i].node != kNone) i = (i + 1) & mask;
    entries_[i] = {hash, node, key, step};
  }
}

const PathTable::Step* PathTable::find(Node node, std::string_view key, std::uint64_t hash) const {
  const std::uint64_t wanted = at_node(hash, node);
  const std::size_t mask = entries_.size() - 1;
  for (std::size_t i = wanted & mask;; i = (i + 1) & mask) {
    const Entry& entry = entries_[i];
    if (entry.node == kNone) return nullptr;
    if (entry.hash == wanted && entry.node == node && entry.key == key) return &entry.step;
  }
}

}  // namespace riposte
