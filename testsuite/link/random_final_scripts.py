#!/usr/bin/env python3
"""Final links with scripts made by chance, with GNU ld and with kbx, and compares what they write.

    random_final_scripts.py --kbx build/kbx [--seed N] [--count N] [--keep DIR]

The scripts are those of random_scripts.py, with what only final links have: MEMORY and regions, PHDRS, load addresses,
section types, overlays, DATA_SEGMENT_ALIGN. Both linkers have to refuse a script, or to write the same bytes.
"""

import sys

from random_scripts import KINDS, Maker
from script_trial import Trial, main

STACK = '\n.section .note.GNU-stack,"",@progbits\n'
OBJECTS = {
    "a": '.comm c,16,8\n.data\n.globl ga\nga: .long 1, ga\n.section .x,"aw"\n.p2align 3\n.quad lx\nlx: .long 2\n.text\n'
         '.globl _start\n_start: nop\ncall gb\n' + STACK,
    "b": '.comm d,8,32\n.bss\n.zero 5\n.section .y,"a"\n.byte 1\n.section .note1,""\n.byte 9\n.text\n.globl gb\ngb: ret\n'
         '.section .x.10,"aw"\n.long 10\n.section .note.n,"a",@note\n.p2align 2\n.long 4, 4, 1, 0x41, 0x42\n' + STACK,
    "c": '.section .x.9,"aw"\n.long 9\n.section .tdata,"awT"\n.long 8\n.section .tbss,"awT",@nobits\n.p2align 4\n.zero 24\n'
         '.section .r,"a"\n.p2align 4\n.byte 7\n.globl gc\ngc: .byte 3\n.section .debug_x,""\n.long gc\n' + STACK,
}
FINAL_KINDS = [kind for kind in KINDS if kind != [".s"]] + [[".tdata"], [".note.n"]]
OPTIONS = [[], [], [], [], ["-n"], ["-N"], ["-s"], ["-x"], ["-z", "noseparate-code"], ["-z", "max-page-size=0x10000"],
           ["-Ttext", "0x4000"], ["--section-start", ".x=0x30000"], ["--orphan-handling=discard"], ["-z", "norelro"],
           ["--no-check-sections"], ["-z", "stack-size=0x4000"], ["--unique"], ["--sort-section=alignment"]]


class FinalMaker(Maker):
    """Makes one script of a final link."""

    def __init__(self, seed):
        super().__init__(seed)
        self.regions = self.random.random() < .35
        self.headers = self.random.random() < .3
        self.has_named_header = False

    def chance(self, share, *texts):
        return self.random.choice(texts) if self.random.random() < share else ""

    def section(self):
        if self.random.random() < .08:
            return self.overlay()
        self.kind = self.random.choice(FINAL_KINDS)
        name = self.random.choice([*self.kind, self.kind[0] + ".new", ".empty"]).replace("COMMON", ".bss")
        if self.random.random() < .06:
            return f"/DISCARD/ : {{ *({self.random.choice(['.note1', '.y', '.debug_x'])}) }}"
        self.seen.append(name)
        address = self.chance(.25, " 0x1000", " .", " ALIGN(8)", " 0x200000", " ALIGN(0x1000)")
        kind = self.chance(.12, " (NOLOAD)", " (INFO)", " (READONLY)", " (COPY)")
        load = self.chance(.2, " AT(0x800000)", f" AT(ADDR({name}) + 0x10000)", " AT(0x7000)")
        extra = self.chance(.15, " ALIGN(16)", " ALIGN(64)", " SUBALIGN(32)", " ALIGN_WITH_INPUT")
        body = " ".join([] if name == ".empty" else [self.pattern()])
        body += " " + " ".join(self.statement() for _ in range(self.random.randint(0, 2)))
        return f"{name}{address}{kind} :{load}{extra} {{ {body} }}{self.placement(bool(load))}"

    def placement(self, has_load):
        text = ""
        if self.regions:
            text += self.chance(.8, " > rom", " > ram", " > ram", " > alias")
            text += "" if has_load else self.chance(.3, " AT> rom", " AT> flash")
        if self.headers and (not self.has_named_header or self.random.random() < .4):
            text += self.random.choice([" :text", " :data", " :data", " :text :note"])
            self.has_named_header = True
        return text + self.chance(.2, " =0x90", " =0x1122")

    def overlay(self):
        self.names += 1
        load = self.chance(.5, " AT(0x600000)")
        return (f"OVERLAY{self.chance(.5, ' 0x9000', ' .')} :{load} {{ .o{self.names}a {{ {self.pattern()} }} "
                f".o{self.names}b {{ {self.pattern()} BYTE(1) }} }}{self.placement(bool(load))}")

    def script(self):
        text = ""
        if self.regions:
            text += ("MEMORY { rom (rx) : ORIGIN = 0x10000, LENGTH = 64K  ram (w!x) : o = 0x400000, l = 1M\n"
                     "  flash : ORIGIN = 0x800000, LENGTH = 0x10000 }\nREGION_ALIAS(\"alias\", ram)\n")
        if self.headers:
            text += self.random.choice([
                "PHDRS { text PT_LOAD FLAGS(5); data PT_LOAD; note PT_NOTE; }\n",
                "PHDRS { h PT_PHDR PHDRS; text PT_LOAD FILEHDR PHDRS; data PT_LOAD AT(0x900000); note PT_NOTE FLAGS(4); }\n"])
        parts = [self.random.choice([". = 0x400000 + SIZEOF_HEADERS;", ". = 0x10000;", ". = SIZEOF_HEADERS;", ""])]
        for _ in range(self.random.randint(2, 8)):
            parts += [self.assignment() for _ in range(self.random.randint(0, 2))]
            parts.append(self.section())
        parts += [self.assignment() for _ in range(self.random.randint(0, 2))]
        if self.random.random() < .2:
            parts.insert(len(parts) // 3, ". = DATA_SEGMENT_ALIGN(CONSTANT(MAXPAGESIZE), CONSTANT(COMMONPAGESIZE));")
            if self.random.random() < .7:
                parts.insert(2 * len(parts) // 3, ". = DATA_SEGMENT_RELRO_END(0, .);")
            parts.append(". = DATA_SEGMENT_END(.);")
        return text + "SECTIONS {\n" + "".join(f"  {part}\n" for part in parts) + "}\n", self.random.choice(OPTIONS)


if __name__ == "__main__":
    sys.exit(main(Trial(OBJECTS, lambda seed: FinalMaker(seed).script(), []), __doc__))
