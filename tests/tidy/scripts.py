"""Scripts: they parse, they can be started, and nothing else can."""

import subprocess

from tree import Check, Example


def is_script(file):
    return file.text.startswith("#!")


def unreadable(files):
    for file in files:
        first = file.lines[0] if file.lines else ""
        if file.path.endswith(".sh") or (is_script(file) and first.endswith(("bash", "/sh"))):
            done = subprocess.run(["bash", "-n"], input=file.text, capture_output=True, text=True)
            if done.returncode != 0:
                yield file.path, 1, f"bash -n: {done.stderr.strip()}"


def wrong_bits(files):
    for file in files:
        if is_script(file) and not file.executable:
            yield file.path, 1, "begins with #! and cannot be started; chmod +x"
        if not is_script(file) and file.executable:
            yield file.path, 1, "is executable and no script; chmod -x"


CHECKS = [
    Check("ShellScriptsParse", unreadable, [
        Example([("a.sh", "#!/usr/bin/env bash\nif true; then echo; fi\n"), ("b.py", "#!/usr/bin/env python3\nif x:\n")]),
        Example([("a.sh", "if true; then echo\n")], "bash -n"),
        Example([(".ci/run", "#!/usr/bin/env bash\nwhile true; do\n")], "bash -n"),
    ]),
    Check("ScriptsAndOnlyScriptsAreExecutable", wrong_bits, [
        Example([("a.sh", "#!/bin/sh\n", True), ("a.cc", "")]),
        Example([("a.sh", "#!/bin/sh\n", False)], "chmod +x"),
        Example([("a.cc", "int x;\n", True)], "chmod -x"),
    ]),
]
