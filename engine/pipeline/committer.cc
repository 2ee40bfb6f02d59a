#include "engine/pipeline/committer.h"

#include <algorithm>
#include <chrono>

#include "engine/base/crash_point.h"
#include "engine/base/log.h"

namespace riposte {
namespace {

const std::vector<double> kSecondsBounds{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
                                         0.01,   0.025,   0.05,   0.1,   0.5,    1};

}  // namespace

Committer::Committer(Records& records, Metrics& metrics, std::function<void(Error)> on_failure)
    : records_(records),
      on_failure_(std::move(on_failure)),
      seconds_(metrics.histogram("riposte_commit_seconds", "Time of one durable write", kSecondsBounds)),
      full_gauge_(metrics.gauge("riposte_disk_full", "1 while commits wait for room on the disk")),
      thread_([this](const std::stop_token& stop) { work(stop); }) {}

Committer::~Committer() { stop(); }

void Committer::stop() {
  thread_.request_stop();
  rounds_.close();
  if (thread_.joinable()) thread_.join();
}

Result<void> Committer::commit(std::vector<Commit> commits) {
  std::erase_if(commits, [](const Commit& commit) { return commit.empty(); });
  if (commits.empty()) return {};
  Round round{std::move(commits), {}};
  auto done = round.done.get_future();
  if (!rounds_.push_for(round, 1, std::chrono::hours(1)))
    return fail(Errc::unavailable, "the engine is stopping");
  return done.get();
}

void Committer::work(const std::stop_token& stop) {
  bool failed = false;
  while (!rounds_.closed() || rounds_.size() > 0) {
    auto rounds = rounds_.pop_all(std::chrono::seconds(1));
    if (rounds.empty()) continue;
    std::vector<Commit> commits;
    for (Round& round : rounds) std::ranges::move(round.commits, std::back_inserter(commits));
    // After a failure nothing more may be written: later commits rest on ones that may be missing.
    auto done =
        failed ? Result<void>(fail(Errc::unavailable, "an earlier commit failed")) : append(commits, stop);
    if (!done && done.error().code != Errc::unavailable && !failed) {
      failed = true;
      on_failure_(done.error());
    }
    for (Round& round : rounds) round.done.set_value(done);
  }
}

Result<void> Committer::append(std::span<const Commit> commits, const std::stop_token& stop) {
  for (;;) {
    crash_point("log.before_commit");
    const auto begun = std::chrono::steady_clock::now();
    auto done = records_.append(commits);
    seconds_.observe(std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count());
    if (disk_full_.exchange(!done && done.error().code == Errc::unavailable) != disk_full_)
      log::warning(disk_full_ ? "the disk is full: intake pauses, nothing is lost"
                              : "there is room on the disk again");
    full_gauge_.set(disk_full_ ? 1 : 0);
    if (done || done.error().code != Errc::unavailable || stop.stop_requested()) return done;
    std::this_thread::sleep_for(kRetryInterval);
  }
}

}  // namespace riposte
