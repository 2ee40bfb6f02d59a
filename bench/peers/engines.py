"""The engines that are compared: how each is fetched and built with its own package manager, and how it is started.

Everything is built in a cache outside of the sources. What cannot be had raises Missing, with the reason.
"""

import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD_SECONDS = 1800  # a cold cache on a busy machine; a mirror that is silent must not hang a run
REASON_CHARACTERS = 200


class Missing(Exception):
    """Why an engine is not there."""


def run(command, cwd):
    if shutil.which(str(command[0])) is None:
        raise Missing(f"{command[0]} is not installed")
    try:
        done = subprocess.run([str(word) for word in command], cwd=cwd, capture_output=True, text=True,
                              timeout=BUILD_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise Missing(f"{command[0]} did not end within {BUILD_SECONDS} s") from None
    if done.returncode != 0:
        lines = (done.stderr + done.stdout).strip().splitlines() or ["no reason given"]
        reason = next((line for line in lines if "rror" in line or "403" in line or "not found" in line), lines[-1])
        raise Missing(f"{' '.join(str(word) for word in command[:2])}: {reason.strip()[:REASON_CHARACTERS]}")
    return done.stdout


def copied(name, cache):
    """The engine's sources in a folder of the cache, where its package manager may write beside them."""
    folder = cache / name
    shutil.copytree(HERE / name, folder, dirs_exist_ok=True)
    return folder


class Riposte:
    """`programs`: a folder with the three programs; they are built when it is not given."""

    def __init__(self, cache, programs=None):
        self.folder = programs
        if programs:
            return
        build = cache / "riposte"
        run(["cmake", "--preset", "release", "-B", build, "-DRIPOSTE_BENCH=ON"], ROOT)
        run(["cmake", "--build", build, "--target", "riposte_side", "riposte_describe", "citylots_floor"], ROOT)
        self.folder = build / "bench"

    def floor(self, events):
        return [self.folder / "riposte_side", "floor", events]

    def side(self, rules, schema, events, routed):
        return [self.folder / "riposte_side", "routed" if routed else "ignored", rules, schema, events]

    def citylots_floor(self, rules, events):
        return [self.folder / "citylots_floor", rules, events]

    def describe(self, *arguments):
        return run([self.folder / "riposte_describe", *arguments], ROOT)


class Rsigma:
    def __init__(self, cache):
        folder = copied("rsigma", cache)
        run(["cargo", "build", "--release", "--quiet"], folder)
        self.program = folder / "target/release/rsigma-side"

    def side(self, rules, events, origins=None):
        return [self.program, rules, events] + ([origins] if origins else [])


class EventRuler:
    def __init__(self, cache):
        folder = copied("event_ruler", cache)
        if not (folder / "jars").is_dir():
            run(["mvn", "-B", "-ntp", "-Dstyle.color=never",
                 "org.apache.maven.plugins:maven-dependency-plugin:copy-dependencies", "-DincludeScope=runtime",
                 "-DoutputDirectory=jars"], folder)
        run(["javac", "-cp", "jars/*", "-d", "classes", "Side.java"], folder)
        self.path = f"{folder}/jars/*:{folder}/classes"

    def side(self, rules, events):
        return ["java", "-cp", self.path, "Side", rules, events]


class Quamina:
    def __init__(self, cache):
        folder = copied("quamina", cache)
        run(["go", "build", "-mod=mod", "-o", "side", "."], folder)
        self.program = folder / "side"

    def side(self, rules, events):
        return [self.program, rules, events]


class SigmaRuleMatcher:
    def __init__(self, cache):
        folder = copied("python", cache)
        run([sys.executable, "-m", "venv", "venv"], folder)
        self.python = folder / "venv/bin/python"
        run([self.python, "-m", "pip", "install", "--quiet", "-r", "requirements.txt"], folder)
        self.program = folder / "side.py"

    def side(self, rules, events):
        return [self.python, self.program, rules, events]

    def accepted(self, rules):
        """The files of the rules that the library takes."""
        return [Path(line) for line in run([self.python, self.program, rules], ROOT).splitlines()]


PEERS = {"rsigma": Rsigma, "event-ruler": EventRuler, "quamina": Quamina, "sigma-rule-matcher": SigmaRuleMatcher}
