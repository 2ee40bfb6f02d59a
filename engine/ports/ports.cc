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

bool in_range(const Action& action, const ActionQuery& query) {
  return (!query.from || action.created_at >= *query.from) && (!query.to || action.created_at < *query.to);
}

bool in_phase(const Action& action, const ActionQuery& query) {
  return (!query.open_only || !is_closed(action)) && (!query.undoable_only || may_undo(action));
}

}  // namespace riposte
