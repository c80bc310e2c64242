#!/usr/bin/env python3
"""Compares expressions made by chance: what symbols come to by GNU ld and by the small layout.

    random_expressions.py --layout PROGRAM [--seed N] [--count SCRIPTS]

A script that differs is printed with the assignments that matter. Exits with 77 where as or ld are missing.
"""

import argparse
import pathlib
import random
import shutil
import sys
import tempfile

import run

NAMES = ["in_text", "in_data", "in_bss", "_start", "absolute_symbol", "known", "later", "outside"]
SECTIONS = [".text", ".data", ".bss"]
INFIX = ["+", "-", "*", "&", "|", "<<", ">>", "==", "!=", "<", ">", "<=", ">=", "&&", "||"]


def leaf(choose):
    """An expression without operands."""
    kind = choose.randrange(8)
    if kind < 3:
        return choose.choice(["0", "1", "5", "0x10", "4K", "0x1234", "0xffffffffffffffff", "10h"])
    if kind < 6:
        return choose.choice(NAMES)
    if kind == 6:
        return "."
    return choose.choice(["ADDR", "SIZEOF", "ALIGNOF", "LOADADDR"]) + f"({choose.choice(SECTIONS)})"


def expression(choose, depth):
    """A random expression, in parentheses where it has to be."""
    if depth == 0 or choose.random() < 0.2:
        return leaf(choose)
    part = lambda: expression(choose, depth - 1)
    kind = choose.randrange(20)
    if kind < 9:
        return f"({part()} {choose.choice(INFIX)} {part()})"
    if kind == 9:
        return f"({part()} {choose.choice('/%')} ({part()} | 1))"
    if kind == 10:
        return choose.choice(["-", "~", "!"]) + f"({part()})"
    if kind < 13:
        return choose.choice(["MAX", "MIN"]) + f"({part()}, {part()})"
    if kind == 13:
        return f"({part()} ? {part()} : {part()})"
    if kind == 14:
        return f"ALIGN({part()}, {choose.choice(['1', '8', '0x30', '0x1000'])})"
    if kind == 15:
        return f"ALIGN({choose.choice(['1', '8', '0x30', '0x1000'])})"
    if kind == 16:
        return f"ABSOLUTE({part()})"
    if kind == 17:
        return f"NEXT({choose.choice(['8', '0x100'])})"
    if kind == 18:
        return f"LOG2CEIL({part()})"
    return f"(DEFINED({choose.choice(NAMES + ['nowhere'])}) ? {part()} : {part()})"


def assignments(choose, prefix, count):
    """Lines that define prefix0, prefix1 and so on."""
    return [f"{prefix}{i} = {expression(choose, choose.randrange(1, 5))};" for i in range(count)]


def script(lines):
    """The script around five places for assignments."""
    before, text, between, data, after = lines
    return "\n".join(
        ["known = 0x20;"] + before + ["SECTIONS {", "  .text 0x1000 : { *(.text)"] + text + ["  }", "  outside = .;"]
        + between + ["  .data 0x2000 : AT(0x9000) { *(.data)"] + data + ["  }", "  .bss 0x3000 : { *(.bss) *(COMMON) }", "}"]
        + after + ["later = in_data + 4;", ""])


def differences(layout, source, words, lines, folder):
    """What comes out differently."""
    path = folder / "random.lds"
    path.write_text(script(lines))
    theirs = run.by_linker(["ld"], path, source, folder / "theirs")
    ours = run.by_layout(layout, path, words)
    if ours == 77:
        return ["the layout does not know a command"]
    expected = theirs and {name: value[:2] for name, value in theirs[1].items() if value[1] != "UND"}
    return run.compare(path, expected, ours)


def smallest(fails, lines):
    """`lines` without the assignments that it fails without too."""
    for group in lines:
        for line in list(group):
            at = group.index(line)
            del group[at]
            if not fails(lines):
                group.insert(at, line)
    return lines


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--layout", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=100)
    options = parser.parse_args()
    if not all(map(shutil.which, ("as", "ld", "readelf"))):
        print("skipped: as, ld and readelf are needed")
        return 77
    failed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        source = folder / "input.o"
        if run.run("as", "--64", run.HERE / "input.s", "-o", source).returncode:
            print("skipped: as does not make x86-64 objects")
            return 77
        words = run.describe(source)
        for seed in range(options.seed, options.seed + options.count):
            choose = random.Random(seed)
            lines = [assignments(choose, prefix, 6) for prefix in "abcde"]
            check = lambda each: differences(options.layout, source, words, each, folder)
            if not check(lines):
                continue
            failed += 1
            print(f"--- seed {seed}")
            print(script(smallest(check, lines)) + "\n".join(check(lines)))
    print(f"{options.count} scripts, {failed} with differences")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
