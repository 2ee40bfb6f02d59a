"""What the build compiles: the commands of one compile_commands.json, with the files inside each batch."""

import json
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BATCH = re.compile(r'^#include "(.+\.cc)"$', re.MULTILINE)


class Unit:
    """One compile command: the file that the compiler reads and the files of the tree in it."""

    def __init__(self, entry):
        self.entry = entry
        self.file = Path(entry["file"])
        inside = BATCH.findall(self.file.read_text()) if self.file.name.startswith("unity_") else [str(self.file)]
        self.sources = [Path(source) for source in inside]

    def alone(self, source):
        """The command that compiles one of the sources alone."""
        return {**self.entry, "file": str(source), "command": self.entry["command"].replace(str(self.file), str(source))}


def configure(build):
    done = subprocess.run(["cmake", "--preset", "tidy", "-B", str(build)], cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"cmake --preset tidy failed:\n{done.stdout}{done.stderr}")


def units(build):
    return [Unit(entry) for entry in json.loads((Path(build) / "compile_commands.json").read_text())]
