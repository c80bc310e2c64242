#!/usr/bin/env python3
"""Runs clang-tidy over sources, several of a room as one.

    lint.py [--build build] [--alone] [--fresh] [--deep] FILE...

Most of what clang-tidy does for a file it does for the headers of the C++ library: each check walks them again. So files
of one room that do not disturb each other are put one behind the other into one file below BUILD/lint, where all of them
are the main file, for which some checks look only. Nothing is found there in most runs; if something is, or if the files
disturb each other and do not compile, each of them is linted by itself, and that is what is told. A group in which
nothing was found before is not linted again (lint_kept.py), but for --fresh.

Exit status: 0 nothing was found, 1 something was, 2 wrong usage.
"""

import argparse
import functools
import hashlib
import itertools
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lint_kept import Kept

TOP = Path(__file__).resolve().parents[2]
# So many lines make the headers the smaller part, and there are still enough groups for all processors.
GROUP_LINES = 1500
# The analyzer's own default; the settings' bound comes before it.
DEEP = [f"--extra-arg={word}" for word in ("-Xclang", "-analyzer-config", "-Xclang", "max-nodes=225000")]
MACRO = re.compile(r"^\s*#\s*define\s", re.MULTILINE)
UNNAMED = re.compile(r"^namespace \{$(.*?)^\}  // namespace$", re.MULTILINE | re.DOTALL)
DECLARED = re.compile(r"^(?:\[\[\w+\]\] )?(?:(?:struct|class|enum class|enum|using)\s+(?P<type>\w+)"
                      r"|[A-Za-z_:][^=({;]*?\b(?P<value>\w+)\s*[=({\[;])", re.MULTILINE)
INCLUDE = re.compile(r'^#include "(kbx/[^"]+)"', re.MULTILINE)
ENTRY = re.compile(r'^(?:extern "C" )?int (main|LLVMFuzzerTestOneInput)\(', re.MULTILINE)


def declared_names(text):
    return {found["type"] or found["value"] for found in DECLARED.finditer(text)}


@functools.cache
def declared_in(header):
    return declared_names(header.read_text())


@functools.cache
def headers_of(file):
    """The project's headers that a file includes, those that they include among them."""
    text = (TOP / file).read_text()
    named = [TOP / name for name in INCLUDE.findall(text)]
    return frozenset(named).union(*map(headers_of, named))


def own_names(text):
    """The names that only one file of a group may have: those of its unnamed namespaces, and of programs' entries."""
    return set().union(*map(declared_names, UNNAMED.findall(text)), ENTRY.findall(text))


def room_of(file):
    """kbx/ROOM, testsuite/KIND/ROOM."""
    parts = Path(file).parts[:-1]
    return parts[:2 if parts[0] == "kbx" else 3]


def groups_of(files, texts):
    """The files of each room in groups; a file with macros is one by itself."""
    groups = []
    for _, members in itertools.groupby(sorted(files, key=lambda file: (room_of(file), file)), key=room_of):
        open_groups = []  # [files, own names, names of their headers, lines]
        for file in members:
            if MACRO.search(texts[file]):
                groups.append([file])
                continue
            own, lines = own_names(texts[file]), texts[file].count("\n")
            theirs = set().union(*map(declared_in, headers_of(file)))
            for group in open_groups:
                if not group[1] & (own | theirs) and not group[2] & own and group[3] + lines <= GROUP_LINES:
                    group[0].append(file)
                    group[1] |= own
                    group[2] |= theirs
                    group[3] += lines
                    break
            else:
                open_groups.append([[file], own, theirs, lines])
        groups += [group[0] for group in open_groups]
    # The longest first, so that no processor is left with one at the end.
    return sorted(groups, key=lambda group: -sum(len(texts[file]) for file in group))


class Lint:
    def __init__(self, build, texts, fresh, more):
        self.build, self.texts, self.more = build, texts, more
        self.commands = {entry["file"]: entry for entry in json.loads((build / "compile_commands.json").read_text())}
        commands = {file: entry["command"] for file, entry in self.commands.items()}
        self.kept = None if fresh else Kept(texts, commands, TOP)

    def joined(self, group):
        """Writes the file that stands for a group, with a compile command."""
        folder = self.build / "lint" / hashlib.sha256("\n".join(group).encode()).hexdigest()[:16]
        folder.mkdir(parents=True, exist_ok=True)
        source, first = folder / "group.cc", os.path.abspath(group[0])
        source.write_text("".join(self.texts[file] for file in group))
        entry = self.commands[first]
        folders = " ".join(sorted({f"-iquote {os.path.dirname(os.path.abspath(file))}" for file in group}))
        entry = entry | {"file": str(source), "command": entry["command"].replace(first, f"{source} {folders}")}
        (folder / "compile_commands.json").write_text(json.dumps([entry]))
        return source

    def run(self, group):
        """What clang-tidy says of the files of a group; "" if nothing."""
        # A group lies in the build folder, perhaps outside of the tree: the settings are those of its files.
        settings = settings_of(group[0])
        place = self.kept and self.kept.place(group, settings)
        if place and self.kept.has(place):
            return ""
        said = self.said_of(group, settings)
        if place and not said:
            place.touch()
        return said

    def said_of(self, group, settings):
        """What clang-tidy says of them now."""
        if len(group) == 1:
            return tidy(self.build, group[0], settings, self.more)
        source = self.joined(group)
        if not tidy(source.parent, source, settings, self.more):
            return ""
        return "".join(tidy(self.build, file, settings, self.more) for file in group)


def settings_of(file):
    """The .clang-tidy that is nearest to a file."""
    return next(folder / ".clang-tidy" for folder in (TOP / file).parents if (folder / ".clang-tidy").exists())


def tidy(commands, source, settings, more):
    done = subprocess.run(["clang-tidy", "-p", commands, "--quiet", f"--config-file={settings}", *more, source],
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return (done.stdout or f"{source}: clang-tidy ends with {done.returncode}\n") if done.returncode else ""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=Path("build"), help="the folder of compile_commands.json")
    parser.add_argument("--alone", action="store_true", help="each file by itself")
    parser.add_argument("--fresh", action="store_true", help="what was linted before as well")
    parser.add_argument("--deep", action="store_true", help="without the settings' bound for a function's paths; needs --fresh")
    parser.add_argument("files", nargs="+")
    arguments = parser.parse_args()
    os.chdir(TOP)
    texts = {file: Path(file).read_text() for file in arguments.files}
    if arguments.deep and not arguments.fresh:
        parser.error("--deep needs --fresh")
    lint = Lint(arguments.build.resolve(), texts, arguments.fresh, DEEP if arguments.deep else [])
    joinable = {file for file in texts if os.path.abspath(file) in lint.commands and not arguments.alone}
    groups = groups_of(joinable, texts) + [[file] for file in texts if file not in joinable]
    faults = 0
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for said in filter(None, pool.map(lint.run, groups)):
            print(said, end="", flush=True)
            faults += 1
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
