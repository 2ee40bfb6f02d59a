/// What a result word means for what is to be done next.
#pragma once

#include "engine/base/result_word.h"

namespace riposte::agent {

/// Nobody knows what happened; looking at the world may tell later.
inline bool is_open(ResultWord word) { return word == ResultWord::unknown || word == ResultWord::timeout; }

inline bool is_success(ResultWord word) { return word == ResultWord::ok || word == ResultWord::already_done; }

}  // namespace riposte::agent
