#!/usr/bin/env python3
"""Links with scripts made by chance, with GNU ld and with kbx, and compares what they write.

    random_scripts.py --kbx build/kbx [--seed N] [--count N] [--keep DIR]

A script names a few of the sections of three objects in some order, with assignments, addresses, alignments, data, fills
and patterns of all kinds. Both linkers have to refuse it, or to write the same bytes. What differs is printed; with --keep
its script and inputs are left in DIR.
"""

import random
import sys

from script_trial import Trial, main

OBJECTS = {
    "a": '.comm c,16,8\n.data\n.globl ga\nga: .long 1, ga\n.section .x,"aw"\n.p2align 3\n.quad lx\nlx: .long 2\n.text\nnop\n'
         'call gb\n',
    "b": '.comm d,8,32\n.bss\n.zero 5\n.section .y,"a"\n.byte 1\n.section .note1,""\n.byte 9\n.text\n.globl gb\ngb: ret\n'
         '.section .x.10,"aw"\n.long 10, gb\n',
    "c": '.section .x.9,"aw"\n.long 9\n.section .tdata,"awT"\n.long 8\n.section .s,"aMS",@progbits,1\n.asciz "some"\n'
         '.section .r,"a"\n.p2align 4\n.byte 7\n.globl gc\ngc: .byte 3\n.section .debug_x,""\n.long gc\n',
}
# An output section has input of one kind, as those of real scripts have. What GNU ld makes of others is often an accident.
KINDS = [[".data", ".x", ".x.9", ".x.10"], [".text"], [".y", ".r"], [".s"], [".bss", "COMMON"], [".note1"], [".debug_x"]]
OPTIONS = [[], [], [], ["-d"], ["-s"], ["-x"], ["--unique"], ["--sort-section=name"], ["--defsym", "outer=ga+4"],
           ["--no-define-common", "-d"]]


class Maker:
    """Makes one script."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.names = 0
        self.seen = [".data"]
        self.kind = KINDS[0]

    def value(self):
        seen = self.random.choice(self.seen)
        return self.random.choice([
            ".", ".", ".", ". + 4", "ABSOLUTE(.)", "ALIGN(16)", f"ADDR({seen})", f"SIZEOF({seen})", f". - ADDR({seen})", "ga",
            f"LOADADDR({seen}) + 1", "0x40", "DEFINED(ga) ? . : 3", f"ALIGNOF({seen})", "MAX(., 0x20)", "gc + 1"])

    def assignment(self):
        if self.random.random() < .2:
            return f". = {self.random.choice(['. + 0x10', 'ALIGN(32)', '. + 1', '.'])};"
        self.names += 1
        kind = self.random.choice(["{} = {};"] * 6 + ["PROVIDE({} = {});", "HIDDEN({} = {});",
                                     "{} = {}; ASSERT(ga >= 0, \"x\")"])
        return kind.format(f"v{self.names}", self.value())

    def pattern(self):
        names = self.random.sample(self.kind, self.random.randint(1, min(2, len(self.kind))))
        names = [".x*" if name == ".x" and self.random.random() < .3 else name for name in names]
        body = " ".join(names)
        if self.random.random() < .15:
            body = f"{self.random.choice(['SORT', 'SORT_BY_ALIGNMENT', 'SORT_NONE'])}({names[0]})"
        elif self.random.random() < .1:
            body = f"EXCLUDE_FILE({self.random.choice(['b.o', '*a.o'])}) {body}"
        text = f"{self.random.choice(['*', '*', '*', '*', 'a.o', '*b.o'])}({body})"
        return f"KEEP({text})" if self.random.random() < .1 else text

    def statement(self):
        which = self.random.random()
        if which < .7:
            return self.pattern()
        if which < .9:
            return self.assignment()
        return self.random.choice(["BYTE(1)", "LONG(ga)", "QUAD(.)", "FILL(0x90)", "SHORT(2) BYTE(3)"])

    def section(self):
        self.kind = self.random.choice(KINDS)
        name = self.random.choice(self.kind + [self.kind[0] + ".new"] * 2 + ["/DISCARD/"]).replace("COMMON", ".bss")
        if name != "/DISCARD/":
            self.seen.append(name)
        address = self.random.choice([""] * 6 + [" 0x1000", " .", " 0", " ALIGN(8)"])
        extra = self.random.choice([""] * 4 + [" ALIGN(16)"])
        if name == "/DISCARD/":
            return f"/DISCARD/ : {{ *({self.random.choice(['.note1', '.y', '.debug_x'])}) }}"
        body = " ".join([self.pattern()] + [self.statement() for _ in range(self.random.randint(0, 2))])
        return f"{name}{address} :{extra} {{ {body} }}{self.random.choice(['', '', '', ' =0x90'])}"

    def script(self):
        parts = []
        for _ in range(self.random.randint(1, 7)):
            parts += [self.assignment() for _ in range(self.random.randint(0, 2))]
            parts.append(self.section())
        parts += [self.assignment() for _ in range(self.random.randint(0, 2))]
        return "SECTIONS {\n" + "".join(f"  {part}\n" for part in parts) + "}\n", self.random.choice(OPTIONS)


if __name__ == "__main__":
    sys.exit(main(Trial(OBJECTS, lambda seed: Maker(seed).script(), ["-r"]), __doc__))
