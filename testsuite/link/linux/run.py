#!/usr/bin/env python3
"""Builds Linux with kbx as its linker, boots it, and loads modules and reads the time through the vDSO there.

    run.py --kbx build/kbx [--no-boot] CONFIGURATION...

The configurations are the .toml files beside this one, configuration.py tells their form. `make LD=...` links everything with
kbx, by the name ld; at each link GNU ld links the same inputs, and the outputs have to be equal byte for byte. Modules
are the kernel's own and those of examples/exporting-pair; init and, where the machine's own compiler can make one, a static
program of the C library are linked by kbx too.

Exits with 77 if no configuration can be tried.
"""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "harness")]

import configuration  # noqa: E402
from tree import Failed, Tree  # noqa: E402

from cachedir import all_good, skip_when_unavailable  # noqa: E402
from driver_copy import copy_sources  # noqa: E402
from machine import Machine  # noqa: E402
from oracle import TARGETS  # noqa: E402

EXAMPLE = HERE.parents[2] / "examples" / "exporting-pair"
EXAMPLE_MODULES = ("provider/counter_provider.ko", "user/counter_user.ko")
FREESTANDING = "-O2 -ffreestanding -fno-builtin -fno-pic -fno-stack-protector -fno-asynchronous-unwind-tables -nostdinc".split()


def call(words, folder):
    done = subprocess.run([str(word) for word in words], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed(f"{' '.join(map(str, words))}: exit status {done.returncode}\n{done.stderr}")
    return done.stdout


def build_modules(tree):
    """Builds the example against the tree; the modules to load, in order. What a release has built in is none."""
    driver = tree.folder / "example"
    shutil.rmtree(driver, ignore_errors=True)
    copy_sources(EXAMPLE, driver)
    tree.make(f"M={driver}", "modules")
    built_in = (tree.build / "modules.builtin").read_text().split()
    own = [tree.build / name for name in tree.configuration.modules if f"kernel/{name}" not in built_in]
    return own + [driver / name for name in EXAMPLE_MODULES]


def build_programs(tree):
    """The first program and, where a compiler for it has a C library, the other one."""
    aside, kernel = tree.folder / "programs", tree.configuration
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    tree.make("headers")
    nolibc = tree.source / "tools/include/nolibc/nolibc.h"
    compiler = kernel.compile_words()
    own_headers = call([*compiler, "-print-file-name=include"], aside).strip()
    headers = ["-isystem", own_headers, "-isystem", tree.build / "usr/include", "-I", HERE / "guest"]
    call([*compiler, f"-B{tree.ld.parent}/", *FREESTANDING, *headers, "-include", nolibc, "-c", HERE / "guest/init.c", "-o", "init.o"], aside)
    call([tree.ld, "-m", TARGETS[kernel.architecture].emulation, "-static", "-o", "init", "init.o"], aside)
    if kernel.compiler != "gcc":
        return aside / "init", None
    call(["gcc", "-static", f"-B{tree.ld.parent}/", "-o", "program", HERE / "guest/program.c"], aside)
    return aside / "init", aside / "program"


def check_links(tree):
    """Compares what was linked; says how long it took."""
    records = tree.records()
    made = {record["output"] for record in records}
    missing = [name for name in tree.configuration.links if str(tree.build / name) not in made]
    if missing:
        raise Failed(f"kbx was not asked to link {' '.join(missing)}")
    differing = [record for record in records if record["differences"]]
    own, gnu = (sum(record[key] for record in records) for key in ("seconds", "gnu_seconds"))
    print(f"{tree.configuration.name}: {len(records)} links in {own:.1f} s, GNU ld {gnu:.1f} s; {len(differing)} differ")
    for record in differing:
        print(f"  {record['output']}\n" + "".join(f"    {line}\n" for line in record["differences"]), end="")
        print(f"    cd {record['folder']} && {tree.ld} {' '.join(record['words'])}")
    return not differing


def expected(modules, with_program):
    """What the guest has to tell, without what varies."""
    yield from (f"loaded /modules/{letter}.ko 0" for letter, _ in zip("abcdefghijklmnopqrstuvwxyz", modules))
    yield from (f"clock {clock} fits" for clock in (0, 1, 6))
    if with_program:
        yield from ("program works", "program status 0")
    yield "end"


def boot(tree, machine, modules, programs):
    told, text = machine.boot(tree.build / tree.configuration.image, programs[0], modules, programs[1])
    missing = [line for line in expected(modules, programs[1]) if line not in told]
    found = [line for line in told if line.startswith("vdso ")]
    if missing or len(found) != 1 or not found[0].endswith(" found"):
        print(f"{text}\n{tree.configuration.name}: the guest did not report: {'; '.join(missing)}; of the vDSO: {found}")
        return False
    version = next(line for line in told if line.startswith("version "))
    print(f"{tree.configuration.name}: boots: {version[8:]}\n  {len(modules)} modules loaded; {found[0]}")
    return True


def judge(name, kbx, with_boot):
    kernel = configuration.load(name)
    machine = Machine(kernel.machine) if with_boot else None
    with Tree(kernel, kbx).prepared() as tree:
        try:
            tree.configure()
            tree.make()
            modules, programs = build_modules(tree), build_programs(tree)
        except Failed as reason:
            check = [record for record in tree.records() if record["differences"]]
            print(f"{name}: {reason}\n" + "".join(f"  {r['output']}: {r['differences']}\n" for r in check))
            return False
        good = check_links(tree)
        return (boot(tree, machine, modules, programs) if machine else True) and good


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kbx", type=Path, required=True)
    parser.add_argument("--no-boot", action="store_true", help="only link and compare")
    parser.add_argument("names", nargs="+", choices=configuration.names(), metavar="CONFIGURATION")
    options = parser.parse_args()
    good = all_good(options.names, lambda name: judge(name, options.kbx, not options.no_boot),
                    "none of these kernels can be built and booted here")
    return 0 if good else 1


if __name__ == "__main__":
    skip_when_unavailable(main)
