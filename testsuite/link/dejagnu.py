#!/usr/bin/env python3
"""Runs suites of GNU ld's own tests (ld/testsuite of Debian's binutils-source) with GNU ld and with kbx's linker.

    dejagnu.py --kbx PROGRAM [--work FOLDER] [--reuse] [--table] [--write] [SUITE...]

A suite is a folder of ld/testsuite, e.g. ld-scripts; without any, all of SUITES. Each runs once with either linker in a
folder that looks like binutils' own build folder to the suite: wrappers of the machine's assembler, objdump and so on under the
names that a build gives them, and the linker as ld-new. Counted is what passes with GNU ld; what of that does not pass with kbx
is listed, with the reason that dejagnu_reasons.json gives for it. Fails when a suite passes less than the floor that
the file states. With --write the tables of docs/conformance.md are made anew.

dejagnu and expect are the machine's, or Debian's unpacked into the cache. Exits with 77 where something cannot be had.
"""

import argparse
import concurrent.futures
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "drivers"))

from cachedir import Unavailable, cache_root, locked, made_aside, skip_when_unavailable  # noqa: E402
from fetch import package_root  # noqa: E402
from oracle import TARGETS, gnu_ld  # noqa: E402

# The architecture whose tools a suite runs with. The suite of i386 runs in a toolchain for x86-64 too.
SUITES = {
    "ld-scripts": "amd64",
    "ld-elf": "amd64",
    "ld-x86-64": "amd64",
    "ld-i386": "amd64",
    "ld-aarch64": "arm64",
    "ld-arm": "armhf",
    "ld-riscv-elf": "riscv64",
}
REASONS = Path(__file__).with_name("dejagnu_reasons.json")
# Where a build of binutils has the tools; the linker's place is ld/ld-new.
BUILD_TREE = {
    "as": "gas/as-new",
    "nm": "binutils/nm-new",
    "strip": "binutils/strip-new",
    "c++filt": "binutils/cxxfilt",
    **{name: f"binutils/{name}" for name in ("ar", "elfedit", "objcopy", "objdump", "ranlib", "readelf", "size")},
}
TIMEOUT = 3600
PAGE = Path(__file__).resolve().parents[2] / "docs/conformance.md"
MARKS = ("<!-- tables of testsuite/link/dejagnu.py -->", "<!-- end of tables -->")


class Result(NamedTuple):
    """How often each test passed, and how often each outcome came."""
    passed: Counter
    outcomes: Counter


def suite_source():
    """The unpacked sources of binutils."""
    target = cache_root() / "sources" / "binutils"
    package = package_root("binutils-source")
    with locked("source-binutils"):
        if not target.is_dir():
            archive = next(package.glob("usr/src/binutils/binutils-*.tar.*"))
            with made_aside(target) as aside:
                subprocess.run(["tar", "-xf", archive, "-C", aside, "--strip-components=1"], check=True)
    return target


def runner():
    """The words that start dejagnu and what they need in the environment."""
    if shutil.which("runtest"):
        return ["runtest"], {}
    roots = {name: package_root(name) for name in ("dejagnu", "expect", "tcl-expect", "libtcl8.6")}
    libraries = [roots["tcl-expect"], roots["libtcl8.6"]]
    environment = {
        "LD_LIBRARY_PATH": ":".join(str(root / "usr/lib/x86_64-linux-gnu") for root in libraries),
        "TCL_LIBRARY": str(roots["libtcl8.6"] / "usr/share/tcltk/tcl8.6"),
    }
    words = [str(roots["expect"] / "usr/bin/expect"), "--", str(roots["dejagnu"] / "usr/share/dejagnu/runtest.exp")]
    said = subprocess.run([*words, "--version"], env=os.environ | environment, capture_output=True, text=True, check=False)
    if said.returncode != 0:
        raise Unavailable(f"dejagnu does not run: {said.stderr.strip()}")
    return words, environment


def compiler(architecture, name):
    """The compiler that makes programs for an architecture, or the name of none."""
    triplet = TARGETS[architecture].triplet
    found = shutil.which(f"{triplet}-{name}")
    return found or f"no-{triplet}-{name}"


