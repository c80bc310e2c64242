"""Headers and image of one Debian kernel for each architecture, unpacked and kept in the cache.

Nothing of them runs, so that the machine of the test may be of any kind.
"""

import re

from archive import Suite
from cachedir import Unavailable, cache_root, locked, made_aside
from kernels import kernel_image, kernel_root

# Architecture: suite, series, and the flavour as the packages' names end.
FLAVOURS = {
    "amd64": ("bookworm", "6.1", "amd64"),
    "i386": ("bookworm", "6.1", "686-pae"),
    "arm64": ("bookworm", "6.1", "arm64"),
    "armhf": ("bookworm", "6.1", "armmp"),
    "ppc64el": ("bookworm", "6.1", "powerpc64le"),
    "s390x": ("bookworm", "6.1", "s390x"),
    "mips64el": ("bookworm", "6.1", "5kc-malta"),
    "riscv64": ("trixie", "6.12", "riscv64"),
}


def unpacked_image(architecture):
    """A root with headers and image of one kernel for `architecture`."""
    suite, series, flavour = FLAVOURS[architecture]
    target = cache_root() / "images" / f"{suite}-{architecture}"
    with locked(f"image-{suite}-{architecture}"):
        if not target.is_dir():
            try:
                _unpack(Suite(suite, architecture), series, flavour, target)
            except Unavailable:
                # A mirror's security archive may lack an architecture, or be half updated; any kernel will do.
                _unpack(Suite(suite, architecture, updates=False), series, flavour, target)
    return target


def tree_and_modules(architecture):
    """The headers and the modules of the kernel for `architecture`; for amd64 those that other tests use too."""
    if architecture == "amd64":
        return kernel_root("6.1") / "kdir", sorted(kernel_image("6.1").rglob("*.ko*"))
    root = unpacked_image(architecture)
    tree = next(path for path in (root / "usr/src").iterdir() if (path / "Module.symvers").is_file())
    return tree, sorted((root / "lib/modules").rglob("*.ko*")) or sorted(root.rglob("*.ko*"))


def _unpack(suite, series, flavour, target):
    names = suite.names(rf"linux-headers-{re.escape(series)}\.[\w.+]*(-\d+)?-{re.escape(flavour)}")
    if not names:
        raise Unavailable(f"{suite.name} has no headers of the flavour {flavour}")
    headers = max(names, key=lambda name: [int(number) for number in re.findall(r"\d+", name)])
    release = headers.removeprefix("linux-headers-")
    images = suite.names(rf"linux-image-{re.escape(release)}(-unsigned)?")
    common = [name for name in suite.depends(headers) if name.endswith("-common")]
    with made_aside(target) as root:
        suite.unpack([headers, *common, max(images, key=len)], root)
