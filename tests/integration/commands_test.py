#!/usr/bin/env python3
"""Every command of the program is there, not only its help: given a file that does not exist it names that, and does not crash."""

import os
import subprocess
import sys
import tempfile

PROGRAM = os.environ["RIPOSTE_PROGRAM"]
COMMANDS = [
    ["run", "--config", "{missing}"],
    ["check", "{missing}"],
    ["match", "--rules", "{missing}", "{missing}"],
    ["bench", "--rules", "{missing}", "{missing}"],
    ["explain", "--rules", "{missing}", "--rule", "1", "{missing}"],
    ["test", "{missing}"],
    ["replay", "--config", "{missing}", "{missing}"],
    ["rules", "list", "--rules", "{missing}"],
    ["schema", "detect", "{missing}"],
]


def complaint_about(command, missing):
    """What is wrong with how the command took it; None when nothing is."""
    arguments = [word.format(missing=missing) for word in command]
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=60)
    if done.returncode < 0:
        return f"ended by signal {-done.returncode}: {done.stderr}"
    return None if missing in done.stdout + done.stderr else f"does not name the file: {done.stderr}"


def main():
    with tempfile.TemporaryDirectory() as directory:
        missing = os.path.join(directory, "missing")
        complaints = [f"riposte {' '.join(command)}: {complaint}" for command in COMMANDS
                      if (complaint := complaint_about(command, missing))]
    print("\n".join(complaints) or f"{len(COMMANDS)} commands")
    return 1 if complaints else 0


sys.exit(main())
