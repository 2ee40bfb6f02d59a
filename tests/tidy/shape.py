"""The shape of a file: its length, its first line, its name."""

import re

from tree import Check, Example

CODE_LINES_MAX = 399
MAIN_LINES_MAX = 149
MAIN = "engine/main.cc"

BANNED_DIRECTORIES = {"src", "include", "common", "util", "utils", "helper", "helpers", "misc"}
BANNED_WORD = r"(Manager|Helper|Util|Utils|Info)"
BANNED_TYPE = re.compile(rf"\b(?:class|struct|enum class|using)\s+(\w*{BANNED_WORD}(?![a-z])\w*)")
BANNED_FILE = re.compile(r"(^|[_-])(manager|helper|helpers|util|utils|common|misc)([_.-]|$)")


def too_long(files):
    for file in files:
        limit = MAIN_LINES_MAX if file.path == MAIN else CODE_LINES_MAX
        if file.is_code and len(file.lines) > limit:
            yield file.path, limit + 1, f"{len(file.lines)} lines, {limit} are allowed; split it by what it does"


def unannounced_headers(files):
    for file in files:
        if not file.path.endswith(".h"):
            continue
        if not file.text.startswith("/// "):
            yield file.path, 1, "begins without a '/// ' line that says what the header is"
        if "#pragma once" not in file.lines:
            yield file.path, 1, "has no '#pragma once'"


def banned_names(files):
    for file in files:
        *directories, name = file.path.split("/")
        for directory in BANNED_DIRECTORIES.intersection(directories):
            yield file.path, 1, f"lies in '{directory}/', which says nothing; name the folder after what it does"
        if BANNED_FILE.search(name):
            yield file.path, 1, "has a file name that says nothing; name it after what it does"
        if file.is_code:
            for line, match in file.finds(BANNED_TYPE):
                yield file.path, line, f"'{match[1]}' says nothing; name the type after what it is"


HEADER = "/// What it is.\n#pragma once\n"
CHECKS = [
    Check("FilesStayUnderTheirLength", too_long, [
        Example([("engine/a.cc", "x\n" * 399), ("engine/main.cc", "x\n" * 149), ("docs/a.md", "x\n" * 500)]),
        Example([("engine/a.cc", "x\n" * 400)], "400 lines"),
        Example([("engine/main.cc", "x\n" * 150)], "150 lines"),
    ]),
    Check("HeadersBeginWithTheirPurpose", unannounced_headers, [
        Example([("engine/a.h", HEADER)]),
        Example([("engine/a.h", "#pragma once\n/// What it is.\n")], "says what the header is"),
        Example([("engine/a.h", "/// What it is.\n")], "pragma once"),
    ]),
    Check("NamesSayWhatAThingIs", banned_names, [
        Example([("engine/base/information.cc", "struct Informer { Utility x; };\nclass Infoset;\n")]),
        Example([("engine/base/a.h", "class ActionManager;\n")], "ActionManager"),
        Example([("engine/base/a.h", "struct RuleInfo {\n")], "RuleInfo"),
        Example([("engine/utils/a.h", "")], "utils/"),
        Example([("engine/base/string_helper.cc", "")], "file name"),
    ]),
]
