"""Plain kbuild with the header packages of another architecture: the tree gets programs that run here."""

import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(1, str(Path(__file__).resolve().parents[1] / "kconfig"))

from kernels import kernel_root, make_kdir  # noqa: E402
from oracle import oracle  # noqa: E402

SECTIONS = (".text", ".init.text", ".exit.text", ".modinfo", "__versions", "__mcount_loc")


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
    if "CONFIG_FTRACE_MCOUNT_USE_RECORDMCOUNT=y" in (kdir / ".config").read_text():
        source = oracle(series).tree / "scripts/recordmcount.c"
        subprocess.run(["gcc", "-O2", "-w", source, "-o", recordmcount], check=True)
    return kdir


def differences(readelf, ours, theirs):
    """In what two modules differ: sections, and what the table of traced functions refers to."""
    faults = [
        f"{theirs.name}: {section} differs from kbuild's"
        for section in SECTIONS
        if _content(readelf, section, ours) != _content(readelf, section, theirs)
    ]
    if _traced(readelf, ours) != _traced(readelf, theirs):
        faults.append(f"{theirs.name}: the relocations of __mcount_loc differ from kbuild's")
    return faults


def _content(readelf, section, module):
    return subprocess.run([readelf, "-x", section, module], capture_output=True, check=True).stdout


def _traced(readelf, module):
    """Place, type and target of the relocations of __mcount_loc; a symbol's number is the linker's business."""
    said = subprocess.run([readelf, "-rW", module], capture_output=True, check=True, text=True).stdout
    blocks = [block for block in said.split("\n\n") if re.search(r"section '\.rela?__mcount_loc'", block)]
    rows = [line.split() for block in blocks for line in block.splitlines()[2:]]
    return [(row[0], *row[2:]) for row in rows]
