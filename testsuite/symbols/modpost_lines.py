#!/usr/bin/env python3
"""Checks the places that messages of `kbx modpost` name: which line of the source uses a symbol, and in which
function of which object.

    modpost_lines.py --kbx build/kbx --work FOLDER

Sources call functions that nobody exports, and the name of each tells where it is called: need_FILE_LINE. They are
compiled by GCC and clang for machines of both word sizes and byte orders, in every version of DWARF, and without; where
addr2line knows the machine, it has to agree on the line. Without a line table, function and offset have to be those of
the relocation.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

SKIPPED = 77

HEADER = """
static inline int more(int x)
{
  return need_more_h_4(x) + 1;
}
"""
FUNCTIONS = """#include "more.h"
int first(int x)
{
  int sum = need_a_c_4(x);

  if (x > 3)
    return need_a_c_7(x) *
           need_a_c_8(sum);
  for (int i = 0; i < x; ++i)
    sum += need_a_c_10(i);
  return more(sum);
}
# 500 "sub/other.y"
int second(int x)
{ return need_other_y_501(x) + 1; }
"""
SECTIONS = """
__attribute__((section(".init.text"))) int early(int x)
{
  return need_a_c_4(x) + 2;
}

__attribute__((section(".text.unlikely"))) int seldom(int x)
{
  return need_a_c_9(x) + 3;
}

int often(int x)
{
  return need_a_c_14(x) + 4;
}
"""
SOURCES = {"functions": FUNCTIONS, "sections": SECTIONS}

NATIVE = ["gcc"]
TARGETS = {
    "x86_64": ["clang", "--target=x86_64-linux-gnu"],
    "i686": ["clang", "--target=i686-linux-gnu"],
    "aarch64": ["clang", "--target=aarch64-linux-gnu"],
    "arm": ["clang", "--target=arm-linux-gnueabihf", "-march=armv7-a"],
    "thumb": ["clang", "--target=thumbv7-linux-gnueabihf"],
    "s390x": ["clang", "--target=s390x-linux-gnu"],
    "powerpc": ["clang", "--target=powerpc-linux-gnu"],
    "powerpc64le": ["clang", "--target=powerpc64le-linux-gnu"],
    "mips": ["clang", "--target=mips-linux-gnu"],
    "mips64el": ["clang", "--target=mips64el-linux-gnuabi64"],
    "riscv64": ["clang", "--target=riscv64-linux-gnu", "-mrelax"],
    "riscv32": ["clang", "--target=riscv32-linux-gnu", "-mno-relax"],
}
# Name: the compiler's words, and whether there will be a line table to read.
CASES = {
    **{f"gcc dwarf {version} {bits}": ([*NATIVE, f"-gdwarf-{version}", f"-m{bits}"], True)
       for version in (2, 3, 4, 5) for bits in (64, 32)},
    "clang 64-bit dwarf": ([*TARGETS["x86_64"], "-gdwarf-5", "-gdwarf64"], True),
    "gcc functions in sections": ([*NATIVE, "-g", "-ffunction-sections"], True),
    "gcc functions in sections 32": ([*NATIVE, "-g", "-ffunction-sections", "-m32"], True),
    "gcc optimized": ([*NATIVE, "-g", "-O2"], True),
    "gcc optimized 32": ([*NATIVE, "-g", "-O2", "-m32"], True),
    "gcc own numbers of lines": ([*NATIVE, "-g", "-gno-as-loc-support"], True),
    "gcc split": ([*NATIVE, "-g", "-gsplit-dwarf"], True),
    "gcc compressed": ([*NATIVE, "-g", "-gz"], False),
    "gcc without": ([*NATIVE, "-g0"], False),
    "gcc without 32": ([*NATIVE, "-g0", "-m32"], False),
    **{f"clang {machine} dwarf {version}": ([*words, f"-gdwarf-{version}"], True)
       for machine, words in TARGETS.items() for version in (4, 5)},
    "clang optimized": ([*TARGETS["x86_64"], "-g", "-O2"], True),
    "clang without": ([*TARGETS["s390x"], "-g0"], False),
    "clang thumb without": ([*TARGETS["thumb"], "-g0"], False),
}
MESSAGE = re.compile(r'"(\w+)" \[[^\]]*\] undefined!\n  used (at|in) (.*)')
RELOCATIONS = re.compile(r"^Relocation section '\.rela?(\S+)'")


def run(words, folder=None):
    done = subprocess.run([str(word) for word in words], cwd=folder, capture_output=True, text=True,
                          env=os.environ | {"LC_ALL": "C"})
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, words))}: {done.stderr}")
    return done.stdout


def compiled(folder, words, text):
    """The object, or None where the compiler does not know the machine."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    names = sorted(set(re.findall(r"need_\w+", text + HEADER)))
    declared = "".join(f"int {name}(int);" for name in names)
    (folder / "declared.h").write_text(declared)
    (folder / "more.h").write_text(HEADER)
    (folder / "a.c").write_text(text)
    done = subprocess.run([*words, "-ffreestanding", "-fno-pic", "-include", "declared.h", "-c", "a.c"], cwd=folder,
                          capture_output=True, text=True)
    if done.returncode:
        if "unknown target" in done.stderr or "No available targets" in done.stderr:
            return None
        raise RuntimeError(f"{' '.join(words)}: {done.stderr}")
    return folder / "a.o"


