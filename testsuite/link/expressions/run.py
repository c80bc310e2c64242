#!/usr/bin/env python3
"""Compares what the expressions of each script here come to with what GNU ld makes of them.

    run.py --layout PROGRAM     the evaluator under the small layout of layout.cc
    run.py --linker "kbx ld"    a whole linker: symbols and sections of the output

A script whose name starts with refused_ has to be refused by both. Exits with 77 where as or ld are missing.
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


def run(*command):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)


def read_object(path):
    """The sections and symbols of an object as readelf prints them."""
    sections, symbols = {}, {}
    content = pathlib.Path(path).read_bytes()
    for line in run("readelf", "-SW", path).stdout.splitlines():
        match = re.match(r"\s*\[\s*(\d+)\] (\S+)\s+(\S+)\s+(\w+) (\w+) (\w+) \w+\s+(\w*)\s+\d+\s+\d+\s+(\d+)", line)
        if match:
            index, name, kind, address, offset, size, flags, alignment = match.groups()
            start, length = int(offset, 16), int(size, 16)
            bytes_of = "" if kind == "NOBITS" else content[start:start + length].hex()
            sections[index] = (name, kind, int(address, 16), length, flags, int(alignment), bytes_of)
    for line in run("readelf", "-sW", path).stdout.splitlines():
        words = line.split()
        if len(words) == 8 and words[0].endswith(":") and words[0][:-1].isdigit() and words[3] not in ("SECTION", "FILE"):
            where = sections[words[6]][0] if words[6] in sections else words[6]
            symbols[words[7]] = (int(words[1], 16), where, words[4], words[5])
        elif len(words) > 8 and words[0].endswith(":"):  # a name with a space
            symbols[" ".join(words[7:])] = (int(words[1], 16), sections.get(words[6], (words[6],))[0], words[4], words[5])
    return sections, symbols


def describe(source):
    """The input as layout.cc wants it."""
    sections, symbols = read_object(source)
    words = []
    for name, _, _, size, flags, alignment, _ in sections.values():
        if "A" in flags and size:
            words += ["section", name, f"{size:x}", f"{alignment:x}"]
    for name, (value, where, _, _) in symbols.items():
        if where == "UND":
            words += ["wanted", name]
        elif where == "COM":
            words += ["section", "COMMON", "8", "8", "symbol", name, "COMMON", "0"]
        else:
            words += ["symbol", name, where, f"{value:x}"]
    return words


def by_layout(program, script, words):
    """Symbols by the small layout, None if it refuses, 77 if it does not know a command."""
    done = run(program, script, *words)
    if done.returncode == 77:
        return 77
    if done.returncode:
        return None
    lines = (line.split("\t") for line in done.stdout.splitlines())
    return {name: (int(value, 16), where) for name, value, where in lines}


def by_linker(linker, script, source, output):
    output.unlink(missing_ok=True)
    if run(*linker, "-T", script, source, "-o", output).returncode:
        return None
    return read_object(output)


def compare(script, expected, actual):
    """What differs, as lines."""
    if expected is None or actual is None:
        if (expected is None) == (actual is None):
            return []
        return ["refused by " + ("GNU ld only" if expected is None else "us only")]
    names = sorted(set(expected) | set(actual))
    show = lambda value: "missing" if value is None else " ".join(f"{word:#x}" if isinstance(word, int) else word for word in value)
    return [f"{name}: ld has {show(expected.get(name))}, we have {show(actual.get(name))}"
            for name in names if expected.get(name) != actual.get(name)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--layout")
    parser.add_argument("--linker")
    parser.add_argument("scripts", nargs="*", type=pathlib.Path)
    options = parser.parse_args()
    if not all(map(shutil.which, ("as", "ld", "readelf"))):
        print("skipped: as, ld and readelf are needed")
        return 77
    failed = skipped = passed = 0
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "input.o"
        if run("as", "--64", HERE / "input.s", "-o", source).returncode:
            print("skipped: as does not make x86-64 objects")
            return 77
        words = describe(source)
        for script in options.scripts or sorted(HERE.glob("*.lds")):
            theirs = by_linker(["ld"], script, source, pathlib.Path(folder) / "theirs")
            if (theirs is None) != script.name.startswith("refused_"):
                print(f"{script.name}: the name says otherwise than ld")
                failed += 1
                continue
            if options.layout:
                ours = by_layout(options.layout, script, words)
                if ours == 77:
                    skipped += 1
                    continue
                expected = theirs and {name: value[:2] for name, value in theirs[1].items() if name != "wanted" or value[1] != "UND"}
                differences = compare(script, expected, ours)
            else:
                ours = by_linker(options.linker.split(), script, source, pathlib.Path(folder) / "ours")
                differences = compare(script, theirs and theirs[1], ours and ours[1])
                if theirs and ours:
                    named = [{each[0]: each[1:] for each in result[0].values() if "A" in each[4]} for result in (theirs, ours)]
                    differences += compare(script, *named)
            failed += bool(differences)
            passed += not differences
            for line in differences:
                print(f"{script.name}: {line}")
    print(f"{passed} equal, {failed} not, {skipped} not for this layout")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
