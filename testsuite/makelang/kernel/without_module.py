#!/usr/bin/env python3
"""What `make` without M= does to a header tree, and that `kbx make` does no more.

    without_module.py --kbx build/kbx [--tree FOLDER] [--goal GOAL]...

A header tree has no Kconfig files. So a make that is told to build the kernel there fails when it brings the
configuration up to date, and takes include/generated/autoconf.h and include/config/auto.conf with it. Each goal is
given to GNU make and to kbx in fresh copies out of links (trees.py) at the same path; the exit status, the files of the
copy that are gone, new or changed, and what lies behind the links must be the same.

Exit status: 0 equal, 1 different, 77 nothing to test with.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "harness"))

import kernel  # noqa: E402
import trees as kernel_trees  # noqa: E402
from outcome import SKIPPED_STATUS, Skipped  # noqa: E402
from workspace import clean_environment  # noqa: E402

GOALS = ("", "modules", "syncconfig", "kernelrelease")
TIME_LIMIT = 300


def content(folder):
    """Name, and text or target, of all that lies in the copy itself."""
    found = {}
    for path, folders, files in os.walk(folder):
        for name in [*folders, *files]:
            entry = Path(path) / name
            what = os.readlink(entry) if entry.is_symlink() else entry.read_bytes() if entry.is_file() else ""
            found[str(entry.relative_to(folder))] = what
    return found


def effect(program, tree, goal, work):
    """(exit status, what changed in the copy: its content now)"""
    shutil.rmtree(work / "tree", ignore_errors=True)
    folder = kernel_trees.headers(tree, "tree", work).folder
    before = content(folder)
    run = subprocess.run([*program, "-C", str(folder), "CC=gcc", *goal.split()], stdin=subprocess.DEVNULL,
                         env=clean_environment(work / "cache", work / "home"), capture_output=True, timeout=TIME_LIMIT)
    after = content(folder)
    changed = {name: after.get(name) for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    return run.returncode, changed


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--kbx", type=Path, required=True)
    parser.add_argument("--tree", type=Path)
    parser.add_argument("--goal", action="append")
    parser.add_argument("--work", type=Path, default=Path("without-module-work"))
    arguments = parser.parse_args()
    work, kbx = arguments.work.resolve(), arguments.kbx.resolve()
    try:
        tree = arguments.tree.absolute() if arguments.tree else kernel.find(kbx, dict(os.environ))
    except Skipped as reason:
        print(f"skipped: {reason}")
        return SKIPPED_STATUS
    guard = kernel_trees.Untouched(kernel_trees.headers(tree, "first", work / "parts").parts)
    shutil.rmtree(work / "parts")
    failed = 0
    for goal in arguments.goal or GOALS:
        reference, ours = (effect(program, tree, goal, work) for program in (["make"], [str(kbx), "make"]))
        good = reference == ours
        failed += not good
        print(f"{'ok' if good else 'FAILED':8}make {goal} (exit status {reference[0]}, changes {sorted(reference[1])})")
        if not good:
            print(f"        kbx: exit status {ours[0]}, changes {sorted(ours[1])}")
    return 1 if guard.tell_changes() or failed else 0


if __name__ == "__main__":
    sys.exit(main())
