#!/usr/bin/env python3
"""Makes objects of many kinds, alters each in thousands of ways, and gives all of them to every reader that kbx has
for ELF (mutations.cc, which says what counts as a fault).

    mutations.py --kbx build/kbx --program build/testsuite/fuzz-mutations --work FOLDER [--count N] [--seed N]
    mutations.py --kbx … --program … --work FOLDER --selftest     faults made on purpose are noticed

The objects are for targets of both word sizes and byte orders, made by clang, besides modules that kbx builds for the
test kernel. Exit status: 0 no fault, 1 a fault, 77 if there is no clang, no lld or no kernel.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "harness"), str(HERE.parent / "symbols")]

import kernel  # noqa: E402
from driver_copy import copy_sources  # noqa: E402
from modpost_objects import (CLOSED, EXEMPT, GPL, HEADER, MISMATCHED, ONE, SYMVERS, TARGETS, TWO,  # noqa: E402
                             table_source)
from outcome import SKIPPED_STATUS, Skipped  # noqa: E402
from workspace import clean_environment  # noqa: E402

EXAMPLES = HERE.parents[1] / "examples"
MORE_TARGETS = {"arm64": "aarch64-linux-gnu", "arm": "arm-linux-gnueabi", "mips64": "mips64-linux-gnuabi64",
                "riscv64": "riscv64-linux-gnu"}
NEEDY = GPL + 'INFO(ns, "import_ns=KBX_SPACE")NEED(spaced)NEED(second)NEED(nowhere)WEAK(nowhere_else)'
DEBUG = ["-g", "-gdwarf-4"]
TRACED = """
extern int other(int);
__attribute__((section(".not.traced"))) int never(int x) { return other(x) + 4; }
__attribute__((weak)) int replaceable(int x) { return other(x) + 6; }
int visible(int x) { return other(x) - 1; }
"""
# Name: target, form of the exports (modpost_case.h), source, options.
CASES = {
    "exports-old-lsb-64": ("lsb-64", 1, GPL + ONE, []),
    "exports-old-msb-32": ("msb-32", 1, GPL + ONE, []),
    "exports-lsb-32": ("lsb-32", 2, GPL + ONE, []),
    "exports-msb-64": ("msb-64", 2, GPL + ONE, DEBUG),
    "exports-new-lsb-64": ("lsb-64", 3, GPL + ONE, DEBUG),
    "exports-new-arm64": ("arm64", 3, GPL + ONE, []),
    "needs-lsb-64": ("lsb-64", 3, NEEDY, DEBUG),
    "needs-riscv64": ("riscv64", 3, NEEDY, []),
    "mismatched-lsb-32": ("lsb-32", 3, GPL + MISMATCHED, []),
    "mismatched-mips64": ("mips64", 2, CLOSED + MISMATCHED + TWO, []),
    "exempt-arm": ("arm", 3, GPL + EXEMPT, DEBUG),
    "traced-lsb-64": ("lsb-64", 3, GPL + TRACED, ["-pg"]),
    "traced-msb-32": ("msb-32", 3, GPL + TRACED, ["-pg"]),
    "traced-arm64": ("arm64", 3, GPL + TRACED, ["-pg"]),
}
IMAGE = r"""
asm(".pushsection .rodata,\"a\"\nname_a: .asciz \"kbx_one\"\nname_b: .asciz \"kbx_two\"\nspace: .asciz \"KBX_SPACE\"\n"
    "none: .byte 0\n.asciz \"Linux version 6.1.0-kbx (gcc)\"\n.asciz \"6.1.0-kbx SMP mod_unload modversions \"\n.popsection\n"
    ".pushsection __ksymtab,\"a\"\n.balign 8\n" WORDS("kbx_one", "name_a", "none") WORDS("kbx_two", "name_b", "space") ".popsection\n"
    ".pushsection __ksymtab_gpl,\"a\"\n.balign 8\n" WORDS("kbx_two", "name_b", "space") ".popsection\n"
    ".pushsection __kcrctab,\"a\"\n.long 0x12345678, 0x9abcdef0\n.popsection\n"
    ".pushsection __kcrctab_gpl,\"a\"\n.long 0x12345678\n.popsection\n");
int kbx_one(void) { return 1; } int kbx_two(void) { return 2; } int _start(void) { return 0; }
"""
RELATIVE = '#define WORDS(a, b, c) ".long " a " - ., " b " - ., " c " - .\\n"\n'
ABSOLUTE = '#define WORDS(a, b, c) POINTER " " a ", " b ", " c "\\n"\n'
IMAGES = {"image-lsb-64": ("lsb-64", RELATIVE), "image-msb-32": ("msb-32", ABSOLUTE)}
FAULTS = {"crash": "signal 6|exit status", "exception": "exit status", "hang": "no answer within",
          "memory": "signal 6|exit status", "answer": "exit status"}


def source_folder(tree):
    """Where the headers of a tree lie; Debian's have the common ones elsewhere."""
    if (tree / "include/linux/mod_devicetable.h").exists():
        return tree
    makefile = (tree / "Makefile").read_text() if (tree / "Makefile").exists() else ""
    for named in re.findall(r"^include\s+(\S+)/Makefile$", makefile, re.MULTILINE):
        if (Path(named) / "include/linux/mod_devicetable.h").exists():
            return Path(named)
    found = sorted(tree.parent.glob("*-common")) + sorted((tree / "../usr/src").glob("*-common"))
    release = kernel.release_of(tree).rsplit("-", 1)[0]
    for folder in found:
        if release in folder.name and (folder / "include/linux/mod_devicetable.h").exists():
            return folder.resolve()
    raise Skipped(f"{tree} has no include/linux/mod_devicetable.h")


