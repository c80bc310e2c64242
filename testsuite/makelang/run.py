#!/usr/bin/env python3
"""Differential test of `kbx make`: every cases/**/*.mk under GNU make 4.3 and `kbx make`.

Both run in a fresh folder at the same path, with the same minimal environment. What a run says
(stdout, stderr, exit status of each invocation) and what it leaves behind (names and contents of
the files) must be equal. README.md describes the directives that a case may carry at its top.

Exit status: 0 all passed, 1 a case failed, 2 wrong usage, 77 the oracle is missing.
"""

import argparse
import concurrent.futures
import dataclasses
import difflib
import fnmatch
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading

CASES = pathlib.Path(__file__).resolve().parent / "cases"
MAKEFILE = "case.mk"
ORACLE_VERSION = "GNU Make 4.3"
FIXED_MTIME = 1577836800  # 2020-01-01 00:00:00 UTC, for every file the runner itself writes
SKIPPED = 77
DIRECTIVE = re.compile(r"^# ([a-z]+(?:-[a-z]+)*)(?:: ?(.*))?$")
WITH_VALUE = {"args", "env", "setup", "file", "ignore-stderr", "expect-output", "expect-error",
              "expect-status"}


class BadCase(Exception):
    """The case itself is malformed."""


@dataclasses.dataclass
class Case:
    name: str
    text: str
    steps: list = dataclasses.field(default_factory=list)  # ("args" | "setup", text) in order
    files: dict = dataclasses.field(default_factory=dict)
    environment: dict = dataclasses.field(default_factory=dict)
    unordered: bool = False
    ignore_stderr: bool = False
    expected: dict = dataclasses.field(default_factory=dict)

    @property
    def has_oracle(self):
        return not self.expected


@dataclasses.dataclass
class Outcome:
    """What one make did with one case: a text per thing compared; the tree shows an effect."""
    texts: dict
    initial_tree: str

    def had_effect(self):
        return bool(self.texts["stdout"] or self.texts["stderr"]
                    or set(self.texts["status"].split()) != {"0"}
                    or self.texts["tree"] != self.initial_tree)


def read_case(path):
    return parse_case(path.relative_to(CASES).with_suffix("").as_posix(), path.read_text())


def parse_case(name, text):
    """A case with its directives; raises BadCase on one that it does not know."""
    case = Case(name=name, text=text)
    for number, line in enumerate(case.text.splitlines(), 1):
        if not line.startswith("#"):
            break
        match = DIRECTIVE.match(line)
        if match:
            add_directive(case, number, match[1], match[2])
    if not any(kind == "args" for kind, _ in case.steps):
        case.steps.append(("args", ""))
    return case


def add_directive(case, number, key, value):
    if value is None:
        if key == "unordered":
            case.unordered = True
        elif key in WITH_VALUE:
            raise BadCase(f"{case.name}.mk:{number}: '{key}' needs ': VALUE'")
    elif key in ("args", "setup"):
        case.steps.append((key, value))
    elif key == "file":
        name, bar, content = value.partition("|")
        if not bar:
            raise BadCase(f"{case.name}.mk:{number}: expected '# file: NAME|one line of it'")
        case.files[name] = case.files.get(name, "") + content + "\n"
    elif key == "env":
        name, _, content = value.partition("=")
        case.environment[name] = content
    elif key == "ignore-stderr":
        if not value.strip():
            raise BadCase(f"{case.name}.mk:{number}: 'ignore-stderr' needs a reason")
        case.ignore_stderr = True
    elif key in ("expect-output", "expect-error", "expect-status"):
        case.expected.setdefault(key, []).append(value)
    else:
        raise BadCase(f"{case.name}.mk:{number}: unknown directive '{key}'")


def write_fixed(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, (FIXED_MTIME, FIXED_MTIME))


