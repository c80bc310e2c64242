#!/usr/bin/env python3
"""Compares docs/reference/CMD.md with `kbx CMD --help`, and follows the links of the documentation.

    check_docs.py --kbx build/kbx

Every command that `kbx --help` lists has a page; every option in its --help stands in the first column of the
page's table "Options", and the other way round; the synopsis of the page is the usage line of the help. Links between
the Markdown files lead to files, and to headings, that exist, and so do the cases that docs/kbuild.md refers to.
"""

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent
OPTION = re.compile(r"(?<![\w-])--?[A-Za-z][A-Za-z-]*")


def help_of(kbx, *words):
    return subprocess.run([kbx, *words, "--help"], capture_output=True, text=True, check=True).stdout


def commands_of(text):
    section = text.split("commands", 1)[1].split("\n\n")[0]
    return re.findall(r"^  (\w+) ", section, re.M)


def options_of_help(text):
    options = set()
    for line in text.splitlines():
        if line.startswith("  -"):
            options |= set(OPTION.findall(re.split(r"\s{2,}", line.strip())[0]))
    return options


def options_of_page(text):
    section = re.search(r"^## Options\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    options = set()
    for line in (section.group(1) if section else "").splitlines():
        cells = line.split("|")
        if len(cells) > 2:
            for code in re.findall(r"`([^`]*)`", cells[1]):
                options |= set(OPTION.findall(code))
    return options


def check_command(kbx, command):
    page = TOP / "docs" / "reference" / f"{command}.md"
    if not page.exists():
        return [f"{page.relative_to(TOP)} is missing"]
    text = page.read_text()
    shown = help_of(kbx, command)
    name = page.relative_to(TOP)
    faults = [f"{name}: {option} is not in kbx {command} --help"
              for option in sorted(options_of_page(text) - options_of_help(shown))]
    faults += [f"{name}: lacks {option}" for option in sorted(options_of_help(shown) - options_of_page(text))]
    for usage in re.findall(r"^usage: (kbx .*)$", shown, re.M):
        if usage.strip() not in text:
            faults.append(f"{name}: lacks the synopsis {usage.strip()}")
    return faults


def anchors_of(text):
    return {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
            for heading in re.findall(r"^#+ (.*)$", text, re.M)}


def check_links(page):
    faults = []
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if re.match(r"\w+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        if not file.exists():
            faults.append(f"{page.relative_to(TOP)}: {target} leads nowhere")
        elif anchor and anchor not in anchors_of(file.read_text()):
            faults.append(f"{page.relative_to(TOP)}: {target}: no such heading")
    return faults


def check_support_table():
    """What docs/kbuild.md says is shown by a case or a driver is shown by one that exists."""
    page = TOP / "docs" / "kbuild.md"
    cases = {folder.name for folder in (TOP / "testsuite/drivers/synthetic").iterdir()}
    drivers = set(json.loads((TOP / "testsuite/drivers/cells.json").read_text())["drivers"])
    faults = []
    for row in re.findall(r"^\| .* \| ([^|]*) \|$", page.read_text(), re.M):
        for word in re.split(r", ", re.sub(r"\([^)]*\)", "", row)):
            name = word.strip()
            known = name.strip("`") in cases if name.startswith("`") else \
                name in drivers or " " in name or name == "---" or (TOP / name).is_dir()
            if not known:
                faults.append(f"{page.relative_to(TOP)}: there is no case or driver {name}")
    return faults


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kbx", required=True)
    kbx = parser.parse_args().kbx
    commands = commands_of(help_of(kbx))
    if len(commands) < 5:
        sys.exit(f"kbx --help lists only {commands}")
    faults = [fault for command in commands for fault in check_command(kbx, command)]
    faults += check_support_table()
    for page in [TOP / "README.md", *sorted((TOP / "docs").rglob("*.md"))]:
        faults += check_links(page)
    print("\n".join(faults) or f"{len(commands)} commands, {len(list((TOP / 'docs').rglob('*.md')))} pages: all in order")
    sys.exit(1 if faults else 0)


main()
