#!/usr/bin/env python3
"""Boots a kernel of Debian's 6.1 series under qemu and loads and unloads modules there.

    run.py MODULE.ko...         these, in this order (a module after those it uses)
    run.py --kbx build/kbx      the examples hello and exporting-pair, built with `kbx make`
    run.py --kbx build/kbx --mode build     the same, built with `kbx build`
    run.py --oracle             the same examples, built with GNU make

Every module has to load, say so in /sys/module, and unload, and the kernel has to be tainted by
exactly O (out of tree) and E (unsigned) afterwards: a module without usable symbol versions would
load too, but with taint F. --must-refuse turns the last module's part round: it has to be refused.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "drivers"), str(HERE.parent / "harness")]

from archive import Suite  # noqa: E402
from bzimage import NotABzImage, vmlinux  # noqa: E402
from cachedir import (
    Unavailable,
    cache_root,
    locked,
    made_aside,
    skip_when_unavailable,
)  # noqa: E402
from driver_copy import copy_sources  # noqa: E402
from guest import boot, expected, module_name  # noqa: E402
from kernels import kernel_image, kernel_root  # noqa: E402
from side import environment, private_path  # noqa: E402

SERIES = "6.1"
EXAMPLES = HERE.parent.parent / "examples"


def elf_kernel(series=SERIES):
    """The ELF file of the kernel of `series`, taken out of its bzImage once."""
    image = next((kernel_image(series) / "boot").glob("vmlinuz-*"))
    target = image.with_name("vmlinux")
    with locked(f"vmlinux-{series}"):
        if not target.exists():
            try:
                aside = target.with_suffix(".part")
                aside.write_bytes(vmlinux(image.read_bytes()))
                os.replace(aside, target)
            except NotABzImage as reason:
                raise Unavailable(f"{image}: {reason}") from None
    return target


def busybox():
    """A busybox that needs nothing else."""
    target = cache_root() / "busybox"
    with locked("busybox"):
        if not target.is_dir():
            with made_aside(target) as aside:
                Suite("bookworm").unpack(["busybox-static"], aside)
    return next(
        path for path in (target / "bin/busybox", target / "usr/bin/busybox") if path.exists()
    )


def build_examples(folder, kbx, mode="make"):
    """The modules of two examples, made by GNU make or, if `kbx` is given, by it."""
    kdir = kernel_root(SERIES) / "kdir"
    home = folder / "home"
    home.mkdir()
    env = environment(private_path(folder / "bin", kdir, None), home)
    for name in ("hello", "exporting-pair"):
        copy_sources(EXAMPLES / name, folder / name)
        tool = [kbx.resolve(), "make"] if kbx else ["make"]
        command = [*tool, "-C", kdir, f"M={folder / name}", "modules"]
        if mode == "build":
            command = [kbx.resolve(), "build", folder / name, "--kernel", kdir]
            command += ["--out", folder / "out" / name]
        said = subprocess.run(command, env=env, cwd=folder, capture_output=True, text=True)
        if said.returncode:
            sys.exit(f"building {name} failed\n{said.stdout}{said.stderr}")
    if mode == "build":
        pair = folder / "out/exporting-pair"
        return [folder / "out/hello/hello.ko", pair / "counter_provider.ko", pair / "counter_user.ko"]
    return [
        folder / "hello/hello.ko",
        folder / "exporting-pair/provider/counter_provider.ko",
        folder / "exporting-pair/user/counter_user.ko",
    ]


def _judge(modules, refused):
    release = kernel_root(SERIES).name
    told, text = boot(elf_kernel(), busybox(), modules)
    # The version after "version" is the module's own business.
    seen = {re.sub(r" version.*", "", line) for line in told}
    missing = [line for line in expected(modules, release, refused) if line not in seen]
    if not missing:
        print(f"{len(modules)} modules on {release}: as expected; kernel tainted by OE only")
        return 0
    print(text)
    print("the guest did not report: " + "; ".join(missing))
    return 1


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("modules", nargs="*", type=Path)
    parser.add_argument("--kbx", type=Path)
    parser.add_argument("--mode", choices=["make", "build"], default="make")
    parser.add_argument("--oracle", action="store_true")
    parser.add_argument("--must-refuse", action="store_true")
    options = parser.parse_args()
    if bool(options.modules) + bool(options.kbx) + options.oracle != 1:
        parser.error("either modules, or --kbx, or --oracle")
    if options.mode == "build" and not options.kbx:
        parser.error("--mode build is for --kbx")
    if not shutil.which("qemu-system-x86_64"):
        raise Unavailable("qemu-system-x86_64 is not installed")
    with tempfile.TemporaryDirectory() as folder:
        modules = options.modules or build_examples(Path(folder), options.kbx, options.mode)
        return _judge(modules, module_name(modules[-1]) if options.must_refuse else None)


if __name__ == "__main__":
    skip_when_unavailable(main)
