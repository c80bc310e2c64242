#!/usr/bin/env python3
"""Differential test of `kbx ld`: every case of cases/ with GNU ld and with kbx.

    run.py --kbx build/kbx [--require identical|shape] [-v] [GLOB...]
    run.py --linker PROGRAM ...     another linker in place of kbx, called `ld`
    run.py --self-check             GNU ld on both sides: proves that the cases can fail

Both link in a fresh folder at the same path, from the same objects. What they write (compare.py), their exit status and
what they print on standard output have to be equal, and standard error as the case says; README.md tells the form of a
case.

Exit status: 0 all passed, 1 a case failed, 2 wrong usage, 77 the oracle is missing.
"""

import argparse
import fnmatch
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import oracle
from case import BadCase, parse_case
from compare import DIFFERENT, IDENTICAL, SAME_SHAPE, compare

CASES = Path(__file__).resolve().parent / "cases"
ORACLE = "/usr/bin/ld.bfd"
ORACLE_VERSION = " 2.40"
SYSTEM_PATH = "/usr/bin:/bin"
COMPILER = ["-c", "-O2", "-ffreestanding", "-fno-pic", "-fno-asynchronous-unwind-tables"]
BINUTILS = ["as", "ar", "objcopy", "ranlib", "strip"]
SKIPPED = 77


class Outcome(NamedTuple):
    """What one linker did."""
    statuses: list
    out: str
    err: str
    files: dict  # name: bytes, or what else it is


class Verdict(NamedTuple):
    result: str  # identical, same shape, different, as intended, skipped
    lines: list


class Tools(NamedTuple):
    """The programs that make a case's objects and link them."""
    compiler: str
    oracle: dict  # variables of the environment in which `ld` is GNU ld
    judged: dict  # … and in which it is the linker under test


