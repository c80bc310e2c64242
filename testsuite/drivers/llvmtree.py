"""A kernel tree configured for clang, kept in the cache.

The header packages of Debian are configured for gcc, whose flags clang does not take. So one tree
is prepared here from the source package: `make LLVM=1 defconfig modules_prepare`, with symbol
versions switched on. It has no Module.symvers, as no kernel was built; modpost is told to warn.
"""

import os
import shutil
import subprocess

from archive import Suite
from cachedir import Unavailable, cache_root, locked, made_aside

PACKAGE = "linux-source-6.1"
NEEDS = ("clang", "ld.lld", "llvm-nm", "llvm-ar", "llvm-objcopy", "flex", "bison", "bc", "xz")


def _prepare(tree):
    jobs = len(os.sched_getaffinity(0))
    for command in (
        "make LLVM=1 defconfig",
        "scripts/config -e MODVERSIONS",
        "make LLVM=1 olddefconfig",
        f"make LLVM=1 -j{jobs} modules_prepare",
    ):
        said = subprocess.run(["sh", "-c", command], cwd=tree, capture_output=True, text=True)
        if said.returncode:
            last = said.stderr.strip().splitlines()[-3:]
            raise Unavailable(f"{PACKAGE}: {command}: " + " / ".join(last))


def _made():
    return next((cache_root() / "llvm").glob("*/kdir/scripts/mod/modpost"), None)


def llvm_root():
    """A folder named for its release, with the tree as `kdir` and as lib/modules/RELEASE/build."""
    absent = [name for name in NEEDS if not shutil.which(name)]
    if absent:
        raise Unavailable(f"{absent[0]} is not installed")
    with locked("llvm"):
        if not _made():
            with made_aside(cache_root() / "llvm") as aside:
                Suite("bookworm").unpack([PACKAGE], aside)
                packed = next((aside / "usr/src").glob(f"{PACKAGE}.tar.*"))
                subprocess.run(["tar", "-xf", packed], cwd=aside, check=True)
                shutil.rmtree(aside / "usr")
                tree = aside / PACKAGE
                _prepare(tree)
                release = (tree / "include/config/kernel.release").read_text().strip()
                root = aside / release
                (root / "lib/modules" / release).mkdir(parents=True)
                tree.rename(root / "kdir")
                (root / "lib/modules" / release / "build").symlink_to("../../../kdir")
    return _made().parents[3]
