"""Programs that stand in for those that a script starts: they write down how they were called, and do nothing.

They are all that PATH has: a script that is tested cannot reach a program of the machine.
"""

import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

CATALOG = Path(__file__).resolve().parents[2] / "rules" / "catalog"
SCRIPTS = CATALOG / "scripts"
ACTION_ID = "00112233445566778899aabbccddeeff"
SECONDS_MAX = 30

FAKE = """#!/usr/bin/python3 -BIS
import json, os, sys
folder, name = os.path.split(__file__)
argv = [name, *sys.argv[1:]]
with open(folder + "/calls", "a") as calls:
    calls.write(json.dumps({"argv": argv, "stdin": sys.stdin.read()}) + "\\n")
with open(folder + "/answers") as answers:
    known = json.load(answers)
for words, code, output in known:
    if all(word in " ".join(argv) for word in words):
        (sys.stdout if code == 0 else sys.stderr).write(output)
        sys.exit(code)
"""


def document(parameters, host="jump-1", **others):
    return {"version": 1, "action_id": ACTION_ID, "attempt": 1, "type": "run_script", "host": host, "severity": "high",
            "comment": "seen", "parameters": parameters, **others}


class ScriptTest(unittest.TestCase):
    """A script as the engine starts it: in its folder, with an order on standard input and little around it."""

    script = None
    programs = ()
    environment = {}

    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        for program in self.programs:
            self.install(program)
        self.answers = []

    def install(self, program):
        (self.folder / program).write_text(FAKE)
        (self.folder / program).chmod(0o700)

    def answer(self, words, output="", code=0):
        """What the first call that has these words gets to hear; other calls succeed without a word."""
        self.answers.append((words, code, output))

    def run_script(self, order, *arguments, **environment):
        """(exit code, what it printed)"""
        (self.folder / "answers").write_text(json.dumps(self.answers))
        surroundings = {"PATH": str(self.folder), "PYTHONPATH": "..", "LANG": "C.UTF-8", **self.environment, **environment}
        done = subprocess.run([f"./{self.script}.py", *arguments], cwd=SCRIPTS / self.script, env=surroundings,
                              input=order if isinstance(order, str) else json.dumps(order) + "\n",
                              capture_output=True, text=True, timeout=SECONDS_MAX, check=False)
        self.assertEqual(done.stderr, "")
        return done.returncode, done.stdout.rstrip("\n")

    def calls(self, *programs):
        """Of these programs, or of all."""
        try:
            lines = (self.folder / "calls").read_text().splitlines()
        except FileNotFoundError:
            return []
        calls = [json.loads(line) for line in lines]
        return [call for call in calls if not programs or call["argv"][0] in programs]

    def argvs(self, *programs):
        return [call["argv"] for call in self.calls(*programs)]

    def write(self, name, text, mode=0o600):
        path = self.folder / name
        path.write_text(text)
        os.chmod(path, mode)
        return str(path)
