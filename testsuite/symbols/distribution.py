#!/usr/bin/env python3
"""Gives every module of a distribution's kernels to `kbx modpost` and compares with what the module carries.

    distribution.py --kbx build/kbx [--every N] [--names] [ARCHITECTURE...]

A .ko is an object too: its symbol table, its device tables and the headers' Module.symvers have to give the `depends`
and the `alias` entries of its own .modinfo and the rows of its own __versions, all in their order. --every 10 takes one
of ten.

The final link changed one thing that shows, the order of the symbol table (linkorder.py). So a module that does not come
out as it stands gets the order of the object that modpost saw, in the first of these ways that makes all three right:

- link undone: that order is known if a partial link had made the object too;
- assembly followed: the relocations tell in which order the assembler met the symbols (assemblyorder.py);
- order of __versions: as the module itself says, which proves the rows, the depends and the alias, but no order.

Linking has to turn each order into that of the .ko. How many matched in which way is told, and with --names which
modules took the last one.
"""

import argparse
import lzma
import re
import subprocess
import sys
import tempfile
from collections import Counter
from itertools import permutations
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "drivers"))

from assemblyorder import assembled  # noqa: E402
from cachedir import Unavailable, skip_when_unavailable  # noqa: E402
from distribution_images import FLAVOURS, tree_and_modules  # noqa: E402
from elfmodule import SHT_REL, SHT_RELA, Module  # noqa: E402
from linkorder import linked, undone  # noqa: E402

AT_ONCE = 250
KINDS = ("depends", "versions", "alias")
WAYS = ("as it stands", "link undone", "assembly followed", "order of __versions")
SHOWN = 20
SMALL = 3000  # of so many global symbols ld's table never grows
MOST_TABLES = 5


class Facts(NamedTuple):
    depends: str
    versions: list
    alias: list


def carried(module):
    """What the module says of itself. Entries of .mod.c are known by the counter in their symbols' names, which goes on
    from line to line, and lie side by side, in whichever direction the compiler wrote them."""
    modinfo = next(number for number, section in enumerate(module.sections) if section.name == ".modinfo")
    place = {at: number for number, (at, _) in enumerate(module.info())}
    texts = [text.partition("=")[2] for _, text in module.info()]
    entries = []  # (name, counter, place)
    for symbol in module.symbols:
        numbered = re.fullmatch(r"__UNIQUE_ID_([a-z]+)(\d+)", symbol.name)
        if numbered and symbol.section == modinfo:
            entries.append((numbered[1], int(numbered[2]), place[symbol.value]))
    (counter, at), = [(counter, at) for name, counter, at in entries if name == "depends"]
    known = {(counter, at) for name, counter, at in entries if name == "alias"}
    step = next((step for step in (-1, 1) if (counter + 1, at + step) in known), 0)
    alias, number = [], 1
    while (counter + number, at + number * step) in known:
        alias.append(texts[at + number * step])
        number += 1
    return Facts(texts[at], module.versions(), alias)


def equal(truth, found):
    """The kinds that are equal."""
    return {kind for kind, one, two in zip(KINDS, truth, found) if one == two}


def reordered(module, names):
    """The module's bytes with these global symbols first, in that order, and without relocations, which would name
    others now."""
    table = module.symbol_table()
    place = {name: number for number, name in enumerate(names)}
    local = [symbol for symbol in module.symbols if symbol.is_local]
    others = [symbol for symbol in module.symbols if not symbol.is_local]
    others.sort(key=lambda symbol: place.get(symbol.name, len(place)))
    data = bytearray(module.data)
    data[table.offset:table.offset + table.size] = b"".join(symbol.entry for symbol in local + others)
    for section in module.sections:
        if section.type in (SHT_REL, SHT_RELA):
            data[section.header + 4:section.header + 8] = bytes(4)
    return data


def as_undone(module, _):
    """The order of the global symbols before the final link, if a partial link had made them."""
    names = undone(module.globals())
    return [names] if names else []


def as_assembled(module, _):
    """The orders in which the assembler can have met the needs."""
    if len(module.globals()) > SMALL:
        return []
    known = module.undefined()
    orders = assembled(module)
    return [names for order in orders if set(order) >= known
            for names in _with_tables([name for name in order if name in known], module)]


def as_in_versions(module, truth):
    """The needs as __versions has them."""
    known = module.undefined()
    needs = [name for _, name in truth.versions if name in known]
    if len(module.globals()) > SMALL:
        # In a table that grew a symbol's place depends on all the others.
        given, shown = iter(needs), set(needs)
        names = [next(given) if name in shown else name for name in undone(module.globals()) or []]
        return [names] if linked(names) == module.globals() else []
    return _with_tables(needs, module)


def _with_tables(needs, module):
    """The needs and the device tables, in every order of these that may be, if this order of the needs may be."""
    tables = [name for name in module.globals() if name.startswith("__mod_")]
    if not _may_become(needs, module):
        return []
    orders = permutations(tables) if len(tables) <= MOST_TABLES else [tables]
    return [needs + list(order) for order in orders if _may_become(order, module)]