def places(kbx, tree, folder, objects=("a.o",)):
    """What kbx says of each symbol: ("at" or "in", place)."""
    environment = os.environ | {"srctree": str(tree), "LC_ALL": "C"}
    done = subprocess.run([kbx, "modpost", "--tree", tree, "-e", *objects], cwd=folder, env=environment,
                          capture_output=True, text=True)
    found = {}
    for name, kind, place in MESSAGE.findall(done.stderr):
        found[name] = (kind, place)
    return found, done.stderr


def uses(tool_object):
    """The first relocation of each needed symbol in code, as readelf lists them: (section, offset)."""
    found = {}
    section = None
    for line in run(["readelf", "-r", "-W", tool_object]).splitlines():
        if start := RELOCATIONS.match(line):
            section = start[1]
        elif (symbol := re.search(r"\b(need_\w+)", line)) and not section.startswith(".debug"):
            found.setdefault(symbol[1], (section, int(line.split()[0], 16)))
    return found


def functions(tool_object):
    """Section and offset of each function: (section, start, name)."""
    is_arm = re.search(r"Machine: +ARM$", run(["readelf", "-h", tool_object]), re.MULTILINE)
    sections = {}
    for line in run(["readelf", "-S", "-W", tool_object]).splitlines():
        if found := re.match(r"\s*\[\s*(\d+)\] (\S+)", line):
            sections[found[1]] = found[2]
    listed = []
    for line in run(["readelf", "-s", "-W", tool_object]).splitlines():
        words = line.split()
        if len(words) >= 8 and words[3] == "FUNC":  # 64-bit PowerPC's have a column more
            start = int(words[1], 16)
            if is_arm:
                start &= ~1  # Thumb's have the lowest bit set
            listed.append((sections[words[-2]], start, words[-1]))
    return listed


def function_at(listed, section, offset):
    before = [(start, name) for where, start, name in listed if where == section and start <= offset]
    return max(before, default=(0, "nothing"))


def addr2line(tool_object, section, offset):
    """The number of the line. The file's name is left out: that of binutils 2.40 takes the wrong one of version 5."""
    done = subprocess.run(["addr2line", "-j", section, "-e", tool_object, hex(offset)], capture_output=True, text=True)
    return done.stdout.split(" (")[0].strip().rpartition(":")[2]


def wrong_places(found, tool_object, has_lines, wants_addr2line):
    """Complaints about one object."""
    listed = functions(tool_object)
    needed = uses(tool_object)
    if not needed:
        yield "the test's object needs nothing"
    for name, (section, offset) in needed.items():
        kind, place = found.get(name, ("", "nothing"))
        start, function = function_at(listed, section, offset)
        if not has_lines:
            wanted = ("in", f"{function}+0x{offset - start:x} of a.o")
            if (kind, place) != wanted:
                yield f"{name}: {kind} {place}, expected {' '.join(wanted)}"
            continue
        file, line = re.fullmatch(r"need_(\w+_[a-z])_(\d+)", name).groups()
        wanted = f"{file.replace('_', '.')}:{line}"
        named = re.fullmatch(r"(?:\S*/)?(\S+:\d+) \((\w+), in a\.o\)", place)
        if kind != "at" or not named or named.groups() != (wanted, function):
            yield f"{name}: {kind} {place}, expected at {wanted} ({function}, in a.o)"
        if wants_addr2line and (said := addr2line(tool_object, section, offset)) != line:
            yield f"{name}: addr2line says line {said}"


