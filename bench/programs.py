"""Bench programs: built from a tree or a revision, given rules and events, and run."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from figures import ROOT, Unusable, add_runs

MATCHING = ("rule_count_bench", "match_threads_bench", "hostile_events_bench")
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"), "riposte-benches")
VARIANTS = 10_000   # what rule_count_bench takes at most
BUSY_LOAD = 0.5     # processes that want to run, averaged over a minute: figures would measure their work, too
EXPORTED = ".exported"
COMMIT_DIGITS = 12


class Failed(Exception):
    """Why a program cannot be had or did not end well."""


def run(command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()[-5:]
        raise Failed(f"{' '.join(map(str, command[:4]))} …: " + ("\n  ".join(said) or f"exit code {done.returncode}"))
    return done.stdout


def built(source, programs, build):
    """The folder of the programs, built as released."""
    print(f"building {', '.join(programs)} in {build}", file=sys.stderr)
    run(["cmake", "--preset", "release", "-S", source, "-B", build, "-DRIPOSTE_BENCH=ON"], cwd=source)
    try:
        run(["cmake", "--build", build, "--target", *programs])
    except Failed as why:
        raise Failed(f"{why}\n  a tree without these benches can be measured by others: --programs") from why
    return build / "bench"


def commit_of(revision):
    try:
        return run(["git", "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}"], cwd=ROOT).strip()[:COMMIT_DIGITS]
    except Failed as why:
        raise Failed(f"{revision}: neither a file nor a revision of {ROOT}") from why


def exported(commit, cache):
    """The tree of a commit, outside of the source tree."""
    folder = cache / commit
    if not (folder / EXPORTED).exists():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(suffix=".tar") as archive:
            run(["git", "archive", "--format=tar", "-o", archive.name, commit], cwd=ROOT)
            run(["tar", "-xf", archive.name, "-C", folder])
        (folder / EXPORTED).touch()
    return folder


def measure(folder, programs, environment, workloads, smoke=False):
    """Runs each once; their figures go behind those that are in `workloads`."""
    for program in programs:
        with tempfile.NamedTemporaryFile(suffix=".json") as report:
            run([folder / program, f"--benchmark_out={report.name}", "--benchmark_out_format=json",
                 *(["--smoke"] if smoke else [])], env={**os.environ, **environment})
            try:
                add_runs(workloads, json.loads(Path(report.name).read_text(encoding="utf-8")))
            except (ValueError, Unusable) as why:
                raise Failed(f"{program}: {why}") from why


def add_input_options(parser):
    group = parser.add_argument_group("what is matched")
    group.add_argument("--rules", type=Path, default=ROOT / "examples" / "rules", help="folder of rules (the examples)")
    group.add_argument("--events", type=Path, help="one JSON event per line (made-up alerts)")
    group.add_argument("--schema", help="shipped format of the events; goes with --events")
    group.add_argument("--variants", type=int, default=VARIANTS, metavar="N",
                       help="rules that are made out of the given ones, for larger sets (%(default)s)")
    parser.add_argument("--programs", nargs="+", default=list(MATCHING), help="which benches (%(default)s)")
    parser.add_argument("--smoke", action="store_true", help="tiny sizes, to see that all works; the figures mean nothing")
    parser.add_argument("--even-if-busy", action="store_true", help="measure although other work runs")


def check_input_options(parser, options):
    if bool(options.events) != bool(options.schema):
        parser.error("--events and --schema go together")
    for path in filter(None, (options.rules, options.events)):
        if not path.exists():
            parser.error(f"{path}: no such file or folder")
    load = os.getloadavg()[0]
    if load > BUSY_LOAD and not options.even_if_busy and not options.smoke:
        parser.error(f"other work runs on this machine (load {load:.1f}): wait for its end, or say --even-if-busy")


def environment_of(options, folder):
    """Writes the variants into the folder; what bench/given.h reads."""
    environment = {"RIPOSTE_BENCH_RULES": str(options.rules.resolve())}
    if options.events:
        environment["RIPOSTE_BENCH_EVENTS"] = str(options.events.resolve())
        environment["RIPOSTE_BENCH_SCHEMA"] = options.schema
    if options.variants > 0 and not options.smoke:
        variants = folder / "variants"
        run([sys.executable, ROOT / "bench" / "vary_rules.py", options.rules, variants, options.variants])
        environment["RIPOSTE_BENCH_VARIANTS"] = str(variants)
    return environment
