#!/usr/bin/env python3
"""Evaluates the top Makefile of a kernel tree in GNU make and in `kbx make` and compares what it exports.

    exports.py --kbx build/kbx [--arch ARCH]... [--tree FOLDER]... [--headers SERIES]... [--sources SERIES]...

A tree's top Makefile is the largest makefile that there is: it includes arch/*/Makefile and scripts/Makefile.*, asks
the compiler hundreds of questions, and exports what it found to the makes it starts. Both programs read the tree's
makefile and, by MAKEFILES, one more that adds a goal which prints the environment of its recipe, so a difference in
any variable, in any $(shell), in any probe shows. Foreign architectures are asked with this machine's compiler and
with other tools that do not exist: both sides must see the same failures.

Trees: header folders that are here; header packages of a series (5.10, 6.1, 6.12, 7.x) and the distribution's whole
kernel sources, both fetched into the cache. Without any: the test kernel (KBX_TEST_KERNEL, else kbx's default). Every
architecture that a tree knows is asked. A header tree has its configuration; sources are asked twice, with nothing
configured and with every option on that their makefiles name.

What is read is a copy out of links (trees.py). A run that changes any file of the copy or behind the links is a fault
of its own, reported at the end.

Exit status: 0 equal, 1 different, 77 nothing to test with.
"""

import argparse
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "harness"))

import trees as kernel_trees  # noqa: E402
import kernel  # noqa: E402
from cachedir import Unavailable  # noqa: E402
from kernels import SUITE_OF_SERIES, kernel_root  # noqa: E402
from outcome import SKIPPED_STATUS, Skipped  # noqa: E402
from workspace import clean_environment  # noqa: E402

GOAL = "kbx-print-exports"
NO_CROSS_COMPILER = "no-such-cross-compiler-"
TIME_LIMIT = 300

# Read by every make there is, so also by the one that newer trees start in the module's folder.
GOAL_MAKEFILE = f"""\
.PHONY: {GOAL}
{GOAL}:
\t@env -0
"""

# What differs because the programs are two: their names, and their own bookkeeping in the environment.
OWN = {"MAKE", "_", "MAKE_TERMOUT", "MAKE_TERMERR", "MAKE_COMMAND"}
ENTRIES_EXPECTED = ("KBUILD_CFLAGS", "KBUILD_EXTMOD", "SRCARCH")  # else the goal ran in the wrong make


@dataclass(frozen=True)
class Cell:
    tree: kernel_trees.Tree
    arch: str  # the ARCH= given, "" for none

    def everything_on(self):
        return "all-on" in self.tree.folder.parts

    def name(self):
        everything = " with every option" if self.everything_on() else ""
        return f"{self.tree.folder.name} {self.arch or 'default'}{everything}"


@dataclass
class Evaluation:
    status: int
    exports: dict
    messages: list


def evaluate(program, cell, folder, environment):
    """What recipes would see, according to `program` (words)."""
    goal = folder / "goal.mk"
    goal.write_text(GOAL_MAKEFILE)
    module = folder / "module"
    module.mkdir(exist_ok=True)
    (module / "Kbuild").write_text("obj-m := one.o\n")
    words = [*program, "-C", str(cell.tree.folder), f"M={module}"]
    if cell.arch:
        words += [f"ARCH={cell.arch}", f"CROSS_COMPILE={NO_CROSS_COMPILER}", "CC=gcc"]
    run = subprocess.run([*words, GOAL], env=environment | {"MAKEFILES": str(goal)}, capture_output=True, text=True, errors="surrogateescape",
                         timeout=TIME_LIMIT)
    variables, other = {}, []
    for record in run.stdout.split("\0"):
        # Before the first record stand the messages that make printed while it read.
        name, equals, value = record.rpartition("\n")[2].partition("=") if not variables else record.partition("=")
        if not variables:
            other += record.split("\n")[:-1]
        if equals:
            variables[name] = value
    return Evaluation(run.returncode, variables, [line for line in [*other, *run.stderr.splitlines()] if line])


def comparable(evaluation, program):
    """Status, exports and messages, with the program called by the same name on both sides."""
    name = " ".join(program)
    exports = {key: value.replace(name, "make") for key, value in evaluation.exports.items() if key not in OWN}
    return evaluation.status, exports, [line.replace(name, "make") for line in evaluation.messages]


