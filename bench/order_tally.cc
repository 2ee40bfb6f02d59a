#include "bench/order_tally.h"

#include <charconv>

#include <fmt/format.h>

namespace riposte::bench {
namespace {

constexpr int kHexadecimal = 16;

bool is_success(const Answer& answer) {
  const auto* reported = answer.fact ? std::get_if<Reported>(&*answer.fact) : nullptr;
  return reported != nullptr && reported->outcome.kind == Outcome::Kind::ok;
}

}  // namespace

ActionId OrderTally::add() {
  const std::scoped_lock lock(mutex_);
  fates_.emplace_back();
  return ActionId(fmt::format("{:032x}", fates_.size() - 1));
}

OrderTally::Fate* OrderTally::find(const ActionId& order) {
  const std::string& digits = order.value();
  std::size_t number = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), number, kHexadecimal);
  if (error == std::errc{} && end == digits.data() + digits.size() && number < fates_.size())
    return &fates_[number];
  ++strangers_;
  return nullptr;
}

void OrderTally::carried_out(const ActionId& order) {
  const std::scoped_lock lock(mutex_);
  if (Fate* fate = find(order)) ++fate->carried_out;
}

void OrderTally::answered(const Answer& answer) {
  const std::scoped_lock lock(mutex_);
  if (Fate* fate = find(answer.action)) {
    ++fate->answered;
    fate->succeeded = is_success(answer);
  }
  ++answers_;
  came_.notify_all();
}

std::size_t OrderTally::orders() const {
  const std::scoped_lock lock(mutex_);
  return fates_.size();
}

std::size_t OrderTally::answers() const {
  const std::scoped_lock lock(mutex_);
  return answers_;
}

bool OrderTally::wait_beyond(std::size_t answers, std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  return came_.wait_for(lock, patience, [&] { return answers_ > answers; });
}

std::string OrderTally::complaint() const {
  const std::scoped_lock lock(mutex_);
  if (strangers_ > 0) return fmt::format("{} orders or answers that nobody gave", strangers_);
  for (std::size_t number = 0; number < fates_.size(); ++number) {
    const Fate& fate = fates_[number];
    if (fate.carried_out != 1 || fate.answered != 1)
      return fmt::format("order {} was carried out {} times and answered {} times", number, fate.carried_out,
                         fate.answered);
    if (!fate.succeeded) return fmt::format("order {} was not answered with success", number);
  }
  return {};
}

}  // namespace riposte::bench
