"""Changes finished modules in place, without moving anything: 64-bit little-endian ELF files, as x86-64 has them.

The layout is that of the System V gABI, chapter 4 "Object Files".
"""

import struct
from dataclasses import dataclass

SYMBOL_SIZE = 24
RELA_SIZE = 24
VERSION_SIZE = 64
SHT_SYMTAB = 2
SHT_RELA = 4


class CannotEdit(Exception):
    """The module has not what was to be changed."""


@dataclass
class Section:
    name: str
    index: int
    header: int  # where its header lies in the file
    name_offset: int
    type: int
    flags: int
    offset: int
    size: int
    link: int
    info: int


class Module:
    """A module's bytes, and where its parts are."""

    def __init__(self, data):
        self.data = bytearray(data)
        table, = struct.unpack_from("<Q", data, 0x28)
        count, names = struct.unpack_from("<HH", data, 0x3C)
        headers = [struct.unpack_from("<IIQQQQIIQQ", data, table + 64 * i) for i in range(count)]
        self._names_at = headers[names][4]
        self.sections = []
        for index, (name, kind, flags, _, offset, size, link, info, _, _) in enumerate(headers):
            text = self._string(self._names_at + name)
            self.sections.append(Section(text, index, table + 64 * index, name, kind, flags, offset, size, link, info))

    def _string(self, at):
        return bytes(self.data[at:self.data.index(0, at)]).decode()

    def section(self, name):
        for section in self.sections:
            if section.name == name:
                return section
        raise CannotEdit(f"no section {name}")

    def content(self, name):
        section = self.section(name)
        return bytes(self.data[section.offset:section.offset + section.size])

    def replace(self, section_name, old, new):
        """Replaces the first `old` in a section by as many bytes."""
        section = self.section(section_name)
        at = self.content(section_name).find(old)
        if at < 0 or len(old) != len(new):
            raise CannotEdit(f"{old!r} is not in {section_name}, or {new!r} has another length")
        self.data[section.offset + at:section.offset + at + len(new)] = new

    def _symbols(self):
        table = next(section for section in self.sections if section.type == SHT_SYMTAB)
        strings = self.sections[table.link].offset
        for at in range(table.offset + SYMBOL_SIZE, table.offset + table.size, SYMBOL_SIZE):
            name, = struct.unpack_from("<I", self.data, at)
            yield at, strings + name, self._string(strings + name)

    def symbol_names(self):
        return [name for _, _, name in self._symbols()]

    def rename_symbol(self, old, new):
        if len(old) != len(new):
            raise CannotEdit("the names differ in length")
        for _, string, name in self._symbols():
            if name == old:
                self.data[string:string + len(new)] = new.encode()
                return
        raise CannotEdit(f"no symbol {old}")

    def set_symbol_section(self, name, index):
        for at, _, found in self._symbols():
            if found == name:
                struct.pack_into("<H", self.data, at + 6, index)
                return
        raise CannotEdit(f"no symbol {name}")

    def _version(self, symbol):
        section = self.section("__versions")
        for at in range(section.offset, section.offset + section.size, VERSION_SIZE):
            if self._string(at + 8) == symbol:
                return at
        raise CannotEdit(f"no version of {symbol}")

    def flip_crc(self, symbol):
        """Another CRC for a symbol that the module uses."""
        at = self._version(symbol)
        crc, = struct.unpack_from("<I", self.data, at)
        struct.pack_into("<I", self.data, at, crc ^ 0x01010101)

    def forget_version(self, symbol):
        """The table of versions has another symbol in its place."""
        self.data[self._version(symbol) + 8] ^= 0x01

    def rename_section(self, old, new):
        at = self._names_at + self.section(old).name_offset
        if len(old) != len(new):
            raise CannotEdit("the names differ in length")
        self.data[at:at + len(new)] = new.encode()

    def add_flags(self, name, flags):
        section = self.section(name)
        struct.pack_into("<Q", self.data, section.header + 8, section.flags | flags)

    def set_relocation_type(self, name, kind):
        """Another type for the first relocation of the section `name`."""
        section = self.section(name)
        if section.type != SHT_RELA or section.size < RELA_SIZE:
            raise CannotEdit(f"{name} has no relocations")
        struct.pack_into("<I", self.data, section.offset + 8, kind)

    def set_machine(self, number):
        struct.pack_into("<H", self.data, 0x12, number)
