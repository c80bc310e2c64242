#!/usr/bin/env python3
"""Repeats every partial link of kbuild with kbx and compares: the modules and composites of the driver cells.

    modules.py --kbx build/kbx [--slice ci|all|synthetic] [--cells GLOB...]

A cell of drivers/cells.json is built by GNU make, which leaves the command of each link in a .cmd file. Each of them is
given to GNU ld and to kbx, with another name for the output, and what they write has to be equal. --linker PROGRAM puts
another linker in the place of kbx.
"""

import argparse
import fnmatch
import re
import shlex
import shutil
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from compare import DIFFERENT, IDENTICAL, SAME_SHAPE, compare
from oracle import gnu_ld, linker

import side  # noqa: E402
from cachedir import Unavailable, all_good, locked, skip_when_unavailable  # noqa: E402
from kernels import kernel_root  # noqa: E402
from recipe import all_cells, recipe_of  # noqa: E402

KINDS = (IDENTICAL, SAME_SHAPE, DIFFERENT)
COMMAND = re.compile(r"^(?:saved)?cmd_(\S+) := (.*)$", re.MULTILINE)
LINKER_NAME = re.compile(r"(^|[/-])ld(\.bfd)?$")


class Link(NamedTuple):
    target: str
    folder: Path
    words: list  # without the linker and -o


def link_of(target, command, folders):
    """The Link that a saved command is; None if it is none."""
    for part in re.split(r";|&&", command):
        try:
            words = shlex.split(part.replace("$(pound)", "#").replace("$$", "$").lstrip("+@ "))
        except ValueError:
            continue
        if not words or not LINKER_NAME.search(words[0]) or "-o" not in words:
            continue
        at = words.index("-o")
        words = words[1:at] + words[at + 2:]
        folder = next((each for each in folders if all((each / name).exists() for name in inputs(words))), None)
        if folder is None:
            raise Unavailable(f"the inputs of {target} are nowhere: {part}")
        return Link(target, folder, words)
    return None


def inputs(words):
    """The files among the words of a link."""
    names = []
    for before, word in zip(["", *words], words):
        if before in ("-T", "--script") or not word.startswith("-") and before not in ("-m", "-z", "-e"):
            names.append(word.removeprefix("@"))
    return names


def links_below(top, kdir):
    """The links that kbuild ran below `top`."""
    for path in sorted(top.rglob(".*.cmd")):
        for target, command in COMMAND.findall(path.read_text(errors="replace")):
            link = link_of(target, command, (kdir, path.parent, *path.parent.parents[:8]))
            if link:
                yield link


def judged(link, oracle, kbx):
    """(verdict, lines) for one link."""
    with tempfile.TemporaryDirectory(prefix="modules-") as folder:
        outcomes = []
        for number, program in enumerate((oracle, kbx)):
            out = Path(folder) / f"out{number}"
            status, said = program.run([*link.words, "-o", str(out)], link.folder)
            outcomes.append((status, said, out.read_bytes() if out.is_file() else None))
    (status, said, wanted), (own_status, own_said, got) = outcomes
    if status != 0:
        return DIFFERENT, [f"GNU ld itself fails: {said.strip()[:300]}"]
    if own_status != 0 or got is None:
        return DIFFERENT, [f"exit status {own_status}: {own_said.strip()[:300]}"]
    found = compare(wanted, got)
    return found.verdict, found.differences


def run_cell(cell, options, oracle, kbx):
    """Builds a cell and repeats its links; True if all are as required."""
    work = options.work / cell.name
    with locked(f"cell-{work}"):
        shutil.rmtree(work, ignore_errors=True)
        top, home = work / "at", work / "home"
        home.mkdir(parents=True)
        recipe = recipe_of(cell, kernel_root(cell.kernel), top, options.jobs)
        side.lay_out(recipe, top)
        environment = side.environment(side.private_path(work / "bin", recipe.kdir, None), home)
        built = side.run(recipe.for_kbuild + recipe.prepare + recipe.commands, top / recipe.folder, environment,
                         recipe.modules)
        if not built.built:
            raise Unavailable(f"kbuild does not build it: {built.why} {built.first_error}")
        links = list(links_below(top, recipe.kdir))
        with ThreadPoolExecutor(options.jobs) as pool:
            results = list(pool.map(lambda link: judged(link, oracle, kbx), links))
        shutil.rmtree(work)
    counts = Counter(verdict for verdict, _ in results)
    good = {IDENTICAL} | ({SAME_SHAPE} if options.require == "shape" else set())
    print(f"{cell.name}: {len(links)} links: " + ", ".join(f"{counts[kind]} {kind}" for kind in KINDS))
    for link, (verdict, lines) in zip(links, results):
        if verdict not in good:
            print(f"    {link.target}: {verdict}" + "".join(f"\n        {line}" for line in lines[:3]))
    sys.stdout.flush()
    return bool(links) and set(counts) <= good


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kbx", type=Path)
    parser.add_argument("--linker", type=Path, help="another linker to judge")
    parser.add_argument("--slice", choices=["ci", "all", "synthetic"])
    parser.add_argument("--cells", nargs="+", metavar="GLOB")
    parser.add_argument("--require", choices=["identical", "shape"], default="identical")
    parser.add_argument("--jobs", "-j", type=int, default=2)
    parser.add_argument("--work", type=Path, required=True)
    options = parser.parse_args()
    if not options.kbx and not options.linker:
        parser.error("--kbx or --linker is needed")
    options.kbx = options.kbx and options.kbx.resolve()
    options.work = options.work.resolve()
    return options


def chosen(options):
    for cell in all_cells():
        in_slice = not options.slice or cell.slice == options.slice or (options.slice, cell.slice) == ("all", "ci")
        named = not options.cells or any(fnmatch.fnmatch(cell.name, glob) for glob in options.cells)
        if in_slice and named and cell.expect == "builds":
            yield cell


def main():
    options = parse_options()
    oracle = gnu_ld("amd64")
    kbx = linker(options.linker) if options.linker else linker(options.kbx, "ld")
    cells = {cell.name: cell for cell in chosen(options)}
    good = all_good(cells, lambda name: run_cell(cells[name], options, oracle, kbx), "none of these cells can be built")
    return 0 if good else 1


if __name__ == "__main__":
    skip_when_unavailable(main)
