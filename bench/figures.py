"""Figures of benches: which of them say fast or slow, and how they are read from files.

A results file says how it came about and holds the values of every round:
{"machine", "commit", "date", "command", "input", "workloads": {WORKLOAD: {FIGURE: [VALUE of each round]}}}.
"""

import datetime
import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "bench" / "peers"))

from turns import machine  # noqa: E402  the peers' benches say it in the same words

# In units of something that was measured in the same run: these hold on a machine whose speed changes.
SMALLER_IS_BETTER = {"P", "again_P", "p50_in_commits", "p99_in_commits"}
LARGER_IS_BETTER = {"ratio", "stock_ratio", "cpu_ratio", "speedup"}
JUDGED = SMALLER_IS_BETTER | LARGER_IS_BETTER
# In seconds: only for who asks for them.
SMALLER_IS_BETTER_TOO = {"us/event", "cpu_us/event", "p50_us", "p99_us", "real_time"}
LARGER_IS_BETTER_TOO = {"events/s", "actions/s"}
JUDGEABLE = JUDGED | SMALLER_IS_BETTER_TOO | LARGER_IS_BETTER_TOO

ABOUT_THE_RUN = {"name", "run_name", "run_type", "family_index", "per_family_instance_index", "repetitions",
                 "repetition_index", "threads", "iterations", "cpu_time", "time_unit"}

DIGITS = 6  # more than any clock here is worth


class Unusable(Exception):
    """Why a file holds no figures."""


def larger_is_better(figure):
    return figure in LARGER_IS_BETTER | LARGER_IS_BETTER_TOO


def workload_of(name):
    """Without what Google Benchmark adds to it."""
    return re.sub(r"/(iterations:\d+|repeats:\d+|manual_time|real_time)(?=/|$)", "", name)


def add_runs(workloads, document):
    """The values of Google Benchmark's report behind those that are there."""
    for run in document["benchmarks"]:
        if run.get("error_occurred"):
            raise Unusable(f"{run['name']}: {run.get('error_message', 'failed')}")
        if run.get("run_type", "iteration") != "iteration":
            continue
        figures = workloads.setdefault(workload_of(run["name"]), {})
        for figure, value in run.items():
            if figure not in ABOUT_THE_RUN and isinstance(value, (int, float)):
                figures.setdefault(figure, []).append(float(f"{value:.{DIGITS}g}"))


def read_results(path):
    """Of a results file, or of what Google Benchmark writes with --benchmark_out."""
    try:
        document = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as why:
        raise Unusable(f"{path}: {why}") from why
    if isinstance(document, dict) and isinstance(document.get("workloads"), dict):
        return document["workloads"]
    if not isinstance(document, dict) or "benchmarks" not in document:
        raise Unusable(f"{path}: neither 'workloads' nor 'benchmarks' in it; make one with bench/record.py")
    workloads = {}
    add_runs(workloads, document)
    return workloads


def commit(directory=ROOT):
    done = subprocess.run(["git", "describe", "--always", "--dirty", "--abbrev=12"], cwd=directory, capture_output=True,
                          text=True, check=False)
    return done.stdout.strip() or "unknown"


def on_few_lines(document):
    """JSON with the values of a figure on one line."""
    text = json.dumps(document, indent=1, ensure_ascii=False)
    return re.sub(r"\[\n\s+([^\[\]\"]*?)\s+\]", lambda found: "[" + " ".join(found[1].split()) + "]", text) + "\n"


def results(workloads, command, **given):
    now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    return {"machine": machine(), "commit": commit(), "date": now.isoformat(), "command": command, "input": given,
            "workloads": workloads}
