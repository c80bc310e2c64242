"""Plain kbuild with the header packages of another architecture: the tree gets programs that run here."""

import subprocess
import sys
from pathlib import Path

sys.path.insert(1, str(Path(__file__).resolve().parents[1] / "kconfig"))

from kernels import kernel_root, make_kdir  # noqa: E402
from oracle import oracle  # noqa: E402

# Relocations of code are left out: with which symbol they are made is the assembler's choice, but not where.
SECTIONS = (".text", ".init.text", ".exit.text", ".modinfo", "__versions", "__mcount_loc", ".rela__mcount_loc",
            ".rel__mcount_loc")


def shadow_tree(kernel, series, folder):
    """A folder for make -C, with the kernel's headers and the programs of this machine's package of the series."""
    root, here = folder / "root", kernel_root(series)
    root.mkdir(parents=True)
    for package in kernel.headers:
        subprocess.run(["dpkg-deb", "-x", package, root], check=True)
    make_kdir(root, kernel.release)
    kdir = root / "kdir"
    for name in ("scripts", "tools"):
        (kdir / name).unlink()
    programs = here / "usr/lib" / f"linux-kbuild-{series}"
    (kdir / "tools").symlink_to(programs / "tools")
    (kdir / "scripts").mkdir()
    for path in (programs / "scripts").iterdir():
        (kdir / "scripts" / path.name).symlink_to(path)
    recordmcount = kdir / "scripts/recordmcount"
    if not recordmcount.exists():
        source = oracle(series).tree / "scripts/recordmcount.c"
        subprocess.run(["gcc", "-O2", "-w", source, "-o", recordmcount], check=True)
    return kdir


def differences(readelf, ours, theirs):
    """The sections in which two modules differ."""
    return [
        f"{theirs.name}: {section} differs from kbuild's"
        for section in SECTIONS
        if _content(readelf, section, ours) != _content(readelf, section, theirs)
    ]


def _content(readelf, section, module):
    return subprocess.run([readelf, "-x", section, module], capture_output=True, check=True).stdout
