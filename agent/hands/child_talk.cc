#include "agent/hands/child_talk.h"

#include "engine/base/crash_point.h"
#include "engine/order/canonical.h"

namespace riposte::agent {
namespace {

enum class Kind : std::uint8_t { plan = 1, ending = 2 };

void write_kind(order::CanonicalWriter& out, Kind kind) { out.word(kind, Kind::plan, Kind::ending); }

void carry_out(const Task& task, const Craft& craft, const Scene& scene, const Talk& talk) {
  const Piece piece = craft.make(*task.order, scene);
  auto plan = piece.look();
  if (!plan) return talk.say(ending_message({std::move(plan).error()}));
  talk.say(plan_message(*plan));
  if (!talk.may_go()) return;
  crash_point("agent.before_act." + std::string(name_of(order::verb_of(task.order->command))));
  talk.say(ending_message({piece.act()}));
}

Ending probe(const Task& task, const Craft& craft, const Scene& scene) {
  const Ledger::Known* known = scene.ledger.find(task.order->action);
  if (known == nullptr) return {{ResultWord::unknown, "the journal knows no start of it", {}}};
  return {craft.probe(known->started, scene)};
}

Ending counted(const Result<std::size_t>& count) {
  if (!count) return {{ResultWord::error, count.error().text(), {}}};
  return {{ResultWord::ok, std::to_string(*count), {}}};
}

Ending swept(const Result<Swept>& swept) {
  if (!swept) return counted(std::unexpected(swept.error()));
  Ending ending = counted(swept->count);
  if (swept->more) ending.result.evidence[kMoreToSweep] = "yes";
  return ending;
}

Ending ending_of(const Task& task, const Craft& craft, const Scene& scene) {
  switch (task.kind) {
    case TaskKind::probe:
      return probe(task, craft, scene);
    case TaskKind::verify:
      return craft.verify(*task.order, scene.ledger.find(task.order->action), scene);
    case TaskKind::take_back:
      return {craft.take_back(task.lifted, scene)};
    case TaskKind::mend:
      return counted(craft.mend_filters(scene));
    default:
      return swept(craft.sweep(scene));
  }
}

}  // namespace

std::string plan_message(std::string_view plan) {
  order::CanonicalWriter out;
  write_kind(out, Kind::plan);
  out.text(plan, kPlanBytesMax);
  return out.take();
}

std::string ending_message(const Ending& ending) {
  order::CanonicalWriter out;
  write_kind(out, Kind::ending);
  out.word(ending.finding, order::Finding::none, order::Finding::unknown);
  const order::DeedResult result = order::bounded(ending.result);
  fields(out, result);
  return out.take();
}

FromChild read_message(std::string_view bytes) {
  order::CanonicalReader in(bytes);
  Kind kind{};
  in.word(kind, Kind::plan, Kind::ending);
  FromChild message;
  if (kind == Kind::plan) in.text(message.plan.emplace(), kPlanBytesMax);
  if (kind == Kind::ending) {
    Ending& ending = message.ending.emplace();
    in.word(ending.finding, order::Finding::none, order::Finding::unknown);
    fields(in, ending.result);
  }
  if (!in.done("message of a child")) return {};
  return message;
}

void do_task(const Task& task, const Craft& craft, const Scene& scene, const Talk& talk) {
  if (task.kind == TaskKind::carry_out) return carry_out(task, craft, scene, talk);
  talk.say(ending_message(ending_of(task, craft, scene)));
}

}  // namespace riposte::agent
