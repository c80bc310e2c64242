#!/usr/bin/env python3
"""Evaluates the top Makefile of a kernel tree in GNU make and in `kbx make` and compares what it exports.

    exports.py --kbx build/kbx [--arch ARCH]... [--tree FOLDER]...

A tree's top Makefile is the largest makefile that there is: it includes arch/*/Makefile and scripts/Makefile.*, asks
the compiler hundreds of questions, and exports what it found to the makes it starts. Both programs read the tree's
makefile and, by MAKEFILES, one more that adds a goal which prints the environment of its recipe, so a difference in
any variable, in any $(shell), in any probe shows. Foreign architectures are asked with this machine's compiler and
with other tools that do not exist: both sides must see the same failures.

Without --tree: the test kernel (KBX_TEST_KERNEL, else kbx's default). --sources also fetches the distribution's whole
kernel sources and takes every architecture there.

Exit status: 0 equal, 1 different, 77 nothing to test with.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "harness"))

import kernel  # noqa: E402
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
    tree: Path
    arch: str  # the ARCH= given, "" for none


@dataclass
class Evaluation:
    status: int
    exports: dict
    messages: list


def source_of(tree):
    """The folder of the full top Makefile, which a distribution's one-line Makefile includes."""
    makefile = (tree / "Makefile").read_text()
    stub = re.search(r"^include (\S+)/Makefile$", makefile, re.MULTILINE)
    return Path(stub[1]) if stub and "\nPATCHLEVEL" not in makefile else tree


def arches_of(tree):
    """Values for ARCH: "" and the name of every folder that the tree has below arch/ with a Makefile."""
    return ["", *sorted(path.parent.name for path in (source_of(tree) / "arch").glob("*/Makefile"))]


def without_fixed_arch(tree, work):
    """A copy of the tree that lets ARCH be chosen: Debian's trees override it in .kernelvariables."""
    if not (tree / ".kernelvariables").exists():
        return tree
    copy = work / "any-arch" / tree.name
    if not copy.exists():
        kernel.copy(tree, copy)
        (copy / ".kernelvariables").unlink()
    return copy


def evaluate(program, cell, folder, environment):
    """What recipes would see, according to `program` (words)."""
    goal = folder / "goal.mk"
    goal.write_text(GOAL_MAKEFILE)
    module = folder / "module"
    module.mkdir(exist_ok=True)
    (module / "Kbuild").write_text("obj-m := one.o\n")
    words = [*program, "-C", str(cell.tree), f"M={module}"]
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
    folder = work / f"{cell.tree.name}-{cell.arch or 'default'}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    environment = clean_environment(work / "cache", folder / "home")
    make, ours = ["make"], [str(kbx), "make"]
    reference = comparable(evaluate(make, cell, folder, environment), make)
    result = comparable(evaluate(ours, cell, folder, environment), ours)
    missing = [name for name in ENTRIES_EXPECTED if name not in reference[1]]
    if reference[0] == 0 and missing:
        return cell, [f"make itself exported no {missing[0]}: the comparison would be empty"], 0, reference[0]
    return cell, differences(reference, result), len(reference[1]), reference[0]


def fetched_sources(work):
    """The distribution's kernel sources, unpacked; through apt, without installing."""
    target = work / "sources"
    if not target.is_dir():
        packages = subprocess.run(["apt-cache", "depends", "linux-source"], capture_output=True, text=True).stdout
        named = re.search(r"Depends: (linux-source-\S+)", packages)
        if not named:
            raise Skipped("apt knows no linux-source")
        download = work / "download"
        download.mkdir(parents=True, exist_ok=True)
        subprocess.run(["apt-get", "-qq", "download", named[1]], cwd=download, check=True)
        aside = work / "sources.new"
        shutil.rmtree(aside, ignore_errors=True)
        subprocess.run(["dpkg", "-x", str(next(download.glob("*.deb"))), str(aside)], check=True)
        archive = next(aside.glob("usr/src/linux-source-*.tar.*"))
        subprocess.run(["tar", "-xf", str(archive), "-C", str(aside)], check=True)
        archive.unlink()
        aside.rename(target)
    return next(path.parent for path in target.glob("*/MAINTAINERS"))


def prepared_for_reading(sources, work):
    """kbuild wants a configuration before it evaluates an external module's part: the files are made, empty."""
    tree = work / "tree" / sources.name
    if not tree.is_dir():
        tree.mkdir(parents=True)
        for entry in sources.iterdir():
            if entry.name != "include":
                (tree / entry.name).symlink_to(entry)
        (tree / "include").mkdir()
        for entry in (sources / "include").iterdir():
            (tree / "include" / entry.name).symlink_to(entry)
        for name in ("include/config/auto.conf", "include/generated/autoconf.h", "include/config/kernel.release",
                     ".config"):
            path = tree / name
            path.parent.mkdir(exist_ok=True)
            path.write_text("0.0.0\n" if name.endswith("release") else "")
    return tree


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kbx", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path("exports-work"))
    parser.add_argument("--tree", type=Path, action="append", default=[])
    parser.add_argument("--arch", action="append", default=[])
    parser.add_argument("--sources", action="store_true")
    parser.add_argument("--parallel", type=int, default=os.cpu_count())
    return parser.parse_args()


def main():
    arguments = _arguments()
    work, kbx = arguments.work.resolve(), arguments.kbx.resolve()
    trees = [tree.absolute() for tree in arguments.tree]
    try:
        if not trees and not arguments.sources:
            environment = clean_environment(work / "cache", work / "home")
            if not os.environ.get("KBX_TEST_KERNEL"):
                environment = dict(os.environ)
            trees = [kernel.find(kbx, environment)]
        if arguments.sources:
            trees.append(prepared_for_reading(fetched_sources(work), work))
    except (Skipped, subprocess.CalledProcessError) as reason:
        print(f"skipped: {reason}")
        return SKIPPED_STATUS
    cells = [Cell(without_fixed_arch(tree, work) if arch else tree, arch)
             for tree in trees for arch in (arguments.arch or arches_of(tree))]
    failed = 0
    with ThreadPoolExecutor(arguments.parallel) as pool:
        for cell, found, count, status in pool.map(lambda cell: compare(cell, kbx, work), cells):
            name = f"{cell.tree.name} {cell.arch or 'default'}"
            print(f"{'FAILED' if found else 'ok':8}{name} ({count} variables, exit status {status})")
            for line in found:
                print("        " + line.replace("\n", "\n        "))
            failed += bool(found)
    print(f"{len(cells) - failed} of {len(cells)} equal")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
