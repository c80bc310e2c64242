"""GNU ld for each architecture: the machine's own, one for cross links on PATH, or Debian's, kept in the cache."""

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

sys.path.append(str(Path(__file__).resolve().parents[1] / "drivers"))

from cachedir import Unavailable  # noqa: E402
from fetch import package_root  # noqa: E402


class Target(NamedTuple):
    triplet: str
    emulation: str


# As Debian calls architectures.
TARGETS = {
    "amd64": Target("x86_64-linux-gnu", "elf_x86_64"),
    "i386": Target("i686-linux-gnu", "elf_i386"),
    "arm64": Target("aarch64-linux-gnu", "aarch64linux"),
    "armhf": Target("arm-linux-gnueabihf", "armelf_linux_eabi"),
    "ppc64el": Target("powerpc64le-linux-gnu", "elf64lppc"),
    "s390x": Target("s390x-linux-gnu", "elf64_s390"),
    "mips64el": Target("mips64el-linux-gnuabi64", "elf64ltsmip"),
    "riscv64": Target("riscv64-linux-gnu", "elf64lriscv"),
}


class Linker(NamedTuple):
    """Words that start a linker, and the environment they need."""
    words: list
    environment: dict

    def run(self, words, folder, timeout=300):
        """Gives (status, standard error)."""
        try:
            done = subprocess.run([*self.words, *words], cwd=folder, env=self.environment, stdin=subprocess.DEVNULL,
                                  capture_output=True, text=True, errors="replace", timeout=timeout, check=False)
        except subprocess.TimeoutExpired:
            return f"killed after {timeout} s", ""
        return done.returncode, done.stderr


def linker(*words, **environment):
    return Linker([str(word) for word in words], {"PATH": "/usr/bin:/bin", "LC_ALL": "C"} | environment)


def gnu_ld(architecture):
    """GNU ld for an architecture; Unavailable if there is none."""
    triplet = TARGETS[architecture].triplet
    for name in (f"{triplet}-ld.bfd", f"{triplet}-ld"):
        if shutil.which(name):
            return linker(shutil.which(name))
    if platform.machine() != "x86_64":
        raise Unavailable(f"{triplet}-ld is not installed")
    if architecture in ("amd64", "i386") and shutil.which("ld.bfd"):
        return linker(shutil.which("ld.bfd"))
    root = os.environ.get("KBX_TEST_BINUTILS") or package_root(f"binutils-{triplet.replace('_', '-')}")
    program = Path(root) / "usr/bin" / f"{triplet}-ld.bfd"
    if not program.exists():
        raise Unavailable(f"{program} is missing")
    found = linker(program, LD_LIBRARY_PATH=str(Path(root) / "usr/lib/x86_64-linux-gnu"))
    status, said = found.run(["--version"], "/")
    if status != 0:
        raise Unavailable(f"{program} does not run: {said.strip()}")
    return found
