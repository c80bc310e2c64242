"""The order in which an assembler met the symbols that a module needs, read off the module's relocations.

An assembler numbers symbols as their names come up. What came first inside a section its relocations still tell; where
compilers change sections is told by other things: code that is moved aside is named after its function, local functions
lie in the symbol table as they were met, and entries that a statement put into a table point to that statement. Two
things stay open, so that there are a few orders instead of one: how far up a function of another section comes among
global ones, and which of the sections of data came first.
"""

import bisect
import struct
from collections import defaultdict
from typing import NamedTuple

from elfmodule import SHT_REL, SHT_RELA

STT_FUNC = 2
EM_MIPS = 8
# Tables that a statement of a function adds to: how many relocations before a symbol's its place in the code is named.
TABLES = {"__jump_table": 2, "__bug_table": 1, ".altinstructions": 1, "__ex_table": 1, ".smp_locks": 1}
# What other programs than compilers made, or what names nothing new.
PASSED_OVER = (".orc_unwind", "__mcount_loc", ".debug", ".BTF", ".pdr", ".eh_frame", "__patchable", ".note", ".toc",
               ".retpoline_sites", ".return_sites", ".gnu.linkonce", "__versions", "__ksymtab", ".altinstr_aux",
               ".ARM.exidx")
AFTER_CODE = 1 << 40


class Relocation(NamedTuple):
    offset: int
    symbol: object
    addend: int


class Span(NamedTuple):
    """Where a function, or its part that was moved aside, begins; and which function of the file it is."""
    start: int
    number: int
    part: int


def _relocations(module):
    """{section: [Relocation]}"""
    machine, = struct.unpack_from(module.order + "H", module.data, 0x12)
    found = {}
    for section in module.sections:
        if section.type not in (SHT_REL, SHT_RELA):
            continue
        target, = struct.unpack_from(module.order + "I", module.data, section.header + (44 if module.is_64bit else 28))
        form = ("QQ" if module.is_64bit else "II") + ("qi"[not module.is_64bit] if section.type == SHT_RELA else "")
        data = module.data[section.offset:section.offset + section.size]
        rows = []
        for offset, info, *addend in struct.iter_unpack(module.order + form, data):
            if module.is_64bit and machine == EM_MIPS and module.order == "<":
                number = info & 0xFFFFFFFF
            else:
                number = info >> (32 if module.is_64bit else 8)
            rows.append(Relocation(offset, module.symbols[number], addend[0] if addend else 0))
        found[target] = rows
    return found


def _longest_rising(rows, value):
    """A longest choice of `rows` whose values rise."""
    tails, ends, before = [], [], []
    for number, row in enumerate(rows):
        at = bisect.bisect_left(tails, value(row))
        tails[at:at + 1] = [value(row)]
        ends[at:at + 1] = [number]
        before.append(ends[at - 1] if at else None)
    chosen, number = [], ends[-1] if ends else None
    while number is not None:
        chosen.append(rows[number])
        number = before[number]
    return chosen[::-1]


class _Code:
    """The functions of a module in the order of its assembly."""

    def __init__(self, module, early):
        self._sections = module.sections
        self._aside = {}  # function: its part that was moved aside
        by_section = defaultdict(dict)  # {section: {address: (place in the symbol table, symbol)}}
        for number, symbol in enumerate(module.symbols):
            if symbol.info & 15 != STT_FUNC or not 0 < symbol.section < len(module.sections):
                continue
            if ".cold" in symbol.name and symbol.is_local:
                self._aside[symbol.name.partition(".cold")[0]] = symbol
            elif symbol.is_local or symbol.value not in by_section[symbol.section]:
                by_section[symbol.section][symbol.value] = (number, symbol)
        self._spans = defaultdict(list)
        for number, symbol in enumerate(self._in_order(by_section, early)):
            self._spans[symbol.section].append(Span(symbol.value, number, 0))
            if aside := self._aside.get(symbol.name):
                self._spans[aside.section].append(Span(aside.value, number, 1))
        for spans in self._spans.values():
            spans.sort()

    def _in_order(self, by_section, early):
        text = next((number for number, section in enumerate(self._sections) if section.name == ".text"), None)
        main = by_section.pop(text, {})
        local = sorted(row for row in main.values() if row[1].is_local)
        met = _longest_rising(local, lambda row: row[1].value)
        numbers = [number for number, _ in met]
        placed = [((address, 0, 0), symbol) for address, (_, symbol) in main.items()]
        for functions in by_section.values():
            least = (-1, 0, 0)
            for _, (number, symbol) in sorted(functions.items()):
                at = bisect.bisect_left(numbers, number)
                if not symbol.is_local:
                    key = (AFTER_CODE, 0, 0)
                elif early:
                    key = (met[at - 1][1].value if at else -1, 1, number)
                else:
                    key = (met[at][1].value if at < len(met) else AFTER_CODE, -1, number)
                least = max(least, key)
                placed.append((least, symbol))
        placed.sort(key=lambda row: row[0])
        return [symbol for _, symbol in placed]

    def __contains__(self, section):
        return section in self._spans

    def place(self, section, offset):
        """A key that grows along the assembly."""
        spans = self._spans[section]
        at = bisect.bisect_right(spans, (offset, AFTER_CODE)) - 1
        return (spans[at].number, spans[at].part, offset) if at >= 0 else (-1, 0, offset)


