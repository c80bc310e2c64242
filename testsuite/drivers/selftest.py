#!/usr/bin/env python3
"""Shows that run.py notices what it is there to notice: stand-ins for kbx that each do one thing
wrong.

Every stand-in is a shell script around GNU make, and each has to be told apart by the text run.py
gives for it.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from cachedir import SKIPPED, cache_root

RUN = Path(__file__).parent / "run.py"
BUILDS, FAILS = "synthetic/composite-forms/6.1", "synthetic/fails-compiler-error/6.1"
MAKE = 'shift; PATH=/usr/bin:/bin make "$@"'
AFTERWARDS = MAKE + "; status=$?; {}; exit $status"
OUT = """for last; do
  case $previous in --out) out=$last;; --kernel) kernel=$last;; esac; previous=$last
done
PATH=/usr/bin:/bin; mkdir -p "$out" && """

MODPOST = """for word; do
  case $previous in -o) out=$word;; esac; previous=$word
done
"$0.real-lsb-64" "$@"; status=$?
"""

ASIDE = OUT + 'cp -r "$2"/. "$out" && make -C "$kernel" M="$out" >/dev/null'

# (what, script, mode and further options, cell, result, text that must be in the details)
STAND_INS = [
    ("faithful", MAKE, "make", BUILDS, "passed", ""),
    ("faithful without a plan", MAKE, "make --planned", BUILDS, "failed", "without a plan"),
    ("faithful failure", MAKE, "make", FAILS, "passed", ""),
    ("another flag", MAKE + " KCFLAGS=-DOTHER", "make", BUILDS, "failed", "argument"),
    (
        "another working folder's spelling",
        MAKE + ' KCFLAGS=-I"$PWD"/./',
        "make",
        BUILDS,
        "failed",
        "argument",
    ),
    (
        "a changed section",
        AFTERWARDS.format("find . -name ms.ko -exec sed -i 's/license=GPL/license=XXX/' {} +"),
        "make",
        BUILDS,
        "failed",
        "ms.ko: differs in .modinfo",
    ),
    (
        "a byte too many",
        AFTERWARDS.format("find . -name ms.ko -exec sh -c 'echo >> $0' {} ';'"),
        "make",
        BUILDS,
        "failed",
        "headers or padding only",
    ),
    (
        "no Module.symvers",
        AFTERWARDS.format("rm -f Module.symvers"),
        "make",
        BUILDS,
        "failed",
        "Module.symvers: kbx did not make it",
    ),
    (
        "no .cmd file",
        AFTERWARDS.format("rm -f .part.o.cmd"),
        "make",
        BUILDS,
        "failed",
        ".part.o.cmd: kbx did not make it",
    ),
    (
        "another order",
        AFTERWARDS.format("tac modules.order > o; mv o modules.order"),
        "make",
        BUILDS,
        "failed",
        "modules.order:1:",
    ),
    (
        "a module too many",
        AFTERWARDS.format("cp ms.ko more.ko"),
        "make",
        BUILDS,
        "failed",
        "only kbx made it",
    ),
    ("no modules", "exit 0", "make", BUILDS, "failed", "kbx did not make it"),
    ("refuses", "exit 3", "make", BUILDS, "failed", "exit status 3"),
    ("accepts what cannot be built", "exit 0", "make", FAILS, "failed", "kbuild refuses"),
    (
        "fails for another reason",
        "echo a.c:1:1: error: other; exit 1",
        "make",
        FAILS,
        "failed",
        "first error of kbx",
    ),
    (
        "builds in the sources",
        OUT + 'make -C "$kernel" M="$2" >/dev/null && cp "$2"/*.ko "$out"',
        "build",
        BUILDS,
        "failed",
        "the source folder was changed",
    ),
    ("builds aside, alike", ASIDE, "build --mod-object direct", BUILDS, "passed", ""),
    (
        "another licence",
        ASIDE + " && sed -i 's/license=GPL/license=XXX/' \"$out\"/ms.ko",
        "build --mod-object direct",
        BUILDS,
        "failed",
        "ms.ko: differs in .modinfo",
    ),
    (
        "another name in a version table",
        ASIDE + " && sed -i 's/module_layout/module_layouu/' \"$out\"/ms.ko",
        "build --mod-object direct",
        BUILDS,
        "failed",
        "ms.ko: differs in __versions",
    ),
    (
        "another init function",
        ASIDE + " && sed -i 's/cleanup_module/cleanup_modulf/g' \"$out\"/ms.ko",
        "build --mod-object direct",
        BUILDS,
        "failed",
        "relocations of .gnu.linkonce.this_module",
    ),
    ("faithful modpost", MODPOST + "exit $status", "modpost", BUILDS, "passed", ""),
    ("modpost refuses", "exit 3", "modpost", BUILDS, "failed", "exit status 2"),
    (
        "modpost writes more",
        MODPOST + 'echo "/* */" >>"${out%/*}/ms.mod.c"; exit $status',
        "modpost",
        BUILDS,
        "failed",
        "ms.mod.c: ",
    ),
    (
        "builds aside",
        ASIDE,
        "build",
        BUILDS,
        "failed",
        ".ko: differs in",
    ),
]


def _details(script, mode, cell, folder):
    kbx = folder / "kbx"
    kbx.write_text(f"#!/bin/sh\n{script}\n")
    kbx.chmod(0o755)
    said = subprocess.run(
        [
            sys.executable,
            RUN,
            "--kbx",
            kbx,
            "--mode",
            *mode.split(),
            "--cells",
            cell,
            "--work",
            folder / "work",
        ],
        capture_output=True,
        text=True,
    )
    if said.returncode == SKIPPED:
        print(said.stdout, said.stderr)
        sys.exit(SKIPPED)
    results = folder / "work/results.json"
    if not results.exists():
        return "crashed", said.stderr
    verdict = json.loads(results.read_text())["cells"][0]
    results.unlink()
    return verdict["result"], "\n".join(verdict["details"])


def main():
    wrong = 0
    with tempfile.TemporaryDirectory(dir=cache_root()) as folder:
        for what, script, mode, cell, result, text in STAND_INS:
            got, details = _details(script, mode, cell, Path(folder))
            good = got == result and text in details
            wrong += not good
            print(
                f"{'ok' if good else 'WRONG':6}{what}"
                + ("" if good else f": {got}, wanted {result} with {text!r}\n{details}")
            )
    print(f"{len(STAND_INS) - wrong} passed, {wrong} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
