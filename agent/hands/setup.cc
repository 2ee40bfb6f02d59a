#include "agent/hands/setup.h"

#include <cerrno>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/identity/identity.h"
#include "agent/identity/report_key.h"
#include "agent/ledger/policy_file.h"

namespace riposte::agent {
namespace {

/// Killed with their parent, children take a moment to go.
constexpr Duration kOrphanWait = std::chrono::seconds(5);
constexpr std::chrono::milliseconds kBetweenTries{20};
constexpr mode_t kOwnerAlone = 0600;

void add(std::string& lines, const std::string& line) {
  if (!line.empty()) lines += line + "\n";
}

template <class T>
void add_error(Complaints& complaints, const Result<T>& result) {
  if (!result) add(complaints.errors, result.error().text());
}

void weigh(const LocalPolicy& policy, Complaints& complaints) {
  if (policy.allow.contains(order::Verb::isolate_host) && policy.management.empty())
    add(complaints.warnings,
        "isolate_host is allowed, but 'management' is empty, so every isolation will be refused; name the "
        "engine's addresses");
  if (!policy.require_channel_proof)
    add(complaints.warnings,
        "isolation.require_channel_proof is false: an isolation that cuts the engine off stays until its "
        "time "
        "to live is over");
  if (policy.allow.empty()) add(complaints.warnings, "'allow' is empty, so every order will be refused");
}

}  // namespace

Result<User> find_user(const std::string& name) {
  errno = 0;
  const passwd* found = ::getpwnam(name.c_str());  // NOLINT(concurrency-mt-unsafe): there is one thread
  if (found == nullptr)
    return fail(Errc::not_found,
                "there is no user '" + name + "'; make one for the network program, or name it with --user");
  return User{found->pw_uid, found->pw_gid};
}

Result<void> check_state_directory(const std::filesystem::path& state) {
  struct stat seen{};
  if (::stat(state.c_str(), &seen) != 0)
    return fail(errno == ENOENT ? Errc::not_found : Errc::denied,
                state.string() + ": " + std::generic_category().message(errno));
  if (!S_ISDIR(seen.st_mode)) return fail(Errc::denied, state.string() + " is no directory");
  if (seen.st_uid != 0 && seen.st_uid != ::geteuid())
    return fail(Errc::denied,
                state.string() + " belongs to user " + std::to_string(seen.st_uid) + "; chown it to root");
  if ((seen.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return fail(Errc::denied, state.string() + " can be written by others than its owner; chmod go-w it");
  return {};
}

Result<Descriptor> lock_state(const std::filesystem::path& state) {
  const std::filesystem::path path = state / "lock";
  Descriptor lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kOwnerAlone));
  if (!lock.valid()) return fail(Errc::denied, path.string() + ": " + std::generic_category().message(errno));
  const Deadline deadline = Deadline::after(kOrphanWait);
  while (::flock(lock.number(), LOCK_EX | LOCK_NB) != 0) {
    if (deadline.left() == Duration::zero())
      return fail(Errc::fenced, path.string() +
                                    " is held: another riposte-agent-hands runs on this state, or a "
                                    "child of one that the kernel does not let end");
    std::this_thread::sleep_for(kBetweenTries);
  }
  return lock;
}

Result<LocalPolicy> read_local_policy(const Setup& setup) {
  return TRY_DOING("reading the policy", read_policy(setup.policy, ::geteuid()));
}

Result<Authority> read_authority(const Setup& setup) {
  Identity identity = TRY_DOING("reading the identity", read_identity(setup.identity()));
  order::KeyRing keys = TRY(ring_of(identity));
  LocalPolicy policy = TRY(read_local_policy(setup));
  order::SigningKey report_key = TRY_DOING("opening the report key", open_report_key(setup.report_key()));
  return Authority{{std::move(identity.fleet), std::move(identity.machine_id), identity.enrolment},
                   std::move(keys),
                   std::move(policy),
                   std::move(report_key)};
}

Complaints check(const Setup& setup) {
  Complaints complaints;
  add_error(complaints, check_state_directory(setup.state));
  add_error(complaints, read_identity(setup.identity()));
  add_error(complaints, find_user(setup.user));
  const auto policy = read_policy(setup.policy, ::geteuid());
  add_error(complaints, policy);
  if (policy) weigh(*policy, complaints);
  return complaints;
}

}  // namespace riposte::agent
