#!/usr/bin/env python3
"""Proves that the tests of this folder can fail: what they say of GNU ld itself, of other linkers, and of none.

    selftest.py

GNU ld against GNU ld has to be equal in every case; against /bin/false none may be. compare.py is given files with one
thing altered and has to name it.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from compare import DIFFERENT, IDENTICAL, SAME_SHAPE, compare
from elffile import SHT_RELA, SHT_SYMTAB, ElfFile
from run import CASES, SKIPPED, oracle_problem

HERE = Path(__file__).resolve().parent
SOURCE = """
    .text
    .globl f, g
f:  call g
l:  jmp other
    .data
g:  .quad f, l
    .section .note.x, "a", @note
    .long 1
"""


def judged_cases(*words):
    """What run.py says of the cases that fail, and how many it skipped."""
    said = subprocess.run([sys.executable, HERE / "run.py", *words], capture_output=True, text=True, check=False).stdout
    lines = said.splitlines()
    return [line for line in lines if line.startswith("FAIL")], sum(line.startswith("skipped ") for line in lines)


def object_of(source, folder, flags=()):
    (folder / "a.s").write_text(source)
    subprocess.run(["as", *flags, "-o", folder / "a.o", folder / "a.s"], check=True)
    subprocess.run(["ld", "-r", *(["-m", "elf_i386"] if flags else []), "-o", folder / "b.o", folder / "a.o"], check=True)
    return (folder / "b.o").read_bytes()


def altered(data, at, value):
    changed = bytearray(data)
    changed[at] ^= value
    return bytes(changed)


def section(file, kind):
    return next(each for each in file.sections if each.type == kind or each.name == kind)


def alterations(data):
    """(what was altered, the altered bytes, the word that the comparison has to use)"""
    file = ElfFile(data)
    text, symbols, relocations = (section(file, kind) for kind in (".text", SHT_SYMTAB, SHT_RELA))
    number = file.sections.index(text)
    header = file.shoff + number * file.shentsize
    yield "a byte of code", altered(data, text.offset + 4, 1), "contents"
    yield "an alignment", altered(data, header + 48, 2), "align"
    yield "a flag", altered(data, header + 8, 0x10), "flags"
    yield "the machine", altered(data, 18, 1), "machine"
    yield "a symbol's value", altered(data, symbols.offset + 2 * 24 + 8, 1), "only the"
    yield "a symbol's binding", altered(data, symbols.offset + symbols.size - 24 + 4, 0x30), "only the"
    yield "an addend", altered(data, relocations.offset + 16, 1), "relocation 0"
    yield "a relocation's type", altered(data, relocations.offset + 8, 1), "relocation 0"


def reordered(data):
    """The object with its last two symbols exchanged, and the relocations that name them."""
    file = ElfFile(data)
    table = section(file, SHT_SYMTAB)
    last = table.size // 24 - 1
    changed = bytearray(data)
    one, two = table.offset + (last - 1) * 24, table.offset + last * 24
    changed[one:one + 24], changed[two:two + 24] = data[two:two + 24], data[one:one + 24]
    for each in file.sections:
        if each.type == SHT_RELA:
            for at in range(each.offset + 12, each.offset + each.size, 24):
                number = int.from_bytes(data[at:at + 4], "little")
                swapped = {last: last - 1, last - 1: last}.get(number, number)
                changed[at:at + 4] = swapped.to_bytes(4, "little")
    return bytes(changed)


def comparison_faults():
    with tempfile.TemporaryDirectory() as folder:
        data = object_of(SOURCE, Path(folder))
        small = object_of(SOURCE.replace(".quad", ".long"), Path(folder), ["--32"])
    for name, other, word in alterations(data):
        found = compare(data, other)
        if found.verdict != DIFFERENT or not any(word in line for line in found.differences):
            yield f"{name} was altered: {found}"
    for what, first, second, wanted in (("the same", data, data, IDENTICAL), ("in 32 bits", small, small, IDENTICAL),
                                        ("of two classes", data, small, DIFFERENT),
                                        ("of symbols exchanged", data, reordered(data), SAME_SHAPE),
                                        ("with bytes behind it", data, data + b"\0", SAME_SHAPE),
                                        ("no ELF file", data, b"text", DIFFERENT)):
        found = compare(first, second)
        if found.verdict != wanted:
            yield f"{what}: {found}"


def main():
    problem = oracle_problem()
    if problem:
        print(f"skipped: no oracle: {problem}")
        return SKIPPED
    faults = list(comparison_faults())
    faults += [f"GNU ld twice: {line}" for line in judged_cases("--self-check")[0]]
    failing, skipped = judged_cases("--linker", "/bin/false")
    count = len(list(CASES.rglob("*.case"))) - skipped
    if len(failing) != count:
        faults.append(f"with /bin/false only {len(failing)} of {count} cases fail")
    print("\n".join(faults) or f"{count} cases: each can fail, and none does with GNU ld on both sides")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
