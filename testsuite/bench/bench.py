#!/usr/bin/env python3
"""Measures kbx beside GNU make on the same machine, in pairs.

    bench.py --kbx build/kbx [--only nothing,cold] [--runs N] [--markdown]

Prints the tables of docs/benchmarks.md. The kernel is KBX_TEST_KERNEL (as for the tests), else kbx's default.
"""

import argparse
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "harness"))

import configurations  # noqa: E402
import kernel  # noqa: E402
import links  # noqa: E402
import parts  # noqa: E402
import processes  # noqa: E402
import subjects  # noqa: E402
from floor import compile_commands, remove_outputs  # noqa: E402
from measure import CommandFailed, Sample, cpu_ratio, in_pairs, in_turn, median, once, pairs_of  # noqa: E402
from outcome import SKIPPED_STATUS, Skipped  # noqa: E402
from tools import SYSTEM_PATH  # noqa: E402
from workspace import clean_environment  # noqa: E402


@dataclass
class Row:
    what: str
    pairs: object
    floor: Sample = None  # all compile commands of kbuild
    own: Sample = None  # those of the driver's sources
    over_own: float = None  # processor time of kbx, of theirs
    processes: tuple = None  # make's and kbx's
    floor_is: str = ""


class Bench:
    def __init__(self, arguments, work):
        self.kbx = arguments.kbx.resolve()
        self.runs = arguments.runs
        self.jobs = os.cpu_count()
        self.work = work
        self.cache = work / "cache"
        self.environment = clean_environment(self.cache, work / "home")
        callers = dict(os.environ) if not os.environ.get("KBX_TEST_KERNEL") else self.environment
        self.tree = kernel.find(self.kbx, callers)
        self.environment["PATH"] = f"{self._stand_ins()}:{SYSTEM_PATH}"
        self._copies = 0

    def _stand_ins(self):
        """The tree's compiler by its name, where only another version is installed."""
        folder = self.work / "bin"
        folder.mkdir()
        for name in set(kernel.compiler_names(self.tree)):
            if not shutil.which(name, path=SYSTEM_PATH):
                (folder / name).symlink_to(shutil.which("gcc", path=SYSTEM_PATH))
        return folder

    def copy(self, subject):
        """A fresh copy of a driver; both programs get one of their own."""
        self._copies += 1
        return subject.lay_out(self.work / f"copy-{self._copies}" / "driver", self.tree, self.environment)

    def make_words(self, copy):
        return ["make", f"-j{self.jobs}", "-C", self.tree, f"M={copy.folder}", *copy.words(), "modules"]

    def kbx_words(self, copy):
        return [self.kbx, "build", copy.folder, "--kernel", self.tree, f"-j{self.jobs}", *copy.words()]

    def make(self, copy, **more):
        return once(self.make_words(copy), copy.folder, self.environment | more)

    def build(self, copy, **more):
        return once(self.kbx_words(copy), copy.folder, self.environment | more)

    def edit(self, copy):
        """Changes a source as an editor does: a declaration more, so that the object may stay equal."""
        with open(copy.source, "a") as file:
            file.write("extern int kbx_bench_edit;\n")

    def floor(self, built, named=None, own=False):
        """Time of the compile commands of a copy that make has built. As in a first build there are no outputs yet."""
        commands = compile_commands(built.folder, named, own)
        if not commands:
            raise CommandFailed(f"no compile commands below {built.folder}")
        remove_outputs(commands, self.tree)
        listed = self.work / "commands"
        listed.write_text("\0".join(commands))
        loop = ["xargs", "-0", f"-P{self.jobs}", "-n1", "-a", listed, "sh", "-c"]
        return once(loop, self.tree, self.environment)

    def floor_of(self, built, **which):
        return lambda: self.floor(built, **which)


def nothing_to_do(bench):
    """Nothing to do"""
    rows = []
    for subject in filter(None, (subjects.ONE_FILE, subjects.evdi(), subjects.xtables_addons())):
        theirs, ours = bench.copy(subject), bench.copy(subject)
        bench.make(theirs), bench.build(ours)
        bench.make(theirs), bench.build(ours)
        pairs = in_pairs(lambda: bench.make(theirs), lambda: bench.build(ours), bench.runs)
        try:
            counted = tuple(processes.count(words, bench.environment, copy.folder) for words, copy in
                            ((bench.make_words(theirs), theirs), (bench.kbx_words(ours), ours)))
        except Skipped:
            counted = None
        rows.append(Row(f"nothing to do, {subject.name}", pairs, processes=counted))
    return rows


def _first_build(bench, subject, fresh_cache):
    """Builds of fresh copies, in turn with the compile commands alone of a copy that make has built before."""
    recorded = bench.copy(subject)
    bench.make(recorded)

    def ours():
        more = {"XDG_CACHE_HOME": tempfile.mkdtemp(dir=bench.work)} if fresh_cache else {}
        return bench.build(bench.copy(subject), **more)

    if not fresh_cache:
        bench.build(bench.copy(subject))
    return _with_floors(bench, lambda: bench.make(bench.copy(subject)), ours, bench.floor_of(recorded),
                        bench.floor_of(recorded, own=True))


def _with_floors(bench, make, kbx, floor, own):
    theirs, ours, least, least_own = in_turn(bench.runs, make, kbx, floor, own)
    return {"pairs": pairs_of(theirs, ours), "floor": median(least), "own": median(least_own),
            "over_own": cpu_ratio(ours, least_own)}


