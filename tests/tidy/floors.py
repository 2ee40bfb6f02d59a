"""Floors: a file includes its own room and the rooms that its CMakeLists.txt USES; CMake itself refuses a lean upward."""

import re
import subprocess
import tempfile
from pathlib import Path

from tree import ROOT, Check, Example

ROOM = re.compile(r"\broom\(([^)]*)\)", re.DOTALL)
INCLUDE = r'^\s*#\s*include\s+"([^"]+)"'
SECTIONS = {"NAME", "FLOOR", "SOURCES", "USES", "LINKS"}


def sections_of(call):
    found, section = {}, None
    for word in re.sub(r"#.*", "", call).split():
        if word in SECTIONS:
            section = word
            found[section] = []
        elif section:
            found[section].append(word)
    return found


def rooms_of(files):
    """directory -> (name, directory names of the rooms that it uses)"""
    calls = {}
    for file in files:
        if file.name == "CMakeLists.txt" and (call := ROOM.search(file.text)):
            calls[file.path.rsplit("/", 1)[0]] = sections_of(call[1])
    directory_of = {call["NAME"][0]: directory for directory, call in calls.items()}
    return {directory: (call["NAME"][0], {directory_of.get(used, used) for used in call.get("USES", [])})
            for directory, call in calls.items()}


def wrong_includes(files):
    rooms = rooms_of(files)
    for file in files:
        directory = file.path.rsplit("/", 1)[0]
        if not file.is_code or directory not in rooms:
            continue
        name, used = rooms[directory]
        for line, match in file.finds(INCLUDE):
            origin = match[1].rsplit("/", 1)[0]
            if origin == directory or origin in used:
                continue
            if origin in rooms:
                yield file.path, line, (f"room {name} includes {match[1]}, a room that it does not use; "
                                        f"name '{rooms[origin][0]}' under USES in {directory}/CMakeLists.txt or do without")
            else:
                yield file.path, line, f"room {name} includes {match[1]}, which belongs to no room"


def forgotten_sources(files):
    for file in files:
        if file.name != "CMakeLists.txt" or not (call := ROOM.search(file.text)):
            continue
        directory = file.path.rsplit("/", 1)[0]
        sources = set(sections_of(call[1]).get("SOURCES", []))
        for other in files:
            if other.path.endswith(".cc") and other.path.rsplit("/", 1)[0] == directory and other.name not in sources:
                yield other.path, 1, f"no part of its room; name it under SOURCES in {file.path}"


def configure(*rooms):
    """What CMake says to a project of these rooms."""
    with tempfile.TemporaryDirectory() as directory:
        Path(directory, "room.cc").write_text("int room() { return 0; }\n")
        Path(directory, "CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.25)\nproject(house LANGUAGES CXX)\n"
            f"include({ROOT}/engine/room.cmake)\n" + "".join(f"room({room} SOURCES room.cc)\n" for room in rooms))
        done = subprocess.run(["cmake", "-G", "Ninja", "-S", directory, "-B", directory + "/build"],
                              capture_output=True, text=True)
        return done.returncode, " ".join(done.stderr.split())


REFUSED = "only lower floors are allowed"
HOUSES = [  # the rooms and what CMake must say; nothing where it must agree
    (("NAME lower FLOOR 1", "NAME upper FLOOR 2 USES lower"), None),
    (("NAME one FLOOR 1", "NAME other FLOOR 1 USES one"), REFUSED),
    (("NAME upper FLOOR 2", "NAME lower FLOOR 1 USES upper"), REFUSED),
    (("NAME lower FLOOR 1 USES upper", "NAME upper FLOOR 2"), "not built before it"),
    (("NAME lower FLOOR 1 LEANS upper",), "LEANS"),
]


def houses_that_cmake_misjudges(_files):
    for rooms, words in HOUSES:
        code, said = configure(*rooms)
        if words is None and code != 0:
            yield "engine/room.cmake", 1, f"refuses {rooms}: {said}"
        if words is not None and (code == 0 or words not in said):
            yield "engine/room.cmake", 1, f"must refuse {rooms} with '{words}' and said: {said or 'nothing'}"


BASE = ("engine/base/CMakeLists.txt", "room(NAME base FLOOR 0 SOURCES error.cc)\n")
STORE = ("engine/store/CMakeLists.txt", "room(NAME store FLOOR 2\n  SOURCES keys.cc\n  USES base)\n")
HTTP = ("connectors/http/CMakeLists.txt", "room(NAME http FLOOR 3 SOURCES server.cc USES base)\n")

CHECKS = [
    Check("FilesIncludeOnlyTheRoomsThatTheirRoomUses", wrong_includes, [
        Example([BASE, STORE, HTTP, ("engine/store/keys.cc", '#include "engine/base/error.h"\n#include "engine/store/keys.h"\n')]),
        Example([BASE, STORE, HTTP, ("engine/store/keys.h", '#include "connectors/http/server.h"\n')], "a room that it does not use"),
        Example([BASE, STORE, ("engine/base/error.h", '#include "engine/store/keys.h"\n')], "a room that it does not use"),
        Example([BASE, STORE, ("engine/store/keys.cc", '#include "tests/support/scratch.h"\n')], "belongs to no room"),
    ]),
    Check("EverySourceFileBelongsToItsRoom", forgotten_sources, [
        Example([STORE, ("engine/store/keys.cc", "")]),
        Example([STORE, ("engine/store/queries.cc", "")], "no part of its room"),
    ]),
    Check("CMakeStopsWhenARoomLeansOnItsOwnOrAHigherFloor", houses_that_cmake_misjudges, []),
]