def composite(kbx, tree, folder):
    """Two objects in one: the message names the object that kbuild's list of them has, and the other user."""
    for name, text in {"one": "int f(int x)\n{ return need(x) + 1; }\n",
                       "two": "int g(int x)\n{\n  return need(x) + only(x); }\n"}.items():
        (folder / f"{name}.c").write_text("int need(int), only(int);\n" + text)
        run(["gcc", "-g", "-c", f"{name}.c"], folder)
    run(["ld", "-r", "-o", "both.o", "one.o", "two.o"], folder)
    (folder / "both.mod").write_text("one.o\ntwo.o\n")
    found, _ = places(kbx, tree, folder, ["both.o"])
    wanted = {"need": ("at", "one.c:3 (f, in one.o); also in two.o"), "only": ("at", "two.c:4 (g, in two.o)")}
    got = {name: (kind, place.rsplit("/", 1)[-1]) for name, (kind, place) in found.items()}
    if got != wanted:
        yield f"{got}, expected {wanted}"
    (folder / "both.mod").unlink()
    found, _ = places(kbx, tree, folder, ["both.o"])
    got = {name: place.rsplit("/", 1)[-1] for name, (_, place) in found.items()}
    wanted = {"need": "one.c:3 (f, in both.o)", "only": "two.c:4 (g, in both.o)"}
    if got != wanted:
        yield f"without a list of objects {got}, expected {wanted}"


def beside_code(kbx, tree, folder):
    """Uses in data, and in code that replaces other code, which has no line and comes first in the object."""
    (folder / "d.c").write_text(r"""asm(".section .replacement, \"ax\"\n call both\n call replaced\n.previous");
int both(void), pointed(void);
int (*table[])(void) = { 0, pointed };
int f(void)
{
  return both();
}
""")
    run(["gcc", "-g", "-c", "d.c"], folder)
    found, _ = places(kbx, tree, folder, ["d.o"])
    got = {name: f"{kind} {place.rsplit('/', 1)[-1]}" for name, (kind, place) in found.items()}
    wanted = {"both": "at d.c:6 (f, in d.o)", "pointed": "in table+0x8 of d.o", "replaced": "in .replacement+0x6 of d.o"}
    if got != wanted:
        yield f"{got}, expected {wanted}"


def mismatches(kbx, tree, folder):
    """References between sections are named with their line, too."""
    (folder / "m.c").write_text('__attribute__((section(".init.text"), noinline)) int freed(void) { return 1; }\n'
                                "int stays(void)\n{\n  return freed();\n}\n")
    run(["gcc", "-g", "-c", "m.c"], folder)
    _, text = places(kbx, tree, folder, ["m.o"])
    if not re.search(r"section mismatch in reference: stays\+0x.*\n  at (\S*/)?m\.c:4 \(stays, in m\.o\)\n", text):
        yield text


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kbx", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    options = parser.parse_args()
    for tool in ("gcc", "clang", "ld", "readelf", "addr2line"):
        if not shutil.which(tool):
            print(f"skipped: {tool} is not there")
            return SKIPPED
    work, kbx = options.work.resolve(), options.kbx.resolve()
    tree = work / "tree"
    (tree / "include/linux").mkdir(parents=True, exist_ok=True)
    for name in ("module.h", "export-internal.h", "mod_devicetable.h"):
        (tree / "include/linux" / name).write_text("")
    count, wrong = 0, []
    for case, (words, has_lines) in CASES.items():
        for kind, text in SOURCES.items():
            made = compiled(work / f"{case.replace(' ', '-')}-{kind}", words, text)
            if not made:
                print(f"{case}: skipped: the compiler does not know the machine")
                continue
            count += 1
            found, _ = places(kbx, tree, made.parent)
            native = (words[0] == "gcc" or "x86_64" in words[1]) and "-gsplit-dwarf" not in words
            wrong += [f"{case}, {kind}: {fault}" for fault in wrong_places(found, made, has_lines, native)]
    folder = work / "special"
    folder.mkdir(exist_ok=True)
    for special in (composite, beside_code, mismatches):
        count += 1
        wrong += [f"{special.__name__}: {fault}" for fault in special(kbx, tree, folder)]
    print("\n".join(wrong + [f"{count} modules, {len(wrong)} faults"]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
