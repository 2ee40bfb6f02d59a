#!/usr/bin/env python3
"""Says of two revisions, or of two files of results, which figures became better or worse, and which only moved.

Two revisions are built outside of the source tree and take turns, round by round, so that both see the same machine;
each round gives one change, and the spread is that of the changes. Two files were not measured in turns: there
the change is that of the medians, and the spread the larger one of the two. A spread is the distance of the quartiles.
A figure is better or worse when it changed by more than twice the spread, and by more than --least.

Ends with 1 when a figure became worse, with 2 when nothing could be compared.
"""

import argparse
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from figures import JUDGEABLE, JUDGED, Unusable, larger_is_better, read_results
from programs import (CACHE, Failed, add_input_options, built, check_input_options, commit_of, environment_of,
                      exported, measure)

VALUES_MIN = 7          # of fewer, the quartiles are not good enough for SPREADS
SPREADS = 2             # by so many a figure must change: of 7 rounds of the same, 1 in 200 then says otherwise
LEAST_CHANGE = 0.02     # what does not spread at all still differs a little between two builds of the same
NOISE, BETTER, WORSE = "noise", "improvement", "REGRESSION"


@dataclass
class Verdict:
    workload: str
    figure: str
    before: float
    after: float
    change: float
    spread: float
    word: str


def quartile_distance(values):
    lower, _, upper = statistics.quantiles(values, n=4, method="inclusive")
    return upper - lower


def change_of(before, after, in_turns):
    """(by how much of itself the figure changed, how far such changes spread)"""
    if in_turns:
        changes = [new / old - 1 for old, new in zip(before, after)]
        return statistics.median(changes), quartile_distance(changes)
    old, new = statistics.median(before), statistics.median(after)
    return new / old - 1, max(quartile_distance(before) / old, quartile_distance(after) / new)


def word_for(figure, change, spread, least):
    if abs(change) <= max(SPREADS * spread, least):
        return NOISE
    return BETTER if (change > 0) == larger_is_better(figure) else WORSE


def verdicts(before, after, figures, in_turns, least):
    for workload in before:
        for figure in sorted(figures.intersection(before[workload], after.get(workload, {}))):
            old, new = before[workload][figure], after[workload][figure]
            if min(len(old), len(new)) < VALUES_MIN:
                raise Unusable(f"{workload}: {figure} has fewer than {VALUES_MIN} values; measure more rounds")
            if min(*old, *new) > 0:
                change, spread = change_of(old, new, in_turns)
                yield Verdict(workload, figure, statistics.median(old), statistics.median(new), change, spread,
                              word_for(figure, change, spread, least))


def tell(found, before, after):
    print(f"{'WORKLOAD':<28}{'FIGURE':<16}{'A':>12}{'B':>12}{'CHANGE':>9}{'SPREAD':>9}  VERDICT")
    for verdict in found:
        print(f"{verdict.workload:<28}{verdict.figure:<16}{verdict.before:>12.4g}{verdict.after:>12.4g}"
              f"{verdict.change:>+9.1%}{verdict.spread:>9.1%}  {verdict.word}")
    for name, only in (("A", before.keys() - after.keys()), ("B", after.keys() - before.keys())):
        for workload in sorted(only):
            print(f"{workload:<28}only in {name}")
    counts = [sum(verdict.word == word for verdict in found) for word in (WORSE, BETTER, NOISE)]
    print(f"{counts[0]} worse, {counts[1]} better, {counts[2]} noise")


def measured(revisions, options):
    """Figures of both, in turns: who is first in one round is second in the next."""
    commits = [commit_of(revision) for revision in revisions]  # both now: a branch may move while one is built
    sides = []
    for name, revision, commit in zip("AB", revisions, commits):
        print(f"{name}: {revision}, {commit}")
        tree = exported(commit, options.cache)
        sides.append((built(tree, options.programs, options.cache / f"{commit}-build"), {}))
    with tempfile.TemporaryDirectory(prefix="riposte-compare-") as folder:
        environment = environment_of(options, Path(folder))
        for number in range(options.rounds):
            print(f"round {number + 1} of {options.rounds}", file=sys.stderr)
            for programs, workloads in (sides if number % 2 == 0 else reversed(sides)):
                measure(programs, options.programs, environment, workloads, options.smoke)
    return [workloads for _, workloads in sides]


def read_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("a", metavar="A", help="a revision, or a file of results: before")
    parser.add_argument("b", metavar="B", help="another one of the same kind: after")
    parser.add_argument("--rounds", type=int, default=VALUES_MIN, help="turns of each revision (%(default)s)")
    parser.add_argument("--figures", nargs="+", choices=sorted(JUDGEABLE), default=sorted(JUDGED),
                        help="what is judged: all that are relative to something in the same run")
    parser.add_argument("--least", type=float, default=LEAST_CHANGE, metavar="SHARE",
                        help="a smaller change is noise (%(default)s)")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where revisions are built (%(default)s)")
    add_input_options(parser)
    options = parser.parse_args()
    options.files = Path(options.a).is_file()
    if options.files != Path(options.b).is_file():
        parser.error("A and B must be two revisions or two files: what was measured before cannot take turns")
    if not options.files:
        check_input_options(parser, options)
        if options.rounds < VALUES_MIN:
            parser.error(f"--rounds {options.rounds}: at least {VALUES_MIN} say something about the spread")
    return options


def main():
    options = read_options()
    try:
        if options.files:
            before, after = read_results(options.a), read_results(options.b)
        else:
            before, after = measured((options.a, options.b), options)
        found = list(verdicts(before, after, set(options.figures), not options.files, options.least))
        if not found:
            raise Unusable("A and B have no figure in common that could be judged")
    except (Failed, Unusable) as why:
        print(f"compare.py: {why}", file=sys.stderr)
        return 2
    tell(found, before, after)
    return 1 if any(verdict.word == WORSE for verdict in found) else 0


if __name__ == "__main__":
    sys.exit(main())
