#!/usr/bin/env python3
"""Checks that #include lines between rooms only point downwards (docs/architecture.md)."""
import pathlib
import re
import sys

ROOMS = ["cli", "matrix", "ninja", "kbuild", "dkms", "kernel", "menu", "kconfig", "makelang", "symbols", "cpp", "link", "sign", "elf",
         "base"]
INCLUDE = re.compile(r'#include "kbx/(\w+)/')


def main() -> int:
    top = pathlib.Path(__file__).resolve().parents[2]
    faults = 0
    files = sorted((top / "kbx").glob("**/*.[ch]*"))
    for path in files:
        room = path.relative_to(top / "kbx").parts[0]
        for number, line in enumerate(path.read_text().splitlines(), 1):
            found = INCLUDE.match(line)
            if found and ROOMS.index(found[1]) < ROOMS.index(room):
                print(f"{path.relative_to(top)}:{number}: {room} may not use {found[1]}: it is above it")
                faults += 1
    print(f"{len(files)} files, {faults} arrows that point up")
    return 1 if faults or not files else 0


if __name__ == "__main__":
    sys.exit(main())