def run_command(command, folder, environment, logs, timeout):
    """Runs one command; gives (status, stdout, stderr). Over its time, it is killed."""
    out, err = logs / "stdout", logs / "stderr"
    with open(out, "wb") as out_file, open(err, "wb") as err_file:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                                   stdout=out_file, stderr=err_file, start_new_session=True)
        try:
            status = str(process.wait(timeout))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            status = f"killed after {timeout} s"
    return status, out.read_text(errors="replace"), err.read_text(errors="replace")


def describe_tree(folder):
    """Names and contents of everything below `folder`, as text."""
    lines = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            lines.append(f"{name} -> {os.readlink(path)}\n")
        elif path.is_dir():
            lines.append(f"{name}/\n")
        elif path.is_file():
            lines.append(f"{name}:\n")
            lines += [f"  {line}\n" for line in path.read_text(errors="replace").split("\n")]
        else:
            lines.append(f"{name} (special)\n")
    return "".join(lines)


def run_case(case, make, home, timeout):
    """Runs all invocations of `case` with `make` (a list of words) in the fresh folder home/w."""
    folder, logs = home / "w", home / "logs"
    shutil.rmtree(home, ignore_errors=True)
    folder.mkdir(parents=True)
    logs.mkdir()
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C"} | case.environment
    write_fixed(folder / MAKEFILE, case.text)
    for name, text in case.files.items():
        write_fixed(folder / name, text)

    texts = {"stdout": "", "stderr": "", "status": ""}
    tree = describe_tree(folder)
    initial_tree = None
    for kind, value in case.steps:
        if kind == "setup":
            shell = ["/bin/sh", "-ec", value]
            status, _, err = run_command(shell, folder, environment, logs, timeout)
            if status != "0":
                raise BadCase(f"{case.name}.mk: setup '{value}' failed: {err.strip()}")
            tree = describe_tree(folder)
            continue
        initial_tree = initial_tree or tree
        command = make + ["-f", MAKEFILE] + shlex.split(value)
        status, out, err = run_command(command, folder, environment, logs, timeout)
        texts["stdout"] += out
        texts["stderr"] += err
        texts["status"] += status + "\n"
    texts["tree"] = describe_tree(folder)
    return Outcome(texts, initial_tree)


def normalised(case, texts, make, oracle):
    """The texts as compared: $(MAKE) is spelled as the oracle's, lines sorted if unordered."""
    result = {}
    for key, text in texts.items():
        if make != oracle:
            text = text.replace(" ".join(make), " ".join(oracle))
        if case.unordered and key in ("stdout", "stderr"):
            text = "".join(sorted(text.splitlines(keepends=True)))
        result[key] = text
    if case.ignore_stderr:
        del result["stderr"]
    return result


def differences(wanted, got):
    lines = []
    for key, text in wanted.items():
        if text != got[key]:
            lines += difflib.unified_diff(text.splitlines(), got[key].splitlines(),
                                          f"{key} wanted", f"{key} got", lineterm="", n=2)
            if text.splitlines() == got[key].splitlines():
                lines.append(f"{key}: the last line's newline differs")
    return lines


def expected_texts(case):
    def joined(key):
        return "".join(line + "\n" for line in case.expected.get(key, []))

    return {"stdout": joined("expect-output"), "stderr": joined("expect-error"),
            "status": joined("expect-status") or "0\n"}


