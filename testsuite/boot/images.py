#!/usr/bin/env python3
"""Builds examples/tiny-kernel, with its feature in the kernel, as a module, and left out; boots each
disk, and compares what it says on its serial line, and its images with those that GNU ld links. No
kernel headers are needed for it.

    images.py --kbx build/kbx
    images.py --kbx build/kbx --oracle    boots what GNU ld linked
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "drivers"), str(HERE.parent / "harness")]

from cachedir import Unavailable, skip_when_unavailable  # noqa: E402
from driver_copy import copy_sources  # noqa: E402
from guest import said_by  # noqa: E402

EXAMPLE = HERE.parent.parent / "examples" / "tiny-kernel"
TIME_LIMIT = 120

HEAD = [r"tiny-kernel: running at 0x1[0-9a-f]{5}", r"tiny-kernel: a message from a blob"]
CLOCK = r"clock: in {} at {}, it is 20\d\d-[01]\d-[0-3]\d"
CASES = {
    "y": (
        [CLOCK.format("the kernel", "0x1[0-9a-f]{5}")],
        {"boot.bin", "kernel.elf", "kernel.map", "disk.img"},
    ),
    "m": (
        [CLOCK.format("a module", "0x2[0-9a-f]{5}")],
        {"boot.bin", "kernel.elf", "kernel.map", "clock.elf", "disk.img"},
    ),
    "n": (["tiny-kernel: no features"], {"boot.bin", "kernel.elf", "kernel.map", "disk.img"}),
}


def build(kbx, folder, feature, home, linker):
    """The output folder."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / "cache"),
        "LC_ALL": "C",
    }
    out = folder / "kbx-out" / linker
    command = [kbx, "build", folder, f"FEATURE_CLOCK={feature}", "--linker", linker, "--out", out]
    said = subprocess.run(command, env=environment, capture_output=True, text=True)
    if said.returncode:
        sys.exit(f"FEATURE_CLOCK={feature}: the build failed\n{said.stdout}{said.stderr}")
    return out


def compare(out, oracle):
    """Faults of the images in `out` against those of the other linker."""
    return [
        f"{path.name} differs from GNU ld's"
        for path in images(oracle)
        if path.suffix != ".map"
        and (not (out / path.name).is_file() or (out / path.name).read_bytes() != path.read_bytes())
    ]


def images(out):
    return [path for path in out.iterdir() if path.name not in (".kbx", "compile_commands.json")]


def boot(disk):
    """What the guest says until it switches itself off."""
    # tcg: a /dev/kvm that can be opened may still be of no use.
    command = "qemu-system-x86_64 -machine pc -accel tcg -m 32 -nodefaults -no-reboot -display none".split()
    command += ["-serial", "stdio", "-drive", f"file={disk},format=raw,if=ide"]
    return said_by(command, TIME_LIMIT).splitlines()


def judge(kbx, folder, feature, home, is_oracle):
    """Faults of one case."""
    wanted, files = CASES[feature]
    oracle = build(kbx, folder, feature, home, "toolchain") if shutil.which("ld") else None
    out = oracle if is_oracle else build(kbx, folder, feature, home, "kbx")
    faults = compare(out, oracle) if oracle else []
    there = {path.name for path in images(out)}
    if there != files:
        faults.append(f"handed over are {sorted(there)}, expected {sorted(files)}")
    said = boot(out / "disk.img")
    expected = [*HEAD, *wanted, "tiny-kernel: end"]
    if len(said) != len(expected) or not all(map(re.fullmatch, expected, said)):
        faults.append("the guest said\n    " + "\n    ".join(said))
        faults.append("expected was\n    " + "\n    ".join(expected))
    print(f"{'WRONG' if faults else 'ok':6}FEATURE_CLOCK={feature}: {said[-2] if len(said) > 1 else said}")
    return faults


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kbx", type=Path, required=True)
    parser.add_argument("--oracle", action="store_true")
    options = parser.parse_args()
    for program in ("qemu-system-x86_64", "gcc", "ninja", *(["ld"] if options.oracle else [])):
        if not shutil.which(program):
            raise Unavailable(f"{program} is not installed")
    if os.uname().machine != "x86_64":
        raise Unavailable("gcc makes no x86-64 code here")
    faults = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "tiny-kernel"
        copy_sources(EXAMPLE, folder)
        (folder / ".git").mkdir()  # a project's root
        home = Path(name) / "home"
        home.mkdir()
        for feature in CASES:
            faults += judge(options.kbx.resolve(), folder, feature, home, options.oracle)
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    skip_when_unavailable(main)
