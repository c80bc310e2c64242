#!/usr/bin/env python3
"""Links every module of a distribution's kernels once more, with GNU ld and with kbx, and compares.

    relink.py --kbx build/kbx [--every N] [--limit N] [--no-pairs] [--names] [ARCHITECTURE...]
    relink.py --kbx build/kbx --folder DIR --architecture amd64    the .ko below a folder

A .ko is an object too: `ld -r -o out.o x.ko` has to give the same from both, and so has `ld -r -z muldefs` of a module and
its neighbour in the alphabet, in which init_module and others are defined twice. The images are those that
symbols/distribution.py uses. --linker PROGRAM puts another linker in the place of kbx.
"""

import argparse
import lzma
import os
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from compare import DIFFERENT, IDENTICAL, SAME_SHAPE, compare
from oracle import TARGETS, gnu_ld, linker

from cachedir import all_good, skip_when_unavailable  # noqa: E402
from distribution_images import tree_and_modules  # noqa: E402

SHOWN = 10
FIRST, SECOND = "one.ko", "two.ko"
KINDS = (IDENTICAL, SAME_SHAPE, DIFFERENT)


class Link(NamedTuple):
    """One link: its name, the modules, and the options."""
    name: str
    paths: list
    options: list


def links_of(paths, with_pairs):
    for path in paths:
        yield Link(path.name, [path], [])
    if with_pairs:
        for one, two in zip(paths, paths[1:]):
            yield Link(f"{one.name} {two.name}", [one, two], ["-z", "muldefs"])


def content(path):
    return lzma.decompress(path.read_bytes()) if path.suffix == ".xz" else path.read_bytes()


def judged(link, emulation, oracle, kbx):
    """(verdict, lines) for one link."""
    with tempfile.TemporaryDirectory(prefix="relink-") as folder:
        names = [FIRST, SECOND][:len(link.paths)]
        for name, path in zip(names, link.paths):
            (Path(folder) / name).write_bytes(content(path))
        outcomes = []
        for number, program in enumerate((oracle, kbx)):
            out = Path(folder) / f"out{number}"
            status, said = program.run(["-r", "-m", emulation, *link.options, "-o", out.name, *names], folder)
            outcomes.append((status, said, out.read_bytes() if out.is_file() else None))
            out.unlink(missing_ok=True)
    (status, _, wanted), (own_status, said, got) = outcomes
    if status != own_status:
        return DIFFERENT, [f"exit status {status} wanted, {own_status} seen: {said.strip()[:300]}"]
    if wanted is None or got is None:
        return (IDENTICAL, []) if wanted is got else (DIFFERENT, ["one of them left no file"])
    found = compare(wanted, got)
    return found.verdict, found.differences


def run(paths, architecture, options):
    """Links them all; True if every one is as required."""
    oracle = gnu_ld(architecture)
    kbx = linker(options.linker) if options.linker else linker(options.kbx, "ld")
    emulation = TARGETS[architecture].emulation
    links = list(links_of(paths, options.pairs))
    counts, differing = Counter(), []
    with ThreadPoolExecutor(options.jobs) as pool:
        results = pool.map(lambda link: judged(link, emulation, oracle, kbx), links)
        for link, (verdict, lines) in zip(links, results):
            counts[verdict] += 1
            if verdict == DIFFERENT or verdict == SAME_SHAPE and options.require == "identical":
                differing.append((link.name, verdict, lines))
    print(f"{architecture}: {len(paths)} modules, {len(links)} links: "
          + ", ".join(f"{counts[kind]} {kind}" for kind in KINDS))
    for name, verdict, lines in differing[:None if options.names else SHOWN]:
        print(f"    {name}: {verdict}" + "".join(f"\n        {line}" for line in lines[:3]))
    sys.stdout.flush()
    return bool(links) and not differing


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kbx", type=Path)
    parser.add_argument("--linker", type=Path, help="another linker to judge")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="one of N modules")
    parser.add_argument("--limit", type=int, metavar="N", help="no more than N modules")
    parser.add_argument("--no-pairs", action="store_false", dest="pairs")
    parser.add_argument("--names", action="store_true", help="name all that differ")
    parser.add_argument("--require", choices=["identical", "shape"], default="identical")
    parser.add_argument("--jobs", "-j", type=int, default=os.cpu_count() or 1, metavar="N")
    parser.add_argument("--folder", type=Path, help="the .ko below this folder")
    parser.add_argument("--architecture", choices=TARGETS, default="amd64", help="of --folder")
    parser.add_argument("architectures", nargs="*", default=list(TARGETS), metavar="ARCHITECTURE")
    options = parser.parse_args()
    if not options.kbx and not options.linker:
        parser.error("--kbx or --linker is needed")
    options.kbx = options.kbx and options.kbx.resolve()
    return options


def main():
    options = parse_options()

    def judge(architecture):
        paths = sorted(options.folder.rglob("*.ko*")) if options.folder else tree_and_modules(architecture)[1]
        return run(paths[::options.every][:options.limit], architecture, options)

    architectures = [options.architecture] if options.folder else options.architectures
    return 0 if all_good(architectures, judge, "none of these kernels can be had") else 1


if __name__ == "__main__":
    skip_when_unavailable(main)