def wrapper(path, words, environment):
    """A program that runs another. The libraries that the runner of the tests needs are not for it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    libraries = environment.get("LD_LIBRARY_PATH")
    setting = f"export LD_LIBRARY_PATH='{libraries}'" if libraries else "unset LD_LIBRARY_PATH"
    quoted = " ".join(f"'{word}'" for word in words)
    path.write_text(f'#!/bin/sh\n{setting}\nexec {quoted} "$@"\n')
    path.chmod(0o755)


def make_build_tree(folder, architecture, linker_words, linker_environment):
    """Fills `folder` with what the suite looks for in binutils' build folder; gives the environment of the runner."""
    gnu = gnu_ld(architecture)
    prefix = re.sub(r"ld(\.bfd)?$", "", gnu.words[0])
    for name, place in BUILD_TREE.items():
        wrapper(folder / place, [prefix + name], gnu.environment)
    build = folder / "ld"
    wrapper(build / "ld-new", linker_words, linker_environment)
    # From here the suite reads for which class of machine the linker itself is made.
    (build / ".libs").mkdir()
    (build / ".libs/ld-new").symlink_to(linker_words[0])
    programs = folder / "programs"
    for name in ("gcc", "g++", "cc", "sh"):
        if shutil.which(name):
            wrapper(programs / name, [shutil.which(name)], {})
    return build


def site(build, source, architecture):
    triplet = TARGETS[architecture].triplet
    own = "x86_64-pc-linux-gnu"
    target = own if architecture == "amd64" else triplet.replace("-linux", "-unknown-linux")
    cc, cxx = compiler(architecture, "gcc"), compiler(architecture, "g++")
    settings = {
        "srcdir": source / "ld/testsuite", "objdir": build, "tool": "ld", "enable_libctf": "no",
        "build_triplet": own, "host_triplet": own, "target_triplet": target,
        "build_alias": own, "host_alias": own, "target_alias": target,
        "CC": "gcc", "CXX": "g++", "CC_FOR_TARGET": cc, "CXX_FOR_TARGET": cxx, "development": "false", "experimental": "false",
    }
    lines = [f'set {name} "{value}"' for name, value in settings.items()]
    (build / "site.exp").write_text("\n".join(lines) + "\n")


def run_suite(suite, linker_words, linker_environment, folder, source, how):
    """Runs one suite with one linker; gives the path of dejagnu's summary."""
    shutil.rmtree(folder, ignore_errors=True)
    architecture = SUITES[suite]
    build = make_build_tree(folder, architecture, linker_words, linker_environment)
    site(build, source, architecture)
    words, environment = how
    process = subprocess.Popen(
        [*words, "--tool", "ld", "--directory", suite], cwd=build, stdin=subprocess.DEVNULL,
        stdout=open(folder / "output", "w"), stderr=subprocess.STDOUT, start_new_session=True,
        env={"HOME": str(folder), "LC_ALL": "C", "PATH": f"{folder}/programs:/usr/bin:/bin"} | environment)
    try:
        process.wait(TIMEOUT)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        print(f"{folder}: stopped after {TIMEOUT} s", file=sys.stderr)
    return build / "ld.sum"


def read_summary(path):
    passed, outcomes = Counter(), Counter()
    if path.exists():
        for line in path.read_text(errors="replace").splitlines():
            found = re.match(r"(PASS|FAIL|XPASS|XFAIL|KPASS|KFAIL|UNTESTED|UNSUPPORTED|UNRESOLVED|ERROR): (.*)", line)
            if found:
                outcomes[found[1]] += 1
                if found[1] == "PASS":
                    passed[found[2]] += 1
    return Result(passed, outcomes)


def with_reasons(missing, patterns):
    """The missing tests under the first reason of the list with a pattern that matches."""
    grouped = {}
    for name, count in missing.items():
        reason = next((entry["reason"] for entry in patterns if re.fullmatch(entry["tests"], name)), "")
        grouped.setdefault(reason, []).extend([name] * count)
    return grouped


