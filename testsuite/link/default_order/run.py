#!/usr/bin/env python3
"""Compares the layouts that kbx has for links without a script with those that GNU ld tells (ld --verbose).

    run.py --print PROGRAM [-v] [ARCHITECTURE...]

Of the folders of libraries only those of x86-64 are compared: the others depend on how an ld was built.
Exits with 77 where there is no GNU ld 2.40 for any of the architectures, by default all.
"""

import argparse
import difflib
import itertools
import re
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from oracle import TARGETS, Unavailable, gnu_ld  # noqa: E402

BASES = {"amd64": "0x400000", "i386": "0x8048000", "arm64": "0x400000", "armhf": "0x10000", "riscv64": "0x10000",
         "ppc64el": "0x10000000", "s390x": "0x1000000"}
PAGED = list(itertools.product([[], ["-pie"], ["-shared"]], ["", "-zseparate-code", "-znoseparate-code"],
                               ["", "-znow", "-znow -znorelro"], ["", "-znocombreloc"]))
OTHERS = [(words,) for words in ([], ["-N"], ["-n"], ["-n", "-shared"], ["-N", "-pie", "-zseparate-code"])]


def normal(text, folders):
    """Numbers as values, divisions of two numbers done."""
    text = re.sub(r"0x[0-9a-fA-F]+", lambda match: str(int(match.group(), 16)), text)
    text = re.sub(r"\b(\d+) / (\d+)\b", lambda match: str(int(match.group(1)) // int(match.group(2))), text)
    lines = text.splitlines()
    return [line for line in lines if folders or not line.startswith("SEARCH_DIR")]


def output(words, environment=None):
    done = subprocess.run(words, capture_output=True, text=True, env=environment, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(words)}: {done.stderr}")
    return done.stdout


def difference(printer, linker, architecture, options, folder):
    told = output([*linker.words, "-m", TARGETS[architecture].emulation, *options, "--verbose"], linker.environment)
    script = Path(folder) / "told.lds"
    script.write_text(told.split("=" * 50)[1].strip("\n"))
    folders = architecture == "amd64"
    want = normal(output([printer, "script", str(script)]), folders)
    have = normal(output([printer, "default", BASES[architecture], "-m", TARGETS[architecture].emulation, *options]),
                  folders)
    return list(difflib.unified_diff(want, have, "GNU ld", "kbx", lineterm=""))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--print", required=True, dest="printer")
    parser.add_argument("-v", action="store_true", help="show every difference")
    parser.add_argument("architectures", nargs="*", metavar="ARCHITECTURE", help=" ".join(BASES))
    options = parser.parse_args()
    unknown = set(options.architectures) - set(BASES)
    if unknown:
        parser.error(f"no such architecture: {' '.join(sorted(unknown))}")
    compared = failed = 0
    for architecture in options.architectures or BASES:
        try:
            linker = gnu_ld(architecture)
        except Unavailable as reason:
            print(f"{architecture}: skipped: {reason}")
            continue
        if " 2.40" not in output([*linker.words, "--version"], linker.environment).splitlines()[0]:
            print(f"{architecture}: skipped: GNU ld is not 2.40")
            continue
        with tempfile.TemporaryDirectory() as folder:
            for words in PAGED + OTHERS:
                flags = words[0] + " ".join(words[1:]).split()
                compared += 1
                differs = difference(options.printer, linker, architecture, flags, folder)
                if differs:
                    failed += 1
                    print(f"{architecture} {' '.join(flags)}: not GNU ld's layout")
                    print("\n".join(differs if options.v else differs[:12]))
    if not compared:
        return 77
    print(f"{compared} layouts, {compared - failed} the same as GNU ld's")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
