#!/usr/bin/env python3
"""Compares `kbx recordmcount` with the kernel's, built from its source: the same objects, byte for byte.

    recordmcount.py --kbx build/kbx --work FOLDER

The objects are compiled for every machine that a compiler here makes code for, with -pg in the forms
that the machine has. Each is given to both twice, as the second time the table is there already.
"""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / name) for name in ("drivers", "kconfig")]

from cachedir import Unavailable, skip_when_unavailable  # noqa: E402
from oracle import oracle  # noqa: E402

SERIES = "6.12"  # the one that knows most machines; between 5.10 and it nothing else changed
SOURCE = """
#define IN(name) __attribute__((section(name), noinline))
extern int other(int);
IN(".init.text") int at_start(int x) { return other(x) + 1; }
IN(".sched.text") int at_schedule(int x) { return other(x) + 2; }
IN(".exit.text") int at_end(int x) { return other(x) + 3; }
IN(".not.traced") int never(int x) { return other(x) + 4; }
IN(".not.traced") static int never_local(int x) { return other(x) + 5; }
__attribute__((weak)) int replaceable(int x) { return other(x) + 6; }
__attribute__((noinline)) static int hidden(int x) { return other(x) + 7; }
__attribute__((no_instrument_function)) int silent(int x) { return other(x) + 8; }
int visible(int x) { return hidden(x) + never_local(x) + silent(x) + replaceable(x); }
"""
UNTRACED = "int data; __attribute__((no_instrument_function)) int f(int x) { return x; }\n"
ONLY_WEAK = "extern int other(int); __attribute__((weak)) int f(int x) { return other(x); }\n"

GCC = {
    "x86_64-linux-gnu": [["-pg"], ["-pg", "-mfentry"], ["-pg", "-mcmodel=kernel", "-fno-pic", "-mfentry"]],
    "i686-linux-gnu": [["-pg", "-fno-pic"], ["-pg", "-mfentry", "-fno-pic"], ["-pg"]],
    "arm-linux-gnueabihf": [["-pg", "-marm"], ["-pg", "-mthumb"], ["-pg", "-marm", "-mlong-calls"],
                            ["-pg", "-marm", "-mbig-endian"], ["-pg", "-mthumb", "-mbig-endian"]],
    "aarch64-linux-gnu": [["-pg"], ["-pg", "-mbig-endian"]],
    "powerpc64le-linux-gnu": [["-pg"], ["-pg", "-mprofile-kernel"], ["-pg", "-mbig-endian", "-mabi=elfv1"]],
    "s390x-linux-gnu": [["-pg"], ["-pg", "-mfentry"]],
    "mips64el-linux-gnuabi64": [["-pg"], ["-pg", "-mno-abicalls", "-fno-pic", "-mlong-calls"], ["-pg", "-EB"]],
    "riscv64-linux-gnu": [["-pg"]],
}
CLANG = ["x86_64", "i686", "armv7a-none-eabi", "armebv7a-none-eabi", "aarch64", "aarch64_be", "mips", "mipsel", "mips64",
         "mips64el", "powerpc", "powerpc64", "powerpc64le", "s390x", "sparcv9"]


def variants():
    """(name, command of a compiler) of what can be compiled here."""
    for triplet, forms in GCC.items():
        program = f"{triplet}-gcc"
        for form in forms if shutil.which(program) else []:
            yield f"{triplet} {' '.join(form)}", [program, *form]
    for target in CLANG if shutil.which("clang") else []:
        triplet = target if "-" in target else f"{target}-linux-gnu"
        yield f"clang {triplet}", ["clang", f"--target={triplet}", "-pg"]


def objects(folder):
    """(name, path) of objects."""
    for name, text in {"all": SOURCE, "untraced": UNTRACED, "weak": ONLY_WEAK}.items():
        (folder / f"{name}.c").write_text(text)
    for number, (name, command) in enumerate(variants()):
        made = 0
        for source in ("all", "untraced", "weak"):
            for more in (["-O0"], ["-O2"], ["-O2", "-ffunction-sections", "-g"]):
                path = folder / f"{number}-{source}{''.join(more)}.o"
                done = subprocess.run([*command, *more, "-w", "-c", folder / f"{source}.c", "-o", path],
                                      capture_output=True)
                if done.returncode == 0:
                    made += 1
                    yield f"{name} {source} {' '.join(more)}", path
        if not made:
            print(f"{name}: not tried, does not compile")


def build(folder):
    """The kernel's recordmcount."""
    if not shutil.which("gcc"):
        raise Unavailable("gcc is not installed")
    program = folder / "recordmcount"
    source = oracle(SERIES).tree / "scripts/recordmcount.c"
    subprocess.run(["gcc", "-O2", "-w", source, "-o", program], check=True)
    return program


def run(command, path, words):
    """(exit status, standard output, content afterwards); the path is the same for both."""
    place = path.with_name("tried.o")
    shutil.copy(path, place)
    done = subprocess.run([*command, *words, place], capture_output=True)
    return done.returncode, done.stdout, unpadded(place.read_bytes())


def unpadded(content):
    """Without what lies between the names of sections and their headers: the original does not set it."""
    wide, order = content[4] == 2, "big" if content[5] == 2 else "little"
    at = int.from_bytes(content[40:48] if wide else content[32:36], order)
    name = b"__mcount_loc\0"
    end = content.rfind(name, 0, at) + len(name)
    return content[:end] + bytes(at - end) + content[at:] if len(name) <= end <= at < end + 8 else content


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kbx", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    options = parser.parse_args()
    shutil.rmtree(options.work, ignore_errors=True)
    options.work.mkdir(parents=True)
    original = [build(options.work)]
    ours = [options.kbx.resolve(), "recordmcount"]
    total = equal = changed = refused = 0
    for name, path in objects(options.work):
        again = path.with_name("again.o")
        for source, words in ((path, []), (path, ["-w"]), (again, [])):
            wanted, seen = run(original, source, words), run(ours, source, words)
            total += 1
            equal += wanted == seen
            refused += wanted[0] != 0
            changed += wanted[2] != source.read_bytes()
            if wanted != seen:
                print(f"{name} {' '.join(words)}: differs: status {wanted[0]} and {seen[0]}, {wanted[1]} and {seen[1]}")
            again.write_bytes(wanted[2])
    print(f"{total} runs, {equal} equal; {changed} changed the object and {refused} refused it")
    return 0 if total and changed and equal == total else 1


if __name__ == "__main__":
    skip_when_unavailable(main)
