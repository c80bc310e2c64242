"""Section names and contents of 64-bit little-endian ELF files, enough to say where two modules
differ."""

import struct


class NotElf(Exception):
    """The bytes are not a 64-bit little-endian ELF file."""


def sections(data):
    """[(name, bytes)] in file order; a name that occurs twice is listed twice."""
    if data[:6] != b"\x7fELF\x02\x01":
        raise NotElf("not a 64-bit little-endian ELF file")
    (offset,) = struct.unpack_from("<Q", data, 0x28)
    size, count, names_at = struct.unpack_from("<HHH", data, 0x3A)
    headers = [
        struct.unpack_from("<IIQQQQIIQQ", data, offset + number * size) for number in range(count)
    ]
    names = _content(data, headers[names_at])
    return [
        (names[header[0] : names.index(b"\0", header[0])].decode(), _content(data, header))
        for header in headers
    ]


def _content(data, header):
    nobits = 8
    return b"" if header[1] == nobits else data[header[4] : header[4] + header[5]]
