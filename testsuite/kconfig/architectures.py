#!/usr/bin/env python3
"""Compares `kbx conf` with the kernel's conf on configurations of every architecture, byte for byte.

    architectures.py --kbx build/kbx [--series 6.1]... [--arch ARCH]... [--random COUNT | --presets | --distribution]

Without --random: the configurations from nothing, those of every defconfig, and from the first of these olddefconfig,
listnewconfig and savedefconfig; with --presets only those of the defconfigs. With --random: that many random
configurations, of seeds from 1 on, taken from the architectures and chances in turn. With --distribution: olddefconfig,
listnewconfig and savedefconfig of every configuration that Debian builds a kernel of.

Both programs ask this machine's compiler, whatever the architecture, and remember its answers.
"""

import argparse
import contextlib
import itertools
import os
import queue
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import oracle
from cachedir import Unavailable, all_good, skip_when_unavailable
from comparison import check

SERIES = ("5.10", "6.1", "6.12", "7.x")
FROM_NOTHING = ("alldefconfig", "allnoconfig", "allyesconfig", "allmodconfig")
FROM_PRESET = ("olddefconfig", "listnewconfig", "savedefconfig")
# Architectures as Debian calls them.
DISTRIBUTION = {"amd64": "x86_64", "i386": "i386", "arm64": "arm64", "armhf": "arm", "ppc64el": "powerpc",
                "s390x": "s390", "mips64el": "mips", "riscv64": "riscv"}
CHANCES = (None, "50", "10", "90", "20:30", "0:100", "60:10:80", "100:0:0")


def presets_of(tree, arch):
    """The defconfigs of an architecture, the one that is named after it first."""
    folder = tree / "arch" / {"x86_64": "x86", "i386": "x86"}.get(arch, arch) / "configs"
    presets = sorted(folder.glob("*defconfig"))
    if arch in ("x86_64", "i386"):
        return [folder / f"{arch}_defconfig"]
    return sorted(presets, key=lambda path: path.name not in ("defconfig", f"{arch}_defconfig"))


def architectures(tree):
    found = sorted(path.parent.name for path in (tree / "arch").glob("*/configs"))
    return [name for arch in found for name in (("x86_64", "i386") if arch == "x86" else (arch,))
            if presets_of(tree, name)]


def from_config(mode, text):
    """Name, options and files of a configuration that begins with a .config."""
    return mode, [f"--{mode}", "saved"] if mode == "savedefconfig" else [f"--{mode}"], {".config": text}


def distribution_configurations(series, arch):
    """Of each its architecture, variables, name, options and files; nothing for what the archive does not have."""
    for package_arch, kernel_arch in DISTRIBUTION.items():
        if arch and kernel_arch not in arch:
            continue
        try:
            files = oracle.distribution_configs(series, package_arch)
        except Unavailable as reason:
            print(f"{series} {kernel_arch}: left out: {reason}", flush=True)
            continue
        for file, mode in itertools.product(files, FROM_PRESET):
            name, options, start = from_config(mode, file.read_text())
            yield kernel_arch, {}, f"{file.name} {name}", options, start


def configurations(tree, arch, only_presets):
    """Of each its name, its options, and the .config that it begins with."""
    presets = presets_of(tree, arch)
    for preset in presets:
        yield preset.name, ["--defconfig", str(preset)], {}
    if only_presets:
        return
    for mode in FROM_NOTHING:
        yield mode, [f"--{mode}"], {}
    for mode in FROM_PRESET:
        yield from_config(mode, presets[0].read_text())


def jobs_of(series, tree, arguments):
    """Of each configuration its architecture, variables, name, options, and files to begin with."""
    if arguments.distribution:
        yield from distribution_configurations(series, arguments.arch)
        return
    arches = arguments.arch or architectures(tree)
    if arguments.random:
        for seed, arch in zip(range(1, arguments.random + 1), itertools.cycle(arches)):
            chance = CHANCES[seed % len(CHANCES)]
            variables = {"KCONFIG_SEED": str(seed)} | ({"KCONFIG_PROBABILITY": chance} if chance else {})
            yield arch, variables, f"randconfig of seed {seed}, chances {chance}", ["--randconfig"], {}
        return
    for arch in arches:
        for name, options, files in configurations(tree, arch, arguments.presets):
            yield arch, {}, name, options, files


class Places:
    """Folders that callers on several threads work in, one at a time in each, and again in those used before."""

    def __init__(self, top, count):
        self._free = queue.SimpleQueue()
        for number in range(count):
            (top / f"place-{number}").mkdir()
            self._free.put(top / f"place-{number}")

    @contextlib.contextmanager
    def one(self):
        place = self._free.get()
        try:
            yield place
        finally:
            self._free.put(place)


def judge(series, arguments):
    original = oracle.oracle(series)
    programs = [[str(oracle.remembering(original))], [arguments.kbx, "--kernel", str(original.tree)]]
    workers = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as answers:
        places = Places(Path(answers), workers)

        def equal(job):
            arch, variables, name, options, files = job
            environment = oracle.environment(original.tree, arch, CONF_ANSWERS=answers, XDG_CACHE_HOME=answers)
            with places.one() as place:
                good = check(f"{series} {arch} {name}", programs, files, [[variables, options, ""]], environment, place)
            sys.stdout.flush()
            return good

        jobs = list(jobs_of(series, original.tree, arguments))
        matched = 0
        with ThreadPoolExecutor(workers) as pool:
            results = zip(jobs, pool.map(equal, jobs))
            for arch, group in itertools.groupby(results, key=lambda result: result[0][0]):
                equals = [good for _, good in group]
                matched += sum(equals)
                if not arguments.random:
                    print(f"{series} {arch}: {sum(equals)} of {len(equals)} configurations equal", flush=True)
    arches = len({job[0] for job in jobs})
    print(f"{series}: {matched} of {len(jobs)} configurations of {arches} architectures equal", flush=True)
    if not jobs:
        raise Unavailable(f"no configurations of {series}")
    return matched == len(jobs)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kbx", required=True, type=lambda name: str(Path(name).resolve()))
    parser.add_argument("--series", action="append", help="kernels; default 6.1")
    parser.add_argument("--arch", action="append", help="default: all that have a defconfig")
    parser.add_argument("--presets", action="store_true", help="only the defconfigs")
    parser.add_argument("--distribution", action="store_true", help="Debian's configurations instead")
    parser.add_argument("--random", type=int, metavar="COUNT", help="random configurations instead")
    arguments = parser.parse_args()
    series = SERIES if arguments.series == ["all"] else arguments.series or ["6.1"]
    return 0 if all_good(series, lambda one: judge(one, arguments), "no conf could be built") else 1


if __name__ == "__main__":
    skip_when_unavailable(main)