def _named(name, module):
    return next((number for number, section in enumerate(module.sections) if section.name == name), None)


def _of_code(module, code, relocations, section):
    """(place, name) of what the instructions of a section name, also by way of .toc and .altinstr_aux."""
    toc, aux = _named(".toc", module), _named(".altinstr_aux", module)
    entries = {row.offset: row.symbol.name for row in relocations.get(toc, []) if row.symbol.section == 0}
    asides = [row for row in relocations.get(aux, []) if row.symbol.section == 0]
    for row in relocations[section]:
        number, part, _ = place = code.place(section, row.offset)
        symbol = row.symbol
        if symbol.section == 0 and symbol.name:
            # Routines that the compiler calls by itself are declared before the function.
            declared = symbol.name.startswith("__aeabi_") and "unwind" not in symbol.name
            yield ((number, -1, row.offset) if declared else place), symbol.name
        elif toc and symbol.section == toc and symbol.value + row.addend in entries:
            yield (number, -1, symbol.value + row.addend), entries[symbol.value + row.addend]
        elif aux and symbol.section == aux:
            start = symbol.value + row.addend + 4  # relative to the end of a 4-byte field
            yield from ((place, aside.symbol.name) for aside in asides if start <= aside.offset < start + 16)


def _of_data(module, code, relocations, section, direction):
    """(place, name) of what a table or other data names."""
    rows = relocations[section]
    back = TABLES.get(module.sections[section].name)
    for number, row in enumerate(rows):
        if row.symbol.section != 0 or not row.symbol.name:
            continue
        statement = rows[number - back] if back and number >= back else None
        if statement and statement.symbol.section in code:
            at = code.place(statement.symbol.section, statement.symbol.value + statement.addend)
            yield (*at[:2], at[2] + 0.5), row.symbol.name
        else:
            yield (AFTER_CODE, direction * section, row.offset), row.symbol.name


def _of_unwinding(module, code, relocations, section):
    """(place, name) of the routines that ARM's table for unwinding names at the end of a function."""
    table = module.sections[section]
    for row in relocations[section]:
        if row.symbol.section == 0 and row.symbol.name:
            word, = struct.unpack_from(module.order + "I", module.data, table.offset + row.offset)
            number, _, _ = code.place(table.link, word & 0x7FFFFFFF)
            yield (number, 2, 0), row.symbol.name


def assembled(module):
    """The orders in which the assembler may have met the symbols that the module needs; repeated ones are left out."""
    relocations = _relocations(module)
    orders = []
    for early in (True, False):
        code = _Code(module, early)
        for direction in (1, -1):
            met = []
            for section in relocations:
                name = module.sections[section].name
                if section in code and not name.startswith(".altinstr_aux"):
                    met += _of_code(module, code, relocations, section)
                elif name.startswith(".ARM.exidx") and module.sections[section].link in code:
                    met += _of_unwinding(module, code, relocations, section)
                elif not name.startswith(PASSED_OVER):
                    met += _of_data(module, code, relocations, section, direction)
            met.sort(key=lambda row: row[0])
            names = list(dict.fromkeys(name for _, name in met))
            if names not in orders:
                orders.append(names)
    return orders
