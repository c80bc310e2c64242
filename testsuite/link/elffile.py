"""ELF files of either class and byte order, read as far as comparing needs it: headers, symbols, relocations, groups.

The layout is that of the System V gABI, chapters 4 and 5.
"""

import struct
from typing import NamedTuple

SHT_NULL, SHT_SYMTAB, SHT_STRTAB, SHT_RELA, SHT_NOBITS, SHT_REL, SHT_DYNSYM = 0, 2, 3, 4, 8, 9, 11
SHT_GROUP, SHT_SYMTAB_SHNDX = 17, 18
SHN_LORESERVE, SHN_XINDEX = 0xFF00, 0xFFFF
EM_MIPS = 8


class NotElf(Exception):
    """The bytes are no ELF file, or one whose headers lead out of it."""


class Section(NamedTuple):
    name: str
    type: int
    flags: int
    addr: int
    offset: int
    size: int
    link: int
    info: int
    align: int
    entsize: int


class Symbol(NamedTuple):
    name: str
    info: int
    other: int
    section: object  # a number, or "abs", "common" and the like
    value: int
    size: int


class Relocation(NamedTuple):
    offset: int
    type: int
    symbol: int
    addend: int


RESERVED = {0: "undefined", 0xFFF1: "absolute", 0xFFF2: "common"}


class ElfFile:
    """The bytes, and what the headers say of them."""

    def __init__(self, data):
        if data[:4] != b"\x7fELF" or len(data) < 52 or data[4] not in (1, 2) or data[5] not in (1, 2):
            raise NotElf("not an ELF file")
        self.data = memoryview(data)
        self.is_64bit = data[4] == 2
        self.order = "<" if data[5] == 1 else ">"
        try:
            self._read_headers()
        except struct.error as reason:
            raise NotElf(f"a header lies outside the file: {reason}") from reason

    def _read_headers(self):
        form = "HHIQQQIHHHHHH" if self.is_64bit else "HHIIIIIHHHHHH"
        (self.type, self.machine, self.version, self.entry, self.phoff, self.shoff, self.flags, self.ehsize,
         self.phentsize, self.phnum, self.shentsize, shnum, names) = struct.unpack_from(self.order + form, self.data, 16)
        self.ident = bytes(self.data[4:16])
        form = struct.Struct(self.order + ("IIQQQQIIQQ" if self.is_64bit else "IIIIIIIIII"))
        self.sections = []
        if not self.shoff:
            return
        first = form.unpack_from(self.data, self.shoff)
        count = shnum or first[5]
        names = first[6] if names == SHN_XINDEX else names
        if self.shoff + count * form.size > len(self.data):
            raise NotElf("the table of sections lies outside the file")
        rows = list(form.iter_unpack(self.data[self.shoff:self.shoff + count * form.size]))
        strings = self.bytes_at(rows[names][4], rows[names][5]) if names < count else b""
        self.sections = [Section(text_at(strings, row[0]), *row[1:]) for row in rows]

    def bytes_at(self, offset, size):
        return bytes(self.data[offset:offset + size])

    def content(self, section):
        """The bytes of a section; none for one without any in the file."""
        return b"" if section.type in (SHT_NULL, SHT_NOBITS) else self.bytes_at(section.offset, section.size)

    def program_headers(self):
        form = struct.Struct(self.order + ("IIQQQQQQ" if self.is_64bit else "IIIIIIII"))
        return list(form.iter_unpack(self.bytes_at(self.phoff, self.phnum * form.size)))

    def symbols(self, section):
        """The entries of a symbol table, with the numbers of sections that do not fit into it resolved."""
        strings = self.content(self.sections[section.link])
        number = self.sections.index(section)
        wide = next((other for other in self.sections if other.type == SHT_SYMTAB_SHNDX and other.link == number), None)
        numbers = None
        if wide:
            content = self.content(wide)
            numbers = struct.unpack(f"{self.order}{len(content) // 4}I", content[:len(content) // 4 * 4])
        symbols = []
        form = struct.Struct(self.order + ("IBBHQQ" if self.is_64bit else "IIIBBH"))
        content = self.content(section)
        for at, row in enumerate(form.iter_unpack(content[:len(content) // form.size * form.size])):
            if self.is_64bit:
                name, info, other, index, value, size = row
            else:
                name, value, size, info, other, index = row
            if index == SHN_XINDEX and numbers:
                index = numbers[at]
            elif index in RESERVED or index >= SHN_LORESERVE:
                index = RESERVED.get(index, hex(index))
            symbols.append(Symbol(text_at(strings, name), info, other, index, value, size))
        return symbols

    def relocations(self, section):
        content = self.content(section)
        with_addend = section.type == SHT_RELA
        if self.is_64bit:
            form = struct.Struct(self.order + ("QQq" if with_addend else "QQ"))
        else:
            form = struct.Struct(self.order + ("IIi" if with_addend else "II"))
        rows = form.iter_unpack(content[:len(content) // form.size * form.size])
        if self.is_64bit and self.machine == EM_MIPS and self.order == "<":
            # The types stand in the upper bytes, in another order than a number of 64 bits would have.
            return [Relocation(row[0], row[1] >> 32, row[1] & 0xFFFFFFFF, row[2] if with_addend else 0) for row in rows]
        shift, mask = (32, 0xFFFFFFFF) if self.is_64bit else (8, 0xFF)
        return [Relocation(row[0], row[1] & mask, row[1] >> shift, row[2] if with_addend else 0) for row in rows]

    def words(self, section):
        """The 32-bit words of a section, as that of a group: flags, then members."""
        content = self.content(section)
        return struct.unpack(f"{self.order}{len(content) // 4}I", content[:len(content) // 4 * 4])


def text_at(strings, at):
    end = strings.find(b"\0", at)
    return strings[at:end if end >= 0 else None].decode("latin-1")
