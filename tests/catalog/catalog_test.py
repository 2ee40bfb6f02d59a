#!/usr/bin/env python3
"""The catalog as a whole: nothing in it is forgotten, and the engine carries out what it says.

environment: RIPOSTE_PROGRAM  the engine
"""

import json
import os
import re
import shutil
import subprocess
import tempfile
import time
import unittest
import urllib.request
from pathlib import Path

from fakes import CATALOG, FAKE, SCRIPTS

COOKBOOK = CATALOG.parents[1] / "docs" / "cookbook.md"
PATIENCE_SECONDS = 30
ATTACK = {"timestamp": "2026-03-10T14:02:11.482913+0000", "event_type": "alert", "flow_id": 1187234465123,
          "src_ip": "203.0.113.77", "dest_ip": "10.20.0.15",
          "alert": {"gid": 1, "signature_id": 1000701, "signature": "s", "category": "Web Application Attack", "severity": 1}}


WITH_AGENTS = CATALOG / "with_agents"


def rules(folder=CATALOG):
    return {path.name for path in folder.glob("*.yaml")} - {"riposte.yaml"}


class Catalog(unittest.TestCase):
    def test_the_configuration_names_every_rule(self):
        for folder in (CATALOG, WITH_AGENTS):
            named = re.findall(r"^  - (\S+\.yaml)$", (folder / "riposte.yaml").read_text(), re.MULTILINE)
            self.assertEqual(set(named), rules(folder))

    def test_the_cookbook_walks_through_every_rule_and_every_script(self):
        text = COOKBOOK.read_text()
        for name in rules() | rules(WITH_AGENTS) | {path.parent.name for path in SCRIPTS.glob("*/plugin.yaml")}:
            self.assertIn(name, text)

    def test_what_a_script_imports_is_pinned_with_it(self):
        sources = {path.stem: path.read_text() for path in SCRIPTS.glob("*.py")}
        for manifest in SCRIPTS.glob("*/plugin.yaml"):
            script = manifest.parent / f"{manifest.parent.name}.py"
            imported = {name for name in sources if f"from {name} import" in script.read_text()}
            imported |= {name for name in sources for other in imported if f"from {name} import" in sources[other]}
            commands = re.findall(r"^(?:command|verify): \[(.*)\]", manifest.read_text(), re.MULTILINE)
            self.assertTrue(commands)
            for command in commands:
                self.assertEqual({word[3:-3] for word in command.split(", ") if word.startswith("../")}, imported, manifest)


class RunningCatalog(unittest.TestCase):
    """The engine, and the catalog in a folder of its own whose scripts find only fakes."""

    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.fakes = self.folder / "fakes"
        self.fakes.mkdir()
        for program in ("ip", "nft"):
            (self.fakes / program).write_text(FAKE)
            (self.fakes / program).chmod(0o700)
        (self.fakes / "answers").write_text(json.dumps([[["nft get"], 1, ""], [["ip"], 0, "[]"]]))
        shutil.copytree(CATALOG, self.folder / "catalog")
        for manifest in (self.folder / "catalog").glob("scripts/*/plugin.yaml"):
            manifest.write_text(re.sub(r"(?m)^  PATH: .*", f"  PATH: {self.fakes}", manifest.read_text()))

    def configure(self, **replaced):
        path = self.folder / "catalog" / "riposte.yaml"
        text = path.read_text() + "http: {port: 0}\n"
        for old, new in replaced.items():
            self.assertIn(f"{old}: false", text)
            text = text.replace(f"{old}: false", f"{old}: {new}")
        path.write_text(text)
        return path

    def engine_that_reads(self, event, path):
        events = self.folder / "events"
        events.write_text(json.dumps(event) + "\n")
        log = self.enterContext(open(self.folder / "log", "w"))
        engine = subprocess.Popen([os.environ["RIPOSTE_PROGRAM"], "run", "--config", str(path)],
                                  stdin=self.enterContext(open(events)), stdout=log, stderr=log)
        self.addCleanup(engine.wait, PATIENCE_SECONDS)
        self.addCleanup(engine.terminate)
        return engine

    def wait_for(self, holds):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not holds():
            self.assertLess(time.monotonic(), deadline, (self.folder / "log").read_text())
            time.sleep(0.02)

    def metrics(self):
        port = re.search(r'"port":(\d+)', (self.folder / "log").read_text())
        if not port:
            return ""
        with urllib.request.urlopen(f"http://127.0.0.1:{port[1]}/metrics", timeout=PATIENCE_SECONDS) as answer:
            return answer.read().decode()

    def called(self):
        calls = self.fakes / "calls"
        return [json.loads(line)["argv"] for line in calls.read_text().splitlines()] if calls.exists() else []

    def test_an_attack_blocks_its_sender(self):
        self.engine_that_reads(ATTACK, self.configure())
        self.wait_for(lambda: any(argv[:2] == ["nft", "add"] for argv in self.called()))
        self.assertEqual([argv for argv in self.called() if argv[:2] == ["nft", "add"]],
                         [["nft", "add", "element", "inet", "riposte", "blocked4", "{ 203.0.113.77 timeout 14400s }"]])

    def test_a_dry_run_touches_nothing(self):
        engine = self.engine_that_reads(ATTACK, self.configure(dry_run="true"))
        self.wait_for(lambda: re.search(r'^riposte_transitions_total{.*event="dry_run".*} 1$', self.metrics(), re.MULTILINE))
        engine.terminate()
        self.assertEqual(engine.wait(PATIENCE_SECONDS), 0)
        self.assertEqual(self.called(), [])


if __name__ == "__main__":
    unittest.main()
