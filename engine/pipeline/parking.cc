#include "engine/pipeline/parking.h"

namespace riposte {

void Parking::set_away(Lot& lot, bool away) {
  if (lot.away == away) return;
  if (away) {
    --busy_hosts_;
    away_ += lot.waiting.size();
  } else {
    ++busy_hosts_;
    away_ -= lot.waiting.size();
  }
  lot.away = away;
}

void Parking::put(const std::string& host, const ActionId& id, std::uint64_t place, std::string lane) {
  Lot& lot = lots_.at(host);
  const bool fresh = lot.waiting.emplace(place, id).second;
  if (fresh && lot.away) ++away_;
  if (!lane.empty()) lanes_[lane].emplace(place, id);
  spots_.insert_or_assign(id, Spot{host, place, std::move(lane)});
}

void Parking::park(const Seat& seat, const ActionId& id, std::uint64_t place, std::string lane) {
  const auto [lot, fresh] = lots_.try_emplace(seat.host);
  if (fresh) ++busy_hosts_;
  set_away(lot->second, seat.kind == Seat::Kind::away);
  lot->second.why = seat.why;
  put(seat.host, id, place, std::move(lane));
}

bool Parking::park_behind(const std::string& lane, const ActionId& id, std::uint64_t place) {
  const auto waiting = lanes_.find(lane);
  if (waiting == lanes_.end()) return false;
  const auto& [first, earlier] = *waiting->second.begin();
  if (first > place) return false;
  put(std::string(spots_.at(earlier).host), id, place, lane);
  return true;
}

std::optional<Parking::Spot> Parking::leave(const ActionId& id) {
  auto spot = spots_.extract(id);
  if (spot.empty()) return {};
  const std::pair<std::uint64_t, ActionId> entry{spot.mapped().place, id};
  const auto lot = lots_.find(spot.mapped().host);
  if (lot->second.waiting.erase(entry) > 0 && lot->second.away) --away_;
  if (lot->second.waiting.empty()) {
    set_away(lot->second, true);
    lots_.erase(lot);
  }
  if (const auto lane = lanes_.find(spot.mapped().lane); lane != lanes_.end()) {
    lane->second.erase(entry);
    if (lane->second.empty()) lanes_.erase(lane);
  }
  return std::move(spot.mapped());
}

std::optional<std::string> Parking::absence(const ActionId& id) const {
  const auto spot = spots_.find(id);
  if (spot == spots_.end()) return {};
  const Lot& lot = lots_.at(spot->second.host);
  if (!lot.away) return {};
  return lot.why;
}

std::vector<ActionId> Parking::all_of(const std::string& host) const {
  std::vector<ActionId> ids;
  const auto lot = lots_.find(host);
  if (lot == lots_.end()) return ids;
  for (const auto& [place, id] : lot->second.waiting) ids.push_back(id);
  return ids;
}

std::vector<ActionId> Parking::next_of_busy_hosts() const {
  std::vector<ActionId> ids;
  if (busy_hosts_ == 0) return ids;
  for (const auto& [host, lot] : lots_) {
    if (lot.away) continue;
    std::size_t taken = 0;
    for (auto next = lot.waiting.begin(); next != lot.waiting.end() && taken < kTriedAgain; ++next, ++taken)
      ids.push_back(next->second);
  }
  return ids;
}

}  // namespace riposte
