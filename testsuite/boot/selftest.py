#!/usr/bin/env python3
"""Shows that run.py tells a module that loads cleanly from those that do not, and that verdict.py
tells a verdict that fits from those that do not. Modules are built by GNU make."""

import subprocess
import sys
import tempfile
from pathlib import Path

import run
import verdict
from cachedir import SKIPPED, skip_when_unavailable


def _status(*words):
    return subprocess.run(
        [sys.executable, Path(__file__).parent / "run.py", *words], capture_output=True
    ).returncode


def _verdict_faults():
    """How many of the verdicts that do not fit what a guest told are not noticed, and told."""
    files = [("plain.ko", b"")]
    loaded, refused = ["loaded plain taint OE"], ["refused plain", "log plain: Unknown symbol x"]
    good = {"verdict": "would-load", "module": "plain", "taints": "EO", "load_first": [], "reasons": [], "notes": []}
    bad = good | {"verdict": "would-not-load", "reasons": [{"kind": "crc"}]}
    rows = [
        ("loads, as foretold", good, loaded, "", True),
        ("refused, as foretold", bad, refused, "Unknown symbol x", True),
        ("refused, though it would load", good, refused, "", False),
        ("loads, though it would not", bad, loaded, "", False),
        ("another taint", good | {"taints": "EFO"}, loaded, "", False),
        ("refused for another reason", bad, refused, "disagrees", False),
        ("no answer of the guest", good, [], "", False),
        ("no verdict", good | {"verdict": "no-evidence"}, loaded, "", False),
        ("loads without what it needs", good | {"load_first": ["other"]}, loaded, "", False),
    ]
    wrong = 0
    for what, told, said, log, fits in rows:
        noticed = bool(verdict.compare(told, files, said, log))
        wrong += noticed == fits
        print(f"{'WRONG' if noticed == fits else 'ok':6}{what}")
    return wrong


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
        wrong = _verdict_faults()
        for what, words, wanted in checks:
            got = _status(*words)
            if got == SKIPPED:
                return SKIPPED
            wrong += got != wanted
            print(f"{'ok' if got == wanted else 'WRONG':6}{what}: exit status {got}")
        return 1 if wrong else 0


if __name__ == "__main__":
    skip_when_unavailable(main)
