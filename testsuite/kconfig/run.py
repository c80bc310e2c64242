#!/usr/bin/env python3
"""Compares `kbx conf` with the kernel's conf: output, messages, status and every file, byte for byte.

    run.py --kbx build/kbx [PATTERN...]                       the cases below cases/
    run.py --kbx build/kbx --trees [--arch ARCH...] [MODE...]  configurations of Linux

A case is a folder as one text: "==> NAME" begins a file ("==> NAME escaped" one with the escapes of Python), "==> run [VARIABLE=VALUE...] OPTION..." a call of conf in
that folder, with what follows on standard input. Each call is made once by each program, in folders of their own.
Kconfig names the first file.
"""

import argparse
import fnmatch
import shlex
import tempfile
from pathlib import Path

import oracle
from cachedir import all_good, skip_when_unavailable
from comparison import check

CASES = Path(__file__).resolve().parent / "cases"
SERIES = ("5.10", "6.1", "6.12", "7.x")
ARCHES = ("x86_64", "arm64", "riscv")
MODES = ("alldefconfig", "allnoconfig", "allyesconfig", "allmodconfig", "defconfig", "savedefconfig", "listnewconfig",
         "helpnewconfig", "oldaskconfig", "oldconfig", "syncconfig", "olddefconfig", "yes2modconfig", "mod2yesconfig",
         "mod2noconfig", "randconfig:1", "randconfig:2", "randconfig:3")
FROM_SCRATCH = ("all", "rand", "defconfig")


def parse_case(path):
    """Files of a case, and its calls: variables, options, input."""
    files, runs, target, escaped = {}, [], None, False
    for line in path.read_text().splitlines(keepends=True):
        if line.startswith("==> run"):
            words = shlex.split(line[len("==> run"):])
            variables = dict(word.split("=", 1) for word in words if "=" in word and not word.startswith("-"))
            runs.append([variables, [word for word in words if "=" not in word or word.startswith("-")], ""])
            target = None
        elif line.startswith("==> "):
            target, *marks = line[len("==> "):].split()
            escaped = marks == ["escaped"]
            files[target] = ""
        elif target is not None:
            files[target] += line.encode("latin-1").decode("unicode_escape") if escaped else line
        elif runs:
            runs[-1][2] += line
    return files, runs


def programs_for(kbx, original):
    """Both called by the name conf: it is part of their usage."""
    return [[str(original.conf)], [kbx, "--kernel", str(original.tree)]]


def run_cases(kbx, series, patterns):
    original = oracle.oracle(series)
    base = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "HOME": tempfile.gettempdir()}
    names = [path for path in sorted(CASES.glob("*.case"))
             if not patterns or any(fnmatch.fnmatch(path.stem, pattern) for pattern in patterns)]
    passed = sum(check(f"{path.stem} ({series})", programs_for(kbx, original), *parse_case(path), base)
                 for path in names)
    print(f"{series}: {passed} of {len(names)} cases equal", flush=True)
    return bool(names) and passed == len(names)


def defconfig(tree, source_arch):
    folder = tree / "arch" / source_arch / "configs"
    return folder / ("x86_64_defconfig" if source_arch == "x86" else "defconfig")


def run_tree(kbx, series, arch, modes):
    original = oracle.oracle(series)
    variables = oracle.environment(original.tree, arch)
    preset = defconfig(original.tree, variables["SRCARCH"])
    start = {}
    passed = 0
    for mode in modes:
        name, _, seed = mode.partition(":")
        more = {"KCONFIG_SEED": seed} if seed else {}
        options = [f"--{name}"]
        if name == "defconfig":
            options.append(str(preset))
        if name == "savedefconfig":
            options.append("saved")
        files = {} if name.startswith(FROM_SCRATCH) else {".config": preset.read_text()}
        passed += check(f"{series} {arch} {mode}", programs_for(kbx, original), {**start, **files},
                        [[more, options, ""]], variables)
    print(f"{series} {arch}: {passed} of {len(modes)} configurations equal", flush=True)
    return passed == len(modes)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kbx", required=True, type=lambda name: str(Path(name).resolve()))
    parser.add_argument("--series", action="append", help="kernels whose conf is the original; default 6.1")
    parser.add_argument("--trees", action="store_true")
    parser.add_argument("--arch", action="append")
    parser.add_argument("names", nargs="*", help="of cases, or modes with --trees")
    arguments = parser.parse_args()
    series = SERIES if arguments.series == ["all"] else arguments.series or ["6.1"]

    def judge(one):
        if not arguments.trees:
            return run_cases(arguments.kbx, one, arguments.names)
        return all([run_tree(arguments.kbx, one, arch, arguments.names or MODES)
                    for arch in arguments.arch or ARCHES])

    return 0 if all_good(series, judge, "no conf could be built") else 1


if __name__ == "__main__":
    skip_when_unavailable(main)
