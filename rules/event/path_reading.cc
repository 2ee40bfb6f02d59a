#include "rules/event/path_reading.h"

#include <algorithm>

#include "rules/event/document.h"

namespace riposte {

void PathReading::read(const PathTable& table, const Event& event) {
  begin(table, event);
  const std::uint64_t shape = event.object_ == Tape::kRoot ? outline_->shape : 0;
  Plan& plan = shape != 0 ? plans_[shape % kPlans] : passing_;
  if (shape == 0 || plan.shape != shape || plan.table != table.serial()) {
    make_plan(table, event, plan.meanings);
    sum_up(table, plan);
    plan.table = table.serial();
    plan.shape = shape;
  }
  signature_ = plan.signature;
  touched_ = &plan.slots;
  const std::span<const Member> members = outline_->members;
  for (const Meaning& meaning : plan.meanings) {
    const Member& member = members[meaning.member];
    if (meaning.unspaced)
      see_unspaced(meaning.slot, member, meaning.splits);
    else
      see(meaning.slot, member.key + 1, meaning.splits);
  }
}

void PathReading::begin(const PathTable& table, const Event& event) {
  table_ = &table;
  tape_ = &event.document_->reader.tape();
  outline_ = &event.document_->reader.outline();
  if (plans_.empty()) plans_.resize(kPlans);
  if (found_.size() < table.slots()) found_.resize(table.slots());
  if (++round_ != 0) return;
  for (Found& found : found_) found.round = 0;
  ++round_;
}

void PathReading::make_plan(const PathTable& table, const Event& event, std::vector<Meaning>& out) {
  out.clear();
  const std::span<const Member> members = outline_->members;
  if (places_.size() < members.size()) places_.resize(members.size());
  const auto first = std::ranges::upper_bound(members, event.object_, {}, &Member::key);
  const std::uint32_t end = tape_->behind(event.object_);
  if (first == members.end() || first->key >= end) return;
  const std::uint32_t outside = first->owner;
  for (auto number = static_cast<std::size_t>(first - members.begin());
       number < members.size() && members[number].key < end; ++number) {
    const std::uint32_t owner = members[number].owner;
    const Place at = owner == outside ? Place{PathTable::kRoot, 0} : places_[owner];
    places_[number] = {};
    if (at.node != PathTable::kNone) read_member(table, number, at, out);
  }
}

void PathReading::read_member(const PathTable& table, std::size_t number, const Place& at,
                              std::vector<Meaning>& out) {
  const Member& member = outline_->members[number];
  const auto index = static_cast<std::uint32_t>(number);
  const std::string_view key = tape_->string(member.key);
  if (const PathTable::Step* step = table.find(at.node, key, member.hash)) {
    if (step->below != PathTable::kNone)
      places_[number] = {step->below, at.splits | (std::uint64_t{1} << step->dots)};
    if (step->slot != PathTable::kNone) out.push_back({index, step->slot, at.splits, false});
    if (step->unspaced != PathTable::kNone) out.push_back({index, step->unspaced, at.splits, true});
  }
  if (!table.has_unspaced(at.node) || key.find(' ') == std::string_view::npos) return;
  unspaced_key_ = key;
  std::erase(unspaced_key_, ' ');
  const PathTable::Step* step = table.find(at.node, unspaced_key_, key_hash(unspaced_key_));
  if (step != nullptr && step->unspaced != PathTable::kNone)
    out.push_back({index, step->unspaced, at.splits, true});
}

void PathReading::sum_up(const PathTable& table, Plan& plan) {
  plan.slots.clear();
  for (const Meaning& meaning : plan.meanings) plan.slots.push_back(meaning.slot);
  std::ranges::sort(plan.slots);
  plan.slots.erase(std::ranges::unique(plan.slots).begin(), plan.slots.end());
  plan.signature = {};
  for (const PathTable::Slot slot : plan.slots) plan.signature.add(table.signature_of(slot));
}

void PathReading::see(PathTable::Slot slot, std::uint32_t value, std::uint64_t splits) {
  Found& found = found_[slot];
  if (found.round != round_) {
    found.round = round_;
    found.value = value;
    found.splits = splits;
    found.contested = false;
    found.more.clear();
    return;
  }
  // Which of two ways counts is for Event::collect to say.
  found.contested |= found.splits != splits;
  found.more.push_back(value);
}

void PathReading::see_unspaced(PathTable::Slot slot, const Member& member, std::uint64_t splits) {
  const bool again = has(slot);
  see(slot, member.key + 1, splits);
  // The first of several keys counts, and in a list of containers none.
  const bool listed =
      member.owner != Outline::kNobody && tape_->is_array(outline_->members[member.owner].key + 1);
  found_[slot].contested |= again || listed;
}

void PathReading::collect(PathTable::Slot slot, FieldValues& out) const {
  const Found& found = found_[slot];
  add_value(*tape_, found.value, out);
  for (const std::uint32_t value : found.more) add_value(*tape_, value, out);
}

std::optional<Scalar> PathReading::single(PathTable::Slot slot) const {
  const Found& found = found_[slot];
  if (found.contested || !found.more.empty() || tape_->is_object(found.value) || tape_->is_array(found.value))
    return {};
  return tape_->scalar(found.value);
}

}  // namespace riposte
