"""The drivers that are measured: small ones of this test suite, and real ones if the driver tests have fetched them."""

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent


@dataclass
class Subject:
    """A driver to build: M= is `folder` below a copy of `top`; {top} in the words is the copy."""
    name: str
    top: Path
    folder: str = "."
    words: list = field(default_factory=list)
    prepare: list = field(default_factory=list)  # a command run once in the copy; {kernel} is the kernel tree
    source: str = ""  # a file below `folder` that people edit

    def lay_out(self, to, kernel_tree, environment):
        shutil.copytree(self.top, to, symlinks=True)
        (to / ".git").mkdir(exist_ok=True)  # the project's root
        if self.prepare:
            words = [word.format(top=to, kernel=kernel_tree) for word in self.prepare]
            subprocess.run(words, cwd=to, env=environment, check=True, capture_output=True)
        return Copy(self, to)


@dataclass
class Copy:
    subject: Subject
    top: Path

    @property
    def folder(self):
        return (self.top / self.subject.folder).resolve()

    @property
    def source(self):
        return self.folder / self.subject.source

    def words(self):
        return [word.format(top=self.top) for word in self.subject.words]


ONE_FILE = Subject("one file", HERE.parent / "input" / "driver", source="one.c")


def _fetched(package, **more):
    """A driver of Debian's that testsuite/drivers/fetch.py has put into the test cache, or None."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "kbx-testsuite" / "drivers"
    found = sorted(base.glob(f"bookworm/{package}/usr/src/*/dkms.conf"))
    return Subject(package, found[0].parent, **more) if found else None


def evdi():
    return _fetched("evdi", words=["DKMS_BUILD=1"], source="evdi_fb.c")


def xtables_addons():
    return _fetched("xtables-addons", folder="extensions", words=["XA_ABSTOPSRCDIR={top}", "XA_TOPSRCDIR={top}"],
                    source="xt_psd.c")


def dahdi():
    return _fetched("dahdi", folder="drivers/dahdi", prepare=["make", "prereq", "KSRC={kernel}", "KVERS=none"],
                    words=["DAHDI_INCLUDE={top}/include", "HOTPLUG_FIRMWARE=yes", "DAHDI_BUILD_ALL=m"],
                    source="wcte11xp.c")
