#!/usr/bin/env python3
"""Riposte beside other engines: the same rules, the same events, in turns on this machine.

Each engine is fetched with its own package manager and built in a cache; one that cannot be had is skipped, with the
reason. Read the ratios: every round has one turn of every engine, and a ratio is the median over the rounds.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import citylots
import sigma_patterns
from engines import PEERS, ROOT, Missing, Riposte
from turns import Failed, Side, agreement, interleave, machine, ratios

CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"), "riposte-peers")
PATTERN_RULES = 100      # Event Ruler and Quamina need minutes and gigabytes for some hundreds
CITYLOTS = 20_000        # documents; about 17 MB, more than the caches hold
LEFT_OUT_WHEN_LEAN = "Message"  # says again what the other fields of a Windows event say
RIPOSTE, FLOOR, INLINE_FLOOR = "riposte", "floor", "inline floor"
NO_FORMAT = "generic"    # a format would still keep away the rules of log sources that it cannot have; the others do not


def unpacked_rules(path, folder):
    """A folder of rules: `path` itself, or what the archive holds."""
    if path.is_dir():
        return path
    target = folder / "rules"
    target.mkdir()
    subprocess.run(["tar", "-xaf", path, "-C", target], check=True)
    return target


def lines_of(path):
    if path.suffix == ".zst":
        text = subprocess.run(["zstd", "-dcq", path], check=True, capture_output=True).stdout.decode()
    else:
        text = path.read_text()
    return [line for line in text.split("\n") if line.strip()]


def lean(line):
    event = json.loads(line)
    event.pop(LEFT_OUT_WHEN_LEAN, None)
    return compact(event)


def compact(document):
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def written(path, lines):
    path.write_text("".join(line + "\n" for line in lines))
    return path


class Comparison:
    """The sides of one workload, and what came out."""

    def __init__(self, title, options, folder, events, bytes_per_event):
        self.title = title
        self.options = options
        self.folder = folder
        self.events = events
        self.bytes_per_event = bytes_per_event
        self.sides = []
        self.beside = {}  # a side's name → that of Riposte's side with which its matches are compared

    def add(self, name, command, beside=None):
        print(f"  {name} gets ready", file=sys.stderr)
        try:
            self.sides.append(Side(name, command))
            self.beside[name] = beside
        except Failed as failure:
            print(f"skipped: {name}: {failure}", file=sys.stderr)

    def measured(self):
        interleave(self.sides, self.options.seconds, self.events)
        by_name = {side.name: side for side in self.sides}
        rows = [self.row(side, by_name) for side in self.sides]
        for side in self.sides:
            side.end()
        return {"title": self.title, "events": self.events, "bytes_per_event": self.bytes_per_event,
                "rounds": len(self.sides[0].times), "sides": rows}

    def row(self, side, by_name):
        floor = by_name.get(FLOOR)
        row = {"name": side.name, **side.ready, "stride": side.stride, "events_per_second": 1 / median(side.times),
               "ratio_to_floor": ratios(floor, side)[0] if floor else None}
        riposte = by_name.get(self.beside[side.name])
        if riposte:
            row["riposte_times_as_fast"] = dict(zip(("median", "min", "max"), ratios(riposte, side)))
            row["matches"] = dict(zip(("both", "only_riposte", "only_there"), agreement(riposte, side, self.events, self.folder)))
        return row


def median(values):
    return sorted(values)[len(values) // 2]


def print_table(result):
    print(f"\n{result['title']}: {result['events']} events of {result['bytes_per_event']:.0f} bytes, "
          f"{result['rounds']} rounds")
    print(f"{'SIDE':<22}{'RULES':>7}{'COMPILE S':>11}{'MIB':>7}{'EVENTS/S':>12}{'P':>9}  "
          f"{'RIPOSTE IS FASTER BY':<24}MATCHES: BOTH, ONLY RIPOSTE, ONLY THERE")
    for row in result["sides"]:
        faster, matches = row.get("riposte_times_as_fast"), row.get("matches")
        times = f"{faster['median']:.2f} ({faster['min']:.2f} to {faster['max']:.2f})" if faster else ""
        agreed = f"{matches['both']}, {matches['only_riposte']}, {matches['only_there']}" if matches else ""
        floors = f"{row['ratio_to_floor']:.2f}" if row["ratio_to_floor"] else ""
        print(f"{row['name']:<22}{row['rules']:>7}{row['compile_seconds']:>11.2f}{row['rss_bytes'] / 2**20:>7.0f}"
              f"{row['events_per_second']:>12.0f}{floors:>9}  {times:<24}{agreed}".rstrip())


class Run:
    """The workloads that were asked for, with the engines that could be had."""

    def __init__(self, options, folder):
        self.options = options
        self.folder = folder
        self.riposte = Riposte(options.cache, options.programs)
        self.peers = {}
        for name in options.peers:
            print(f"fetching and building {name}", file=sys.stderr)
            try:
                self.peers[name] = PEERS[name](options.cache)
            except Missing as why:
                print(f"skipped: {name}: {why}", file=sys.stderr)

    def comparison(self, title, events):
        lines = events.read_bytes().rstrip(b"\n").split(b"\n")
        return Comparison(title, self.options, self.folder, len(lines), sum(map(len, lines)) / len(lines))

    def sigma(self, rules, events):
        """All rules, looking at log sources and past them."""
        comparison = self.comparison("Sigma rules", events)
        comparison.add(FLOOR, self.riposte.floor(events))
        comparison.add("riposte routed", self.riposte.side(rules, self.options.schema, events, True))
        comparison.add("riposte ignored", self.riposte.side(rules, NO_FORMAT, events, False))
        if rsigma := self.peers.get("rsigma"):
            origins = self.folder / "origins.tsv"
            origins.write_text(self.riposte.describe("origins", self.options.schema, events))
            comparison.add("rsigma routed", rsigma.side(rules, events, origins), "riposte routed")
            comparison.add("rsigma ignored", rsigma.side(rules, events), "riposte ignored")
        return comparison.measured()

    def accepted(self, rules, events):
        """Those rules that sigma-rule-matcher accepts."""
        matcher = self.peers["sigma-rule-matcher"]
        chosen = self.copies("accepted", matcher.accepted(rules))
        comparison = self.comparison("Sigma rules that sigma-rule-matcher accepts, log sources ignored", events)
        comparison.add(FLOOR, self.riposte.floor(events))
        comparison.add(RIPOSTE, self.riposte.side(chosen, NO_FORMAT, events, False))
        comparison.add("sigma-rule-matcher", matcher.side(chosen, events), RIPOSTE)
        return comparison.measured()

    def patterns(self, rules, events):
        """Rules that Event Ruler and Quamina have words for."""
        described = sorted(map(json.loads, self.riposte.describe("patterns", rules).splitlines()),
                           key=lambda rule: rule["id"])[:self.options.pattern_rules]
        chosen = self.copies("patterns", [Path(rule["file"]) for rule in described])
        low = written(self.folder / "lower.ndjson",
                      [compact(sigma_patterns.lowered(json.loads(line))) for line in lines_of(events)])
        comparison = self.comparison("Sigma rules as patterns, log sources ignored", events)
        comparison.add(FLOOR, self.riposte.floor(events))
        comparison.add(RIPOSTE, self.riposte.side(chosen, NO_FORMAT, events, False))
        if rsigma := self.peers.get("rsigma"):
            comparison.add("rsigma", rsigma.side(chosen, events), RIPOSTE)
        for name in ("event-ruler", "quamina"):
            if name in self.peers:
                lines = [f"{rule['id']}\t{pattern}" for rule in described
                         for pattern in sigma_patterns.patterns_of(rule, name)]
                path = written(self.folder / f"{name}.patterns", lines)
                comparison.add(name, self.peers[name].side(path, low), RIPOSTE)
        return comparison.measured()

    def citylots(self, kind, documents, events):
        rules = citylots.rules(kind, documents)
        folder = self.folder / kind
        folder.mkdir()
        for rule in rules:
            written(folder / f"{rule[0]}.yml", [citylots.sigma_rule(*rule)])
        plain = written(self.folder / f"{kind}.tsv", ["\t".join(map(str, rule)) for rule in rules])
        comparison = self.comparison(f"city lots, {kind}", events)
        comparison.add(FLOOR, self.riposte.floor(events))
        comparison.add(RIPOSTE, self.riposte.side(folder, NO_FORMAT, events, False))
        comparison.add(INLINE_FLOOR, self.riposte.citylots_floor(plain, events), RIPOSTE)
        for name in ("event-ruler", "quamina"):
            patterns = [citylots.pattern(*rule[1:], name) for rule in rules]
            if name in self.peers and None not in patterns:
                path = written(self.folder / f"{name}-{kind}.patterns",
                               [f"{rule[0]}\t{pattern}" for rule, pattern in zip(rules, patterns)])
                comparison.add(name, self.peers[name].side(path, events), RIPOSTE)
        return comparison.measured()

    def copies(self, name, paths):
        folder = self.folder / name
        folder.mkdir()
        for number, path in enumerate(paths):
            shutil.copy(path, folder / f"{number}-{path.name}")
        return folder

    def everything(self):
        if self.options.rules:
            unpacked = unpacked_rules(self.options.rules, self.folder)
            rules = self.copies("taken", map(Path, self.riposte.describe("files", unpacked).splitlines()))
            lines = lines_of(self.options.events)
            events = written(self.folder / "events.ndjson", map(lean, lines) if self.options.lean else lines)
            yield self.sigma(rules, events)
            yield self.patterns(rules, events)
            if "sigma-rule-matcher" in self.peers:
                yield self.accepted(rules, events)
        if self.options.citylots > 0:
            documents = citylots.features(self.options.citylots)
            events = written(self.folder / "citylots.ndjson", map(compact, documents))
            for kind in citylots.KINDS:
                yield self.citylots(kind, documents, events)


def read_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rules", type=Path, help="folder or tar archive of Sigma rules")
    parser.add_argument("--events", type=Path, help="one JSON event per line, plain or .zst")
    parser.add_argument("--schema", default="windows_event_flat", help="shipped format of the events (%(default)s)")
    parser.add_argument("--lean", action="store_true", help=f"without the events' field {LEFT_OUT_WHEN_LEAN}")
    parser.add_argument("--seconds", type=float, default=20, help="for the rounds of one workload (%(default)s)")
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=list(PEERS), help="default: all")
    parser.add_argument("--pattern-rules", type=int, default=PATTERN_RULES, help="for Event Ruler and Quamina (%(default)s)")
    parser.add_argument("--citylots", type=int, default=CITYLOTS, metavar="DOCUMENTS", help="0: leave them out (%(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where engines are built (%(default)s)")
    parser.add_argument("--programs", type=Path, metavar="DIR", help="Riposte's programs, which are built otherwise")
    options = parser.parse_args()
    if bool(options.rules) != bool(options.events):
        parser.error("--rules and --events go together")
    return options


def disagrees_with_own_floor(result):
    """Other engines may read a rule in another way; the same rules checked by hand may not."""
    return any(row["matches"]["only_riposte"] or row["matches"]["only_there"]
               for row in result["sides"] if row["name"] == INLINE_FLOOR)


def commit():
    done = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def main():
    options = read_options()
    options.cache.mkdir(parents=True, exist_ok=True)
    results = []
    with tempfile.TemporaryDirectory(prefix="riposte-peers-") as folder:
        try:
            run = Run(options, Path(folder))
        except Missing as why:
            sys.exit(f"run.py: Riposte cannot be built: {why}")
        for result in run.everything():
            print_table(result)
            results.append(result)
        wrong = [result["title"] for result in results if disagrees_with_own_floor(result)]
    if options.json:
        options.json.write_text(json.dumps({"machine": machine(), "commit": commit(), "lean": options.lean,
                                            "workloads": results}, indent=2) + "\n")
    if wrong:
        sys.exit(f"run.py: ERROR OCCURRED: Riposte and the inline floor match differently in {', '.join(wrong)}")


if __name__ == "__main__":
    main()