def compile_one(path, text, target, options):
    source = path.with_suffix(".c")
    source.write_text(text)
    command = ["clang", f"--target={({**TARGETS, **MORE_TARGETS})[target]}", "-w", "-O1", "-ffreestanding", "-nostdinc",
               "-fno-pic", "-fno-asynchronous-unwind-tables", *options, source.name, "-o", path.name]
    subprocess.run(command, cwd=path.parent, check=True)


def prelude(target, form):
    pointer = ".quad" if target.endswith("64") else ".long"
    return f'#define FORM {form}\n#define POINTER "{pointer}"\n#include "{HEADER}"\n'


def made_by_clang(work, sources):
    objects = []
    for kind in TARGETS:
        objects.append(work / f"tables-{kind}.o")
        compile_one(objects[-1], table_source(sources, kind, 1), kind, ["-c"])
    for name, (target, form, text, options) in CASES.items():
        objects.append(work / f"{name}.o")
        compile_one(objects[-1], prelude(target, form) + text, target, ["-c", *options])
    for name, (target, words) in IMAGES.items():
        objects.append(work / f"{name}.o")
        compile_one(objects[-1], prelude(target, 1) + words + IMAGE, target,
                    ["-nostdlib", "-static", "-fuse-ld=lld", "-Wl,--build-id=sha1"])
    return objects


def made_by_kbx(kbx, work, tree, environment):
    """Finished modules, and the object that kbx makes the metadata of all modules from."""
    for name in ("exporting-pair", "hello"):
        copy_sources(EXAMPLES / name, work / name)
        done = subprocess.run([kbx, "build", work / name, "--kernel", tree], env=environment, capture_output=True, text=True)
        if done.returncode:
            raise Skipped(f"kbx cannot build examples/{name}: {done.stdout}{done.stderr}")
    objects = []
    # Each lies in the output folder, and linked to from where kbx keeps it.
    for name, built in {built.name: built for built in work.rglob("*.ko")}.items():
        objects.append(work / f"module-{name}")
        shutil.copy(built, objects[-1])
    for stored in sorted(Path(environment["XDG_CACHE_HOME"]).rglob("*.template")):
        data = stored.read_bytes()
        if b"\x7fELF" in data and b"init_module" in data:
            objects.append(work / "template.o")
            objects[-1].write_bytes(data[data.index(b"\x7fELF"):])
            break
    return objects


def selftest(command, objects):
    """Every kind of fault has to end in status 1 and be told."""
    failed = []
    # Only AddressSanitizer sees a byte that is read behind the input.
    sanitized = b"__asan_" in Path(command[0]).read_bytes()
    for fault, told in (FAULTS | ({"overread": "exit status"} if sanitized else {})).items():
        words = [*command, "--count", "60", "--seconds", "2", "--fault", fault, objects[0]]
        done = subprocess.run(words, capture_output=True, text=True)
        noticed = done.returncode == 1 and re.search(f"^FAULT: .*({told})", done.stdout, re.M)
        if not noticed or "--only" not in done.stdout:
            failed.append(fault)
        print(f"{fault}: {'noticed' if fault not in failed else 'NOT NOTICED'}")
    return 1 if failed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kbx", type=Path, required=True)
    parser.add_argument("--program", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--selftest", action="store_true")
    options = parser.parse_args()
    work = options.work.resolve()
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    environment = clean_environment(work / "cache", work / "home")
    if not os.environ.get("KBX_TEST_KERNEL"):
        store = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
        find_in = environment | {"HOME": str(Path.home()), "XDG_CACHE_HOME": store}
    else:
        find_in = environment
    try:
        for program in ("clang", "ld.lld"):
            if not shutil.which(program):
                raise Skipped(f"{program} is not installed")
        tree = kernel.find(options.kbx.resolve(), find_in)
        sources = source_folder(tree)
        objects = made_by_clang(work, sources)
        if not options.selftest:
            objects += made_by_kbx(options.kbx.resolve(), work, tree, environment)
            objects += sorted((HERE / "corpus/link").iterdir())  # groups, archives and scripts for the linker
    except Skipped as reason:
        print(f"skipped: {reason}")
        return SKIPPED_STATUS
    (work / "Module.symvers").write_text(SYMVERS)
    command = [options.program.resolve(), "--objtree", tree, "--srctree", sources, "--symvers", work / "Module.symvers",
               "--findings", work / "findings", "--seed", str(options.seed)]
    (work / "findings").mkdir()
    if options.selftest:
        return selftest(command, objects)
    words = [*command, "--count", str(options.count), "--seconds", str(options.seconds), *objects]
    return subprocess.run(words).returncode


if __name__ == "__main__":
    os.environ.setdefault("LC_ALL", "C")
    sys.exit(main())
