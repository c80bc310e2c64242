#!/usr/bin/env python3
"""Builds drivers for kernels with one kbx matrix and with a loop of kbx build, each from nothing, and compares.

    against_builds.py --kbx KBX --work FOLDER --kernel KERNEL... DRIVER...

Every cell has to end alike on both sides, with the same modules. Prints the wall and CPU time of both, and of a second
run of the matrix, which has nothing to do. Exit status: 0 when all cells agree.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path


def _timed(command, folder):
    """Exit status, seconds on the wall and of processors."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    status = subprocess.run([str(word) for word in command], cwd=folder, stdin=subprocess.DEVNULL,
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return status, wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kbx", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--kernel", action="append", required=True)
    parser.add_argument("--cold", action="store_true", help="each side begins with an empty cache folder")
    parser.add_argument("drivers", type=Path, nargs="+")
    return parser.parse_args()


def _prepare(arguments):
    """Copies of the drivers in a project of their own, and the folder that holds them."""
    shutil.rmtree(arguments.work, ignore_errors=True)
    arguments.work.mkdir(parents=True)
    names = []
    for driver in arguments.drivers:
        copy = arguments.work / driver.name
        shutil.copytree(driver, copy, symlinks=True, ignore=shutil.ignore_patterns("kbx-out"))
        (copy / ".git").mkdir(exist_ok=True)
        names.append(driver.name)
    return names


def _side(arguments, name):
    if arguments.cold:
        os.environ["XDG_CACHE_HOME"] = str(arguments.work / f"cache-{name}")


def main():
    arguments = _arguments()
    arguments.work = arguments.work.resolve()
    kbx = arguments.kbx.resolve()
    names = _prepare(arguments)
    kernels = [word for kernel in arguments.kernel for word in ("--kernel", kernel)]

    _side(arguments, "matrix")
    _, wall, cpu = _timed([kbx, "matrix", "--quiet", *names, *kernels], arguments.work)
    cells = json.loads((arguments.work / "kbx-out/matrix/results.json").read_text())["cells"]
    _, again, _ = _timed([kbx, "matrix", "--quiet", *names, *kernels], arguments.work)

    _side(arguments, "loop")
    loop_wall = loop_cpu = 0.0
    differences = 0
    order = iter(cells)
    for name in names:
        for kernel in arguments.kernel:
            cell = next(order)
            out = arguments.work / "loop" / cell["name"]
            status, seconds, processor = _timed(
                [kbx, "build", "--quiet", "-k", name, "--kernel", kernel, "--out", out], arguments.work)
            loop_wall += seconds
            loop_cpu += processor
            state = "built" if status == 0 else "failed"
            modules = sorted(path.stem for path in out.glob("*.ko"))
            told = sorted(module["name"] for module in cell["modules"] if module["state"] == "built")
            if state != cell["state"] or modules != told:
                differences += 1
                print(f"{cell['name']}: kbx build: {state} {modules}, kbx matrix: {cell['state']} {told}")
    print(f"{len(cells)} cells, {differences} different")
    print(f"matrix: {wall:.2f} s, {cpu:.2f} s of processors; again: {again:.2f} s")
    print(f"loop:   {loop_wall:.2f} s, {loop_cpu:.2f} s of processors; ratio {wall / loop_wall:.2f}")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
