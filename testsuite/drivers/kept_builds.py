"""What kbuild made of a cell, kept from run to run: nothing about it changes while its key (oracle_key.py) stays the same.

An entry is one file, for each cell and way of building it one: a line of JSON with the key and a checksum of the rest,
which is a line of JSON about the files, then their bytes, all of it packed. Kept are the files that are compared, with
their times, and the names of the others. It is written beside its place and renamed; one that is damaged or has another
key is as good as none, and is replaced.
"""

import dataclasses
import hashlib
import json
import os
import tempfile
import time
import zlib

import compare
from cachedir import cache_root
from side import Outcome

UNUSED = 30 * 24 * 3600  # seconds


def folder():
    return cache_root() / "kept-builds"


def _compared(folder):
    names = compare.files_below(folder)
    return sorted(n for n in names if compare.BYTEWISE.search(n) or compare.OBJECT_COMMAND.search(n))


class Entry:
    """The kept build of one cell, built in one way (`variant`, a word)."""

    def __init__(self, cell_name, variant, key):
        self.path = folder() / cell_name / variant
        self.key = key

    def _read(self):
        """(what is told of it, bytes by name), or None."""
        try:
            head, _, packed = self.path.read_bytes().partition(b"\n")
            head = json.loads(head)
            if head["key"] != self.key or head["sha256"] != hashlib.sha256(packed).hexdigest():
                return None
            told, _, rest = zlib.decompress(packed).partition(b"\n")
            told = json.loads(told)
        except (OSError, ValueError, KeyError, TypeError, zlib.error):
            return None
        files, at = {}, 0
        for name, size, _ in told["files"]:
            files[name] = rest[at : at + size]
            at += size
        return told, files

    def load(self, to):
        """Lays the kept files out at `to` and gives the outcome; None if there is no such entry."""
        entry = self._read()
        if not entry:
            return None
        told, files = entry
        for name, _, changed in told["files"]:
            path = to / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(files[name])
            os.utime(path, ns=(changed, changed))
        to.mkdir(parents=True, exist_ok=True)
        os.utime(self.path)
        return Outcome(**told["outcome"])

    def store(self, outcome, built):
        """Keeps the outcome and the compared files in `built`."""
        files = [(name, (built / name).read_bytes(), (built / name).stat().st_mtime_ns) for name in _compared(built)]
        told = {
            "outcome": dataclasses.asdict(outcome),
            "files": [[name, len(content), changed] for name, content, changed in files],
        }
        text = json.dumps(told).encode() + b"\n"
        packed = zlib.compress(text + b"".join(content for _, content, _ in files), 1)
        head = {"key": self.key, "sha256": hashlib.sha256(packed).hexdigest()}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self.path.parent, prefix=".", delete=False) as aside:
            try:
                aside.write(json.dumps(head).encode() + b"\n" + packed)
                aside.close()
                os.replace(aside.name, self.path)
            except BaseException:
                os.unlink(aside.name)
                raise

    def differences(self, outcome, built):
        """What a build made anew has otherwise than the kept one, if there is one: its key was to rule that out."""
        entry = self._read()
        if not entry:
            return []
        told, files = entry
        other = {name: (built / name).read_bytes() for name in _compared(built)}
        names = sorted(name for name in files.keys() | other.keys() if files.get(name) != other.get(name))
        now = dataclasses.asdict(outcome)
        names += [what for what in ("built", "why", "errors", "files") if told["outcome"][what] != now[what]]
        return [f"the kept build of kbuild is not what it builds now: {name}" for name in names]


def drop_unused():
    """Removes entries that no run has used for a month, and what killed runs have left half written."""
    for path in folder().glob("**/*"):
        try:
            age = time.time() - path.lstat().st_mtime
            if path.is_file() and age > (3600 if path.name.startswith(".") else UNUSED):
                path.unlink()
        except FileNotFoundError:
            continue


def size():
    """Bytes of all that is kept."""
    return sum(path.stat().st_size for path in folder().glob("**/*") if path.is_file())
