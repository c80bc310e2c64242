#!/usr/bin/env python3
"""Compares two ELF files: identical, of the same shape, or different, and in what.

    compare.py FIRST SECOND

Of the same shape are files with the same headers, the same sections in the same order (name, type, flags, address,
alignment, size of entries, link, info, contents), the same symbols and the same relocations. Free are where in the file
things lie, how the string tables are arranged, and the order of the symbols.

Exit status: 0 identical, 1 same shape, 2 different.
"""

import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from elffile import (SHT_DYNSYM, SHT_GROUP, SHT_NOBITS, SHT_NULL, SHT_REL, SHT_RELA, SHT_STRTAB, SHT_SYMTAB,
                     SHT_SYMTAB_SHNDX, ElfFile, NotElf)

IDENTICAL, SAME_SHAPE, DIFFERENT = "identical", "same shape", "different"
SHOWN = 8  # of one kind


class Comparison(NamedTuple):
    verdict: str
    differences: list  # lines; none unless the verdict is DIFFERENT


def compare(first, second):
    """The Comparison of two files' bytes."""
    if first == second:
        return Comparison(IDENTICAL, [])
    try:
        one, two = ElfFile(first), ElfFile(second)
    except NotElf as reason:
        at = next((at for at, (a, b) in enumerate(zip(first, second)) if a != b), min(len(first), len(second)))
        return Comparison(DIFFERENT, [f"{reason}; {len(first)} and {len(second)} bytes differ from byte {at:#x} on"])
    lines = _headers(one, two) + _sections(one, two)
    return Comparison(DIFFERENT if lines else SAME_SHAPE, lines)


def _headers(one, two):
    lines = [f"ELF header: {name}: {_shown(getattr(one, name))} / {_shown(getattr(two, name))}"
             for name in ("ident", "type", "machine", "version", "entry", "flags", "phnum")
             if getattr(one, name) != getattr(two, name)]
    if not lines and one.program_headers() != two.program_headers():
        lines = [f"program header {number}: {tuple(map(hex, a))} / {tuple(map(hex, b))}"
                 for number, (a, b) in enumerate(zip(one.program_headers(), two.program_headers())) if a != b]
    return lines


def _shown(value):
    return hex(value) if isinstance(value, int) else value.hex()


def _sections(one, two):
    names = [[section.name for section in file.sections] for file in (one, two)]
    if names[0] != names[1]:
        return _different_names(*names)
    tables = [_symbol_tables(file) for file in (one, two)]
    lines = []
    for number, (a, b) in enumerate(zip(one.sections, two.sections)):
        where = f"section {number} {a.name or '(null)'}"
        fields = ["type", "flags", "addr", "align", "entsize", "link"]
        if a.type not in (SHT_STRTAB, SHT_SYMTAB_SHNDX):
            fields.append("size")
        if a.type != SHT_GROUP:
            fields.append("info")
        found = [f"{where}: {field}: {getattr(a, field):#x} / {getattr(b, field):#x}" for field in fields
                 if getattr(a, field) != getattr(b, field)]
        lines += found
        is_table = a.type == b.type and a.entsize == b.entsize and a.type in (SHT_SYMTAB, SHT_DYNSYM)
        if is_table or all(": size:" in line for line in found):
            lines += _contents(where, (one, a, tables[0]), (two, b, tables[1]))
    return lines


def _different_names(first, second):
    left, right = Counter(first), Counter(second)
    lines = [f"only the first has {count} of section {name or '(null)'}" for name, count in (left - right).items()]
    lines += [f"only the second has {count} of section {name or '(null)'}" for name, count in (right - left).items()]
    if not lines:
        at = next(number for number, (a, b) in enumerate(zip(first, second)) if a != b)
        lines = [f"sections are in another order from number {at} on: "
                 f"{' '.join(first[at:at + 4])} / {' '.join(second[at:at + 4])}"]
    return lines[:2 * SHOWN]


def _symbol_tables(file):
    """{number of section: symbols}"""
    return {number: file.symbols(section) for number, section in enumerate(file.sections)
            if section.type in (SHT_SYMTAB, SHT_DYNSYM)}


def _contents(where, first, second):
    """Differences of two sections of one type."""
    (one, a, symbols1), (two, b, symbols2) = first, second
    if a.type in (SHT_NULL, SHT_NOBITS, SHT_STRTAB, SHT_SYMTAB_SHNDX):
        return []
    if a.type in (SHT_SYMTAB, SHT_DYNSYM):
        return _symbols(where, one.symbols(a), two.symbols(b))
    if a.type in (SHT_REL, SHT_RELA):
        return _relocations(where, (one.relocations(a), symbols1.get(a.link)),
                            (two.relocations(b), symbols2.get(b.link)))
    if a.type == SHT_GROUP:
        groups = [(file.words(section), _symbol(symbols.get(section.link), section.info))
                  for file, section, symbols in (first, second)]
        return [] if groups[0] == groups[1] else [f"{where}: group {groups[0]} / {groups[1]}"]
    return _bytes(where, one.content(a), two.content(b))


def _bytes(where, first, second):
    if first == second:
        return []
    at = next((at for at, (a, b) in enumerate(zip(first, second)) if a != b), min(len(first), len(second)))
    start = max(at - 4, 0)
    return [f"{where}: contents differ from {at:#x} on: {first[start:at + 12].hex(' ')} / "
            f"{second[start:at + 12].hex(' ')}, at {start:#x}"]


def _symbols(where, first, second):
    if first == second:
        return []
    left, right = Counter(first), Counter(second)
    lines = [f"{where}: only the first: {_of_symbol(symbol)}" for symbol in list((left - right).elements())[:SHOWN]]
    return lines + [f"{where}: only the second: {_of_symbol(symbol)}"
                    for symbol in list((right - left).elements())[:SHOWN]]


def _of_symbol(symbol):
    return (f"{symbol.name!r} info {symbol.info:#x} other {symbol.other:#x} section {symbol.section} "
            f"value {symbol.value:#x} size {symbol.size:#x}")


def _symbol(symbols, number):
    return symbols[number] if symbols and number < len(symbols) else number


def _relocations(where, first, second):
    lines = []
    if len(first[0]) != len(second[0]):
        lines.append(f"{where}: {len(first[0])} / {len(second[0])} relocations")
    for number, (a, b) in enumerate(zip(first[0], second[0])):
        target_a, target_b = _symbol(first[1], a.symbol), _symbol(second[1], b.symbol)
        if (a.offset, a.type, a.addend, target_a) != (b.offset, b.type, b.addend, target_b):
            said = [_of_relocation(a, target_a), _of_relocation(b, target_b)]
            if said[0] == said[1]:
                said = [f"to {_of_symbol(target_a)}", f"to {_of_symbol(target_b)}"]
            lines.append(f"{where}: relocation {number}: {said[0]} / {said[1]}")
            if len(lines) > SHOWN:
                break
    return lines


def _of_relocation(relocation, target):
    name = target if isinstance(target, int) else target.name or f"section {target.section}"
    return f"{relocation.offset:#x} type {relocation.type} {name} {relocation.addend:+#x}"


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__.strip())
    found = compare(*(Path(name).read_bytes() for name in sys.argv[1:]))
    print(found.verdict)
    print("".join(f"  {line}\n" for line in found.differences), end="")
    sys.exit((IDENTICAL, SAME_SHAPE, DIFFERENT).index(found.verdict))


if __name__ == "__main__":
    main()
