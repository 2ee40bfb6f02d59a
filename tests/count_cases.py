#!/usr/bin/env python3
"""Adds up the cases of a ctest run: `passed failed skipped`, three numbers on one line.

usage: count_cases.py JUNIT_OF_CTEST DIRECTORY_WITH_GTEST_XML

A program that left GoogleTest's XML counts with its cases; any other, and one that ended before it could
write, counts as one case with the result that ctest saw.
"""

import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path


def result_of(case):
    if case.find("failure") is not None:
        return "failed"
    return "skipped" if case.get("result") in ("skipped", "suppressed") or case.find("skipped") is not None else "passed"


def results_of(program, directory):
    seen_by_ctest = {"run": "passed", "fail": "failed"}.get(program.get("status"), "skipped")
    written = directory / f"{program.get('name')}.xml"
    if not written.exists():
        return [seen_by_ctest]
    # A test that is switched off is the part of another one that needs a process of its own.
    results = [result_of(case) for case in ElementTree.parse(written).iter("testcase") if case.get("status") != "notrun"]
    if seen_by_ctest == "failed" and "failed" not in results:
        results.append("failed")
    return results


def main():
    junit, directory = Path(sys.argv[1]), Path(sys.argv[2])
    results = [result for program in ElementTree.parse(junit).iter("testcase")
               for result in results_of(program, directory)]
    print(*(results.count(result) for result in ("passed", "failed", "skipped")))


if __name__ == "__main__":
    main()
