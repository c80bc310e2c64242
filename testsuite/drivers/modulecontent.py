#!/usr/bin/env python3
"""Whether two modules are the same to a kernel and to its tools, debugging information apart.

A module whose metadata object kbx wrote itself lacks the compiler's debugging information for
MODULE.mod.c and the local symbols of .modinfo and the version tables, and compilers align short arrays
less than long ones; everything else has to be as in the module with the compiler's: every section's type, flags, alignment and bytes, its relocations
by symbol, and every other symbol.
"""

import struct
from collections import Counter

from elfsections import NotElf

SYMTAB, STRTAB, RELA, NOBITS, REL = 2, 3, 4, 8, 9
LOCAL, FILE, SECTION = 0, 4, 3
RESERVED = 0xFF00
# Symbols in these are of no use to anyone: the kernel lets the sections go after it has read them.
METADATA = (".modinfo", "__versions", "__version_ext_crcs", "__version_ext_names")


def _left_out(name):
    """Debugging information, and what hangs on all bytes of the file or on that information."""
    return name.startswith((".debug", ".note.gnu.build-id", ".BTF"))


class Module:
    """Sections and symbols of a 64-bit little-endian object."""

    def __init__(self, data):
        if data[:6] != b"\x7fELF\x02\x01":
            raise NotElf("not a 64-bit little-endian ELF file")
        (offset,) = struct.unpack_from("<Q", data, 0x28)
        size, count, names_at = struct.unpack_from("<HHH", data, 0x3A)
        self.head = data[4:8] + data[16:20] + data[48:52]
        self.rows = [struct.unpack_from("<IIQQQQIIQQ", data, offset + n * size) for n in range(count)]
        self.content = [b"" if row[1] == NOBITS else data[row[4] : row[4] + row[5]] for row in self.rows]
        self.names = [_text(self.content[names_at], row[0]) for row in self.rows]
        self.table = []
        for row, content in zip(self.rows, self.content):
            if row[1] == SYMTAB:
                strings = self.content[row[6]]
                self.table = [
                    (_text(strings, name), *rest) for name, *rest in struct.iter_unpack("<IBBHQQ", content)
                ]

    def place(self, section):
        """The name of the section of a symbol."""
        return f"reserved {section:x}" if section >= RESERVED else self.names[section]

    def sections(self):
        """name -> [(type, flags, alignment, size, bytes)], tables of the file itself left out."""
        found = {}
        for name, row, content in zip(self.names, self.rows, self.content):
            if row[1] in (0, SYMTAB, STRTAB, RELA, REL) or _left_out(name):
                continue
            if row[5]:
                alignment = 0 if name.startswith("__version_ext") else row[8]
                found.setdefault(name, []).append((row[1], row[2], alignment, row[5], content))
        return found

    def relocations(self):
        """name of the changed section -> Counter of (offset, type, what is pointed at, addend)."""
        found = {}
        for row, content in zip(self.rows, self.content):
            if row[1] != RELA or _left_out(self.names[row[7]]):
                continue
            entries = found.setdefault(self.names[row[7]], Counter())
            for offset, info, addend in struct.iter_unpack("<QQq", content):
                name, kind, _, section, *_ = self.table[info >> 32]
                target = self.place(section) if kind & 0xF == SECTION else name
                entries[(offset, info & 0xFFFFFFFF, target, addend)] += 1
        return found

    def symbols(self):
        """Counter of (name, binding and type, visibility, section, value, size)."""
        return Counter(
            (name, kind, visibility, self.place(section), value, size)
            for name, kind, visibility, section, value, size in self.table[1:]
            if kind & 0xF not in (SECTION, FILE)
            and not (kind >> 4 == LOCAL and self.place(section) in METADATA)
        )


def _text(strings, at):
    return strings[at : strings.index(b"\0", at)].decode(errors="replace")


def _strings(rows):
    return sorted(text.decode(errors="replace") for row in rows for text in row[4].split(b"\0") if text)


def differences(one, two):
    """How the module `two` is another than `one` (bytes of files): texts, none if they are alike."""
    left, right = Module(one), Module(two)
    told = [] if left.head == right.head else ["the file's header"]
    mine, other = left.sections(), right.sections()
    for name in sorted(mine.keys() | other.keys()):
        a, b = mine.get(name, []), other.get(name, [])
        if a == b:
            continue
        how = ""
        if a and b and name == ".modinfo":
            how = f": {sorted(set(_strings(a)) ^ set(_strings(b)))[:4]}" if _strings(a) != _strings(b) else ": order"
        elif not a or not b:
            how = " is only in " + ("the first" if a else "the second")
        told.append(name + how)
    mine, other = left.relocations(), right.relocations()
    for name in sorted(mine.keys() | other.keys()):
        if mine.get(name) != other.get(name):
            told.append(f"relocations of {name}")
    if left.symbols() != right.symbols():
        odd = (left.symbols() - right.symbols()) + (right.symbols() - left.symbols())
        told.append("symbols: " + ", ".join(sorted({symbol[0] for symbol in odd})[:6]))
    return told


def main():
    """modulecontent.py ONE.ko TWO.ko"""
    import sys
    from pathlib import Path

    told = differences(*(Path(name).read_bytes() for name in sys.argv[1:3]))
    print("\n".join(told) or "alike")
    return 1 if told else 0


if __name__ == "__main__":
    raise SystemExit(main())
