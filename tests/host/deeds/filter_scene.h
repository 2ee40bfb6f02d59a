/// A host whose packet filters a test's orders change, with its manager and an attacker on one wire.
#pragma once

#include <chrono>
#include <regex>
#include <string>

#include <gtest/gtest.h>

#include "tests/host/deeds/deed_scene.h"
#include "tests/support/lab.h"
#include "tests/support/lab_talk.h"

namespace riposte::agent {

inline constexpr std::uint16_t kManagementPort = 7443;
/// How long to wait for what is not to come.
inline constexpr std::chrono::milliseconds kSoon{150};

class FilterScene : public DeedTest {
 protected:
  FilterScene()
      : DeedTest(
            DeedScene([this](const std::function<std::string()>& work) { return victim_.tells(work); })) {
    scene_.policy.management = {{address(lan_.v4(manager_)), kManagementPort}};
    victim_.output_of({"ip", "route", "add", "default", "via", lan_.v4(attacker_)});
    victim_.output_of({"ip", "-6", "route", "add", "default", "via", lan_.v6(attacker_)});
  }
  static IpAddress address(const std::string& text) { return parse_address(text).value(); }

  order::Order block(int action, const std::string& whom, Duration ttl = std::chrono::hours(4)) const {
    order::Order order = scene_.order_of(action, order::BlockIp{address(whom)});
    order.ttl = ttl;
    return order;
  }
  /// Lifts what action `releases` holds; none: what all hold.
  order::Order unblock(int action, const std::string& whom, int releases = 0) const {
    return scene_.order_of(action, order::UnblockIp{address(whom), releases == 0, {}},
                           releases == 0 ? "" : action_number(releases).value());
  }
  order::Order isolate(int action, const order::IsolateHost& how = {}) const {
    return scene_.order_of(action, how);
  }
  order::Order unisolate(int action, int releases = 0) const {
    return scene_.order_of(action, order::UnisolateHost{releases == 0},
                           releases == 0 ? "" : action_number(releases).value());
  }

  std::string nft(const std::string& commands) const {
    return victim_.output_of({"nft", "-f", "-"}, commands + "\n");
  }
  /// What the victim's kernel has of packet filters, as others see it; without what was counted.
  std::string ruleset() const {
    return std::regex_replace(victim_.output_of({"nft", "list", "ruleset"}),
                              std::regex(" counter packets [0-9]+ bytes [0-9]+"), "");
  }

  test::Lab lab_;
  test::Host& attacker_ = lab_.host("attacker");
  test::Host& victim_ = lab_.host("victim");
  test::Host& manager_ = lab_.host("manager");
  test::Network& lan_ = lab_.network({attacker_, victim_, manager_});
};

}  // namespace riposte::agent
