"""Prebuilt kernel header trees (and kernel images) to build and boot against, kept in the cache.

A Debian header package expects to lie in /: its one-line Makefile includes an absolute path. So
beside the unpacked packages there is `kdir`, a folder of links with a Makefile of its own, which
plain make can use as -C KDIR; lib/modules/<release>/build points to it.
"""

import re
import shutil
from pathlib import Path

from archive import Suite
from cachedir import Unavailable, cache_root, locked, made_aside
from llvmtree import llvm_root

SUITE_OF_SERIES = {
    "5.10": "bullseye",
    "6.1": "bookworm",
    "6.12": "bookworm",
    "7.x": "trixie-backports",
}
# Other configurations of a series: "6.1-cloud".
FLAVOURS = {"6.1": ("cloud", "rt"), "6.12": ("cloud", "rt")}


def series_with_flavours(series):
    """The series itself, then its flavours."""
    return [series, *(f"{series}-{flavour}" for flavour in FLAVOURS.get(series, ()))]


def _is_of(release, series):
    """Whether a release ("6.1.0-56-cloud-amd64") is one of a series ("6.1-cloud")."""
    number, _, flavour = series.partition("-")
    tail = f"-{flavour}-amd64" if flavour else "-amd64"
    numbers = rf"{re.escape(number.removesuffix('.x'))}\.\d+(\.\d+)?"
    return re.fullmatch(rf"{numbers}(-\d+|\+deb\d+){tail}", release)


def _suite_of(series):
    return Suite(SUITE_OF_SERIES[series.partition("-")[0]])


def _release_key(release):
    return [int(number) for number in re.findall(r"\d+", release)]


def _cached(series):
    folders = [
        path
        for path in (cache_root() / "kernels").glob("*-amd64")
        if _is_of(path.name, series) and (path / "kdir").is_dir()
    ]
    return max(folders, key=lambda path: _release_key(path.name), default=None)


def _newest_release(suite, series):
    names = (name.removeprefix("linux-headers-") for name in suite.names(r"linux-headers-\d.*-amd64"))
    releases = [release for release in names if _is_of(release, series)]
    if not releases:
        raise Unavailable(f"{suite.name} has no linux-headers package of the {series} series")
    return max(releases, key=_release_key)


def _link(path, target):
    path.symlink_to(target)


def make_kdir(root, release):
    """Makes `kdir` and the lib/modules link inside the unpacked `root`."""
    headers = Path("usr/src") / f"linux-headers-{release}"
    common = next((root / "usr/src").glob("linux-headers-*-common*"))
    kdir = root / "kdir"
    kdir.mkdir()
    for name in (
        ".config",
        ".kernelvariables",
        "Module.symvers",
        "arch",
        "include",
        "scripts",
        "tools",
        "vmlinux",
    ):
        if (root / headers / name).exists():
            _link(kdir / name, Path("..") / headers / name)
    # Relative to the makefile itself: the cache may lie elsewhere when kdir is used.
    here = "$(abspath $(dir $(lastword $(MAKEFILE_LIST))))"
    lines = (root / headers / "Makefile").read_text()
    lines = lines.replace(f"KBUILD_OUTPUT=/{headers}", f"KBUILD_OUTPUT := {here}")
    lines = lines.replace(f"include /usr/src/{common.name}", f"include {here}/../usr/src/{common.name}")
    (kdir / "Makefile").write_text(lines)
    modules = root / "lib/modules" / release
    shutil.rmtree(modules, ignore_errors=True)
    modules.mkdir(parents=True)
    _link(modules / "build", "../../../kdir")
    _link(modules / "source", f"../../../usr/src/{common.name}")


def _header_packages(suite, release):
    """The names of the packages that are a header tree together."""
    headers = f"linux-headers-{release}"
    parts = re.compile(r"linux-(headers-.*-common|kbuild-)")
    return [headers, *(name for name in suite.depends(headers) if parts.match(name))]


def header_packages(series):
    """The paths of the package files of kernel_root(series)."""
    release = kernel_root(series).name
    target = cache_root() / "packages" / "headers" / release
    with locked(f"packages-{series}"):
        if not target.is_dir():
            suite = _suite_of(series)
            with made_aside(target) as folder:
                suite.download(_header_packages(suite, release), folder)
    return sorted(target.glob("*.deb"))


def kernel_root(series, refresh=False):
    """The unpacked root of the newest kernel of `series` ("6.1"); its name is the release."""
    if series == "6.1-llvm":
        return llvm_root()
    cached = _cached(series)
    if cached and not refresh:
        return cached
    with locked(f"kernel-{series}"):
        cached = _cached(series)
        if cached and not refresh:
            return cached
        suite = _suite_of(series)
        release = _newest_release(suite, series)
        target = cache_root() / "kernels" / release
        if target.is_dir():
            return target
        with made_aside(target) as root:
            suite.unpack(_header_packages(suite, release), root)
            make_kdir(root, release)
        return target


def kernel_image(series):
    """The unpacked root of the image package that belongs to kernel_root(series)."""
    release = kernel_root(series).name
    target = cache_root() / "images" / release
    with locked(f"image-{series}"):
        if not target.is_dir():
            with made_aside(target) as root:
                _suite_of(series).unpack([f"linux-image-{release}-unsigned"], root)
    return target
