#!/usr/bin/env python3
"""Compares `kbx conf --merge` with the kernel's merge_config.sh: what is told, and the configuration.

    fragments.py --kbx build/kbx [--series 6.1]...

The script calls make, which stands here for a call of the kernel's conf.
"""

import argparse
import os
import subprocess
import tempfile
from pathlib import Path

import oracle
from cachedir import all_good, skip_when_unavailable
from comparison import compare

SERIES = ("5.10", "6.1", "6.12", "7.x")
KCONFIG = """config MODULES
	bool "modules"
	default y
	option modules
config A
	tristate "a"
config B
	bool "b"
	default y
config C
	bool "c"
	depends on B
config D
	int "d"
	range 1 9
	default 3
config E
	string "e"
config F
	def_bool A
config G
	bool "g"
	select H
config H
	bool
"""
MAKE = """#!/bin/sh
export "$1"
exec "$CONF" "--$2" Kconfig
"""

# Fragments, the first the base; each case is tried with alldefconfig and with allnoconfig.
CASES = {
    "nothing": ["", ""],
    "all as asked": ["CONFIG_A=m\n", "CONFIG_C=y\nCONFIG_D=5\n"],
    "redefined": ["CONFIG_A=m\nCONFIG_D=4\n", "CONFIG_D=5\n", "# CONFIG_A is not set\nCONFIG_D=6\n"],
    "the same again": ["CONFIG_A=m\n", "CONFIG_A=m\n"],
    "dependency": ["CONFIG_C=y\n", "# CONFIG_B is not set\n"],
    "out of range": ["CONFIG_D=50\n", "CONFIG_E=\"text\"\n"],
    "unknown": ["CONFIG_NONE=y\n", "CONFIG_ANOTHER=\"x\"\n# CONFIG_NONE is not set\n"],
    "without prompt": ["CONFIG_F=y\n# CONFIG_H is not set\n", "CONFIG_G=y\n"],
    "comments": ["# what is set\n\nCONFIG_A=y\n", "# and more\nCONFIG_E=\"a = b\"\n\n# end\n"],
    "no line at the end": ["CONFIG_A=y", "CONFIG_D=7"],
    "other words": ["CONFIG_A=y\nUNRELATED=1\n", "CONFIG_AB=y\nXCONFIG_A=m\n"],
}


def call(words, environment, fragments):
    """What is printed, and the configuration."""
    with tempfile.TemporaryDirectory() as top:
        folder = Path(top)
        (folder / "Kconfig").write_text(KCONFIG)
        names = []
        for number, text in enumerate(fragments):
            names.append(f"fragment{number}")
            (folder / names[-1]).write_text(text)
        done = subprocess.run(words(names), cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=60, check=False)
        config = folder / ".config"
        return {"status": str(done.returncode).encode(), "stdout": done.stdout,
                ".config": config.read_bytes() if config.exists() else b""}


def judge(kbx, series):
    original = oracle.oracle(series)
    script = original.tree / "scripts" / "kconfig" / "merge_config.sh"
    with tempfile.TemporaryDirectory() as stand_ins:
        make = Path(stand_ins) / "make"
        make.write_text(MAKE)
        make.chmod(0o755)
        environment = {"PATH": f"{stand_ins}:{os.environ['PATH']}", "LC_ALL": "C", "HOME": stand_ins,
                       "CONF": str(original.conf)}
        equal = total = 0
        for title, fragments in CASES.items():
            for flags, mode in (([], []), (["-n"], ["--allnoconfig"])):
                theirs = call(lambda names: ["sh", str(script), *flags, *names], environment, fragments)
                ours = call(lambda names: [kbx, "conf", "--kernel", str(original.tree),
                                           *(word for name in names for word in ("--merge", name)), *mode, "Kconfig"],
                            environment, fragments)
                total += 1
                equal += compare(f"{series} {title} {' '.join(mode)}", [theirs, ours])
    print(f"{series}: {equal} of {total} merges equal", flush=True)
    return equal == total


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kbx", required=True, type=lambda name: str(Path(name).resolve()))
    parser.add_argument("--series", action="append", help="kernels; default 6.1")
    arguments = parser.parse_args()
    series = SERIES if arguments.series == ["all"] else arguments.series or ["6.1"]
    return 0 if all_good(series, lambda one: judge(arguments.kbx, one), "no conf could be built") else 1


if __name__ == "__main__":
    skip_when_unavailable(main)
