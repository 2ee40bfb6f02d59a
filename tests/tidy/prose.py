"""What must not stand in the tree: unfinished work, the machine it was written on, how it came about."""

import re

from tree import Check, Example

# The words are written in brackets so that this file does not find itself.
UNFINISHED = re.compile(r"\b(TO[D]O|FIX[M]E|XX[X])\b")
DISABLED = re.compile(r"\bDIS[A]BLED_\w+|GTEST_SKIP\(\)\s*;")
RUN_BY_ANOTHER = "gtest_also_run_disabled" + "_tests"  # the part of a test that needs a process of its own
MACHINE = re.compile(r"(?<![\w.])/(wor[k]|home|roo[t])/[\w.-]{2,}")
HISTORY = re.compile(r"\b[Ii]ssue [#]?\d+|\b(this|next|previous|last) [s]ession\b")


def lines_with(pattern, what):
    def find(files):
        for file in files:
            for number, line in enumerate(file.lines, 1):
                if match := pattern.search(line):
                    yield file.path, number, f"'{match[0]}': {what}"
    return find


def switched_off(files):
    running = (file for file in files if RUN_BY_ANOTHER not in file.text)
    return lines_with(DISABLED, "a test that does not run protects nothing")(running)


CHECKS = [
    Check("NothingIsLeftUnfinished", lines_with(UNFINISHED, "finish it, or write down the limit where a reader looks"), [
        Example([("a.cc", "// a plain comment about a todo list\n")]),
        Example([("a.cc", "// TO" + "DO later\n")], "finish it"),
        Example([("docs/a.md", "FIX" + "ME\n")], "finish it"),
    ]),
    Check("NoTestIsSwitchedOff", switched_off, [
        Example([("tests/a.cc", "TEST(A, DIS" + "ABLED_Child) {}\nrun(--" + RUN_BY_ANOTHER + ")\n")]),
        Example([("tests/a.cc", "GTEST_SKIP() << reason;\n")]),
        Example([("tests/a.cc", "TEST(A, DIS" + "ABLED_Works) {}\n")], "protects nothing"),
        Example([("tests/a.cc", "GTEST_SKIP()" + ";\n")], "protects nothing"),
    ]),
    Check("NoPathOfAMachineIsNamed", lines_with(MACHINE, "a path of somebody's machine"), [
        Example([("a.md", "/etc/riposte, network/files, /var/lib/riposte\n")]),
        Example([("a.md", "see /wor" + "k/main\n")], "somebody's machine"),
        Example([("a.sh", "cd /ho" + "me/jane/riposte\n")], "somebody's machine"),
    ]),
    Check("TheProjectSpeaksOfItselfAlone", lines_with(HISTORY, "say what is, not how it came about"), [
        Example([("a.md", "issues are tracked; the certificate's issuer; a session of a user\n")]),
        Example([("a.md", "as Issue " + "12 asks\n")], "how it came about"),
        Example([("a.md", "in the next se" + "ssion\n")], "how it came about"),
    ]),
]
