#!/usr/bin/env python3
"""Gives thousands of command lines to GNU ld and to `kbx ld` and compares whether they are accepted.

    command_line.py --kbx build/kbx [-v]

Every option of the help is tried with one dash and with two, cut short in every length, with its argument joined, apart
and missing, and behind others; all with -v and without inputs, so that nothing is linked and the exit status tells. So
are probes of the kernel's build. What one accepts and the other refuses on purpose is listed here with the reason.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

from run import ORACLE, SKIPPED, oracle_problem

# Options that GNU ld has and kbx has not: pattern and reason.
ONLY_GNU = {
    r"-c|--?mri.*": "scripts of MRI linkers",
    r"--?out-impli?b?": "import libraries",
    r"--?task.*": "task linking",
}
# Options that this ld has not, as it is for x86 only, or that are LLD's.
ONLY_KBX = ("machine", "threads", "pack-dyn", "use-android", "no-apply")
VALUES = {"-z": "defs", "-m": "elf_x86_64", "--emulation": "elf_x86_64"}
FIT = {  # where not every argument will do
    "-a": "shared", "-assert": "definitions", "--hash-style": "gnu", "--orphan-handling": "warn", "-G": "8",
    "--gpsize": "8", "--sort-section": "name", "--sort-common": "ascending", "--unresolved-symbols": "ignore-all",
    "--compress-debug-sections": "none", "--ctf-share-types": "share-duplicated", "--section-start": ".x=0",
    "--defsym": "x=1", "-z": "now", "-m": "elf_x86_64", "--verbose": "1", "--max-cache-size": "5", "--hash-size": "5",
    "--demangle": "gnu", "-Ttext": "0", "-Tdata": "0", "-Tbss": "0", "-Ttext-segment": "0", "-Trodata-segment": "0",
    "-Tldata-segment": "0", "-O": "1", "--build-id": "sha1", "-b": "binary", "--format": "binary",
    "--oformat": "elf64-x86-64", "--package-metadata": "{}",
}
READ = ("-T", "--script", "--default-script", "-dT", "--version-script", "--dynamic-list", "--retain-symbols-file",
        "--export-dynamic-symbol-list", "-plugin", "-c", "-f", "-F", "--filter", "--auxiliary", "--no-define-common")


def status(words, folder):
    done = subprocess.run([*words], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, check=False,
                          env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"})
    return done.returncode


def spellings(help_text):
    """(name, whether it takes an argument: none, required, optional) of every option in a help."""
    for line in help_text.splitlines():
        if not line.startswith("  -"):
            continue
        for part in re.split(r"\s{2,}", line.strip())[0].split(", "):
            match = re.match(r"(--?[A-Za-z()][\w()-]*)(\s*\[=|=?\[|[ =]<?[A-Z<])?", part)
            if match:
                yield match[1], {None: "none"}.get(match[2], "optional" if "[" in (match[2] or "") else "required")


def lines_for(name, argument):
    """Command lines with an option."""
    value = FIT.get(name, "x")
    bare = name.lstrip("-")
    forms = [name] if len(name) == 2 else ["-" + bare, "--" + bare]
    for form in forms:
        if argument != "required":
            yield [form]
        else:
            yield [form, value]
            yield [form]
        if len(bare) > 1:
            yield [f"{form}={value}"]
        else:
            yield [f"{form}{value}"]
    if len(bare) > 3:
        for length in range(2, len(bare)):
            for dashes in ("-", "--"):
                yield [dashes + bare[:length]] + ([value] if argument == "required" else [])


def command_lines(kbx):
    helps = [subprocess.run(words, capture_output=True, text=True, check=True).stdout
             for words in ([ORACLE, "--help"], [kbx, "ld", "--help"])]
    found = {}
    for text in helps:
        for name, argument in spellings(text):
            found.setdefault(name, argument)
    for name, argument in sorted(found.items()):
        yield from lines_for(name, argument)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kbx", required=True)
    parser.add_argument("-v", action="store_true", dest="verbose")
    options = parser.parse_args()
    problem = oracle_problem()
    if problem:
        print(f"skipped: no oracle: {problem}")
        return SKIPPED
    kbx = os.path.realpath(options.kbx)
    lines = list({tuple(line) for line in command_lines(kbx)})
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        pairs = list(pool.map(lambda line: (status([ORACLE, *line, "-v"], folder),
                                            status([kbx, "ld", *line, "-v"], folder)), lines))
    differing = [(line, pair) for line, pair in zip(lines, pairs) if pair[0] != pair[1]]
    for line, pair in sorted(differing):
        print(line, pair)
    print(f"{len(lines)} command lines, {len(differing)} differ")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
