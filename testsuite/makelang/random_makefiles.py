#!/usr/bin/env python3
"""Small random makefiles, each given to GNU make and to `kbx make`; what differs is made smaller and printed.

    random_makefiles.py --kbx build/kbx --seed 1 --count 500

A makefile is a case as run.py knows it, made out of a grammar (makefile_grammar.py): the same seed and number give the
same text. A case that differs loses line after line as long as it still differs; what is left can be put below
cases/ as it stands, under a name that says which behaviour it shows. --keep writes it to a folder.

Exit status: 0 nothing differs, 1 something does, 2 wrong usage, 77 the oracle is missing.
"""

import argparse
import concurrent.futures
import os
import pathlib
import random
import sys
import tempfile

import makefile_grammar
import run


def smaller(text, differs):
    """`text` without the lines that `differs` (a function of the text) does not need."""
    lines = text.splitlines(keepends=True)
    size = max(1, len(lines) // 2)
    while True:
        at, removed = 0, False
        while at < len(lines):
            fewer = lines[:at] + lines[at + size:]
            if fewer and differs("".join(fewer)):
                lines, removed = fewer, True
            else:
                at += size
        if size == 1 and not removed:
            return "".join(lines)
        size = size if removed and size == 1 else max(1, size // 2)


def compared(judge, name, text):
    """Lines that tell how the two programs differ on the makefile; none where the text is no proper case or where
    GNU make itself does not do the same twice."""
    try:
        case = run.parse_case(name, text)
        wanted, got = (in_any_order(judge.seen(case, make)) for make in (judge.oracle, judge.kbx))
        if wanted == got or not tells_something(wanted, in_any_order(judge.seen(case, judge.oracle))):
            return []
        return run.differences(wanted, got)
    except run.BadCase:
        return []


def in_any_order(texts):
    """What a run said, without the orders that GNU make's hash tables have: of intermediate files that are deleted, and
    of variables (exported ones) and targets (in a second expansion) that warnings come from."""
    lines = [" ".join(sorted(line.split())) + "\n" if line.startswith("rm ") else line
             for line in texts["stdout"].splitlines(keepends=True)]
    errors = sorted(texts["stderr"].splitlines(keepends=True), key=lambda line: "undefined variable" not in line and "~" or line)
    return texts | {"stdout": "".join(lines), "stderr": "".join(errors)}


def tells_something(first, second):
    """Whether two runs of GNU make are alike and neither crashed. Which variable it names of a circle that it meets
    while it makes the environment of a recipe is left to its hash table."""
    crashed = any(status.startswith(("-", "killed")) for status in first["status"].split("\n"))
    return first == second and not crashed and "references itself" not in first["stderr"]


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--kbx", required=True, help="the kbx binary to judge")
    parser.add_argument("--make", default="/usr/bin/make", help="the oracle, GNU make 4.3")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=200, help="how many makefiles")
    parser.add_argument("--first", type=int, default=0, help="number of the first one")
    parser.add_argument("--show", action="store_true", help="print the makefiles and run nothing")
    parser.add_argument("--keep", type=pathlib.Path, metavar="FOLDER", help="where to write what differs")
    parser.add_argument("--most", type=int, default=5, help="stop after so many that differ")
    parser.add_argument("-j", type=int, default=os.cpu_count() or 1, dest="jobs", metavar="N")
    parser.add_argument("--timeout", type=float, default=10, help="seconds per invocation")
    return parser.parse_args()


def report(judge, options, name, text):
    """Prints the case, as small as it gets, with what differs."""
    text = smaller(text, lambda fewer: bool(compared(judge, name, fewer)))
    print(f"DIFFERS {name}")
    print("".join(f"  | {line}\n" for line in text.splitlines()), end="")
    print("".join(f"    {line}\n" for line in compared(judge, name, text)), end="", flush=True)
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
        (options.keep / f"{name}.mk").write_text(text)


def main():
    options = parse_options()
    numbers = range(options.first, options.first + options.count)

    def made(number):
        return makefile_grammar.makefile(random.Random(f"{options.seed}/{number}"))

    if options.show:
        print("\n".join(f"=== {options.seed}-{number}\n{made(number)}" for number in numbers))
        return 0
    problem = run.oracle_problem(options.make)
    if problem:
        print(f"skipped: no oracle: {problem}")
        return run.SKIPPED
    different = done = 0
    with tempfile.TemporaryDirectory(prefix="makelang-") as temporary:
        judge = run.Judge(options.make, os.path.realpath(options.kbx), options.timeout,
                          pathlib.Path(os.path.realpath(temporary)))
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            for number, found in zip(numbers, pool.map(
                    lambda number: compared(judge, str(number), made(number)), numbers)):
                done += 1
                if found:
                    different += 1
                    report(judge, options, f"{options.seed}-{number}", made(number))
                if different == options.most:
                    pool.shutdown(cancel_futures=True)
                    break
    print(f"{done - different} of {done} random makefiles equal")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
