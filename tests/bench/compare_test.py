#!/usr/bin/env python3
"""bench/compare.py on files of results: what it calls a change, and what it calls noise."""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

COMPARE = Path(__file__).resolve().parents[2] / "bench" / "compare.py"
CALM = [8.0, 8.1, 8.0, 7.9, 8.1, 8.0, 8.05]
RESTLESS = [8.0, 9.5, 7.0, 8.4, 6.9, 9.1, 8.2]


def times(values, factor):
    return [value * factor for value in values]


class Compare(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def file(self, name, document):
        path = Path(self.folder.name, name)
        path.write_text(document if isinstance(document, str) else json.dumps(document))
        return path

    def compare(self, before, after, *options):
        paths = [self.file(name, document) for name, document in (("a.json", before), ("b.json", after))]
        done = subprocess.run([sys.executable, COMPARE, *paths, *options], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    def figure(self, name, before, after, *options):
        of = [{"workloads": {"rule_count/100": {name: values}}} for values in (before, after)]
        return self.compare(*of, *options)

    def test_what_takes_clearly_longer_is_a_regression(self):
        code, said = self.figure("P", CALM, times(CALM, 1.2))
        self.assertEqual(code, 1, said)
        self.assertRegex(said, r"rule_count/100 +P +8 +9.6 +\+20.0% .* REGRESSION")
        self.assertIn("1 worse, 0 better, 0 noise", said)

    def test_what_takes_clearly_less_is_an_improvement(self):
        code, said = self.figure("P", CALM, times(CALM, 0.8))
        self.assertEqual(code, 0, said)
        self.assertIn("0 worse, 1 better, 0 noise", said)

    def test_a_figure_of_speed_is_worse_when_it_is_smaller(self):
        self.assertEqual(self.figure("ratio", CALM, times(CALM, 0.8))[0], 1)
        self.assertEqual(self.figure("ratio", CALM, times(CALM, 1.2))[0], 0)

    def test_the_same_change_is_noise_where_values_spread_as_far(self):
        code, said = self.figure("P", RESTLESS, times(RESTLESS, 1.2))
        self.assertEqual(code, 0, said)
        self.assertIn("0 worse, 0 better, 1 noise", said)

    def test_a_change_under_the_least_is_noise_however_calm_the_values_are(self):
        self.assertEqual(self.figure("P", [8.0] * 7, [8.1] * 7)[0], 0)
        self.assertEqual(self.figure("P", [8.0] * 7, [8.1] * 7, "--least", "0.01")[0], 1)

    def test_seconds_count_only_for_who_asks(self):
        self.assertEqual(self.figure("us/event", CALM, times(CALM, 2))[0], 2)
        self.assertEqual(self.figure("us/event", CALM, times(CALM, 2), "--figures", "us/event")[0], 1)

    def test_too_few_rounds_decide_nothing(self):
        code, said = self.figure("P", CALM[:6], CALM[:6])
        self.assertEqual(code, 2, said)
        self.assertIn("measure more rounds", said)

    def test_a_report_of_google_benchmark_is_read_by_its_repetitions(self):
        def report(values):
            name = "rule_count/100/iterations:5/manual_time"
            runs = [{"name": name, "run_type": "iteration", "repetition_index": i, "P": value}
                    for i, value in enumerate(values)]
            return {"benchmarks": [*runs, {"name": name + "_mean", "run_type": "aggregate", "P": 1000.0}]}
        code, said = self.compare(report(CALM), report(times(CALM, 1.2)))
        self.assertEqual(code, 1, said)
        self.assertRegex(said, r"rule_count/100 +P +8 ")

    def test_a_failed_run_is_no_figure(self):
        failed = {"benchmarks": [{"name": "hostile/x", "error_occurred": True, "error_message": "other matches"}]}
        code, said = self.compare(failed, failed)
        self.assertEqual(code, 2, said)
        self.assertIn("hostile/x: other matches", said)

    def test_workloads_of_one_side_are_named(self):
        both, more = {"x": {"P": CALM}}, {"x": {"P": CALM}, "y": {"P": CALM}}
        code, said = self.compare({"workloads": both}, {"workloads": more})
        self.assertEqual(code, 0, said)
        self.assertRegex(said, r"y +only in B")

    def test_a_file_without_figures_is_refused_with_a_cure(self):
        for document in ("{", "[]", "{}"):
            code, said = self.compare(document, document)
            self.assertEqual(code, 2, said)
            self.assertIn("a.json", said)

    def test_what_is_neither_a_file_nor_a_revision_is_told(self):
        done = subprocess.run([sys.executable, COMPARE, "no-such-thing", "HEAD", "--smoke"], capture_output=True, text=True,
                              check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("no-such-thing: neither a file nor a revision", done.stderr)

    def test_a_file_and_a_revision_do_not_compare(self):
        path = self.file("a.json", {"workloads": {}})
        done = subprocess.run([sys.executable, COMPARE, path, "HEAD"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("two revisions or two files", done.stderr)


if __name__ == "__main__":
    unittest.main()
