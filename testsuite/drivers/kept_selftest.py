#!/usr/bin/env python3
"""Shows that a kept build of kbuild's is used when nothing has changed, and only then."""

import dataclasses
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import kept_builds
import oracle_key
from cachedir import SKIPPED, cache_root
from recipe import Cell, Recipe
from side import Outcome

RUN = Path(__file__).parent / "run.py"
CELL = "synthetic/composite-forms/6.1"
# Nobody else builds with so many jobs, so the entry is this test's own.
JOBS = "7"
VARIANT = f"build-j{JOBS}"
FAITHFUL = '#!/bin/sh\nshift; PATH=/usr/bin:/bin make "$@"\n'


def _write(path, text, mode=0o644):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


class Setting:
    """A cell, its recipe, a kernel, and a PATH with a compiler: all that a key is made of, in a folder."""

    def __init__(self, folder):
        self.folder = folder
        self.source = _write(folder / "source/a.c", "int a;\n")
        self.header = _write(folder / "root/usr/src/b.h", "int b;\n")
        self.compiler = _write(folder / "tools/gcc", "#!/bin/sh\necho one\n", 0o755)
        self.read = _write(folder / "read/c", "c\n")
        (folder / "bin").mkdir()
        self.cell = Cell("made/up", "6.1", suite="bookworm")
        self.recipe = Recipe(
            folder / "root", [(folder / "source", "module")], "module", [], [], ["make X=1"], [], [],
            reads=[folder / "read"],
        )
        self.env = {"PATH": f"{folder}/bin:{folder}/tools:/usr/bin:/bin"}
        self.top = folder / "at"

    def key(self):
        oracle_key.kernel_content.cache_clear()
        return oracle_key.key_of(self.cell, self.recipe, self.folder / "root", self.top, self.env)


