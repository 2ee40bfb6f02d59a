#include "engine/access/access.h"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/access/token.h"

namespace riposte {
namespace {

using testing::HasSubstr;

constexpr std::array<std::string_view, 3> kTypes{"kill_process", "run_script", "isolate_host"};
constexpr std::array kPermissions{Permission::read, Permission::submit, Permission::approve,
                                  Permission::cancel, Permission::admin};

Principal principal_with(std::set<Grant> grants) { return {UserName("alice"), {}, std::move(grants)}; }

TEST(Access, NobodyMayDoAnythingWithoutAGrant) {
  const Principal nobody = principal_with({});
  for (const Permission permission : kPermissions) {
    EXPECT_FALSE(nobody.may(permission)) << name_of(permission);
    for (const std::string_view type : kTypes)
      EXPECT_FALSE(nobody.may(permission, type)) << name_of(permission);
  }
}

TEST(Access, AGrantGivesExactlyItsOwnPermissionForItsOwnType) {
  for (const Permission granted : kPermissions) {
    for (const std::string_view type : kTypes) {
      const Principal who = principal_with({Grant{granted, std::string(type)}});
      for (const Permission asked : kPermissions) {
        EXPECT_EQ(who.may(asked), asked == granted);
        for (const std::string_view other : kTypes) {
          EXPECT_EQ(who.may(asked, other), asked == granted && other == type)
              << name_of(granted) << ":" << type << " asked for " << name_of(asked) << ":" << other;
        }
      }
    }
  }
}

TEST(Access, AGrantForAllTypesStaysWithItsPermission) {
  for (const Permission granted : kPermissions) {
    const Principal who = principal_with({Grant{granted, ""}});
    for (const Permission asked : kPermissions) {
      for (const std::string_view type : kTypes) EXPECT_EQ(who.may(asked, type), asked == granted);
    }
  }
}

TEST(Access, AdminDoesNotImplyApprove) {
  const Principal admin = principal_with({Grant{Permission::admin, ""}});
  EXPECT_TRUE(admin.may(Permission::admin));
  EXPECT_FALSE(admin.may(Permission::approve));
  EXPECT_FALSE(admin.may(Permission::approve, "kill_process"));
}

TEST(Grant, ReadsEveryDocumentedForm) {
  EXPECT_EQ(*parse_grant("read", kTypes), (Grant{Permission::read, ""}));
  EXPECT_EQ(*parse_grant("submit", kTypes), (Grant{Permission::submit, ""}));
  EXPECT_EQ(*parse_grant("submit:kill_process", kTypes), (Grant{Permission::submit, "kill_process"}));
  EXPECT_EQ(*parse_grant("approve:*", kTypes), (Grant{Permission::approve, ""}));
  EXPECT_EQ(*parse_grant("cancel:run_script", kTypes), (Grant{Permission::cancel, "run_script"}));
  EXPECT_EQ(*parse_grant("admin", kTypes), (Grant{Permission::admin, ""}));
}

TEST(Grant, NamesTheNearestPermission) {
  const auto grant = parse_grant("aprove:kill_process", kTypes);
  ASSERT_FALSE(grant);
  EXPECT_EQ(grant.error().code, Errc::invalid);
  EXPECT_THAT(grant.error().what, HasSubstr("'aprove' is no permission; did you mean 'approve'?"));
}

TEST(Grant, NamesTheNearestActionType) {
  const auto grant = parse_grant("submit:kill_proces", kTypes);
  ASSERT_FALSE(grant);
  EXPECT_THAT(grant.error().what, HasSubstr("'kill_proces' is no action type; did you mean 'kill_process'?"));
}

TEST(Grant, RefusesWhatCouldBeReadAsMoreThanItSays) {
  for (const std::string_view text :
       {"", ":", "*", "*:kill_process", "submit:", "submit: kill_process", "submit:kill_process,run_script",
        "Submit", "admin:*", "admin:kill_process"})
    EXPECT_FALSE(parse_grant(text, kTypes)) << text;
}

TEST(UserDirectory, FindsThePersonOfAToken) {
  const std::string alices = new_token();
  const std::string bobs = new_token();
  const UserDirectory users(
      {{{UserName("alice"), {"a.smith"}, {Grant{Permission::read, ""}}}, token_hash(alices)},
       {{UserName("bob"), {}, {}}, token_hash(bobs)}});
  ASSERT_TRUE(users.authenticate(alices));
  EXPECT_EQ(users.authenticate(alices)->name, UserName("alice"));
  EXPECT_EQ(users.authenticate(alices)->aliases, std::vector<std::string>{"a.smith"});
  EXPECT_TRUE(users.authenticate(alices)->may(Permission::read));
  ASSERT_TRUE(users.authenticate(bobs));
  EXPECT_EQ(users.authenticate(bobs)->name, UserName("bob"));
}

TEST(UserDirectory, KnowsNobodyByAWrongOrEmptyTokenOrByTheHash) {
  const std::string token = new_token();
  const UserDirectory users(
      {{{UserName("alice"), {}, {}}, token_hash(token)}, {{UserName("eve"), {}, {}}, ""}});
  EXPECT_FALSE(users.authenticate(""));
  EXPECT_FALSE(users.authenticate(new_token()));
  EXPECT_FALSE(users.authenticate(token_hash(token)));
  EXPECT_FALSE(UserDirectory({}).authenticate(token));
}

}  // namespace
}  // namespace riposte
