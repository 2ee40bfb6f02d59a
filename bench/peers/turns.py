"""Sides that take turns over the same events, and what their turns say."""

import json
import math
import os
import selectors
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

AGREEMENT_SECONDS = 30  # for the matches of one side; what is too slow for all events shows those of some
READY_SECONDS = 300  # an engine that has not compiled its rules by then is left out
FIRST_STRIDE = 100   # the share of the events that says how many more a slow engine can have
WARM_SECONDS = 2     # what compiles while it runs has compiled what matters by then


class Failed(Exception):
    """Why a side cannot go on."""


class Side:
    """A running program as side.md describes it."""

    def __init__(self, name, command):
        self.name = name
        self.times = []  # seconds per event, one for each turn
        self.stride = 1
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen([str(word) for word in command], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=self.errors, text=True)
        self.ready = self.answer(READY_SECONDS)

    def answer(self, seconds=None):
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            if not selector.select(seconds):
                self.end()
                raise Failed(f"not ready after {seconds} s")
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            self.errors.seek(0)
            said = self.errors.read().strip().splitlines() or [f"ended with {self.process.returncode}"]
            raise Failed(said[-1])
        return json.loads(line)

    def ask(self, *words):
        self.process.stdin.write(" ".join(str(word) for word in words) + "\n")
        self.process.stdin.flush()
        return self.answer()

    def turn(self, stride, offset):
        answer = self.ask("turn", stride, offset)
        return answer["seconds"] / max(1, answer["events"])

    def pairs(self, stride, folder):
        path = Path(folder, f"{self.name}.pairs".replace(" ", "-"))
        self.ask("pairs", stride, 0, path)
        return {tuple(line.split("\t")) for line in path.read_text().splitlines()}

    def end(self):
        self.process.kill()
        self.process.wait()


def fit(side, turn_seconds, warm_seconds, events):
    """Gives a side so many of the events in one turn that it is over in about the time; all where it can."""
    stride = min(FIRST_STRIDE, events)
    begun, done = time.monotonic(), 0
    while done == 0 or time.monotonic() - begun < warm_seconds:
        per_event = side.turn(stride, done % stride)
        done += 1
    needed = per_event * events
    side.stride = max(1, min(stride, round(needed / turn_seconds)))


def interleave(sides, seconds, events, rounds_min=5):
    """Every side in turn, until the time is over; a slow one sees another share of the events in each round."""
    for side in sides:
        fit(side, seconds / rounds_min / len(sides), min(seconds, WARM_SECONDS), events)
    begun, done = time.monotonic(), 0
    while done < rounds_min or time.monotonic() - begun < seconds:
        for side in sides:
            side.times.append(side.turn(side.stride, done % side.stride))
        done += 1


def ratios(side, other):
    """How many times as fast `side` is: median, smallest and largest of the rounds."""
    each = sorted(theirs / ours for ours, theirs in zip(side.times, other.times))
    return statistics.median(each), each[0], each[-1]


def agreement(side, other, events, folder):
    """Pairs of event and rule in both, only in `side`, only in `other`; of as many events as the slower can do."""
    slowest = max(statistics.median(side.times), statistics.median(other.times))
    stride = max(1, math.ceil(slowest * events / AGREEMENT_SECONDS))
    ours, theirs = side.pairs(stride, folder), other.pairs(stride, folder)
    return len(ours & theirs), len(ours - theirs), len(theirs - ours)


def machine():
    model = next((line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), "unknown")
    return f"{os.cpu_count()} × {model}"
