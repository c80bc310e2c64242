#!/usr/bin/env python3
"""Builds modules for kernels of other architectures from their header packages alone, and loads them there.

    foreign.py --kbx build/kbx [ARCHITECTURE...]
    foreign.py --kbx build/kbx --only-build arm64

hello, exporting-pair and v4l2loopback. While they are built, every program that is started is looked at: none may be of
the header packages, but for scripts that this machine's shell reads. Then a kernel of that architecture boots under
qemu, has to load and unload them, and to be tainted by exactly O and E. What cannot be had here is not tried, and told.
On 6.1, kbuild builds the same with programs for this machine in the tree, and code and metadata are compared.
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

from cachedir import Unavailable, all_good, cache_root, skip_when_unavailable  # noqa: E402
from driver_copy import copy_sources  # noqa: E402
from fetch import driver_source  # noqa: E402
from foreign_kbuild import differences, shadow_tree  # noqa: E402
from foreign_kernels import FOREIGN, depends, foreign_kernel  # noqa: E402
from guest import boot, expected, module_name  # noqa: E402
from machines import MACHINES  # noqa: E402

EXAMPLES = HERE.parent.parent / "examples"
EXECUTED = re.compile(r'execve\("([^"]+)".* = 0$')


def sources(series):
    """(name, folder) of what is built."""
    yield "hello", EXAMPLES / "hello"
    yield "exporting-pair", EXAMPLES / "exporting-pair"
    yield "v4l2loopback", driver_source("v4l2loopback", "bookworm" if series == "6.1" else "sid")


def build(kbx, kernel, folder):
    """The modules, in an order in which they load, and faults."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "XDG_CACHE_HOME": str(folder / "cache"), "LC_ALL": "C"}
    subprocess.run([kbx, "kernels", "add", *kernel.headers], env=environment, check=True, capture_output=True)
    series = kernel.series()
    modules, faults = [], []
    for name, source in sources(series):
        copy_sources(source, folder / name)
        trace, out = folder / f"{name}.trace", folder / "out" / name
        command = [kbx, "build", folder / name, "--kernel", f"debian:{series}:{kernel.architecture}", "--out", out]
        traced = ["strace", "-f", "-qq", "-e", "trace=execve", "-e", "signal=none", "-o", trace, *command]
        said = subprocess.run(traced, env=environment, capture_output=True, text=True)
        if said.returncode:
            faults.append(f"{name} does not build\n{said.stdout}{said.stderr}")
            continue
        faults += [f"{name}: {fault}" for fault in untold(kernel, said, folder / "cache")]
        faults += started_of(trace.read_text(), folder / "cache")
        modules += sorted(out.glob("*.ko"))
    return modules, faults


def untold(kernel, said, cache):
    """What a build did not say of the compiler and the BTF that the headers ask for."""
    headers = next(cache.glob(f"kbx/kernels/*/root/usr/src/linux-headers-{kernel.release}"))
    asked = re.search(r"gcc-\d+", (headers / ".kernelvariables").read_text())[0]
    named = f"{FOREIGN[kernel.architecture][3]}-{asked}"
    if not shutil.which(named) and f"note: {named}, which this tree asks for" not in said.stderr:
        yield f"the compiler that was taken is not told\n{said.stdout}{said.stderr}"
    if not (headers / "vmlinux").exists() or "CONFIG_DEBUG_INFO_BTF_MODULES=y" not in (headers / ".config").read_text():
        return
    if "gets no BTF, since the tree's resolve_btfids is built for" not in said.stdout:
        yield f"BTF was left out in silence\n{said.stdout}{said.stderr}"


def started_of(trace, cache):
    """The programs below `cache`, where the headers are, that were started."""
    programs = {found[1] for found in map(EXECUTED.search, trace.splitlines()) if found}
    return [
        f"{program} was run"
        for program in sorted(programs)
        if Path(program).is_relative_to(cache) and not Path(program).read_bytes().startswith(b"#!/bin/sh")
    ]


def compare(kernel, modules, folder):
    """What differs from the modules that kbuild makes."""
    series, triplet = kernel.series(), FOREIGN[kernel.architecture][3]
    tree = shadow_tree(kernel, series, folder / "kbuild")
    faults = []
    for name, _ in sources(series):
        copy = folder / name  # where kbx built it: paths are in the code
        command = ["make", "-C", tree, f"M={copy}", f"CROSS_COMPILE={triplet}-", "modules"]
        said = subprocess.run(command, capture_output=True, text=True)
        if said.returncode:
            faults.append(f"{name}: kbuild ended with {said.returncode}\n{said.stdout}{said.stderr}")
        for theirs in copy.rglob("*.ko"):
            ours = next(path for path in modules if path.name == theirs.name)
            faults += differences(f"{triplet}-readelf", ours, theirs)
    return faults


def load(kernel, modules, folder):
    """Faults of a boot in which the modules, and those of the kernel that they need, are loaded."""
    machine = MACHINES[kernel.architecture]
    own = {module_name(path) for path in modules}
    needed = [name for path in modules for name in depends(path) if name not in own]
    first = kernel.with_dependencies(needed, folder)
    told, text = boot(kernel.image(machine.kernel), kernel.busybox(), [*first, *modules], machine)
    seen = {re.sub(r" version.*", "", line) for line in told}
    names = {module_name(path) for path in first}
    missing = [
        line
        for line in expected([*first, *modules], kernel.release)
        if line not in seen and not (line.startswith("state ") and line.split()[1] in names)
    ]
    return [f"{text}\nthe guest did not report: " + "; ".join(missing)] if missing else []


def judge(kbx, architecture, only_build):
    triplet = FOREIGN[architecture][3]
    wanted = ["strace", f"{triplet}-gcc", *([] if only_build else [MACHINES[architecture].program])]
    for program in wanted:
        if not shutil.which(program):
            raise Unavailable(f"{program} is not installed")
    kernel = foreign_kernel(architecture)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        modules, faults = build(kbx, kernel, folder)
        is_compared = not faults and FOREIGN[architecture][1] == "6.1"
        if is_compared:
            faults = compare(kernel, modules, folder)
        if not faults and not only_build:
            faults = load(kernel, modules, folder)
        done = "built" if only_build else "built and loaded, the kernel tainted by OE only"
        done += "; no program of the headers ran" + ("; as kbuild's" if is_compared else "")
        print(f"{architecture}, {kernel.release}: {len(modules)} modules {'WRONG' if faults else done}", flush=True)
    print("".join(f"{fault}\n" for fault in faults), end="", flush=True)
    return not faults


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kbx", type=Path, required=True)
    parser.add_argument("--only-build", action="store_true")
    parser.add_argument("architectures", nargs="*")
    options = parser.parse_args()
    kbx = options.kbx.resolve()
    names = options.architectures or list(FOREIGN)
    good = all_good(names, lambda name: judge(kbx, name, options.only_build), "no kernel of another architecture is here")
    return 0 if good else 1


if __name__ == "__main__":
    skip_when_unavailable(main)
