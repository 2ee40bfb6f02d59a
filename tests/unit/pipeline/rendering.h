/// An event, a rule's response, and the order that comes of them.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/pipeline/renderer.h"
#include "rules/event/event_parser.h"
#include "rules/language/schema_reader.h"
#include "tests/support/action_builder.h"

namespace riposte::test {

class Rendering : public testing::Test {
 protected:
  Rendering() {
    rule_.id = RuleId("rule-1");
    rule_.authors = {"Ruth"};
    wanted_.name = "kill_process";
    wanted_.type = ActionType::kill_process;
  }

  std::optional<ActionRequest> render_from(const std::string& bytes) {
    const auto event = parser_.parse(bytes);
    if (!event) throw std::logic_error(event.error().detail);
    const Detected detected{*event, schema_, StreamId("s"), Offset(7), digest_of(bytes), kNoon};
    return render(detected, rule_, wanted_, script_parameters_, policy_);
  }

  Schema schema_ = *shipped_schema("elastic_security_alert");
  EventParser parser_;
  Rule rule_;
  ActionTemplate wanted_;
  Policy policy_;
  std::vector<ParameterSpec> script_parameters_;
};

}  // namespace riposte::test
