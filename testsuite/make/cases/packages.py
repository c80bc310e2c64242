"""Drivers of Debian's packages and the kernel that they are built for, from the cache of the driver tests."""

import shutil
import sys
from pathlib import Path

from common import GNU_MAKE
from outcome import Skipped

sys.path.append(str(Path(__file__).resolve().parents[2] / "drivers"))

from cachedir import Unavailable  # noqa: E402
from fetch import driver_source, package_root  # noqa: E402
from kernels import kernel_root  # noqa: E402


def _needed(get, *words):
    try:
        return get(*words)
    except Unavailable as reason:
        raise Skipped(str(reason)) from reason


def kernel():
    """The root of the kernel; its name is the release."""
    if not GNU_MAKE:
        raise Skipped("GNU make is not installed")
    return _needed(kernel_root, "6.1")


def kernel_folder(root):
    return root / "lib/modules" / root.name / "build"


def sources(package):
    """The sources of a driver as they come; not to be changed."""
    return _needed(driver_source, package, "bookworm")


def other_package(name):
    """The root of any other package."""
    return _needed(package_root, name)


def fresh_copy(package, place):
    """The sources of a driver at `place`, whatever lay there."""
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(sources(package), place, symlinks=True)
