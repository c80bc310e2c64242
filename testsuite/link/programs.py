#!/usr/bin/env python3
"""gcc and clang link C and C++ programs with kbx, and the programs run and print what those print that GNU ld linked.

    programs.py --kbx build/kbx [--compilers gcc clang] [-v] [NAME...]

The sources are in programs/. Each program is compiled for each way of linking one; then everything of it is linked and run
with either linker in a folder of its own, and exit statuses and what is printed have to be equal. gcc is given the linker by
-B, clang by --ld-path. That the files are equal is counted, and required with --require identical.

Exit status: 0 all the same, 1 not so, 77 no compiler is there.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from typing import NamedTuple

SOURCES = Path(__file__).resolve().parent / "programs"
ORACLE = "/usr/bin/ld.bfd"
COMPILERS = {"gcc": ("gcc", "g++"), "clang": ("clang", "clang++")}
PACKAGES = {"gcc": "g++", "clang": "clang"}
SKIPPED = 77
TIME_LIMIT = 60


class Way(NamedTuple):
    compiling: list
    linking: list


WAYS = {
    "no-pie": Way(["-fno-pie"], ["-no-pie"]),
    "pie": Way(["-fpie"], ["-pie"]),
    "pie, tight": Way(["-fpie", "-ffunction-sections", "-fdata-sections"],
                      ["-pie", "-Wl,--gc-sections,-z,now,-z,pack-relative-relocs,--hash-style=both"]),
    "static": Way(["-fno-pie"], ["-static"]),
    "static-pie": Way(["-fpie"], ["-static-pie"]),
}
DYNAMIC = ("no-pie", "pie", "pie, tight")
ALL = tuple(WAYS)


class Program(NamedTuple):
    """What is compiled the way's way, what for a library, and the steps: link OUTPUT WORDS..., shared OUTPUT WORDS... and run
    WORDS...; objects are named for their sources."""
    sources: list
    shared: list
    steps: list
    ways: tuple


PROGRAMS = {
    "exceptions": Program(["exceptions.cc", "thrower.cc"], [], ["link x exceptions.o thrower.o", "run ./x"], ALL),
    "exceptions of a library": Program(
        ["exceptions.cc"], ["thrower.cc"],
        ["shared libthrower.so thrower.o", "link x exceptions.o -L. -lthrower -Wl,-rpath,.", "run ./x"], DYNAMIC),
    "storage of threads": Program(
        ["threads.cc", "threads_other.cc"], [], ["link x threads.o threads_other.o -pthread", "run ./x"], ALL),
    "storage of threads in a library": Program(
        ["threads.cc"], ["threads_other.cc"],
        ["shared libother.so threads_other.o", "link x threads.o -L. -lother -Wl,-rpath,. -pthread", "run ./x"], DYNAMIC),
    "IFUNC": Program(["ifunc.c", "ifunc_other.c"], [], ["link x ifunc.o ifunc_other.o", "run ./x"], ALL),
    "start and end": Program(["start.cc"], [], ["link x start.o", "run ./x"], ALL),
    "start and end, other words": Program(
        ["start.cc"], [], ["link x start.o -Wl,-s,--build-id=sha1,-O1,--sort-common,-z,norelro,--no-eh-frame-hdr", "run ./x"], ALL),
    "dlopen": Program(
        ["plugin_host.cc"], ["plugin.cc"],
        ["shared libplugin.so plugin.o", "link x plugin_host.o -rdynamic -ldl", "run ./x"], DYNAMIC),
    "versions": Program(
        ["versions.c"], ["versions_one.c", "versions_two.c"],
        ["shared libversions.so versions_one.o -Wl,--version-script=versions_one.map,-soname,libversions.so",
         "link before versions.o -L. -lversions -Wl,-rpath,. -ldl", "run ./before",
         "shared libversions.so versions_two.o -Wl,--version-script=versions_two.map,-soname,libversions.so",
         "link after versions.o -L. -lversions -Wl,-rpath,. -ldl", "run ./before", "run ./after"], DYNAMIC),
    "data of a library": Program(
        ["data.c"], ["data_library.c"],
        ["shared libdata.so data_library.o", "link x data.o -L. -ldata -Wl,-rpath,.", "run ./x"], DYNAMIC),
    "data of a library that binds itself": Program(
        ["data.c"], ["data_library.c"],
        ["shared libdata.so data_library.o -Wl,-Bsymbolic-functions", "link x data.o -L. -ldata -Wl,-rpath,.", "run ./x"], DYNAMIC),
}


class Case(NamedTuple):
    compiler: str
    way: str
    name: str

    def __str__(self):
        return f"{self.name}, {self.compiler}, {self.way}"


def call(words, folder):
    """(status, standard output, standard error)"""
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C"}
    try:
        done = subprocess.run(words, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              errors="replace", timeout=TIME_LIMIT, check=False)
    except subprocess.TimeoutExpired:
        return f"killed after {TIME_LIMIT} s", "", ""
    except FileNotFoundError as reason:
        return str(reason), "", ""
    return done.returncode, done.stdout, done.stderr


def compile_sources(case, program, folder):
    folder.mkdir(parents=True)
    for name in ("versions_one.map", "versions_two.map"):
        shutil.copy(SOURCES / name, folder)
    for source in program.sources + program.shared:
        how = ["-fPIC"] if source in program.shared else WAYS[case.way].compiling
        compiler = COMPILERS[case.compiler][source.endswith(".cc")]
        status, _, said = call([compiler, "-c", "-O2", "-g1", "-fno-lto", *how, str(SOURCES / source)], folder)
        if status != 0:
            sys.exit(f"{case}: {source} does not compile: {said}")


def linking(case, program, linker):
    """The words of the compiler that links with the ld in the folder `linker`."""
    driver = COMPILERS[case.compiler][program.sources[0].endswith(".cc")]
    return [driver, f"--ld-path={linker}/ld"] if case.compiler == "clang" else [driver, f"-B{linker}/"]


def outcome(case, program, linker, folder):
    """[(step, status, output)], and bytes of what was linked, {name: bytes}."""
    seen, files = [], {}
    for step in program.steps:
        kind, *words = step.split()
        if kind == "run":
            status, said, _ = call(words, folder)
        else:
            how = ["-shared"] if kind == "shared" else WAYS[case.way].linking
            status, _, said = call([*linking(case, program, linker), *how, "-o", *words], folder)
            if status == 0:
                files[f"{len(files)} {words[0]}"] = (folder / words[0]).read_bytes()
        seen.append((step, status, said))
    return seen, files


def judged(case, linkers, scratch):
    """(lines of what differs, outputs, how many of these are identical)"""
    program = PROGRAMS[case.name]
    with tempfile.TemporaryDirectory(dir=scratch) as name:
        compile_sources(case, program, Path(name) / "base")
        results = []
        for linker in linkers:
            folder = Path(name) / "w"
            shutil.copytree(Path(name) / "base", folder)
            results.append(outcome(case, program, linker, folder))
            shutil.rmtree(folder)
    (wanted, wanted_files), (got, got_files) = results
    if any(status != 0 for step, status, _ in wanted if not step.startswith("run")):
        sys.exit(f"{case}: GNU ld itself fails: {wanted}")
    lines = [f"{step}: {status}, {said!r} / {own_status}, {own_said!r}"
             for (step, status, said), (_, own_status, own_said) in zip(wanted, got) if (status, said) != (own_status, own_said)]
    return lines, len(wanted_files), sum(wanted_files[name] == got_files.get(name) for name in wanted_files)


def cases(options):
    for compiler, (name, program) in product(options.compilers, PROGRAMS.items()):
        if not options.names or name in options.names:
            yield from (Case(compiler, way, name) for way in program.ways)


def place(folder, program):
    """A folder with the linker by the name ld."""
    folder.mkdir()
    (folder / "ld").symlink_to(os.path.realpath(program))
    return folder


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kbx", type=Path)
    parser.add_argument("--linker", type=Path, help="another linker in place of kbx")
    parser.add_argument("--compilers", nargs="+", choices=COMPILERS, default=list(COMPILERS))
    parser.add_argument("--require", choices=["same", "identical"], default="same")
    parser.add_argument("-v", action="store_true", dest="verbose")
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()
    absent = {name for name in options.compilers if not all(shutil.which(each) for each in COMPILERS[name])}
    for name in absent:
        print(f"skipped: {name} is not installed: package {PACKAGES[name]}")
    options.compilers = [name for name in options.compilers if name not in absent]
    if not options.compilers:
        return SKIPPED
    if not os.path.exists(ORACLE):
        print(f"skipped: {ORACLE} is not installed: package binutils")
        return SKIPPED
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        linkers = [place(scratch / "gnu", ORACLE), place(scratch / "own", options.linker or options.kbx)]
        chosen = list(cases(options))
        with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
            results = list(pool.map(lambda case: judged(case, linkers, scratch), chosen))
    faults = links = identical = 0
    for case, (lines, made, same) in zip(chosen, results):
        links, identical = links + made, identical + same
        wrong = bool(lines) or options.require == "identical" and same != made
        faults += wrong
        if wrong or options.verbose:
            print(f"{'FAIL' if wrong else 'ok':5}{case}: {same} of {made} files identical" + "".join(f"\n     {line}" for line in lines))
    print(f"{len(chosen)} programs: {len(chosen) - faults} do as those that GNU ld links; {identical} of {links} links identical")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
