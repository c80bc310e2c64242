"""Remembers in which groups of sources clang-tidy has found nothing.

What it says of a group hangs on clang-tidy and its settings, the compile command, the group's files, the headers of the
project that they include and those of the system. An empty file of that digest's name, below
$XDG_CACHE_HOME/kbx-testsuite/lint, says that all of it was linted before, in whatever clone. Findings are not kept.
"""

import functools
import hashlib
import os
import re
import subprocess
import time
from pathlib import Path

INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)
FOLDER = re.compile(r"-(?:I|iquote ?|isystem ?)(\S+)")
SECONDS_KEPT = 30 * 24 * 3600


def digest_of(parts):
    """A digest of byte strings that says where each ends."""
    sha = hashlib.sha256()
    for part in parts:
        sha.update(b"%d:" % len(part) + part)
    return sha.hexdigest()


@functools.cache
def includes_of(file):
    """The names that a file includes in quotes, and those in angles."""
    found = INCLUDE.findall(file.read_text())
    return [quoted for quoted, _ in found if quoted], [angled for _, angled in found if angled]


def read_for(file, folders):
    """The project's files that are read for one, itself first, and the system's headers that they name."""
    files, named, waiting = {file: None}, set(), [file]
    while waiting:
        includer = waiting.pop()
        quoted, angled = includes_of(includer)
        named.update(angled)
        for name in quoted:
            places = (Path(os.path.normpath(folder / name)) for folder in (includer.parent, *folders))
            header = next(filter(Path.is_file, places), None)
            if header is None:
                named.add(name)
            elif header not in files:
                files[header] = None
                waiting.append(header)
    return files, named


def system_digest(named):
    """A digest of the system's headers of these names and of all that they include."""
    source = "".join(f"#if __has_include(<{name}>)\n#include <{name}>\n#endif\n" for name in sorted(named))
    command = ["clang++", "-std=c++20", "-M", "-MT", "all", "-x", "c++", "-"]
    said = subprocess.run(command, input=source, text=True, check=True, stdout=subprocess.PIPE).stdout
    headers = sorted({Path(word) for word in said.replace("\\\n", " ").split()[1:] if word != "-"})
    return digest_of(header.read_bytes() for header in headers)


class Kept:
    """Which groups were linted before. `commands` is the compile command of each file (absolute), `top` their folder."""

    def __init__(self, files, commands, top):
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        self.folder = Path(base) / "kbx-testsuite" / "lint"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.commands, self.top = commands, top
        self.read, named = {}, set()
        for file in files:
            folders = [Path(folder) for folder in FOLDER.findall(commands.get(os.path.abspath(file), ""))]
            self.read[file], names = read_for(top / file, folders)
            named |= names
        version = subprocess.run(["clang-tidy", "--version"], check=True, stdout=subprocess.PIPE).stdout
        self.tools = [version, system_digest(named).encode()]
        self._forget_old()

    def place(self, group, settings):
        """The file that is there if the group was linted before."""
        files = dict.fromkeys(file for member in group for file in self.read[member])
        commands = [self.commands.get(os.path.abspath(member), "").replace(str(self.top), "") for member in group]
        texts = (part for file in files for part in (os.path.relpath(file, self.top).encode(), file.read_bytes()))
        return self.folder / digest_of([*self.tools, settings.read_bytes(), *map(str.encode, commands), *texts])

    def has(self, place):
        """Whether it is; it stays for another while then."""
        try:
            os.utime(place)
        except FileNotFoundError:
            return False
        return True

    def _forget_old(self):
        for place in self.folder.iterdir():
            if place.stat().st_mtime < time.time() - SECONDS_KEPT:
                place.unlink(missing_ok=True)
