#!/usr/bin/env python3
"""bench/vary_rules.py: variants are rules of the same structure with other values, always the same ones."""

import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RULE = r"""title: Something
id: 0d1b2a3c-0000-4000-8000-000000000001
logsource: {product: windows, category: process_creation}
level: high
detection:
    selection_image:
        Image|endswith:
            - '\cmd.exe'   # a comment
            - "\\pow\x65rshell.exe"
        CommandLine|contains|all:
            - ' -enc*'
            - 'it''s ? here'
        EventID: 4688
    other:
        - Hash|re: '^[a-f0-9]{4}\d+evil(?i)x$'
        - DestinationIp|cidr: 10.0.0.0/8
        - User|expand: '%admins%'
        - Company: null
        - Image|endswith: \cmd.exe
    condition: selection_image or
        other
tests: []
"""
BARE = "title: Nothing to change\nid: 1\nlogsource: {product: windows}\ndetection:\n  a:\n    X: '*'\n  condition: a\n"


class VaryRules(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.rules = self.folder / "rules"
        self.rules.mkdir()

    def vary(self, count, out="out", *options, rules=None):
        command = [sys.executable, ROOT / "bench" / "vary_rules.py", rules or self.rules, self.folder / out, str(count)]
        done = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
        return done.returncode, done.stderr

    def written(self, out="out"):
        return [path.read_text() for path in sorted((self.folder / out).iterdir())]

    def variants_of(self, text, count):
        (self.rules / "rule.yml").write_text(text)
        self.assertEqual(self.vary(count), (0, ""))
        return self.written()

    def test_the_structure_stays_and_the_values_change(self):
        variant = self.variants_of(RULE, 1)[0]
        expected = [
            r"title: Variant 1 of 0d1b2a3c-0000-4000-8000-000000000001", r"id: [0-9a-f-]{36}",
            r"logsource: \{product: windows, category: process_creation\}", r"level: high", r"detection:",
            r"    selection_image:",
            r"        Image\|endswith:",
            r"            - '\\(?!cmd)[a-z]{3}\.(?!exe)[a-z]{3}'",
            r'            - "\\\\(?!pow\\)[a-z]{3}\\x65(?!rshell)[a-z]{6}\.[a-z]{3}"',
            r"        CommandLine\|contains\|all:",
            r"            - ' -(?!enc)[a-z]{3}\*'",
            r"            - '(?!it)[a-z]{2}''[a-z] \? (?!here)[a-z]{4}'",
            r"        EventID: 468[0-79]",
            r"    other:",
            r"        - Hash\|re: '\^\[a-f0-9\]\{4\}\\d\+(?!evil)[a-z]{4}\(\?i\)x\$'",
            r"        - DestinationIp\|cidr: (?!10\.)\d+\.0\.0\.0/8",
            r"        - User\|expand: '%admins%'",
            r"        - Company: null",
            r"        - Image\|endswith: \\(?!cmd)[a-z]{3}\.[a-z]{3}",
            r"    condition: selection_image or", r"        other"]
        lines = variant.splitlines()
        self.assertEqual(len(lines), len(expected), variant)
        for line, pattern in zip(lines, expected):
            self.assertRegex(line, f"^{pattern}$")

    def test_equal_values_stay_equal(self):
        variant = self.variants_of(RULE, 1)[0]
        first, last = re.findall(r"\\([a-z]{3}\.[a-z]{3})'?$", variant, re.MULTILINE)
        self.assertEqual(first, last)

    def test_every_second_variant_has_related_fields_exchanged(self):
        first, second = self.variants_of(RULE, 2)
        self.assertIn("CommandLine|contains|all:", first)
        self.assertNotIn("Parent", first)
        self.assertIn("        ParentImage|endswith:", second)
        self.assertIn("        ParentCommandLine|contains|all:", second)

    def test_no_variant_is_a_copy_of_another(self):
        variants = self.variants_of("title: T\nid: 1\nlogsource: {}\ndetection:\n  a:\n    X: ab\n  condition: a\n", 80)
        bodies = {re.sub(r"(?m)^(title|id):.*$", "", variant) for variant in variants}
        self.assertEqual(len(bodies), 80)
        self.assertFalse(any("X: ab\n" in body for body in bodies))
        self.assertEqual(len({re.search(r"(?m)^id: (.*)$", variant)[1] for variant in variants}), 80)

    def test_the_same_rules_give_the_same_variants_and_another_seed_others(self):
        self.variants_of(RULE, 5)
        self.vary(5, "again")
        self.vary(5, "others", "--seed", "2")
        self.assertEqual(self.written(), self.written("again"))
        self.assertNotEqual(self.written(), self.written("others"))

    def test_rules_with_nothing_to_change_are_told(self):
        (self.rules / "bare.yml").write_text(BARE)
        code, said = self.vary(3)
        self.assertEqual(code, 1)
        self.assertIn("0 variants instead of 3", said)

    def test_a_folder_that_holds_something_is_left_alone(self):
        (self.rules / "rule.yml").write_text(RULE)
        code, said = self.vary(1, "rules")
        self.assertEqual(code, 2)
        self.assertIn("is not empty", said)
        self.assertEqual((self.rules / "rule.yml").read_text(), RULE)

    @unittest.skipUnless("RIPOSTE_PROGRAM" in os.environ, "needs the program")
    def test_variants_of_the_examples_are_rules_that_riposte_takes(self):
        self.assertEqual(self.vary(30, rules=ROOT / "examples" / "rules"), (0, ""))
        done = subprocess.run([os.environ["RIPOSTE_PROGRAM"], "check", self.folder / "out"], capture_output=True,
                              text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("30", done.stdout)


if __name__ == "__main__":
    unittest.main()
