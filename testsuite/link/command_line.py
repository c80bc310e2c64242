#!/usr/bin/env python3
"""Gives thousands of command lines to GNU ld and to `kbx ld` and compares whether they are accepted.

    command_line.py --kbx build/kbx

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
from pathlib import Path

from run import ORACLE, SKIPPED, oracle_problem

# What differs on purpose: a pattern of the command line, and why.
INTENDED = {
    r"-z ?(max-page-size|common-page-size|stack-size)=": "kbx does not take no number for 0",
    r"-z (no)?start-stop-gc.+": "kbx wants the whole word",
    r"-warn-d.*": "-warn-duplicate-exports is of PE",
    r"--?arc?h?i?t?e?c?t?u?r?e?([ =].*)?": "GNU ld 2.40 takes its first long option for grouped letters",
    r"--?plugin.*": "kbx loads no plugin, so that a bad one is no error",
    r"--?(ou|out|out-.*|tas|task|task-.*)([ =].*)?": "import libraries and task linking are not supported",
    r"-c.*|--?mri.*": "scripts of MRI linkers are not supported",
    r"--?dynamic-list x": "kbx opens scripts and lists when there is something to link",
    r"-p[px]?": "an option for ARM, which this GNU ld was not built for",
}
FIT = {  # where not every argument will do
    "-a": "shared", "-assert": "definitions", "--hash-style": "gnu", "--orphan-handling": "warn", "-G": "8",
    "--gpsize": "8", "--sort-section": "name", "--sort-common": "ascending", "--unresolved-symbols": "ignore-all",
    "--compress-debug-sections": "none", "--ctf-share-types": "share-duplicated", "--section-start": ".x=0",
    "--defsym": "x=1", "-z": "now", "-m": "elf_x86_64", "--verbose": "1", "--max-cache-size": "5", "--hash-size": "5",
    "--demangle": "gnu-v3", "-Ttext": "0", "-Tdata": "0", "-Tbss": "0", "-Ttext-segment": "0", "-Trodata-segment": "0",
    "-Tldata-segment": "0", "-O": "1", "--build-id": "sha1", "-b": "binary", "--format": "binary",
    "--oformat": "elf64-x86-64", "--package-metadata": "{}", "-A": "i386:x86-64", "-T": "script", "--script": "script",
    "--default-script": "script", "-dT": "script", "--version-script": "versions", "--dynamic-list": "list",
    "--export-dynamic-symbol-list": "list", "--retain-symbols-file": "script",
}
SHOWN = "exit status {}, messages: {}"
FILES = {"script": "", "versions": "{ global: f; };", "list": "{ f; };"}
OF_MACHINES = ("force-bti", "pac-plt")  # keywords
PROBES = (
    "", "-V", "-v -v", "-m elf_x86_64 -z noexecstack --no-warn-rwx-segments --build-id=sha1", "-m elf_i386 -r",
    "-r -T script --build-id", "-pie --no-dynamic-linker -z text", "-shared -soname x --hash-style=both -Bsymbolic",
    "--orphan-handling=nosuch", "--whole-archive --no-whole-archive --start-group --end-group", "-EL", "-EB",
    "--emit-relocs --discard-none", "-z max-page-size=0x200000 -z common-page-size=4096", "-melf_x86_64", "-melf_nosuch",
    "-mips32", "-m486", "-r -shared", "-shared -r", "-r -pie", "-static -r", "-Ur -shared", "-F x", "-shared -F x",
    "-G", "-G 8", "-Gx", "--pop-state", "--push-state --pop-state", "-(", "-)", "-( -)", "@nosuch", "@script",
    "--no-define-common", "-shared --no-define-common", "-Sx", "-rS", "-Xr", "-So x", "-z", "-o", "-T", "-u", "-- --nosuch",
    "--build-id=nosuch", "--build-id=0x12", "--defsym =1", "--defsym x", "--section-start x", "--section-start .x=zz",
    "-Ttext zz", "-soname=", "--soname x --soname=", "-Map=", "--hash-size=0", "--fatal-warnings -z nosuch",
)


def said(words, folder):
    """(exit status, whether something was written to standard error)"""
    done = subprocess.run([*words], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, check=False,
                          env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"})
    return done.returncode, bool(done.stderr)


def keyword_lines(helps):
    """-z with each keyword of both helps, as it is, with a value more, and cut short."""
    for keyword in sorted({word for text in helps for word in re.findall(r"-z ([a-z][\w-]*=?)", text)}):
        if keyword in OF_MACHINES:
            continue
        for value in ("", "0x1000", "none", "default", "nosuch"):
            yield ["-z", keyword + value]
        yield ["-z" + keyword]
        yield ["-z", keyword[:-1]]


def own_names(help_text):
    """The names of options that this GNU ld need not know."""
    names = set()
    for heading in ("Options of some machines", "Options that GNU ld has not"):
        part = help_text.split(heading + ":\n")[1]
        names |= {name.lstrip("-") for name, _ in spellings(re.split(r"^[A-Z]", part, flags=re.M)[0])}
    return names - {"m", "EB", "EL"}


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
    own = own_names(helps[1])
    found = {}
    for text in helps:
        for name, argument in spellings(text.split("i386pep:")[0]):
            if name.lstrip("-") not in own:
                found.setdefault(name, argument)
    for name, argument in sorted(found.items()):
        yield from lines_for(name, argument)
    yield from keyword_lines(helps)
    yield from map(str.split, PROBES)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kbx", required=True)
    options = parser.parse_args()
    problem = oracle_problem()
    if problem:
        print(f"skipped: no oracle: {problem}")
        return SKIPPED
    kbx = os.path.realpath(options.kbx)
    lines = list({tuple(line) for line in command_lines(kbx)})
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, text in FILES.items():
            (Path(folder) / name).write_text(text)
        pairs = list(pool.map(lambda line: (said([ORACLE, *line, "-v"], folder),
                                            said([kbx, "ld", *line, "-v"], folder)), lines))
    differing = [(line, pair) for line, pair in zip(lines, pairs) if pair[0] != pair[1]]
    intended = [line for line, _ in differing if any(re.fullmatch(pattern, " ".join(line)) for pattern in INTENDED)]
    faults = sorted((line, pair) for line, pair in differing if line not in intended)
    for line, (wanted, got) in faults:
        print(f"{' '.join(line)}: {SHOWN.format(*wanted)} wanted, {SHOWN.format(*got)} seen")
    print(f"{len(lines)} command lines, {len(faults)} differ, {len(intended)} more on purpose")
    return 1 if faults or not intended else 0


if __name__ == "__main__":
    sys.exit(main())