def _rewrite(path):
    """Another byte, at the same size and time."""
    status = path.stat()
    data = path.read_bytes()
    path.write_bytes(data.replace(data[-2:-1], b"?"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def _changes(setting):
    """(what, function that does it) for each part of a key."""
    def to_recipe(**values):
        return lambda: setattr(setting, "recipe", dataclasses.replace(setting.recipe, **values))

    return [
        ("a byte of a source", lambda: _rewrite(setting.source)),
        ("a source more", lambda: _write(setting.source.with_name("b.c"), "")),
        ("the time of a package's source", lambda: os.utime(setting.source, (1, 1))),
        ("a byte of a folder that is read", lambda: _rewrite(setting.read)),
        ("a word of a command", to_recipe(commands=["make X=2"])),
        ("a command before", to_recipe(prepare=["touch x"])),
        ("a patch", to_recipe(patches=["x.patch"])),
        ("a flag of make", lambda: setting.env.update(MAKEFLAGS="k")),
        ("the path", lambda: setattr(setting, "top", setting.folder / "elsewhere")),
        ("a byte of the kernel", lambda: _rewrite(setting.header)),
        ("the compiler", lambda: _write(setting.compiler, "#!/bin/sh\necho two\n", 0o755)),
        ("the compiler, of the same size", lambda: _write(setting.compiler, "#!/bin/sh\necho six\n", 0o755)),
        ("the compiler by the kernel's name", lambda: (setting.folder / "bin/gcc-1").symlink_to("/usr/bin/gcc")),
        ("another program first", lambda: _write(setting.folder / "tools/sed", "#!/bin/sh\n", 0o755)),
    ]


def check_keys(folder, told):
    setting = Setting(folder)
    before = setting.key()
    told("the key of the same is the same", setting.key() == before)
    for what, change in _changes(setting):
        change()
        after = setting.key()
        told(f"another key: {what}", after != before)
        before = after
    other = folder / "copied"
    setting.source.parent.rename(other)
    setting.recipe.copies = [(other, "module")]
    told("the same key for the same sources elsewhere", setting.key() == before)


def check_entries(folder, told):
    built, again = folder / "built", folder / "again"
    module = _write(built / "m/a.ko", "module")
    _write(built / "m/.a.o.cmd", "savedcmd_a.o := cc")
    _write(built / "m/a.o", "object")
    os.utime(module, ns=(5, 1234567890123456789))
    outcome = Outcome(True, "", {}, "log", 1.5, 2.5, ["m/.a.o.cmd", "m/a.ko", "m/a.o"])
    entry = kept_builds.Entry(".selftest", folder.name, "key")
    try:
        told("nothing is there before", entry.load(again) is None)
        entry.store(outcome, built)
        told("the outcome comes back", entry.load(again) == outcome)
        told("bytes come back", (again / "m/a.ko").read_text() == "module")
        told("times come back", (again / "m/a.ko").stat().st_mtime_ns == 1234567890123456789)
        told("what is not compared stays away", not (again / "m/a.o").exists())
        told("another key's is not taken", kept_builds.Entry(".selftest", folder.name, "yek").load(again) is None)
        told("the same is no difference", entry.differences(outcome, built) == [])
        module.write_text("Module")
        told("a difference is named", "m/a.ko" in "".join(entry.differences(outcome, built)))
        whole = entry.path.read_bytes()
        for what, damaged in (
            ("empty", b""),
            ("half", whole[: len(whole) // 2]),
            ("without its last byte", whole[:-1]),
            ("with a bit turned", whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:]),
            ("with a line only", whole[: whole.index(b"\n") + 1]),
            ("with garbage", bytes(range(256))),
        ):
            entry.path.write_bytes(damaged)
            told(f"an entry {what} is none", entry.load(again) is None)
        entry.store(outcome, built)
        told("it is replaced, not added to", [p.name for p in entry.path.parent.iterdir()] == [entry.path.name])
    finally:
        entry.path.unlink(missing_ok=True)


def _start(kbx, work, *words):
    command = [sys.executable, RUN, "--kbx", kbx, "--jobs", JOBS, "--cells", CELL, "--work", work, *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True), work


def _finish(started):
    """(result, whether kbuild's side was kept, details)"""
    process, work = started
    text = process.communicate()[0]
    if process.returncode == SKIPPED:
        print(text)
        sys.exit(SKIPPED)
    results = work / "results.json"
    if not results.exists():
        return "crashed", False, text
    cell = json.loads(results.read_text())["cells"][0]
    results.unlink()
    if (cell["kbuild_cpu"] is None) != cell["kbuild_kept"]:
        return "figures of a kept build", cell["kbuild_kept"], text
    return cell["result"], cell["kbuild_kept"], "\n".join(cell["details"])


def _falsify(path):
    """Another module under the right key, with a right checksum: what a wrong key would do."""
    import zlib

    head, _, packed = path.read_bytes().partition(b"\n")
    content = bytearray(zlib.decompress(packed))
    content[content.index(b"license=GPL")] ^= 1
    packed = zlib.compress(bytes(content))
    head = json.loads(head) | {"sha256": hashlib.sha256(packed).hexdigest()}
    path.write_bytes(json.dumps(head).encode() + b"\n" + packed)


def check_runs(folder, told):
    kbx = _write(folder / "kbx", FAITHFUL, 0o755)
    entry = kept_builds.Entry(CELL, VARIANT, "").path
    entry.unlink(missing_ok=True)
    two = [_finish(one) for one in [_start(kbx, folder / "one"), _start(kbx, folder / "two")]]
    told(f"two at the same time: one builds, one takes it: {two}", sorted(t[:2] for t in two)
         == [("passed", False), ("passed", True)])
    entry.write_bytes(entry.read_bytes()[:-1])
    told("a damaged one is built again", _finish(_start(kbx, folder / "one"))[:2] == ("passed", False))
    told("and taken then", _finish(_start(kbx, folder / "one"))[:2] == ("passed", True))
    told("a fresh one is the same", _finish(_start(kbx, folder / "one", "--fresh-oracle"))[:2] == ("passed", False))
    _falsify(entry)
    result, kept, details = _finish(_start(kbx, folder / "one", "--fresh-oracle"))
    told("a false one is found by a fresh one", (result, kept) == ("failed", False) and "kept build" in details)
    told("and is replaced", _finish(_start(kbx, folder / "one"))[:2] == ("passed", True))
    entry.unlink()


def main():
    verdicts = []

    def told(what, good):
        verdicts.append(good)
        print(f"{'ok' if good else 'WRONG':6}{what}", flush=True)

    for check in (check_keys, check_entries, check_runs):
        with tempfile.TemporaryDirectory(dir=cache_root()) as folder:
            check(Path(folder), told)
    print(f"{sum(verdicts)} passed, {len(verdicts) - sum(verdicts)} failed")
    return 0 if all(verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
