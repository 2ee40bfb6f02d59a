"""Every source file is compiled into something: a test that no program contains passes by not being there."""

import database
from tree import ROOT, Check, Example

BUILD = ROOT / "build" / "tidy"
FUZZ = "tests/fuzz/entry.cc"  # built by clang, which the other presets do not use


def uncompiled(files, compiled):
    for file in files:
        if file.path.endswith(".cc") and file.path != FUZZ and file.path not in compiled:
            yield file.path, 1, "no program or library contains it; name it in the CMakeLists.txt beside it"


def uncompiled_by_the_build(files):
    database.configure(BUILD)
    compiled = {str(source.relative_to(ROOT)) for unit in database.units(BUILD) for source in unit.sources
                if source.is_relative_to(ROOT)}
    return uncompiled(files, compiled)


EXAMPLE_BUILD = {"engine/base/clock.cc"}
CHECKS = [
    Check("EverySourceFileIsCompiledIntoSomething", uncompiled_by_the_build, [
        Example([("engine/base/clock.cc", ""), ("engine/base/clock.h", "")]),
        Example([("tests/unit/base/lonely_test.cc", "")], "no program or library contains it"),
    ], find_in_example=lambda files: uncompiled(files, EXAMPLE_BUILD)),
]
