#!/usr/bin/env python3
"""Gives every module of a distribution's kernel to `kbx modpost` and to the kernel's, and compares.

    modpost_image.py --kbx build/kbx --work FOLDER [--series 6.1] [--every N]

A .ko is an object too: it still has its undefined symbols and its device tables. Both programs read
links to the same files and have to write the same .mod.c for each. --every 10 takes one of ten.
"""

import argparse
import shutil
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "drivers"))

from cachedir import SKIPPED, Unavailable  # noqa: E402
from kernels import kernel_image, kernel_root  # noqa: E402
from modpost_objects import original  # noqa: E402


def lay_out(folder, modules):
    """Links by the names that modpost wants, with the lists of objects that kbuild would leave."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for module in modules:
        (folder / f"{module.stem}.o").symlink_to(module)
        (folder / f"{module.stem}.mod").write_text("")
    (folder / "list").write_text("".join(f"{module.stem}.o\n" for module in modules))


def run(words, folder, options):
    start = time.monotonic()
    done = subprocess.run([*words, *options, "-o", "symvers.out", "-T", "list"], cwd=folder,
                          capture_output=True)
    return done.returncode, time.monotonic() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kbx", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--series", default="6.1")
    parser.add_argument("--every", type=int, default=1)
    options = parser.parse_args()
    try:
        tree = kernel_root(options.series) / "kdir"
        image = kernel_image(options.series)
        theirs = original(tree, "lsb-64")
    except Unavailable as reason:
        print(f"skipped: {reason}")
        return SKIPPED
    top = image if image.is_dir() else image.parent
    modules = sorted(top.rglob("*.ko"))[:: options.every]
    if not modules:
        print(f"skipped: no modules below {top}")
        return SKIPPED
    work = options.work.resolve()
    sides = {"kernel": theirs, "kbx": [options.kbx.resolve(), "modpost", "--tree", tree]}
    words_of_kbuild = ["-m", "-e", "-i", tree / "Module.symvers"]
    if options.series not in ("5.10", "6.1"):
        words_of_kbuild.append("-M")
    ends = {}
    for side, words in sides.items():
        lay_out(work / side, modules)
        ends[side] = run(words, work / side, words_of_kbuild)
    names = [f"{module.stem}.mod.c" for module in modules] + ["symvers.out"]
    different = [name for name in names
                 if (work / "kernel" / name).read_bytes() != (work / "kbx" / name).read_bytes()]
    for name in different[:20]:
        print(f"{name} differs")
    print(f"{len(names) - len(different)} of {len(names)} files equal, exit status "
          f"{ends['kernel'][0]} and {ends['kbx'][0]}, "
          f"{ends['kernel'][1]:.2f} s and {ends['kbx'][1]:.2f} s")
    return 1 if different or ends["kernel"][0] != ends["kbx"][0] else 0


if __name__ == "__main__":
    sys.exit(main())
