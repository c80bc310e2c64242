#!/usr/bin/env python3
"""Every symbol version of a kernel's own files: `kbx genksyms` against the original and against Module.symvers.

    kernel_source.py --kbx build/kbx [--source FOLDER] [--symvers FILE] [--limit N] [FOLDER_BELOW...]

The text itself is compared, too: the tokens that kbx's preprocessor makes of the command against those of the compiler.
Where kbx leaves it to the compiler, the reason is shown.

The source has to be configured and prepared for modules (make modules_prepare). The files that export symbols below the
given folders are preprocessed with the commands that make would run, as for .symtypes files. The original is the source's
own scripts/genksyms/genksyms. Default source: $KBX_KERNEL_SOURCE; default symvers: $KBX_KERNEL_SYMVERS, without which that
comparison is left out.

Exit status: 0 all equal, 1 some differ, 77 there is no prepared source.
"""

import argparse
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

import preprocessed_text

FOLDERS = "lib fs net/core kernel mm block drivers/base drivers/usb/core crypto sound/core".split()
COMMAND = re.compile(r"(?:^|; *|&& *)(\S+ -Wp,-MMD,\S+ (?:(?!; ).)*? -c -o \S+\.o (\S+\.c))\s*(?:;|$)")
EXPORTS = re.compile(rb"EXPORT_\w*SYMBOL")
SKIPPED_STATUS = 77


def preprocess_commands(source, folders):
    """Shell commands that preprocess the exporting files below `folders`, by file."""
    print("asking make for its commands", flush=True)
    said = subprocess.run(["make", "-n", "-k", "V=1", *(f"{folder}/" for folder in folders)], cwd=source,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, errors="replace").stdout
    commands = {}
    for line in said.splitlines():
        for command, file in COMMAND.findall(line):
            if file.startswith(("scripts/", "tools/")) or not (source / file).exists():
                continue
            if file not in commands and EXPORTS.search((source / file).read_bytes()):
                command = re.sub(r"-Wp,-MMD,\S+", "", command)
                commands[file] = re.sub(r" -c -o \S+ ", " -E -D__GENKSYMS__ ", command)
    return commands


def preprocess(source, file, command):
    """The text, or None. Headers that are made on the way are made by make, with the object, if they are missing."""
    done = subprocess.run(command, shell=True, cwd=source, capture_output=True)
    if done.returncode:
        made = Path(file).with_suffix(".o")
        subprocess.run(["make", "-s", str(made)], cwd=source, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        done = subprocess.run(command, shell=True, cwd=source, capture_output=True)
    if done.returncode:
        print(f"{file}: does not preprocess: {done.stderr.decode(errors='replace').splitlines()[0]}")
        return None
    return done.stdout


def run(program, text, dump):
    """(status, stdout, stderr, dump of types) with and without warnings."""
    results = []
    for words in ([], ["-w", "-T", dump]):
        done = subprocess.run([*program, *words], input=text, capture_output=True)
        results.append((done.returncode, done.stdout, done.stderr))
    return results, Path(dump).read_bytes()


def compare_text(kbx, source, file, command, expected):
    """Whether kbx's own preprocessor makes the same tokens; None where it leaves them to the compiler."""
    done = subprocess.run([*kbx, "--preprocess-only", *shlex.split(command)], cwd=source, capture_output=True)
    if done.returncode:
        print(f"{file}: {done.stderr.decode(errors='replace').strip()}")
        return None
    if preprocessed_text.words(expected) == preprocessed_text.words(done.stdout):
        return True
    print(f"{file}: {preprocessed_text.difference(expected, done.stdout)}")
    return False


def versions(output):
    return [tuple(line.split()[1:3]) for line in output.decode().splitlines() if line.startswith("#SYMVER")]


def read_symvers(path):
    rows = (line.split("\t") for line in Path(path).read_text().splitlines())
    return {row[1]: row[0] for row in rows}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kbx", required=True)
    parser.add_argument("--source", default=os.environ.get("KBX_KERNEL_SOURCE"))
    parser.add_argument("--symvers", default=os.environ.get("KBX_KERNEL_SYMVERS"))
    parser.add_argument("--limit", type=int, help="no more files than this")
    parser.add_argument("folders", nargs="*")
    options = parser.parse_args()
    original = Path(options.source or "/nowhere") / "scripts/genksyms/genksyms"
    if not original.exists():
        print("skipped: KBX_KERNEL_SOURCE names no kernel source with a built scripts/genksyms/genksyms")
        return SKIPPED_STATUS
    source = Path(options.source).resolve()
    kbx = [os.path.abspath(options.kbx), "genksyms", "--kernel", str(source)]
    listed = read_symvers(options.symvers) if options.symvers else {}
    total = equal = in_symvers = equal_symvers = faults = 0
    texts = {True: 0, False: 0, None: 0}
    commands = preprocess_commands(source, options.folders or FOLDERS)
    with tempfile.TemporaryDirectory(prefix="kbx-symbols-") as folder:
        for file, command in list(commands.items())[:options.limit]:
            text = preprocess(source, file, command)
            if text is None:
                faults += 1
                continue
            texts[compare_text(kbx, source, file, command, text)] += 1
            expected = run([str(original)], text, f"{folder}/dump")
            seen = run(kbx, text, f"{folder}/dump")
            faults += seen != expected
            if seen != expected:
                print(f"{file}: differs from the original")
            computed = versions(seen[0][0][1])
            total += len(computed)
            equal += len(set(computed) & set(versions(expected[0][0][1])))
            for name, crc in computed:
                in_symvers += name in listed
                equal_symvers += listed.get(name) == crc
                if listed.get(name, crc) != crc:
                    print(f"{file}: {name}: {crc}, listed as {listed[name]}")
    print(f"{len(commands)} files, {total} versions: {equal} equal to the original's; "
          f"{in_symvers} listed in Module.symvers: {equal_symvers} equal")
    print(f"preprocessed: {texts[True]} with the compiler's tokens, {texts[False]} with others, "
          f"{texts[None]} left to the compiler")
    faults += texts[False]
    return 1 if faults or not total or equal_symvers != in_symvers else 0


if __name__ == "__main__":
    sys.exit(main())
