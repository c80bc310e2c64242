#!/usr/bin/env python3
"""kbx and its unit tests, linked by kbx: these tests pass, so do those that compare that kbx with GNU make and GNU ld, and
it links itself to the same bytes.

    itself.py --kbx build/kbx --build build

The link commands are those of the build folder, which Ninja tells, with -B for the folder of another ld and an output
elsewhere; nothing is compiled. GNU ld repeats them too, and how many files are equal is told.

Exit status: 0 all passed, 1 not so, 77 the folder is none of Ninja's or not all was built.
"""

import argparse
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

ORACLE = "/usr/bin/ld.bfd"
SKIPPED = 77
TIME_LIMIT = 600
HERE = Path(__file__).resolve().parent
COMPARISONS = (HERE.parent / "makelang" / "run.py", HERE / "run.py")


def targets(build):
    """The programs to link: kbx, and every unit test that is built."""
    return ["kbx", *sorted(f"testsuite/{path.name}" for path in (build / "testsuite").glob("unit-*") if path.is_file())]


def link_command(build, target):
    """The shell command that links a target, None if Ninja does not tell."""
    said = subprocess.run(["ninja", "-C", str(build), "-t", "commands", "-s", target], capture_output=True, text=True, check=False)
    lines = [line for line in said.stdout.splitlines() if f" -o {target} " in line]
    return lines[-1] if lines else None


def linked(build, command, target, linker, output):
    """Links with the ld in the folder `linker`; what went wrong, or ""."""
    words = f" -B{shlex.quote(str(linker))}/ -o {shlex.quote(str(output))} "
    done = subprocess.run(command.replace(f" -o {target} ", words), shell=True, cwd=build, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, check=False)
    if done.returncode:
        return f"exit status {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stderr


def place(folder, program):
    """A folder with the linker by the name ld."""
    folder.mkdir(parents=True)
    (folder / "ld").symlink_to(os.path.realpath(program))
    return folder


def tested(build, program):
    """Runs a unit test where ctest does; the last line of what it says, and whether it passed."""
    try:
        done = subprocess.run([program], cwd=build / "testsuite", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace", timeout=TIME_LIMIT, check=False)
    except subprocess.TimeoutExpired:
        return f"killed after {TIME_LIMIT} s", False
    if done.returncode:
        return f"exit status {done.returncode}\n{done.stdout[-3000:]}", False
    count = re.search(r"test cases: +(\d+)", done.stdout)
    return f"{count[1]} test cases" if count else "nothing was tested", bool(count and int(count[1]))


def compared(kbx):
    """Whether the kbx that kbx linked does as GNU make and GNU ld do."""
    good = True
    for program in COMPARISONS:
        done = subprocess.run([sys.executable, program, "--kbx", kbx], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace", check=False)
        passed = done.returncode in (0, SKIPPED)
        lines = done.stdout.strip().splitlines()
        print(f"{'ok' if passed else 'FAIL':5}{program.relative_to(HERE.parent)}, of kbx linked by kbx: "
              + "\n".join(lines[-1:] if passed else lines[-30:]), flush=True)
        good = good and passed
    return good


def judge(kbx, build, commands, scratch):
    gnu, own = place(scratch / "gnu", ORACLE), place(scratch / "own", kbx)
    good, identical = True, 0
    for target, command in commands.items():
        output = scratch / target  # where it finds the others as in the build folder
        output.parent.mkdir(exist_ok=True)
        wanted = output.with_suffix(".gnu")
        for linker, path in ((gnu, wanted), (own, output)):
            problem = linked(build, command, target, linker, path)
            if problem:
                print(f"FAIL {target}, linked with {linker.name}: {problem}")
                good = False
        if not output.exists() or not wanted.exists():
            continue
        identical += wanted.read_bytes() == output.read_bytes()
        wanted.unlink()
        if target != "kbx":
            said, passed = tested(build, output)
            print(f"{'ok' if passed else 'FAIL':5}{target}, linked by kbx: {said}", flush=True)
            good = good and passed
    print(f"{identical} of {len(commands)} programs are byte for byte as GNU ld links them")
    again = scratch / "again"
    problem = linked(build, commands["kbx"], "kbx", place(scratch / "next", scratch / "kbx"), again)
    if problem or again.read_bytes() != (scratch / "kbx").read_bytes():
        print(f"FAIL the kbx that kbx linked does not link itself to the same bytes: {problem}")
        return False
    print("ok   the kbx that kbx linked links itself to the same bytes")
    return compared(scratch / "kbx") and good


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kbx", type=Path, required=True)
    parser.add_argument("--build", type=Path, required=True)
    options = parser.parse_args()
    build = options.build.resolve()
    commands = {target: link_command(build, target) for target in targets(build)}
    absent = [target for target, command in commands.items() if not command]
    if absent or len(commands) < 2 or not os.path.exists(ORACLE):
        print(f"skipped: {build} is no folder of Ninja's in which kbx and its unit tests are built, or GNU ld is missing: {absent}")
        return SKIPPED
    with tempfile.TemporaryDirectory() as scratch:
        return 0 if judge(options.kbx.resolve(), build, commands, Path(scratch)) else 1


if __name__ == "__main__":
    sys.exit(main())
