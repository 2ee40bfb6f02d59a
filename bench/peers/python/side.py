"""sigma-rule-matcher (on pySigma) as one side of the comparison; ../side.md says what a side reads and writes.

side.py RULES EVENTS
side.py RULES: prints the files whose rules the library takes, nothing else.
"""

import json
import os
import sys
import time
from pathlib import Path

from sigma.collection import SigmaCollection
from sigma_rule_matcher import RuleMatcher


def resident_bytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def answer(**values):
    print(json.dumps(values), flush=True)


def load(folder):
    """Matchers by file, (id, matcher) of each rule; none where the library refuses one."""
    for path in sorted(Path(folder).rglob("*.yml")):
        try:
            rules = SigmaCollection.from_yaml(path.read_text()).rules
            yield path, [(str(rule.id), RuleMatcher(rule)) for rule in rules]
        except Exception:
            yield path, []


def matches(matchers, line):
    """Ids of the rules that match. What the library cannot judge it raises, and that is no match."""
    event = json.loads(line)
    for name, matcher in matchers:
        try:
            if matcher.match(event):
                yield name
        except Exception:
            continue


def turn(matchers, lines):
    begun = time.perf_counter()
    found = sum(1 for line in lines for _ in matches(matchers, line))
    answer(events=len(lines), seconds=time.perf_counter() - begun, matches=found)


def write_pairs(matchers, lines, stride, offset, path):
    pairs = 0
    with open(path, "w") as file:
        for number, line in enumerate(lines):
            for name in matches(matchers, line):
                file.write(f"{offset + number * stride}\t{name}\n")
                pairs += 1
    answer(pairs=pairs)


def main():
    if len(sys.argv) == 2:
        print("\n".join(str(path) for path, matchers in load(sys.argv[1]) if matchers))
        return
    events = Path(sys.argv[2]).read_text().rstrip("\n").split("\n")
    before, begun = resident_bytes(), time.perf_counter()
    loaded = list(load(sys.argv[1]))
    matchers = [matcher for _, of_file in loaded for matcher in of_file]
    refused = sum(1 for _, of_file in loaded if not of_file)
    answer(rules=len(matchers), refused=refused, compile_seconds=time.perf_counter() - begun,
           rss_bytes=resident_bytes() - before)
    for command in sys.stdin:
        name, stride, offset, *path = command.split()
        chosen = events[int(offset)::int(stride)]
        if name == "pairs":
            write_pairs(matchers, chosen, int(stride), int(offset), path[0])
        else:
            turn(matchers, chosen)


if __name__ == "__main__":
    main()