def differences(reference, ours):
    """Lines that tell how two comparable() results differ."""
    lines = []
    if reference[0] != ours[0]:
        lines.append(f"exit status: make {reference[0]}, kbx {ours[0]}")
    if reference[1] and not ours[1]:
        return [*lines, f"kbx exported nothing; its messages: {ours[2]}"]
    for name in sorted(reference[1].keys() | ours[1].keys()):
        seen, expected = ours[1].get(name), reference[1].get(name)
        if seen != expected:
            lines.append(f"{name}:\n    make {expected!r}\n    kbx  {seen!r}")
    if reference[2] != ours[2]:
        lines += [f"messages:\n    make {reference[2]}\n    kbx  {ours[2]}"]
    return lines


def compare(cell, kbx, work):
    """(cell, differences, number of variables compared, make's exit status)"""
    folder = work / "cells" / cell.name().replace(" ", "-")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    environment = clean_environment(work / "cache", folder / "home")
    make, ours = ["make"], [str(kbx), "make"]
    reference = comparable(evaluate(make, cell, folder, environment), make)
    result = comparable(evaluate(ours, cell, folder, environment), ours)
    missing = [name for name in ENTRIES_EXPECTED if name not in reference[1]]
    # With every option on, an architecture may rightly refuse its configuration; then the words are compared.
    if missing and (reference[0] == 0 or not cell.everything_on()):
        return cell, [f"make itself exported no {missing[0]}: the comparison would be empty"], 0, reference[0]
    return cell, differences(reference, result), len(reference[1]), reference[0]


def _arguments():
    series = [*SUITE_OF_SERIES, "all"]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kbx", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path("exports-work"))
    parser.add_argument("--tree", type=Path, action="append", default=[])
    parser.add_argument("--headers", action="append", default=[], choices=series)
    parser.add_argument("--sources", action="append", default=[], choices=series)
    parser.add_argument("--arch", action="append", default=[])
    parser.add_argument("--parallel", type=int, default=os.cpu_count())
    return parser.parse_args()


def named_series(chosen):
    return list(SUITE_OF_SERIES) if "all" in chosen else chosen


def header_folder(series):
    """The header folder of the newest kernel of the series, unpacked in the cache."""
    root = kernel_root(series)
    return root / "usr/src" / f"linux-headers-{root.name}"


def header_folders(arguments, work):
    """The header trees to evaluate."""
    folders = [tree.absolute() for tree in arguments.tree]
    folders += [header_folder(series) for series in named_series(arguments.headers)]
    if folders or arguments.sources:
        return folders
    environment = dict(os.environ)
    if environment.get("KBX_TEST_KERNEL"):
        environment = clean_environment(work / "cache", work / "home")
    return [kernel.find(arguments.kbx.resolve(), environment)]


def cells_of(arguments, work):
    """All comparisons to make, each in a tree that is ready."""
    copies = work / "trees"
    shutil.rmtree(copies, ignore_errors=True)
    cells = []
    for folder in header_folders(arguments, work):
        tree = kernel_trees.headers(folder, folder.name, copies)
        cells += [Cell(tree, arch) for arch in arguments.arch or tree.arches()]
    for series in named_series(arguments.sources):
        tree = kernel_trees.sources(series, copies / "nothing-on")
        for arch in arguments.arch or tree.arches():
            cells.append(Cell(tree, arch))
            if arch:
                full = kernel_trees.sources(series, copies / "all-on" / arch)
                kernel_trees.switch_everything_on(full, arch)
                cells.append(Cell(full, arch))
    return cells


def report(cells, outcomes):
    """Prints a line per cell and a sum per tree; gives the number of cells that differ."""
    sums = {}
    for cell, found, count, status in outcomes:
        print(f"{'FAILED' if found else 'ok':8}{cell.name()} ({count} variables, exit status {status})")
        for line in found:
            print("        " + line.replace("\n", "\n        "), flush=True)
        equal, all_ = sums.get(cell.tree.folder.name, (0, 0))
        sums[cell.tree.folder.name] = (equal + (not found), all_ + 1)
    for name, (equal, all_) in sums.items():
        print(f"{name}: {equal} of {all_} equal")
    equal = sum(equal for equal, _ in sums.values())
    print(f"{equal} of {len(cells)} equal")
    return len(cells) - equal


def main():
    arguments = _arguments()
    work, kbx = arguments.work.resolve(), arguments.kbx.resolve()
    try:
        cells = cells_of(arguments, work)
    except (Skipped, Unavailable, subprocess.CalledProcessError) as reason:
        print(f"skipped: {reason}")
        return SKIPPED_STATUS
    read = {cell.tree.folder for cell in cells} | {part for cell in cells for part in cell.tree.parts}
    guard = kernel_trees.Untouched(read)
    with ThreadPoolExecutor(arguments.parallel) as pool:
        failed = report(cells, pool.map(lambda cell: compare(cell, kbx, work), cells))
    return 1 if guard.tell_changes() or failed else 0


if __name__ == "__main__":
    sys.exit(main())