def _may_become(names, module):
    """Whether linking leaves these symbols in the order of the module. A bucket's order does not depend on others."""
    shown = set(names)
    return linked(names) == [name for name in module.globals() if name in shown]


class Distribution:
    """The kernel of one architecture, and what kbx makes of its modules."""

    def __init__(self, kbx, architecture, work):
        self.tree, self.modules = tree_and_modules(architecture)
        self.words = [kbx, "modpost", "--tree", self.tree, "-m", "-e", "-i", self.tree / "Module.symvers"]
        self.work = work
        self.matched = Counter()
        self.faults = []
        self.taken = []  # modules that took the last way

    def modpost(self, objects):
        """{stem: Facts} for {stem: bytes}."""
        if not objects:
            return {}
        with tempfile.TemporaryDirectory(dir=self.work) as folder:
            folder = Path(folder)
            for stem, data in objects.items():
                (folder / f"{stem}.o").write_bytes(data)
                (folder / f"{stem}.mod").write_text("")
            (folder / "list").write_text("".join(f"{stem}.o\n" for stem in objects))
            done = subprocess.run([*self.words, "-T", "list"], cwd=folder, capture_output=True, text=True)
            errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
            if done.returncode:
                self.faults += errors or [f"kbx modpost ended with {done.returncode}\n{done.stderr}"]
            return {stem: self.written(folder / f"{stem}.mod.c") for stem in objects}

    @staticmethod
    def written(path):
        """What a .mod.c says."""
        if not path.is_file():
            return Facts("(no .mod.c)", [], [])
        text = path.read_text("latin-1")
        depends = re.search(r'^MODULE_INFO\(depends, "(.*)"\);$', text, re.MULTILINE)
        versions = [(int(crc, 0), name) for crc, name in re.findall(r'^\t\{ +(\w+), "(.*)" \},$', text, re.MULTILINE)]
        return Facts(depends[1], versions, re.findall(r'^MODULE_ALIAS\("(.*)"\);$', text, re.MULTILINE))

    def take(self, paths):
        """Compares some modules, each first as it stands and then, where it differs, with its order restored."""
        modules, truths = {}, {}
        for path in paths:
            stem = path.name.partition(".ko")[0]
            try:
                data = lzma.decompress(path.read_bytes()) if path.suffix == ".xz" else path.read_bytes()
                modules[stem] = Module(data)
                truths[stem] = carried(modules[stem])
            except (ValueError, StopIteration) as reason:
                self.faults.append(f"{path.name}: cannot be read: {reason}")
        missing = {}
        for stem, facts in self.modpost({stem: module.data for stem, module in modules.items()}).items():
            same = equal(truths[stem], facts)
            self.matched.update((kind, WAYS[0]) for kind in same)
            if len(same) < len(KINDS):
                missing[stem] = set(KINDS) - same
        for way, orders in zip(WAYS[1:], (as_undone, as_assembled, as_in_versions)):
            self.restore(way, orders, {stem: modules[stem] for stem in missing}, truths, missing)
        self.faults += [f"{stem}.ko: {', '.join(sorted(kinds))}" for stem, kinds in missing.items()]

    def restore(self, way, orders, modules, truths, missing):
        """Takes out of `missing` what comes out right, in all kinds at once, in one of the orders."""
        objects = {f"{stem}@{number}": reordered(module, names) for stem, module in modules.items()
                   for number, names in enumerate(orders(module, truths[stem]))}
        for name, facts in self.modpost(objects).items():
            stem = name.partition("@")[0]
            if stem in missing and len(equal(truths[stem], facts)) == len(KINDS):
                self.matched.update((kind, way) for kind in missing.pop(stem))
                if way == WAYS[-1]:
                    self.taken.append(stem)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kbx", type=Path, required=True)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--names", action="store_true")
    parser.add_argument("architectures", nargs="*", default=list(FLAVOURS), metavar="ARCHITECTURE")
    options = parser.parse_args()
    good, tried = True, 0
    for architecture in options.architectures:
        with tempfile.TemporaryDirectory() as work:
            try:
                one = Distribution(options.kbx.resolve(), architecture, work)
            except Unavailable as reason:
                print(f"{architecture}: not tried: {reason}", flush=True)
                continue
            modules = one.modules[::options.every]
            for at in range(0, len(modules), AT_ONCE):
                one.take(modules[at:at + AT_ONCE])
        tried += 1
        counts = {kind: [one.matched[kind, way] for way in WAYS] for kind in KINDS}
        print(f"{architecture}: " + ", ".join(f"{kind} {sum(counts[kind])} of {len(modules)}" for kind in KINDS))
        for kind in KINDS:
            print(f"    {kind}: " + ", ".join(f"{count} {way}" for count, way in zip(counts[kind], WAYS)), flush=True)
        print("".join(f"    {line}\n" for line in one.faults[:SHOWN]), end="", flush=True)
        if options.names:
            print(f"    {WAYS[-1]}: {' '.join(sorted(one.taken))}")
        good = good and modules and not one.faults
        good = good and all(sum(counts[kind]) == len(modules) for kind in KINDS)
    if not tried:
        raise Unavailable("none of these kernels can be had")
    return 0 if good else 1


if __name__ == "__main__":
    skip_when_unavailable(main)
