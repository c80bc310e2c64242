"""Debian's kernels of other architectures: header packages to build with, an image and a busybox to boot.

The packages of headers are kept as they came, so that a test can give them to `kbx kernels add`.
"""

import lzma
import re
from dataclasses import dataclass
from pathlib import Path

from archive import Suite
from cachedir import Unavailable, cache_root, locked, made_aside

# Architecture: suite, series, flavour as the packages' names end, the triplet of its compiler.
FOREIGN = {
    "arm64": ("bookworm", "6.1", "arm64", "aarch64-linux-gnu"),
    "armhf": ("bookworm", "6.1", "armmp", "arm-linux-gnueabihf"),
    "i386": ("bookworm", "6.1", "686-pae", "i686-linux-gnu"),
    "ppc64el": ("bookworm", "6.1", "powerpc64le", "powerpc64le-linux-gnu"),
    "s390x": ("bookworm", "6.1", "s390x", "s390x-linux-gnu"),
    "mips64el": ("bookworm", "6.1", "loongson-3", "mips64el-linux-gnuabi64"),
    "riscv64": ("trixie", "6.12", "riscv64", "riscv64-linux-gnu"),
    "loong64": ("sid", "7.x", "loong64", "loongarch64-linux-gnu"),
}


@dataclass(frozen=True)
class ForeignKernel:
    """A kernel in the cache."""

    architecture: str
    release: str
    headers: list  # the .deb files of a header tree
    root: Path  # where image and busybox are unpacked

    def series(self):
        return ".".join(self.release.split(".")[:2])

    def image(self, pattern):
        """The kernel that boots: by its name below /boot or, of newer packages, beside its modules."""
        found = (self.root / "boot").glob(pattern)
        return next(found, None) or next((self.root / "usr/lib/modules").glob("*/vmlinuz"))

    def busybox(self):
        return next(path for path in (self.root / "bin/busybox", self.root / "usr/bin/busybox") if path.exists())

    def with_dependencies(self, names, folder):
        """The files of the kernel's own modules `names` and of those they need, unpacked into `folder`, in the order of
        loading."""
        files = {path.name.split(".")[0].replace("-", "_"): path for path in self.root.rglob("*.ko*")}
        found = {}

        def add(name):
            content = files[name].read_bytes()
            content = lzma.decompress(content) if files[name].suffix == ".xz" else content
            for needed in _depends(content):
                if needed not in found:
                    add(needed)
            found[name] = folder / f"{name}.ko"
            found[name].write_bytes(content)

        for name in names:
            add(name)
        return list(found.values())


def depends(module):
    """The names of the modules that the file `module` says it needs."""
    return _depends(Path(module).read_bytes())


def _depends(content):
    names = re.search(rb"\0depends=([^\0]*)\0", content)[1].decode().replace("-", "_")
    return [name for name in names.split(",") if name]


def foreign_kernel(architecture):
    """The newest kernel of FOREIGN for the architecture; Unavailable if the archive does not give it."""
    target = cache_root() / "foreign" / architecture
    with locked(f"foreign-{architecture}"):
        if not target.is_dir():
            target.parent.mkdir(exist_ok=True)
            try:
                _download(Suite(FOREIGN[architecture][0], architecture), architecture, target)
            except Unavailable:
                # A mirror's security archive may lack an architecture, or be half updated; any kernel will do.
                _download(Suite(FOREIGN[architecture][0], architecture, updates=False), architecture, target)
    return kept(architecture, target)


def kept(architecture, target):
    headers = sorted((target / "headers").glob("*.deb"))
    release = next(deb.name.split("_")[0] for deb in headers if re.match(r"linux-headers-(?!.*-common)", deb.name))
    release = release.removeprefix("linux-headers-")
    return ForeignKernel(architecture, release, headers, target / "root")


def _download(suite, architecture, target):
    _, series, flavour, *_ = FOREIGN[architecture]
    numbers = re.escape(series).replace("x", r"\d+")
    names = suite.names(rf"linux-headers-{numbers}\.[\w.+]*(-\d+)?-{re.escape(flavour)}")
    if not names:
        raise Unavailable(f"{suite.name} has no headers of the flavour {flavour}")
    headers = max(names, key=lambda name: [int(number) for number in re.findall(r"\d+", name)])
    release = headers.removeprefix("linux-headers-")
    image = max(suite.names(rf"linux-image-{re.escape(release)}(-unsigned)?"), key=len)
    parts = [name for name in suite.depends(headers) if re.match(r"linux-(headers-.*-common|kbuild-)", name)]
    # Newer images are packages of packages.
    images = [image, *(name for name in suite.depends(image) if name.endswith(release))]
    with made_aside(target) as folder:
        (folder / "headers").mkdir()
        suite.download([headers, *parts], folder / "headers")
        suite.unpack([*images, "busybox-static"], folder / "root")
