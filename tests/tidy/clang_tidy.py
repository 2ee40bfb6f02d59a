#!/usr/bin/env python3
"""clang-tidy 19 over everything that the build compiles, in the batches of the preset `tidy`.

usage: clang_tidy.py [--jobs N] [FILE…]     FILE: only the batches with these files

A batch reads each header once, which takes a third of the time of one file after the other. A batch that
does not compile is checked file by file, so that the findings are always those of the files themselves.
Prints each finding once; exit code 1 when there is one. The last line is `N passed, N failed`, in files.
"""

import argparse
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import database

BUILD = database.ROOT / "build" / "tidy"
NOT_OURS = "clang-diagnostic-error"
ARGUMENTS = ["--quiet", f"--config-file={database.ROOT}/.clang-tidy", "--extra-arg=-Wno-unknown-warning-option",
             "--extra-arg=-Wno-gnu-statement-expression-from-macro-expansion",  # librdkafka's RD_KAFKA_V_*
             "--extra-arg=-Wno-deprecated-declarations"]  # inside GCC's own <algorithm>; GCC itself is asked
BATCHED = "-bugprone-suspicious-include"  # a batch includes .cc files by design
FINDING = re.compile(r"^(?P<place>\S+?:\d+:\d+): (?:error|warning): .*\[(?P<checks>[^\]]+)\]$", re.MULTILINE)


def shown_path(path):
    return os.path.relpath(path, database.ROOT)


def tidy(directory, file):
    done = subprocess.run(["clang-tidy-19", *ARGUMENTS, f"--checks={BATCHED}", "-p", str(directory), str(file)],
                          cwd=database.ROOT, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def check(unit):
    """(output, files with findings) of one batch."""
    with tempfile.TemporaryDirectory() as directory:
        commands = Path(directory) / "compile_commands.json"
        commands.write_text(json.dumps([unit.entry]))
        code, output, errors = tidy(directory, unit.file)
        if code == 0:
            return "", set()
        if len(unit.sources) > 1 and NOT_OURS in output:
            commands.write_text(json.dumps([unit.alone(source) for source in unit.sources]))
            results = [(source, *tidy(directory, source)) for source in unit.sources]
            bad = {source for source, code, _, _ in results if code != 0}
            return "".join(text for _, code, text, _ in results if code != 0), bad
        places = {Path(match["place"].rsplit(":", 2)[0]).resolve() for match in FINDING.finditer(output)}
        bad = {source for source in unit.sources if source.resolve() in places}
        return output or errors, bad or set(unit.sources[:1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--build", type=Path, default=BUILD)
    parser.add_argument("--times", action="store_true", help="print the seconds of each batch")
    parser.add_argument("files", nargs="*", type=Path)
    options = parser.parse_args()
    database.configure(options.build)
    wanted = {file.resolve() for file in options.files}
    units = [unit for unit in database.units(options.build) if not wanted or wanted & set(unit.sources)]
    units.sort(key=lambda unit: -sum(source.stat().st_size for source in unit.sources))  # the long ones first

    def timed(unit):
        begun = time.monotonic()
        output, bad = check(unit)
        return unit, output, bad, time.monotonic() - begun

    shown, failed, sources = set(), set(), set()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for unit, output, bad, seconds in pool.map(timed, units):
            sources |= set(unit.sources)
            failed |= bad
            if options.times:
                print(f"{seconds:6.1f} s  {len(unit.sources):2} files  {shown_path(unit.sources[0])}",
                      flush=True)
            for finding in re.split(r"(?m)^(?=\S+?:\d+:\d+: (?:error|warning): )", output):
                first = finding.split("\n", 1)[0]
                if finding.strip() and first not in shown:
                    shown.add(first)
                    print(finding, end="", flush=True)
    print(f"{len(sources) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