def report(suite, gnu, own, known, table):
    """Prints a suite's results; gives whether the floor was met."""
    expected, ours = gnu.passed.total(), (gnu.passed & own.passed).total()
    missing = gnu.passed - own.passed
    grouped = with_reasons(missing, known.get("reasons", []))
    floor = known.get("floor", 0)
    if not expected:
        print(f"{suite}: nothing passed with GNU ld")
        return False
    percent = 100 * ours / expected
    print(f"{suite}: GNU ld passes {expected}, kbx {ours} of these ({percent:.1f} %); "
          f"GNU ld's outcomes {dict(gnu.outcomes)}, kbx's {dict(own.outcomes)}")
    for reason, names in sorted(grouped.items(), key=lambda item: (-len(item[1]), item[0])):
        print(f"  {len(names):4} {reason or 'no reason is noted:'}")
        if not table or not reason:
            for name in names:
                print(f"         {name}")
    if percent < floor:
        print(f"{suite}: fewer than the {floor} % that were reached before")
    return percent >= floor


def tables(outcome):
    """The tables of the page, from the results of each suite with both linkers and what is known of it."""
    lines = ["| suite | GNU ld passes | of these kbx | share |", "| --- | --- | --- | --- |"]
    rows = []
    for suite, (gnu, own, known) in outcome.items():
        expected, ours = gnu.passed.total(), (gnu.passed & own.passed).total()
        lines.append(f"| `{suite}` | {expected} | {ours} | {100 * ours / expected:.1f} % |")
        for reason, names in sorted(with_reasons(gnu.passed - own.passed, known.get("reasons", [])).items()):
            listed = ", ".join(f"`{name.removeprefix(suite + '/').strip()}`" for name in sorted(names))
            rows.append(f"| `{suite}` | {len(names)} | {reason or '?'} | {listed} |")
    return "\n".join([*lines, "", "| suite | failures | reason | tests |", "| --- | --- | --- | --- |", *rows])


def write_page(outcome):
    text = PAGE.read_text()
    start, end = text.index(MARKS[0]) + len(MARKS[0]), text.index(MARKS[1])
    PAGE.write_text(text[:start] + "\n\n" + tables(outcome) + "\n\n" + text[end:])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kbx", required=True, type=Path)
    parser.add_argument("--work", type=Path, help="keep the logs here (default: a folder that is removed)")
    parser.add_argument("--reuse", action="store_true", help="take GNU ld's results that are in the work folder")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--table", action="store_true", help="only counts of the failures that have a reason")
    parser.add_argument("--write", action="store_true", help="write the tables of docs/conformance.md")
    parser.add_argument("suites", nargs="*", metavar="SUITE")
    options = parser.parse_args()
    unknown = set(options.suites) - set(SUITES)
    if unknown:
        parser.error(f"no such suite: {' '.join(sorted(unknown))}; there are {' '.join(SUITES)}")
    how, source = runner(), suite_source()
    with tempfile.TemporaryDirectory() as scratch:
        work = (options.work or Path(scratch)).resolve()
        return run_all(options, options.suites or list(SUITES), work, source, how)


def run_all(options, suites, work, source, how):
    summaries, skipped = {}, set()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for suite in suites:
            try:
                gnu = gnu_ld(SUITES[suite])
            except Unavailable as reason:
                print(f"{suite}: skipped: {reason}")
                skipped.add(suite)
                continue
            # For another machine than this one GNU ld has a program of its own; kbx is told which one to be.
            foreign = [] if SUITES[suite] == "amd64" else ["-m", TARGETS[SUITES[suite]].emulation]
            kbx = [str(options.kbx.resolve()), "ld", *foreign]
            for name, words, environment in (("gnu", gnu.words, gnu.environment), ("kbx", kbx, {})):
                kept = work / suite / name / "ld/ld.sum"
                if name == "gnu" and options.reuse and kept.exists():
                    summaries[suite, name] = kept
                    continue
                summaries[suite, name] = pool.submit(run_suite, suite, words, environment, work / suite / name, source, how)
    summaries = {key: value.result() if hasattr(value, "result") else value for key, value in summaries.items()}
    known = json.loads(REASONS.read_text()) if REASONS.exists() else {}
    fine = True
    outcome = {}
    for suite in suites:
        if suite not in skipped:
            results = [read_summary(summaries[suite, name]) for name in ("gnu", "kbx")]
            fine &= report(suite, *results, known.get(suite, {}), options.table)
            if results[0].passed:
                outcome[suite] = (*results, known.get(suite, {}))
    if options.write:
        write_page(outcome)
    if len(skipped) == len(suites):
        return 77
    return 0 if fine else 1


if __name__ == "__main__":
    skip_when_unavailable(main)
