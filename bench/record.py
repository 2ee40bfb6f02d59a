#!/usr/bin/env python3
"""Runs the benches of matching several times and writes all their figures, with machine, commit and command, as JSON.

The programs are built from this tree as it is. bench/plot.py draws the file; bench/compare.py compares two.
"""

import argparse
import shlex
import sys
import tempfile
from pathlib import Path

from figures import ROOT, on_few_lines, results
from programs import CACHE, Failed, add_input_options, built, check_input_options, environment_of, measure

ROUNDS = 7  # as many as bench/compare.py wants


def told_command(words):
    """As it can be repeated elsewhere: of paths the last part, which names the data."""
    return shlex.join([Path(words[0]).name] + [Path(word).name if "/" in word else word for word in words[1:]])


def recorded(options):
    folder_of_programs = options.built or built(ROOT, options.programs, CACHE / "this")
    workloads = {}
    with tempfile.TemporaryDirectory(prefix="riposte-bench-") as folder:
        environment = environment_of(options, Path(folder))
        for number in range(1, options.rounds + 1):
            print(f"round {number} of {options.rounds}", file=sys.stderr)
            measure(folder_of_programs, options.programs, environment, workloads, options.smoke)
    return results(workloads, told_command(sys.argv), rules=options.rules.name, variants=options.variants,
                   events=options.events.name if options.events else "made-up alerts")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, help="the file to write, in bench/results as a rule")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often each program is run (%(default)s)")
    parser.add_argument("--built", type=Path, metavar="DIR", help="folder of programs that are built otherwise")
    add_input_options(parser)
    options = parser.parse_args()
    check_input_options(parser, options)
    try:
        document = recorded(options)
    except Failed as why:
        sys.exit(f"record.py: {why}")
    options.out.write_text(on_few_lines(document), encoding="utf-8")


if __name__ == "__main__":
    main()
