#!/usr/bin/env python3
"""The house rules that no compiler knows, checked on the whole tree.

Each check first shows on small examples that it can fail, then looks at the repository.
Prints every finding as FILE:LINE: error: what and how to cure it; the last line is `N passed, N failed`.
"""

import sys

import floors
import programs
import prose
import scripts
import shape
import visibility
from tree import files_of_repository


def wrong_answers(check):
    for example in check.examples:
        said = [what for _, _, what in check.find_in_example(example.files)]
        paths = ", ".join(file.path for file in example.files)
        if example.objection is None and said:
            yield f"the check objects to its good example {paths}: {said[0]}"
        if example.objection is not None and not any(example.objection in what for what in said):
            yield f"the check accepts its bad example {paths}"


def main():
    files = files_of_repository()
    passed, failed = 0, 0
    for module in (floors, visibility, shape, prose, scripts, programs):
        for check in module.CHECKS:
            findings = [f"{path}:{line}: error: {what}" for path, line, what in check.find(files)]
            findings += [f"tests/tidy/{module.__name__}.py:1: error: {what}" for what in wrong_answers(check)]
            for finding in findings:
                print(finding)
            if findings:
                print(f"FAILED {module.__name__}.{check.name}")
            failed += bool(findings)
            passed += not findings
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
