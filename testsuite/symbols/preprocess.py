#!/usr/bin/env python3
"""Differential test of kbx's preprocessor: every preprocess/*.c through the compiler's -E and through kbx.

    preprocess.py --kbx build/kbx [--compiler gcc] [PATTERN...]

The tokens, and the file and line that markers give each, must be equal. A case may start with these lines:
  //args: WORD...    words of the command line, before the file's name
  //left: TEXT       kbx has to leave it to the compiler, for a reason with TEXT in it; what it does then has to be equal
  //warns: TEXT      the compiler warns of something that does not change its result; it does so when it compiles, too

Exit status: 0 all equal, 1 some differ, 77 there is no GCC.
"""

import argparse
import fnmatch
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

import preprocessed_text

CASES = Path(__file__).resolve().parent / "preprocess"
SKIPPED_STATUS = 77


def directives(text):
    found = {}
    for line in text.splitlines():
        key, separator, value = line.partition(": ")
        if not separator or not key.startswith("//"):
            break
        found[key[2:]] = value
    return found


def fault(case, kbx, compiler, environment):
    """What is wrong with a case, or None."""
    wanted = directives(case.read_text(errors="replace"))
    command = [*compiler, "-E", *shlex.split(wanted.get("args", "")), case.name]

    def run(words):
        return subprocess.run(words, cwd=CASES, capture_output=True, env=environment, timeout=60)

    expected = run(command)
    seen = run([*kbx, "--preprocess-only", *command])
    if "left" in wanted:
        said = seen.stderr.decode(errors="replace")
        if seen.returncode == 0 or wanted["left"] not in said:
            return f"is not left to the compiler because of {wanted['left']!r}: {said or 'no message'}"
        versions = run(["sh", "-c", f"{shlex.join(command)} 2>/dev/null | {shlex.join(kbx)}"])
        joined = run([*kbx, "--preprocess", *command])
        if versions.stdout != joined.stdout or expected.stderr != joined.stderr:
            return f"left to the compiler, another result: {joined.stdout!r} {joined.stderr!r}"
        return None
    if expected.returncode:
        return f"the compiler says {expected.stderr.decode(errors='replace')}"
    if seen.returncode:
        return seen.stderr.decode(errors="replace").strip()
    if expected.stderr and ("warns" not in wanted or wanted["warns"].encode() not in expected.stderr):
        return f"the compiler warns: {expected.stderr.decode(errors='replace')}"
    if not preprocessed_text.tokens(expected.stdout):
        return "no tokens: the case shows no behaviour"
    return preprocessed_text.difference(expected.stdout, seen.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kbx", required=True)
    parser.add_argument("--compiler", default="gcc")
    parser.add_argument("patterns", nargs="*", default=["*"])
    options = parser.parse_args()
    compiler = shlex.split(options.compiler)
    try:
        said = subprocess.run([*compiler, "-dM", "-E", "-x", "c", "/dev/null"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"skipped: {options.compiler} does not run: {error}")
        return SKIPPED_STATUS
    if "__clang__" in said.stdout:
        print(f"skipped: {options.compiler} is not GCC")
        return SKIPPED_STATUS
    kbx = [os.path.abspath(options.kbx), "genksyms"]
    faults = total = 0
    with tempfile.TemporaryDirectory(prefix="kbx-preprocess-") as folder:
        environment = {**os.environ, "XDG_CACHE_HOME": folder, "LC_ALL": "C"}
        for case in sorted(CASES.glob("*.c")):
            if not any(fnmatch.fnmatch(case.stem, pattern) for pattern in options.patterns):
                continue
            total += 1
            wrong = fault(case, kbx, compiler, environment)
            if wrong:
                faults += 1
                print(f"{case.stem}: {wrong}")
    print(f"{options.compiler}: {total - faults} of {total} equal")
    return 1 if faults or not total else 0


sys.exit(main())
