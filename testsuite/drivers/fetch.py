#!/usr/bin/env python3
"""Downloads what the driver tests use: driver sources of Debian's -dkms packages, kernel headers,
kernel images.

    fetch.py drivers [NAME@SUITE...]   all that cells.json names, or only these
    fetch.py kernels [SERIES...]       header trees, e.g. 6.1
    fetch.py images SERIES...          kernels to boot

Exits with 77 when something cannot be downloaded.
"""

import argparse
import json
from pathlib import Path

from archive import Suite
from cachedir import cache_root, locked, made_aside, skip_when_unavailable
from kernels import SUITE_OF_SERIES, kernel_image, kernel_root

TABLE = json.loads((Path(__file__).parent / "cells.json").read_text())


def driver_source(name, suite):
    """The unpacked source folder (the one with dkms.conf) of a driver of cells.json."""
    target = cache_root() / "drivers" / suite / name
    with locked(f"driver-{suite}-{name}"):
        if not target.is_dir():
            with made_aside(target) as aside:
                Suite(suite).unpack([TABLE["drivers"][name]["package"]], aside)
    return next(target.glob("usr/src/*/dkms.conf")).parent


def package_root(name, suite="bookworm"):
    """Any other package a driver's build looks into, unpacked."""
    target = cache_root() / "packages" / suite / name
    with locked(f"package-{suite}-{name}"):
        if not target.is_dir():
            with made_aside(target) as aside:
                Suite(suite).unpack([name], aside)
    return target


def _main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["drivers", "kernels", "images"])
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    if arguments.what == "drivers":
        wanted = arguments.names or sorted({f"{c['driver']}@{c['suite']}" for c in TABLE["cells"]})
        for wish in wanted:
            name, _, suite = wish.partition("@")
            print(driver_source(name, suite or "bookworm"))
    else:
        get = kernel_root if arguments.what == "kernels" else kernel_image
        for series in arguments.names or SUITE_OF_SERIES:
            print(get(series))


if __name__ == "__main__":
    skip_when_unavailable(_main)
