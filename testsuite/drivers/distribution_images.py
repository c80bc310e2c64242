"""Headers and image of one Debian kernel for each architecture, unpacked and kept in the cache.

Nothing of them runs, so that the machine of the test may be of any kind.
"""

import re

from archive import Suite
from cachedir import Unavailable, cache_root, locked, made_aside

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


def image_folder(architecture):
    """Where unpacked_image(architecture) lies, or will lie."""
    return cache_root() / "images" / f"{FLAVOURS[architecture][0]}-{architecture}"


def unpacked_image(architecture):
    """A root with headers and image of one kernel for `architecture`."""
    suite, series, flavour = FLAVOURS[architecture]
    target = image_folder(architecture)
    with locked(f"image-{suite}-{architecture}"):
        if not target.is_dir():
            try:
                _unpack(Suite(suite, architecture), series, flavour, target)
            except Unavailable:
                # A mirror's security archive may lack an architecture, or be half updated; any kernel will do.
                _unpack(Suite(suite, architecture, updates=False), series, flavour, target)
    return target


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
