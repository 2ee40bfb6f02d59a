#include <algorithm>

#include "engine/lifecycle/undo.h"
#include "engine/ports/control.h"
#include "engine/ports/dead_letter_sink.h"
#include "engine/ports/executor.h"
#include "engine/ports/records.h"
#include "engine/ports/source.h"

namespace riposte {

bool includes(const std::vector<ActionType>& types, ActionType type) {
  return types.empty() || std::ranges::find(types, type) != types.end();
}

bool asks_for(const ActionQuery& query, const Action& action) {
  return includes(query.types, action.type) && (!query.from || action.created_at >= *query.from) &&
         (!query.to || action.created_at < *query.to) && (!query.state || action.state == *query.state) &&
         (!query.type || action.type == *query.type) &&
         (query.rule.empty() || action.cause.rule.value() == query.rule) &&
         (query.host.empty() || action.host == query.host) && (!query.open_only || !is_closed(action)) &&
         (!query.undoable_only || may_undo(action)) && (!query.also || query.also(action));
}

}  // namespace riposte
