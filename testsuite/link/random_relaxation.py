#!/usr/bin/env python3
"""RISC-V code made by chance that the linker makes shorter, with GNU ld and with kbx, and compares what they write.

    random_relaxation.py --kbx build/kbx [--seed N] [--count N] [--keep DIR]

Each trial has one or two objects of several sections: calls, addresses in all the ways that there are for them, alignments, labels
with sizes, differences of labels, and between them gaps that put targets near the edge of what instructions reach.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from compare import IDENTICAL, compare
from oracle import gnu_ld, linker

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "drivers"))

from cachedir import skip_when_unavailable  # noqa: E402

GAPS = [0, 2, 6, 30, 100, 900, 1984, 2030, 2040, 2046, 2048, 4000, 60000, 0xFF000, 0xFFE00, 0xFFF80, 0xFFFE0, 0xFFFF0, 0xFFFFC]
ARCHITECTURES = [("rv64gc", "lp64d", "elf64lriscv"), ("rv64gc", "lp64d", "elf64lriscv"), ("rv64g", "lp64d", "elf64lriscv"),
                 ("rv32gc", "ilp32d", "elf32lriscv"), ("rv32g", "ilp32d", "elf32lriscv")]
OPTIONS = [[], [], [], [], ["--emit-relocs"], ["-pie"], ["-shared"], ["--no-relax"], ["-z", "norelro"], ["-N"], ["-n"],
           ["--gc-sections", "-e", "f0"], ["-Ttext=0x400"], ["-Ttext=0x19000"], ["--section-start", ".sdata=0x700"],
           ["--section-start", ".data=0x1f000"], ["-z", "max-page-size=0x10000"], ["--defsym", "__global_pointer$=v1"],
           ["-Tdata=0x1d000", "-Ttext=0x800"], ["--sort-section=alignment"], ["-z", "relro", "-Tbss=0x1e700"]]
FUNCTIONS = [f"f{number}" for number in range(6)]
DATA = [f"v{number}" for number in range(6)] + ["a0x", "weak"]
THREAD = ["t0x", "t1x"]


class Maker:
    """Makes the source of one object."""

    def __init__(self, chance, number, is_shared):
        self.chance, self.number, self.is_shared, self.labels = chance, number, is_shared, 0

    def label(self):
        self.labels += 1
        return f"l{self.number}_{self.labels}"

    def gap(self):
        # Most are small, or nothing would be near anything.
        size = self.chance.choice(GAPS[:11]) if self.chance.random() < .93 else self.chance.choice(GAPS)
        return f".zero {size + 2 * self.chance.randrange(4)}" if size else ""

    def address(self):
        name, register = self.chance.choice(DATA + FUNCTIONS), f"a{self.chance.randrange(6)}"
        name += self.chance.choice(["", "", "", "+4", "+2040", "-8", "+4096"])
        label = self.label()
        ways = [f"lla {register}, {name}", f"lw {register}, {name}", f"sw {register}, {name}, t0",
                f"{label}: auipc {register}, %pcrel_hi({name})\nlw a1, %pcrel_lo({label})({register})\n"
                f"sw a2, %pcrel_lo({label})({register})"]
        if self.is_shared:
            return f"la {register}, {name}"
        return self.chance.choice([*ways, f"lui {register}, %hi({name})\naddi {register}, {register}, %lo({name})",
                                   f"lui {register}, %hi({name})\nsw a1, %lo({name})({register})",
                                   f"la {register}, {name}"])

    def thread_local(self):
        name = self.chance.choice(THREAD)
        if self.is_shared:
            return f"la.tls.gd a0, {name}"
        return self.chance.choice([f"la.tls.ie a0, {name}",
                                   f"lui a0, %tprel_hi({name})\nadd a0, a0, tp, %tprel_add({name})\nlw a1, %tprel_lo({name})(a0)",
                                   f"lui a0, %tprel_hi({name})\nadd a0, a0, tp, %tprel_add({name})\nsw a1, %tprel_lo({name})(a0)"])

    def call(self):
        name = self.chance.choice(FUNCTIONS)
        return self.chance.choice([f"call {name}", f"tail {name}", f"call {name}@plt", f"jump {name}, t0", f"call {name}+4"])

    def piece(self):
        return self.chance.choice([
            self.call, self.call, self.call, self.address, self.address, self.thread_local, self.gap,
            lambda: f".p2align {self.chance.randint(1, 5)}", lambda: "addi a0, a0, 1", lambda: "beqz a0, 1f\n1:",
            lambda: ".option push\n.option norelax\n" + self.call() + "\n.option pop"])()

    def function(self, name):
        body = "\n".join(self.piece() for _ in range(self.chance.randint(1, 14)))
        kind = self.chance.choice(["@function", "@function", "@notype"])
        return f".globl {name}\n.type {name}, {kind}\n{name}:\n.cfi_startproc\n{body}\n.cfi_def_cfa_offset 16\nret\n" \
               f".cfi_endproc\n.size {name}, .-{name}\n"

    def source(self, functions, variables, threads):
        text = ".weak weak\n"
        for name in functions:
            section = self.chance.choice([".text", ".text", f".text.{name}", ".text.hot", ".init"])
            text += f'.section {section}, "ax"\n{self.gap()}\n{self.function(name)}'
        for name in variables:
            section, flags = self.chance.choice([(".sdata", "aw"), (".sdata", "aw"), (".data", "aw"), (".rodata", "a"), (".sbss", "aw"),
                                                 (".data.rel.ro", "aw"), (".bss", "aw")])
            kind = "@nobits" if "bss" in section else "@progbits"
            size = self.chance.choice([4, 8, 8, 64, 2000, 5000])
            text += f'.section {section}, "{flags}", {kind}\n.p2align {self.chance.randint(2, 5)}\n.globl {name}\n' \
                    f".type {name}, @object\n.size {name}, {size}\n{name}: .zero {size}\n"
        for name in threads:
            text += f'.section .tdata, "awT"\n.globl {name}\n.type {name}, @object\n.zero {self.chance.choice([4, 8, 2040, 2100])}\n{name}: .word 1\n'
        first, last = self.chance.choice(functions), self.chance.choice(functions)
        if not self.is_shared:
            text += f'.section .rodata.d, "a"\n.word {last}-{first}\n.half {last}_e-{last}\n'.replace(f"{last}_e", last)
        return text


def trial(seed, folder, tools, kbx):
    """Lines that tell what differs; none if nothing does. And whether the link is refused."""
    folder.mkdir()
    chance = random.Random(seed)
    march, abi, emulation = chance.choice(ARCHITECTURES)
    options = chance.choice(OPTIONS)
    is_shared = options in (["-pie"], ["-shared"])
    parts = [FUNCTIONS[:3], FUNCTIONS[3:]], [DATA[:3], DATA[3:6]], [THREAD[:1], THREAD[1:]]
    for number, name in enumerate("ab"):
        text = Maker(chance, number, is_shared).source(*(part[number] for part in parts))
        if number == 0:
            text += ".globl a0x\n.set a0x, 0x7f0\n.globl _start\n.set _start, f0\n"
        (folder / f"{name}.s").write_text(text)
        subprocess.run([tools.assembler, f"-march={march}", f"-mabi={abi}", "-o", f"{name}.o", f"{name}.s"], cwd=folder, check=True,
                       env=tools.gnu.environment)
    words = ["-m", emulation, *options, "-o", "out", "a.o", "b.o"]
    outcomes = []
    for each in (tools.gnu, linker(kbx, "ld")):
        (folder / "out").unlink(missing_ok=True)
        status, said = each.run(words, folder)
        outcomes.append((status, (folder / "out").read_bytes() if status == 0 else b"", said))
    wanted, got = outcomes
    if (wanted[0] == 0) != (got[0] == 0):
        return [f"status {wanted[0]} by GNU ld, {got[0]} by kbx: {wanted[2][:300]}{got[2][:300]}", " ".join(words)], False
    if wanted[1] == got[1]:
        return [], wanted[0] != 0
    found = compare(wanted[1], got[1])
    return [found.verdict, *found.differences[:8], " ".join(words)] if found.verdict != IDENTICAL else [], False


class Tools:
    """GNU ld for RISC-V, and the assembler beside it."""

    def __init__(self):
        self.gnu = gnu_ld("riscv64")
        self.assembler = self.gnu.words[0].replace("-ld.bfd", "-as").removesuffix("-ld")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kbx", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--keep", type=Path, metavar="DIR")
    options = parser.parse_args()
    tools, kbx = Tools(), os.path.realpath(options.kbx)
    counts = {"equal": 0, "refused by both": 0, "different": 0}
    with tempfile.TemporaryDirectory(prefix="relaxation-") as temporary, ThreadPoolExecutor(os.cpu_count()) as pool:
        root = Path(temporary)
        seeds = range(options.seed, options.seed + options.count)
        for seed, (lines, refused) in zip(seeds, pool.map(lambda each: trial(each, root / str(each), tools, kbx), seeds)):
            counts["different" if lines else "refused by both" if refused else "equal"] += 1
            if not lines:
                shutil.rmtree(root / str(seed))
                continue
            print(f"seed {seed}:\n" + "".join(f"    {line}\n" for line in lines), end="", flush=True)
            if options.keep:
                shutil.copytree(root / str(seed), options.keep / str(seed), dirs_exist_ok=True)
    print(", ".join(f"{count} {what}" for what, count in counts.items()))
    return 1 if counts["different"] or not counts["equal"] else 0


if __name__ == "__main__":
    skip_when_unavailable(main)
