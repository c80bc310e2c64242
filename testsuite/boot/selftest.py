#!/usr/bin/env python3
"""Shows that run.py tells a module that loads cleanly from those that do not. Modules are built by
GNU make."""

import subprocess
import sys
import tempfile
from pathlib import Path

import run
from cachedir import SKIPPED, skip_when_unavailable


def _status(*words):
    return subprocess.run(
        [sys.executable, Path(__file__).parent / "run.py", *words], capture_output=True
    ).returncode


def main():
    with tempfile.TemporaryDirectory() as name:
        hello, provider, user = run.build_examples(Path(name), None)
        unversioned = Path(name) / "unversioned.ko"
        subprocess.run(
            ["objcopy", "--rename-section", "__versions=.set-aside", hello, unversioned], check=True
        )
        checks = [
            ("modules in order", [hello, provider, user], 0),
            ("a user without its provider", [user], 1),
            ("a user without its provider, as announced", ["--must-refuse", hello, user], 0),
            ("a module that was to be refused but loads", ["--must-refuse", hello], 1),
            ("no symbol versions: loads, with taint F", [unversioned], 1),
        ]
        wrong = 0
        for what, words, wanted in checks:
            got = _status(*words)
            if got == SKIPPED:
                return SKIPPED
            wrong += got != wanted
            print(f"{'ok' if got == wanted else 'WRONG':6}{what}: exit status {got}")
        return 1 if wrong else 0


if __name__ == "__main__":
    skip_when_unavailable(main)
