#!/usr/bin/env python3
"""Checks what distribution.py stands on: that it notices faults of modpost, and that GNU ld orders symbols as told.

    distribution_selftest.py --kbx build/kbx

Stand-ins for kbx change one thing in every .mod.c, and have to be found out in each module that has the thing. Then ld
links objects with symbols in a random order; linkorder.py has to foretell the order of its output, and to undo it.
"""

import argparse
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "drivers"))

from cachedir import skip_when_unavailable  # noqa: E402
from distribution import Distribution, carried  # noqa: E402
from elfmodule import Module  # noqa: E402
from linkorder import linked, undone  # noqa: E402

ARCHITECTURE = "amd64"
EVERY = 100
SIZES = (5, 300, 3500, 9000)


def with_other_crc(text):
    return re.sub(r'0x\w+, "module_layout"', '0x12345678, "module_layout"', text)


def with_rows_reversed(text):
    rows = re.findall(r'^\t\{ .*\n', text, re.MULTILINE)
    return text.replace("".join(rows), "".join(reversed(rows))) if rows else text


def without_last_row(text):
    return re.sub(r'^\t\{ .*\n\};', "};", text, flags=re.MULTILINE)


def with_dependency(text):
    return text.replace('MODULE_INFO(depends, "', 'MODULE_INFO(depends, "no_such_module,')


def without_first_alias(text):
    return re.sub(r"^MODULE_ALIAS.*\n", "", text, count=1, flags=re.MULTILINE)


def with_aliases_reversed(text):
    lines = re.findall(r"^MODULE_ALIAS.*\n", text, re.MULTILINE)
    return text.replace("".join(lines), "".join(reversed(lines))) if lines else text


# What is done, which kind shows it, and whether a module's facts have what it is done to.
FAULTS = (
    (with_other_crc, "versions", lambda facts: facts.versions),
    (with_rows_reversed, "versions", lambda facts: len(facts.versions) > 8),
    (without_last_row, "versions", lambda facts: facts.versions),
    (with_dependency, "depends", lambda facts: True),
    (without_first_alias, "alias", lambda facts: facts.alias),
    (with_aliases_reversed, "alias", lambda facts: len(facts.alias) > 2),
)


class Faulty(Distribution):
    """Changes what kbx wrote before it is compared."""

    fault = None

    def written(self, path):
        path.write_text(self.fault(path.read_text("latin-1")), "latin-1")
        return Distribution.written(path)


def notices(kbx, fault, kind, applies):
    """Whether the fault was found in every module that can have it; there has to be one."""
    with tempfile.TemporaryDirectory() as folder:
        one = Faulty(kbx, ARCHITECTURE, folder)
        one.fault = fault
        modules = one.modules[::EVERY]
        expected = {path.stem for path in modules if applies(carried(Module(path.read_bytes())))}
        one.take(modules)
        found = {text.partition(".ko: ")[0] for text in one.faults if kind in text.partition(".ko: ")[2].split(", ")}
    print(f"{fault.__name__}: noticed in {len(expected & found)} of {len(expected)}")
    return bool(expected) and expected <= found


def foretold(count, source):
    """Whether linkorder.py knows what ld makes of `count` symbols that lie as an assembler met them."""
    names = [f"{source.choice(['kbx', 'a', '__x_', 'register_'])}{number:x}" for number in range(count)]
    source.shuffle(names)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        (folder / "first.s").write_text(".data\n" + "".join(f"\t.long {name}\n" for name in names))
        subprocess.run(["as", "-o", "first.o", "first.s"], cwd=folder, check=True)
        for before, after in (("first", "second"), ("second", "third")):
            subprocess.run(["ld", "-r", "-o", f"{after}.o", f"{before}.o"], cwd=folder, check=True)
        first, second, third = (Module((folder / f"{stage}.o").read_bytes()).globals()
                                for stage in ("first", "second", "third"))
    right = first == names and linked(first) == second and linked(second) == third and linked(undone(third)) == third
    if count < 3000:
        right = right and undone(third) == second
    print(f"{count} symbols: {'as foretold' if right else 'NOT as foretold'}")
    return right


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kbx", type=Path, required=True)
    options = parser.parse_args()
    source = random.Random(1)
    good = [foretold(count, source) for count in SIZES]
    good += [notices(options.kbx.resolve(), *fault) for fault in FAULTS]
    return 0 if all(good) else 1


if __name__ == "__main__":
    skip_when_unavailable(main)
