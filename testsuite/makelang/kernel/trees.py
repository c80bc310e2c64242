"""Kernel trees whose top Makefile any make can evaluate, for any architecture, made out of links.

What is read lies elsewhere: an installed or unpacked header package, or the distribution's source package. What make
may write, or read as its configuration, are files of the copy. So a run cannot change a tree that others use; and
`Untouched` notices if it did.
"""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

TESTSUITE = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(TESTSUITE / "harness"), str(TESTSUITE / "drivers")]

import kernel  # noqa: E402
from archive import Suite  # noqa: E402
from cachedir import cache_root, locked, made_aside  # noqa: E402
from kernels import SUITE_OF_SERIES  # noqa: E402

# Folders of the sources without a part in the evaluation of the top Makefile; they are most of the package.
UNREAD_FOLDERS = ("drivers", "sound", "Documentation", "net", "fs", "lib", "crypto", "samples", "tools/testing", "mm")
UNREAD_FILES = ("*.c", "*.S", "*.dts", "*.dtsi")
STUB = re.compile(r"^include (\S+)/Makefile$", re.MULTILINE)
CONFIGURATION = ("include/config/auto.conf", "include/generated/autoconf.h", "include/config/kernel.release",
                 "include/generated/rustc_cfg", ".config")


@dataclass(frozen=True)
class Tree:
    """A folder for -C, the folder of the full top Makefile, and all folders that it is made of."""
    folder: Path
    source: Path
    parts: tuple

    def arches(self):
        """Values for ARCH: "" and the name of every folder below arch/ with a Makefile."""
        return ["", *sorted(path.parent.name for path in (self.source / "arch").glob("*/Makefile"))]


def headers(tree, name, to):
    """Copies the header tree to `to`/name; any ARCH may be given there, which Debian's trees override."""
    folder = to / name
    kernel.copy(tree, folder)
    (folder / ".kernelvariables").unlink(missing_ok=True)
    makefile = folder / "Makefile"
    stub = STUB.search(makefile.read_text())
    if not stub or "\nPATCHLEVEL" in makefile.read_text():
        return Tree(folder, tree, (tree,))
    # A package that was unpacked and not installed has the folder beside it.
    source = next(path for path in (Path(stub[1]), tree.parent / Path(stub[1]).name) if path.is_dir())
    lines = makefile.read_text().replace(stub[1], str(source))
    makefile.write_text(re.sub(r"^KBUILD_OUTPUT=.*", f"KBUILD_OUTPUT={folder}", lines, flags=re.MULTILINE))
    return Tree(folder, source, (tree, source, (tree / "scripts").resolve()))


def sources(series, to):
    """The kernel sources that the distribution has for `series` ("6.1"), prepared to be evaluated at
    to/linux-source-VERSION, with an empty configuration."""
    source = _unpacked(series)
    folder = to / source.name
    folder.mkdir(parents=True)
    for entry in source.iterdir():
        if entry.name != "include":
            (folder / entry.name).symlink_to(entry)
    (folder / "include").mkdir()
    for entry in (source / "include").iterdir():
        (folder / "include" / entry.name).symlink_to(entry)
    for name in CONFIGURATION:
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("0.0.0\n" if name.endswith("release") else "")
    return Tree(folder, source, (source,))


def _unpacked(series):
    target = cache_root() / "sources" / series
    with locked(f"sources-{series}"):
        if not target.is_dir():
            suite = Suite(SUITE_OF_SERIES[series])
            names = suite.names(rf"linux-source-{re.escape(series.removesuffix('.x'))}" +
                                (r"\.\d+" if series.endswith(".x") else ""))
            newest = max(names, key=lambda name: [int(number) for number in re.findall(r"\d+", name)])
            with made_aside(target) as aside:
                _unpack(suite, newest, aside)
    return next(path.parent for path in target.glob("*/MAINTAINERS"))


def _unpack(suite, package, folder):
    packed = folder / ".package"
    packed.mkdir()
    suite.unpack([package], packed)
    archive = next(packed.glob("usr/src/linux-source-*.tar.*"))
    unread = [f"{package}/{name}/*" for name in UNREAD_FOLDERS] + list(UNREAD_FILES)
    subprocess.run(["tar", "-xf", str(archive), "-C", str(folder), *(f"--exclude={name}" for name in unread)],
                   check=True)
    shutil.rmtree(packed)


def _everything(name):
    """The value of an option that is on; makefiles compare versions as numbers."""
    return "120200" if name.endswith("_VERSION") else "1024" if name == "CONFIG_FRAME_WARN" else "y"


def switch_everything_on(tree, arch):
    """A configuration in which each option is on that a makefile of the evaluation names: it takes the branches that
    an empty one leaves out."""
    makefiles = [tree.source / "Makefile", *sorted((tree.source / "scripts").glob("Makefile*"))]
    makefiles += sorted((tree.source / "arch" / arch).glob("Makefile*"))
    names = {name for path in makefiles for name in re.findall(r"CONFIG_\w+", path.read_text(errors="replace"))}
    lines = "".join(f"{name}={_everything(name)}\n" for name in sorted(names))
    for name in ("include/config/auto.conf", ".config"):
        (tree.folder / name).write_text(lines)


class Untouched:
    """Remembers names, sizes and times of all files of some folders, and tells later which are others."""

    def __init__(self, folders):
        self.folders = sorted(set(folders))
        self.before = self._state()

    def _state(self):
        state = {}
        for folder in self.folders:
            for path, folders, files in os.walk(folder):
                for name in [*folders, *files]:
                    info = os.lstat(os.path.join(path, name))
                    # A folder's size and time tell of names that came and went, as those of probes do.
                    what = (info.st_size, info.st_mtime_ns) if name in files else ()
                    state[os.path.join(path, name)] = (info.st_mode, *what)
        return state

    def changes(self):
        after = self._state()
        return sorted(name for name in self.before.keys() | after.keys() if self.before.get(name) != after.get(name))

    def tell_changes(self):
        """Prints what was written since, and gives whether anything was."""
        changed = self.changes()
        for name in changed[:20]:
            print(f"FAILED  written in a kernel tree: {name}")
        return bool(changed)
