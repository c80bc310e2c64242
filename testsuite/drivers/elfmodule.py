"""Finished modules of any target, 32 or 64 bits, little or big endian: sections, symbols, .modinfo and __versions.

The layout is that of the System V gABI, chapter 4 "Object Files"; that of __versions is struct modversion_info of the
kernel's include/linux/module.h.
"""

import struct
from typing import NamedTuple

SHT_SYMTAB = 2
SHT_RELA = 4
SHT_NOBITS = 8
SHT_REL = 9
STB_LOCAL = 0
STT_FILE = 4
VERSION_SIZE = 64


class NotModule(Exception):
    """The bytes are not an ELF file with a symbol table."""


class Section(NamedTuple):
    name: str
    header: int  # where its header lies in the file
    type: int
    offset: int
    size: int
    link: int


class Symbol(NamedTuple):
    name: str
    entry: bytes  # as it stands in the table
    info: int
    section: int
    value: int
    size: int

    @property
    def is_local(self):
        return self.info >> 4 == STB_LOCAL

    @property
    def is_file(self):
        return self.info & 15 == STT_FILE


class Module:
    """A module's bytes, and what its headers say of them."""

    def __init__(self, data):
        if data[:4] != b"\x7fELF" or data[4] not in (1, 2) or data[5] not in (1, 2):
            raise NotModule("not an ELF file")
        self.data = data
        self.is_64bit = data[4] == 2
        self.order = "<" if data[5] == 1 else ">"
        self.sections = self._read_sections()
        self.symbols = self._read_symbols()

    def _read_sections(self):
        table, = self._unpack("Q" if self.is_64bit else "I", 0x28 if self.is_64bit else 0x20)
        size, count, names = self._unpack("HHH", 0x3A if self.is_64bit else 0x2E)
        form = "IIQQQQIIQQ" if self.is_64bit else "IIIIIIIIII"
        headers = [self._unpack(form, table + size * number) for number in range(count)]
        names_at = headers[names][4]
        return [Section(self.string(names_at + row[0]), table + size * number, row[1], row[4], row[5], row[6])
                for number, row in enumerate(headers)]

    def _read_symbols(self):
        table = self.symbol_table()
        strings = self.sections[table.link].offset
        size, form = (24, "IBBHQQ") if self.is_64bit else (16, "IIIBBH")
        symbols = []
        for at in range(table.offset, table.offset + table.size, size):
            row = self._unpack(form, at)
            if self.is_64bit:
                name, info, _, section, value, length = row
            else:
                name, value, length, info, _, section = row
            symbols.append(Symbol(self.string(strings + name), self.data[at:at + size], info, section, value, length))
        return symbols

    def _unpack(self, form, at):
        return struct.unpack_from(self.order + form, self.data, at)

    def string(self, at):
        return self.data[at:self.data.index(0, at)].decode("latin-1")

    def symbol_table(self):
        for section in self.sections:
            if section.type == SHT_SYMTAB:
                return section
        raise NotModule("no symbol table")

    def globals(self):
        """The names of the global symbols, in their order."""
        return [symbol.name for symbol in self.symbols if not symbol.is_local]

    def undefined(self):
        """The names of the global symbols that are not defined here."""
        return {symbol.name for symbol in self.symbols if not symbol.is_local and symbol.section == 0}

    def content(self, name):
        """The bytes of the section `name`; none if there is no such section."""
        for section in self.sections:
            if section.name == name and section.type != SHT_NOBITS:
                return self.data[section.offset:section.offset + section.size]
        return b""

    def versions(self):
        """[(CRC, name)] of __versions, in its order."""
        content = self.content("__versions")
        word = 8 if self.is_64bit else 4
        rows = [content[at:at + VERSION_SIZE] for at in range(0, len(content), VERSION_SIZE)]
        return [(struct.unpack_from(self.order + ("Q" if self.is_64bit else "I"), row)[0],
                 row[word:].split(b"\0")[0].decode()) for row in rows]

    def info(self):
        """[(offset, text)] of the entries of .modinfo."""
        entries, at = [], 0
        for text in self.content(".modinfo").split(b"\0"):
            if text:
                entries.append((at, text.decode("latin-1")))
            at += len(text) + 1
        return entries
