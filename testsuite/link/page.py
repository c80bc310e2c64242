#!/usr/bin/env python3
"""Compares the tables of docs/reference/ld.md with `kbx ld --help`; both are of one table in the source.

    page.py --kbx build/kbx [--write]

--write makes the tables anew.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "ld.md"
BEGIN, END = "<!-- made by testsuite/link/page.py -->\n", "<!-- end of what is made -->\n"
COLUMN = 30


def entries(text):
    """[(heading, [(spelling, meaning)])] of the help."""
    groups = []
    for line in text.splitlines():
        if re.fullmatch(r"[A-Z].*:", line):
            groups.append((line[:-1], []))
        elif line.startswith("  ") and line[2] != " " and groups:
            spelling, *meaning = re.split(r" {2,}", line[2:], maxsplit=1)
            groups[-1][1].append([spelling, "".join(meaning)])
        elif line.startswith(" " * COLUMN) and groups:
            groups[-1][1][-1][1] += line.strip()
    return groups


def tables(groups):
    text = ""
    for heading, rows in groups:
        text += f"\n### {heading}\n\n| option | meaning |\n| --- | --- |\n"
        for spelling, meaning in rows:
            names = ", ".join(f"`{name}`" for name in spelling.split(", "))
            text += f"| {names} | {meaning.replace('|', chr(92) + '|')} |\n".replace("<", "&lt;")
    return text + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kbx", required=True)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    shown = subprocess.run([options.kbx, "ld", "--help"], capture_output=True, text=True, check=True).stdout
    wanted = tables(entries(shown))
    page = PAGE.read_text()
    head, _, rest = page.partition(BEGIN)
    stored, _, tail = rest.partition(END)
    if options.write:
        PAGE.write_text(head + BEGIN + wanted + END + tail)
        return 0
    if stored == wanted and wanted.count("\n| `") > 150:
        print(f"{wanted.count(chr(10) + '| `')} rows, all in order")
        return 0
    faults = sorted(set(stored.splitlines()) ^ set(wanted.splitlines()))
    print(f"{PAGE.name} differs from kbx ld --help; run page.py --write")
    print("\n".join(faults[:20]))
    return 1


if __name__ == "__main__":
    sys.exit(main())
