"""The files of the repository as text, and what a check says about them."""

import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("engine/", "rules/", "connectors/", "agent/")


class File:
    def __init__(self, path, text, executable=False):
        self.path = path
        self.text = text
        self.executable = executable

    @property
    def lines(self):
        return self.text.splitlines()

    @property
    def name(self):
        return self.path.rsplit("/", 1)[-1]

    @property
    def is_code(self):
        return self.path.endswith((".h", ".cc"))

    def finds(self, pattern):
        """(line number, match) of every place outside // comments where the pattern is found."""
        for number, line in enumerate(self.lines, 1):
            for match in re.finditer(pattern, line.split("//")[0] if self.is_code else line):
                yield number, match


def files_of_repository():
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, check=True,
                            capture_output=True).stdout.decode()
    files = []
    for path in sorted(filter(None, listed.split("\0"))):
        try:
            files.append(File(path, (ROOT / path).read_text(), os.access(ROOT / path, os.X_OK)))
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue  # not text, or deleted and not yet committed
    return files


class Example:
    """Files that a check must object to in these words, or must accept where there are none."""

    def __init__(self, files, objection=None):
        self.files = [file if isinstance(file, File) else File(*file) for file in files]
        self.objection = objection


class Check:
    """One concern: `find` yields (path, line, what is wrong and how to cure it)."""

    def __init__(self, name, find, examples, find_in_example=None):
        self.name = name
        self.find = find
        self.examples = examples
        self.find_in_example = find_in_example or find
