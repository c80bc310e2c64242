#!/usr/bin/env python3
"""Relocations against a discarded COMDAT member: what they would change is cleared as GNU ld clears it.

    discarded.py --kbx build/kbx [ARCHITECTURE...]

Of each relocation type of a machine an object with one relocation is written; ld -r has to give the same from both
linkers. A type that GNU ld does not know is left out.
"""

import argparse
import struct
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from oracle import TARGETS, gnu_ld, linker

from cachedir import all_good, skip_when_unavailable  # noqa: E402


class Machine(NamedTuple):
    """e_machine, byte order as struct has it, e_flags, and the types to try."""
    number: int
    order: str
    flags: int
    types: list


MIPS = 8
ROOM = 16
# Of s390 GNU ld 2.40 reads behind its table for the types that it does not know.
MACHINES = {
    "amd64": Machine(62, "<", 0, list(range(43))),
    "arm64": Machine(183, "<", 0, [0, *range(256, 314), *range(512, 570), *range(1024, 1033)]),
    "riscv64": Machine(243, "<", 4, list(range(59))),
    "ppc64el": Machine(21, "<", 2, list(range(256))),
    "s390x": Machine(22, ">", 0, list(range(66))),
    "mips64el": Machine(MIPS, "<", 0x60000007, [*range(256), 7 | 24 << 8 | 5 << 16, 12 | 18 << 8]),
}


def section(order, name, kind, flags, offset, size, link=0, info=0, alignment=1, entry=0):
    return struct.pack(order + "IIQQQQIIQQ", name, kind, flags, 0, offset, size, link, info, alignment, entry)


def info_of(machine, symbol, kind):
    """r_info; MIPS has its own order, and three types."""
    if machine.number == MIPS:
        return struct.pack("<IBBBB", symbol, 0, kind >> 16 & 255, kind >> 8 & 255, kind & 255)
    return struct.pack(machine.order + "Q", symbol << 32 | kind)


def object_of(machine, kinds):
    """A COMDAT group g of .text.g, and a table whose relocations refer to that section."""
    order = machine.order
    names = ["", ".group", ".text.g", ".gcc_except_table", ".rela.gcc_except_table", ".symtab", ".strtab", ".shstrtab"]
    text = b"".join(name.encode() + b"\0" for name in names)
    symbols = [(0, 0, 0), (0, 3, 2), (0, 3, 3), (1, 0x20, 2)]
    relocations = b"".join(struct.pack(order + "Q", ROOM * i) + info_of(machine, 1, kind) + bytes(8)
                           for i, kind in enumerate(kinds))
    contents = [b"", struct.pack(order + "II", 1, 2), bytes(16), b"\xff" * ROOM * max(len(kinds), 1), relocations,
                b"".join(struct.pack(order + "IBBHQQ", name, kind, 0, index, 0, 0) for name, kind, index in symbols),
                b"\0g\0", text]
    heads = [(0, 0, {}), (17, 0, {"link": 5, "info": 3, "alignment": 4, "entry": 4}), (1, 0x206, {"alignment": 4}),
             (1, 3, {"alignment": 16}), (4, 0x40, {"link": 5, "info": 3, "alignment": 8, "entry": 24}),
             (2, 0, {"link": 6, "info": 3, "alignment": 8, "entry": 24}), (3, 0, {}), (3, 0, {})]
    body, table = b"", bytes(64)
    for i in range(1, len(names)):
        kind, flags, rest = heads[i]
        body += bytes(-len(body) % 16)
        name = len(b"".join(other.encode() + b"\0" for other in names[:i]))
        table += section(order, name, kind, flags, 64 + len(body), len(contents[i]), **rest)
        body += contents[i]
    body += bytes(-len(body) % 16)
    ident = b"\x7fELF" + bytes([2, 1 if order == "<" else 2, 1]) + bytes(9)
    header = struct.pack(order + "HHIQQQIHHHHHH", 1, machine.number, 1, 0, 0, 64 + len(body), machine.flags, 64, 0, 0, 64,
                         len(names), len(names) - 1)
    return ident + header + body + table


def outcome(program, emulation, folder, out):
    (folder / out).unlink(missing_ok=True)
    status, said = program.run(["-r", "-m", emulation, "-o", out, "one.o", "two.o"], folder)
    return status, said, (folder / out).read_bytes() if (folder / out).is_file() else b""


def judge(kind, machine, emulation, oracle, kbx):
    """None: GNU ld does not know the type; "": alike; else what differs."""
    with tempfile.TemporaryDirectory(prefix="discarded-") as name:
        folder = Path(name)
        (folder / "one.o").write_bytes(object_of(machine, []))
        (folder / "two.o").write_bytes(object_of(machine, [kind]))
        status, _, wanted = outcome(oracle, emulation, folder, "wanted.o")
        if status != 0:
            return None
        status, said, got = outcome(kbx, emulation, folder, "got.o")
    if status != 0:
        return f"exit status {status}: {said.strip()}"
    if len(wanted) != len(got):
        return f"{len(got)} bytes, expected {len(wanted)}"
    differing = [f"{i:#x}: {b:02x}, expected {a:02x}" for i, (a, b) in enumerate(zip(wanted, got)) if a != b]
    return "; ".join(differing[:8])


def run(architecture, kbx):
    machine, emulation, oracle = MACHINES[architecture], TARGETS[architecture].emulation, gnu_ld(architecture)
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda kind: judge(kind, machine, emulation, oracle, kbx), machine.types))
    known = [result for result in results if result is not None]
    for kind, result in zip(machine.types, results):
        if result:
            print(f"    type {kind:#x}: {result}")
    print(f"{architecture}: {len(known)} types, {sum(map(bool, known))} differ", flush=True)
    return bool(known) and not any(known)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kbx", type=Path, required=True)
    parser.add_argument("architectures", nargs="*", default=list(MACHINES), metavar="ARCHITECTURE")
    options = parser.parse_args()
    kbx = linker(options.kbx.resolve(), "ld")
    return 0 if all_good(options.architectures, lambda each: run(each, kbx), "there is no GNU ld") else 1


if __name__ == "__main__":
    skip_when_unavailable(main)
