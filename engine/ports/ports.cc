// The ports are interfaces; this file makes each header compile by itself.
#include "engine/ports/control.h"
#include "engine/ports/dead_letter_sink.h"
#include "engine/ports/executor.h"
#include "engine/ports/records.h"
#include "engine/ports/source.h"
