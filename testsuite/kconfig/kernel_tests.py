#!/usr/bin/env python3
"""Runs the kernel's own tests of Kconfig (scripts/kconfig/tests) with kbx in the place of conf.

    kernel_tests.py --kbx build/kbx [--series 6.1]...

They are run where the distribution's sources of a kernel lie. conf is looked for below the current folder, so that is
one of links: to the sources of scripts/kconfig, by which kbx knows the dialect, and to kbx as conf beside them.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import oracle
from cachedir import Unavailable, all_good, skip_when_unavailable

# The tests of older kernels press Enter until they see that conf has ended, and fail if they see it a moment late.
ATTEMPTS = 5
SERIES = ("5.10", "6.1", "6.12", "7.x")


def interpreter():
    """A Python that has pytest: this one, or that of the distribution."""
    for python in (sys.executable, "/usr/bin/python3"):
        if Path(python).exists() and subprocess.run([python, "-m", "pytest", "--version"], capture_output=True,
                                                    check=False).returncode == 0:
            return python
    raise Unavailable("pytest is not installed")


def run_tests(python, sources, folder):
    return subprocess.run([python, "-B", "-m", "pytest", "-p", "no:cacheprovider", "--tb=short", "-q",
                           str(sources / "tests")], cwd=folder, env={**os.environ, "LC_ALL": "C"}, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)


def run(kbx, series):
    """True if all tests of a series pass."""
    sources = oracle.oracle(series).tree / "scripts/kconfig"
    python = interpreter()
    with tempfile.TemporaryDirectory() as top:
        links = Path(top) / "scripts/kconfig"
        links.mkdir(parents=True)
        for source in sources.iterdir():
            (links / source.name).symlink_to(source)
        (links / "conf").symlink_to(kbx)
        done = run_tests(python, sources, top)
        for _ in range(ATTEMPTS - 1):
            if "BrokenPipeError" in done.stdout:
                done = run_tests(python, sources, top)
    number = {word: int(count) for count, word in re.findall(r"(\d+) (passed|failed|errors?)\b", done.stdout)}
    passed = number.get("passed", 0)
    print(f"{series}: {passed} of {sum(number.values())} tests of the kernel pass", flush=True)
    if done.returncode != 0 or passed == 0:
        print(done.stdout)
        return False
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kbx", required=True, type=lambda name: str(Path(name).resolve()))
    parser.add_argument("--series", action="append", help="kernels whose tests are run; default 6.1")
    arguments = parser.parse_args()
    series = SERIES if arguments.series == ["all"] else arguments.series or ["6.1"]
    return 0 if all_good(series, lambda one: run(arguments.kbx, one), "no tests could be run") else 1


if __name__ == "__main__":
    skip_when_unavailable(main)
