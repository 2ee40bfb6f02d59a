/// A fleet of one host, with the permissions of the real one.
#pragma once

#include <mutex>

#include "engine/ports/fleet.h"

namespace riposte {

class FakeAgents final : public Fleet {
 public:
  Result<std::vector<AgentRow>> list(const Principal& who) override {
    const std::scoped_lock lock(mutex_);
    if (!who.may(Permission::read)) return fail(Errc::denied, "no read");
    return std::vector{web_};
  }
  Result<JoinToken> invite(const Principal& who, const std::string& name, Duration life) override {
    const std::scoped_lock lock(mutex_);
    if (!who.may(Permission::admin)) return fail(Errc::denied, "no admin");
    return JoinToken{"rpa_secret.hash", name, kStart + life};
  }
  Result<AgentRow> revoke(const Principal& who, const std::string&, const std::string& comment) override {
    const std::scoped_lock lock(mutex_);
    if (!who.may(Permission::admin)) return fail(Errc::denied, "no admin");
    web_.revoked_at = kStart;
    web_.revoked_by = who.name.value();
    web_.comment = comment;
    web_.connected = false;
    return web_;
  }
  Result<CarriedOrder> carry(const Principal& who, const ActionId& action) override {
    if (!who.may(Permission::approve)) return fail(Errc::denied, "no approve");
    return CarriedOrder{action, "c0ffee", "web01", "m-1", kStart + std::chrono::hours(1)};
  }

  static inline const WallTime kStart = *parse_iso8601("2026-03-01T12:00:00Z");

 private:
  std::mutex mutex_;
  AgentRow web_{.machine_id = "m-1",
                .enrolment = 2,
                .name = "web01",
                .aliases = {"web01.example.org"},
                .enrolled_at = kStart,
                .revoked_at = {},
                .revoked_by = "",
                .comment = "",
                .connected = true,
                .since = kStart + std::chrono::hours(1),
                .orders_under_way = 3};
};

}  // namespace riposte