class Judge:
    """Runs cases, each worker thread in its own scratch folder."""

    def __init__(self, make, kbx, timeout, scratch, make44=None, show=False):
        self.oracle = [make]
        self.kbx = [kbx, "make"] if kbx else None
        self.make44 = [make44] if make44 else None
        self.timeout = timeout
        self.show = show
        self.scratch = scratch
        self.local = threading.local()
        self.workers = iter(range(1000, 10000))

    def outcome(self, case, make):
        if not hasattr(self.local, "home"):
            self.local.home = self.scratch / str(next(self.workers))
        return run_case(case, make, self.local.home, self.timeout)

    def seen(self, case, make):
        return normalised(case, self.outcome(case, make).texts, make, self.oracle)

    def compare(self, case):
        """Lines that say how kbx differs from what is wanted; none when it does not."""
        got = self.seen(case, self.kbx)
        if case.has_oracle:
            wanted = self.seen(case, self.oracle)
        else:
            wanted = expected_texts(case)
        return differences(wanted, got)

    def self_check(self, case):
        """Lines that say why the case proves nothing: it is not deterministic or has no effect."""
        if not case.has_oracle:
            if not self.make44:
                return []
            return differences(expected_texts(case), self.seen(case, self.make44))
        first, second = self.outcome(case, self.oracle), self.outcome(case, self.oracle)
        wanted = normalised(case, first.texts, self.oracle, self.oracle)
        lines = differences(wanted, normalised(case, second.texts, self.oracle, self.oracle))
        if not first.had_effect():
            lines.append("the oracle says nothing and changes no file: the case cannot fail")
        if self.show:
            self.print_outcome(case, first)
        return lines

    @staticmethod
    def print_outcome(case, outcome):
        body = [f"=== {case.name}"]
        for key in ("stdout", "stderr", "status"):
            body += [f"{key[-3:]}| {line}" for line in outcome.texts[key].splitlines()]
        print("\n".join(body), flush=True)


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--kbx", help="the kbx binary to judge")
    parser.add_argument("--make", default="/usr/bin/make", help="the oracle, GNU make 4.3")
    parser.add_argument("--make44", help="with --self-check: GNU make 4.4, judges expect- lines")
    parser.add_argument("--filter", action="append", metavar="GLOB",
                        help="only cases whose name (folder/name) matches; may be repeated")
    parser.add_argument("-j", type=int, default=os.cpu_count() or 1, dest="jobs", metavar="N")
    parser.add_argument("--timeout", type=float, default=20, help="seconds per invocation")
    parser.add_argument("--self-check", action="store_true", help="run the oracle twice, not kbx")
    parser.add_argument("--show", action="store_true", help="with --self-check: the oracle's words")
    parser.add_argument("-v", action="store_true", dest="verbose", help="print the differences")
    options = parser.parse_args()
    if not options.self_check and not options.kbx:
        parser.error("--kbx PATH or --self-check is needed")
    # realpath: $(MAKE) names the binary, and the words must be known to be replaced.
    for option in ("kbx", "make44"):
        if getattr(options, option):
            setattr(options, option, os.path.realpath(getattr(options, option)))
    return options


def oracle_problem(make):
    try:
        run = subprocess.run([make, "--version"], capture_output=True, text=True, check=False)
    except OSError as error:
        return f"{make}: {error.strerror}"
    first = run.stdout.split("\n", 1)[0]
    return "" if first == ORACLE_VERSION else f"{make} is '{first}', not '{ORACLE_VERSION}'"


def selected_cases(patterns):
    for path in sorted(CASES.rglob("*.mk")):
        name = path.relative_to(CASES).with_suffix("").as_posix()
        if not patterns or any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns):
            yield path


def main():
    options = parse_options()
    problem = oracle_problem(options.make)
    if problem:
        print(f"skipped: no oracle: {problem}")
        return SKIPPED
    paths = list(selected_cases(options.filter))
    if not paths:
        print("no case matches", file=sys.stderr)
        return 2

    failed = 0
    with tempfile.TemporaryDirectory(prefix="makelang-") as temporary:
        judge = Judge(options.make, options.kbx, options.timeout, pathlib.Path(os.path.realpath(temporary)),
                      options.make44, options.show)

        def judged(path):
            try:
                case = read_case(path)
                return judge.self_check(case) if options.self_check else judge.compare(case)
            except BadCase as error:
                return [str(error)]

        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            for path, lines in zip(paths, pool.map(judged, paths)):
                if lines:
                    failed += 1
                    print("FAIL", path.relative_to(CASES).with_suffix("").as_posix())
                    if options.verbose or options.self_check:
                        print("".join(f"  {line}\n" for line in lines), end="")
    print(f"{len(paths) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