def run_shell(command, folder, environment, timeout):
    """Runs a shell command; gives (status, stdout, stderr). Over its time, it is killed with its children."""
    environment = environment | {"HOME": str(folder), "LC_ALL": "C"}
    process = subprocess.Popen(["/bin/sh", "-c", command], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    try:
        out, err = process.communicate(timeout=timeout)
        return process.returncode, out, err
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return f"killed after {timeout} s", b"", b""


class Judge:
    """Runs cases, each thread in a folder of its own."""

    def __init__(self, options, scratch):
        self.options = options
        self.scratch = scratch
        self.local = threading.local()
        self.numbers = iter(range(1000, 100000))
        judged = os.path.realpath(options.kbx or options.linker or ORACLE)
        self.native = Tools("gcc", self.folder_with("oracle", ORACLE), self.folder_with("judged", judged))
        self.foreign = {}
        self.lock = threading.Lock()

    def folder_with(self, name, program):
        """An environment in which `ld` is that program."""
        folder = self.scratch / "bin" / name
        folder.mkdir(parents=True)
        # The file itself: a link to one that is built anew meanwhile would lead to the system's linker instead.
        try:
            os.link(program, folder / "ld")
        except OSError:
            shutil.copy(program, folder / "ld")
        return {"PATH": f"{folder}:{SYSTEM_PATH}"}

    def tools(self, machine):
        """For a machine as Debian calls it, "": this one. Raises oracle.Unavailable."""
        if not machine:
            return self.native
        with self.lock:
            if machine not in self.foreign:
                self.foreign[machine] = self.foreign_tools(machine)
            return self.foreign[machine]

    def foreign_tools(self, machine):
        ld = oracle.gnu_ld(machine)
        triplet = oracle.TARGETS[machine].triplet
        environments = []
        for name in ("oracle", "judged"):
            folder = self.scratch / "bin" / f"{name}-{machine}"
            folder.mkdir(parents=True)
            for program in BINUTILS:
                (folder / program).symlink_to(Path(ld.words[0]).with_name(f"{triplet}-{program}"))
            environments.append(ld.environment | {"PATH": f"{folder}:{SYSTEM_PATH}"})
        (self.scratch / "bin" / f"oracle-{machine}" / "ld").symlink_to(ld.words[0])
        judged = ld.words[0] if self.options.self_check else self.scratch / "bin" / "judged" / "ld"
        (self.scratch / "bin" / f"judged-{machine}" / "ld").symlink_to(judged)
        return Tools(f"clang --target={triplet}", *environments)

    def home(self):
        if not hasattr(self.local, "home"):
            self.local.home = self.scratch / str(next(self.numbers))
        shutil.rmtree(self.local.home, ignore_errors=True)
        self.local.home.mkdir()
        return self.local.home

    def must(self, command, folder, case, tools):
        status, _, err = run_shell(command, folder, tools.oracle, self.options.timeout)
        if status != 0:
            raise BadCase(f"{case.name}: '{command}' failed: {err.decode(errors='replace').strip()}")

    def prepare(self, case, base, tools):
        """Writes the files of a case and makes the objects of its sources."""
        base.mkdir()
        for name, text in case.files.items():
            (base / name).parent.mkdir(parents=True, exist_ok=True)
            (base / name).write_text(text)
        for name in case.files:
            flags = " ".join(case.flags.get(name, []))
            if name.endswith(".s"):
                self.must(f"as {flags} -o {name[:-2]}.o {name}", base, case, tools)
            elif name.endswith(".c"):
                compiler = " ".join([tools.compiler, *COMPILER])
                self.must(f"{compiler} {flags} -o {name[:-2]}.o {name}", base, case, tools)
        for command in case.prepare:
            self.must(command, base, case, tools)

    def outcome(self, case, home, environment):
        """What a linker makes of the prepared case, in home/w."""
        work = home / "w"
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(home / "base", work, symlinks=True)
        statuses, texts = [], {"out": b"", "err": b""}
        for command in case.link:
            status, out, err = run_shell(command, work, environment, self.options.timeout)
            statuses.append(status)
            texts["out"] += out
            texts["err"] += err
        base = describe(home / "base")
        files = {name: content for name, content in describe(work).items()
                 if base.get(name) != content and name not in case.ignored}
        files |= {name: "removed" for name in base if not os.path.lexists(work / name)}
        return Outcome(statuses, texts["out"].decode(errors="replace"), texts["err"].decode(errors="replace"), files)

    def judge(self, case):
        absent = [name for name in case.needs if not shutil.which(name, path=SYSTEM_PATH)]
        if absent:
            return Verdict("skipped", [f"{absent[0]} is not installed"])
        try:
            tools = self.tools(case.machine)
        except oracle.Unavailable as error:
            return Verdict("skipped", [str(error)])
        home = self.home()
        self.prepare(case, home / "base", tools)
        wanted = self.outcome(case, home, tools.oracle)
        got = self.outcome(case, home, tools.judged)
        verdict = compare_outcomes(case, wanted, got)
        if self.options.self_check:
            if not wanted.files and not wanted.out and not wanted.err and not any(wanted.statuses):
                return Verdict(DIFFERENT, ["ld has no effect: the case cannot fail"])
            return verdict
        return self.judge_intended(case, home, verdict, tools) if case.differs else verdict

    def judge_intended(self, case, home, verdict, tools):
        """kbx differs on purpose: it has to do so still, and as the case checks."""
        if verdict.result == IDENTICAL:
            return Verdict(DIFFERENT, ["kbx does as ld here, though the case says that it differs"])
        for command in case.checks:
            status, out, err = run_shell(command, home / "w", tools.judged, self.options.timeout)
            if status != 0:
                return Verdict(DIFFERENT, [f"check failed: {command}", (out + err).decode(errors="replace").strip()])
        return Verdict("as intended", [])


def describe(folder):
    """{name: bytes, or a word for what has none} of everything below `folder`."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name, mode = path.relative_to(folder).as_posix(), path.lstat().st_mode
        if stat.S_ISLNK(mode):
            found[name] = f"link to {os.readlink(path)}"
        elif stat.S_ISREG(mode):
            found[name] = path.read_bytes()
        elif not stat.S_ISDIR(mode):
            found[name] = f"special file {stat.S_IFMT(mode):o}"
    return found


def compare_outcomes(case, wanted, got):
    result, lines = IDENTICAL, []
    if wanted.statuses != got.statuses:
        lines.append(f"exit status: {wanted.statuses} wanted, {got.statuses} seen")
    if wanted.out != got.out:
        lines += ["standard output:", *marked("-", wanted.out), *marked("+", got.out)]
    if case.messages == "equal" and wanted.err != got.err or \
            case.messages == "presence" and bool(wanted.err) != bool(got.err):
        lines += ["standard error:", *marked("-", wanted.err), *marked("+", got.err)]
    for name in sorted(wanted.files.keys() | got.files.keys()):
        one, two = wanted.files.get(name), got.files.get(name)
        if not isinstance(one, bytes) or not isinstance(two, bytes):
            if one != two:
                lines.append(f"{name}: {word_for(one)} wanted, {word_for(two)} seen")
            continue
        found = compare(one, two)
        if found.verdict == SAME_SHAPE:
            result = SAME_SHAPE
        lines += [f"{name}: {line}" for line in found.differences]
    return Verdict(DIFFERENT if lines else result, lines)


def word_for(content):
    return "no file" if content is None else "a file" if isinstance(content, bytes) else content


def marked(sign, text):
    return [f"  {sign} {line}" for line in text.splitlines()]


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--kbx", help="the kbx binary to judge")
    parser.add_argument("--linker", help="another linker to judge instead")
    parser.add_argument("--self-check", action="store_true", help="GNU ld on both sides")
    parser.add_argument("--require", choices=["identical", "shape"], default="identical")
    parser.add_argument("-j", type=int, default=os.cpu_count() or 1, dest="jobs", metavar="N")
    parser.add_argument("--timeout", type=float, default=60, help="seconds per command")
    parser.add_argument("-v", action="store_true", dest="verbose", help="print the differences")
    parser.add_argument("patterns", nargs="*", metavar="GLOB", help="only cases whose name matches")
    options = parser.parse_args()
    if not (options.kbx or options.linker or options.self_check):
        parser.error("--kbx, --linker or --self-check is needed")
    return options


def oracle_problem():
    try:
        said = subprocess.run([ORACLE, "--version"], capture_output=True, text=True, check=False).stdout
    except OSError as error:
        return f"{ORACLE}: {error.strerror}"
    first = said.partition("\n")[0]
    return "" if first.startswith("GNU ld") and first.endswith(ORACLE_VERSION) else f"{ORACLE} is '{first}'"


def main():
    options = parse_options()
    problem = oracle_problem()
    if problem:
        print(f"skipped: no oracle: {problem}")
        return SKIPPED
    paths = [path for path in sorted(CASES.rglob("*.case")) if not options.patterns or any(
        fnmatch.fnmatchcase(path.relative_to(CASES).with_suffix("").as_posix(), each) for each in options.patterns)]
    if not paths:
        print("no case matches", file=sys.stderr)
        return 2
    good = {IDENTICAL, "as intended", "skipped"} | ({SAME_SHAPE} if options.require == "shape" else set())
    counts = Counter()
    with tempfile.TemporaryDirectory(prefix="link-") as temporary:
        judge = Judge(options, Path(os.path.realpath(temporary)))

        def judged(path):
            name = path.relative_to(CASES).with_suffix("").as_posix()
            try:
                return judge.judge(parse_case(name, path.read_text()))
            except BadCase as error:
                return Verdict(DIFFERENT, [str(error)])

        with ThreadPoolExecutor(options.jobs) as pool:
            for path, verdict in zip(paths, pool.map(judged, paths)):
                counts[verdict.result] += 1
                if verdict.result not in good or verdict.result == "skipped":
                    print(f"{'skipped' if verdict.result == 'skipped' else 'FAIL'} "
                          f"{path.relative_to(CASES).with_suffix('').as_posix()}: {verdict.result}")
                    if options.verbose or options.self_check:
                        print("".join(f"  {line}\n" for line in verdict.lines), end="", flush=True)
    print(", ".join(f"{count} {result}" for result, count in counts.items()))
    return 0 if set(counts) <= good else 1


if __name__ == "__main__":
    sys.exit(main())
