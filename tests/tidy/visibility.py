"""Each library is visible in one room, so that it can be replaced by editing one room; so is the machine's clock."""

import re

from tree import PRODUCT, Check, Example

# include prefix, where it may be seen, why there
KAFKA = r"connectors/kafka/|bench/|tests/(integration|broker|crash)/|tests/support/kafka_|tests/unit/kafka/"
LIBRARIES = [
    (r"librdkafka/", KAFKA),
    (r"rocksdb/", r"engine/store/|bench/|tests/unit/store/"),
    (r"simdjson", r"rules/event/|bench/|tests/unit/event/|tests/support/record_oracle"),
    (r"re2/", r"rules/matching/"),
    (r"yaml-cpp/", r"rules/language/"),
    (r"boost/beast", r"connectors/http/"),
    (r"boost/asio", r"connectors/(http|agents)/|engine/framing/|agent/link/|tests/unit/framing/|tests/integration/hostile_peer_test|bench/simulated_agents"),
    (r"openssl/", r"engine/tls/|tests/unit/tls/"),
    (r"CLI/", r"engine/cli/|agent/\w+_main\.cc$"),
    (r"cctz/", r"engine/lifecycle/active_hours\.cc$"),
    (r"nftables/", r"agent/filter/"),
    (r"spdlog/", r"engine/base/"),
    (r"prometheus/", r"engine/base/"),
    (r"gtest/|gmock/|rapidcheck", r"tests/"),
    (r"benchmark/", r"bench/"),
]

CLOCK = (r"system_clock::now|utc_clock|\bgettimeofday\b|\bCLOCK_REALTIME\b|\btimespec_get\b|\bfile_clock::now|"
         r"(?<![\w.>])(std::|::)?time\s*\(\s*(nullptr|NULL|0|&)")
CLOCK_READER = "engine/base/clock.cc"


def visible_elsewhere(files):
    for file in filter(lambda file: file.is_code, files):
        for line, match in file.finds(r"^\s*#\s*include\s+[<\"]([^>\"]+)"):
            for library, places in LIBRARIES:
                if re.match(library, match[1]) and not re.match(places, file.path):
                    yield file.path, line, f"includes {match[1]}, which only {places} may see"


def clock_readings(files):
    for file in files:
        if file.is_code and file.path.startswith(PRODUCT) and file.path != CLOCK_READER:
            for line, match in file.finds(CLOCK):
                yield file.path, line, f"reads the machine's clock ({match[0]}); take the time from a riposte::Clock"


CHECKS = [
    Check("EachLibraryIsSeenInItsRoomAlone", visible_elsewhere, [
        Example([("rules/matching/a.cc", "#include <re2/re2.h>\n"), ("connectors/kafka/a.h", "#include <librdkafka/rdkafka.h>\n")]),
        Example([("rules/language/a.cc", "#include <re2/re2.h>\n")], "includes re2/re2.h"),
        Example([("engine/pipeline/a.h", '#include "librdkafka/rdkafka.h"\n')], "includes librdkafka"),
        Example([("engine/lifecycle/step.cc", "#include <cctz/time_zone.h>\n")], "includes cctz"),
        Example([("engine/cli/table.cc", "#  include <boost/asio/io_context.hpp>\n")], "includes boost/asio"),
        Example([("agent/link/a.cc", "#include <boost/beast/core.hpp>\n")], "includes boost/beast"),
        Example([("connectors/agents/a.cc", "#include <openssl/ssl.h>\n")], "includes openssl"),
        Example([("engine/store/a.h", "#include <gtest/gtest.h>\n")], "includes gtest"),
        Example([("agent/hands/a.cc", "#include <nftables/libnftables.h>\n")], "includes nftables"),
    ]),
    Check("OnlyTheClockReadsTheMachinesClock", clock_readings, [
        Example([(CLOCK_READER, "std::chrono::system_clock::now()\n")]),
        Example([("engine/store/a.cc", "std::chrono::steady_clock::now(); // not system_clock::now()\nrun_time(0); x.time(0);\n")]),
        Example([("engine/store/a.cc", "auto t = std::chrono::system_clock::now();\n")], "reads the machine's clock"),
        Example([("engine/store/a.cc", "auto t = time(nullptr);\n")], "reads the machine's clock"),
        Example([("engine/store/a.cc", "auto t = std::time(NULL);\n")], "reads the machine's clock"),
        Example([("rules/event/a.h", "clock_gettime(CLOCK_REALTIME, &now);\n")], "reads the machine's clock"),
    ]),
]
