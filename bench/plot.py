#!/usr/bin/python3
"""Draws what bench/record.py wrote: the rate against the number of rules, and where the time of an event goes.

Writes NAME-rate.png and NAME-shares.png beside NAME.json. Needs matplotlib (Debian: python3-matplotlib, which only
Debian's own Python finds); without it nothing is drawn, and nothing else wants it.
"""

import argparse
import json
import statistics
import sys
from pathlib import Path

WORKLOADS = "rule_count/"
SHARES = {"parse_share": "parse", "search_share": "find the format and search", "evaluation_share": "evaluate rules"}
INCHES = (7, 4)
MICROSECONDS = 1e6


def by_rule_count(document):
    """[(rules, {figure: values})], few rules first."""
    points = [(round(figures["rules"][0]), figures) for workload, figures in document["workloads"].items()
              if workload.startswith(WORKLOADS)]
    return sorted(points, key=lambda point: point[0])


def draw_rate(axes, points):
    counts = [rules for rules, _ in points]
    rates = [[MICROSECONDS / value for value in figures["us/event"]] for _, figures in points]
    middle = [statistics.median(values) for values in rates]
    axes.errorbar(counts, middle, yerr=[[m - min(v) for m, v in zip(middle, rates)],
                                        [max(v) - m for m, v in zip(middle, rates)]], marker="o", capsize=3)
    for count, rate, (_, figures) in zip(counts, middle, points):
        axes.annotate(f"{statistics.median(figures['P']):.1f} P", (count, rate), textcoords="offset points", xytext=(6, 6))
    axes.set_xscale("log")
    axes.margins(0.1)
    axes.set_ylim(bottom=0)
    axes.set_xlabel("rules")
    axes.set_ylabel("events a second, one thread")


def draw_shares(axes, points):
    names = [f"{rules:,}" for rules, _ in points]
    below = [0.0] * len(points)
    for share, label in SHARES.items():
        heights = [statistics.median(figures[share]) for _, figures in points]
        axes.bar(names, heights, bottom=below, label=label)
        below = [b + height for b, height in zip(below, heights)]
    axes.set_xlabel("rules")
    axes.set_ylabel("share of an event's time")
    axes.set_ylim(top=1)
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, -0.3), ncols=len(SHARES), frameon=False)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=Path, help="what bench/record.py wrote")
    options = parser.parse_args()
    try:
        import matplotlib
    except ImportError:
        print("plot.py: skipped: no matplotlib here; install python3-matplotlib")
        return
    matplotlib.use("Agg")
    from matplotlib import pyplot
    document = json.loads(options.results.read_text(encoding="utf-8"))
    points = by_rule_count(document)
    if not points:
        sys.exit(f"plot.py: {options.results}: no workload {WORKLOADS}… in it; record rule_count_bench")
    for kind, draw in (("rate", draw_rate), ("shares", draw_shares)):
        figure, axes = pyplot.subplots(figsize=INCHES, layout="constrained")
        draw(axes, points)
        axes.set_title(f"{document['commit']}, {document['machine']}", fontsize="small")
        figure.savefig(options.results.with_name(f"{options.results.stem}-{kind}.png"))
        pyplot.close(figure)


if __name__ == "__main__":
    main()