def cold(bench):
    """First build, nothing in kbx's cache"""
    return [Row("first build of one file, kbx's cache empty", **_first_build(bench, subjects.ONE_FILE, True))]


def warm(bench):
    """First build, kernel known to kbx's cache"""
    return [Row("first build of one file, kbx's cache warm", **_first_build(bench, subjects.ONE_FILE, False))]


def edit(bench):
    """One file edited"""
    subject = subjects.evdi()
    if not subject:
        raise Skipped("evdi's source is not in the test cache: testsuite/drivers/fetch.py drivers evdi@bookworm")
    theirs, ours = bench.copy(subject), bench.copy(subject)
    bench.make(theirs), bench.build(ours)

    def edited(copy, run):
        bench.edit(copy)
        return run(copy)

    recorded = bench.copy(subject)
    bench.make(recorded)
    floor = bench.floor_of(recorded, named=subject.source)
    return [Row(f"one file of evdi edited ({subject.source})",
                **_with_floors(bench, lambda: edited(theirs, bench.make), lambda: edited(ours, bench.build), floor, floor))]


def full(bench):
    """Whole drivers"""
    rows = []
    for subject in filter(None, (subjects.evdi(), subjects.xtables_addons(), subjects.dahdi())):
        rows.append(Row(f"all of {subject.name}", **_first_build(bench, subject, False)))
    if not rows:
        raise Skipped("no driver's source is in the test cache: testsuite/drivers/fetch.py drivers")
    return rows


MEASUREMENTS = {"nothing": nothing_to_do, "cold": cold, "warm": warm, "edit": edit, "full": full}


def seconds(value):
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.2f} s"


def table(rows):
    lines = ["| build | make | kbx | make/kbx | make, CPU | kbx, CPU | make/kbx | compiler alone | driver's files alone | "
             "kbx/driver's files, CPU | processes make, kbx |",
             "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"]
    for row in rows:
        pairs = row.pairs
        floor, own = (f"{seconds(sample.wall)}, CPU {seconds(sample.cpu)}" if sample else ""
                      for sample in (row.floor, row.own))
        over_own = f"{row.over_own:.3f}" if row.over_own else ""
        counted = f"{row.processes[0]}, {row.processes[1]}" if row.processes else ""
        lines.append(f"| {row.what} | {seconds(pairs.make.wall)} | {seconds(pairs.kbx.wall)} | {pairs.wall_ratio:.2f} | "
                     f"{seconds(pairs.make.cpu)} | {seconds(pairs.kbx.cpu)} | {pairs.cpu_ratio:.2f} | {floor} | {own} | "
                     f"{over_own} | {counted} |")
    return lines


def circumstances(bench):
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    compiler = sorted(name for name in kernel.compiler_names(bench.tree) if re.search(r"gcc-\d+$", name))
    version = subprocess.run([(compiler or ["gcc"])[0], "--version"], env=bench.environment, capture_output=True,
                             text=True).stdout.splitlines()[:1]
    return [f"- machine: {os.cpu_count()} cores, {model[1] if model else platform.machine()}, "
            f"Linux {platform.release()}; load when it began: {os.getloadavg()[0]:.1f}",
            f"- kernel headers: {kernel.release_of(bench.tree)}; compiler: {' '.join(version)}",
            f"- {bench.runs} pairs each, in turn; medians; ratios are medians of each pair's ratio, above 1 kbx is faster",
            f"- {subprocess.run([bench.kbx, '--version'], capture_output=True, text=True).stdout.strip()}, "
            f"{subprocess.run(['make', '--version'], capture_output=True, text=True).stdout.splitlines()[0]}, "
            f"-j{bench.jobs}",
            f"- made by: `{' '.join(['./dev bench', *_given()])}`"]


def _given():
    words = sys.argv[1:]
    return words[2:] if words[:1] == ["--kbx"] else words


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kbx", type=Path, required=True)
    every = MEASUREMENTS | parts.MEASUREMENTS | links.MEASUREMENTS | configurations.MEASUREMENTS
    parser.add_argument("--only", default=",".join(every), help=", ".join(every))
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--markdown", action="store_true", help="only the tables, as they go into the document")
    arguments = parser.parse_args()
    chosen = arguments.only.split(",")
    if set(chosen) - set(every):
        parser.error(f"--only takes {', '.join(every)}")
    say = (lambda text: None) if arguments.markdown else (lambda text: print(text, file=sys.stderr, flush=True))
    found = {name: [] for name in every}
    with tempfile.TemporaryDirectory(prefix="kbx-bench-") as work:
        try:
            bench = Bench(arguments, Path(work).resolve())
        except Skipped as reason:
            print(f"skipped: {reason}", file=sys.stderr)
            return SKIPPED_STATUS
        header = circumstances(bench)
        for name in chosen:
            say(f"measuring: {every[name].__doc__}")
            try:
                found[name] = every[name](bench)
            except Skipped as reason:
                print(f"left out: {reason}", file=sys.stderr)
            except CommandFailed as failure:
                print(f"{name} failed: {failure}", file=sys.stderr)
                return 1
    print("\n".join(header))
    for measurements, lines_of in ((MEASUREMENTS, lambda rows, _: table(rows)), (parts.MEASUREMENTS, parts.table),
                                   (links.MEASUREMENTS, links.table), (configurations.MEASUREMENTS, configurations.table)):
        rows = [row for name in measurements for row in found[name]]
        if rows:
            print("\n" + "\n".join(lines_of(rows, seconds)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
