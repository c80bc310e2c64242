#!/usr/bin/env python3
"""The cells of kernels that this machine's compiler and C library are too old for, in a root where
they are not.

    trixie.py [--mode make|build|modpost] [words for run.py...]
    trixie.py --matrix [words for matrix/against_kbuild.py...]
    trixie.py --foreign [words for boot/foreign.py...]

A minimal root of Debian's trixie is made once for a list of packages by debootstrap and kept in the cache. kbx is built
there from this checkout, by the packages that ./dev names, and the program runs there. The root is
never written to afterwards: a run sees it through an overlay that ends with the run. Needs root
and a mount namespace; exits with 77 where these or the archive are not to be had.

kbuild links with GNU ld 2.40, which kbx follows: trixie's 2.44 keeps sections that belong to others (SHF_LINK_ORDER) apart
in partial links, which changes the order of what is in __patchable_function_entries.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from archive import configured_mirrors
from cachedir import Unavailable, cache_root, locked, made_aside, skip_when_unavailable
from fetch import TABLE, driver_source, package_root
from foreign_kernels import foreign_kernel
from kernels import kernel_root

PROJECT = Path(__file__).resolve().parent.parent.parent
SUITE, SERIES = "trixie", "7.x"
# What the drivers' own build steps call, beside what ./dev names.
ALSO = "ca-certificates gcc-14 make dwarves python3 libelf1t64 patch perl kmod gawk bc file"
# The one architecture that bookworm has neither a compiler nor a firmware for, and what foreign.py needs for it.
FOREIGN_ONLY = "loong64"
FOR_FOREIGN = "gcc-loongarch64-linux-gnu strace cpio qemu-system-misc qemu-efi-loongarch64"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def _build_packages():
    return re.search(r'^build_packages="(.*)"$', (PROJECT / "dev").read_text(), re.MULTILINE)[1]


def _check_machine():
    if os.geteuid() != 0:
        raise Unavailable("only root can use a root folder of its own")
    for program in ("debootstrap", "unshare", "chroot"):
        if not shutil.which(program):
            raise Unavailable(f"{program} is not installed")
    if subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode:
        raise Unavailable("no mount namespace can be made here")


def _in_namespace(script, *words, **keywords):
    """Runs a shell script whose mounts nobody else sees and that end with it."""
    return subprocess.run(["unshare", "-m", "sh", "-eu", "-c", script, "sh", *map(str, words)], **keywords)


INSTALL = """root=$1 suite=$2 mirror=$3 security=$4; shift 4
debootstrap --variant=minbase "$suite" "$root" "$mirror"
cat >"$root/etc/apt/sources.list" <<END
deb $mirror $suite main
deb $security $suite-security main
END
cp -L /etc/resolv.conf "$root/etc/resolv.conf" || true
mount -t proc proc "$root/proc"
export DEBIAN_FRONTEND=noninteractive
chroot "$root" apt-get -qq update
chroot "$root" apt-get -qq -y --no-install-recommends install "$@"
chroot "$root" apt-get clean
"""


def trixie_root():
    """The root folder, made if it is not there yet with the packages that are needed now."""
    packages = f"{_build_packages()} {ALSO} {FOR_FOREIGN}".split()
    listed = hashlib.sha256(" ".join(sorted(packages)).encode()).hexdigest()[:12]
    name = f"{SUITE}-root"
    target = cache_root() / "roots" / f"{name}-{listed}"
    with locked(f"root-{SUITE}"):
        if not target.is_dir():
            for former in target.parent.glob(f"{name}-*"):
                shutil.rmtree(former)
            main, security = configured_mirrors()
            with made_aside(target) as root:
                said = _in_namespace(
                    INSTALL, root, SUITE, main, security, *packages, capture_output=True, text=True
                )
                if said.returncode:
                    last = (said.stdout + said.stderr).strip().splitlines()[-3:]
                    raise Unavailable(f"no {SUITE} root can be made: " + " / ".join(last))
    return target


# The upper folder of the overlay is a tmpfs: what a run installs or breaks ends with it. The cache,
# the checkout, and the work folder have the names that they have outside.
RUN = """root=$1 work=$2 cache=$3 project=$4; shift 4
at=$work/root; mkdir -p "$at" "$work/layers"
mount -t tmpfs tmpfs "$work/layers"
mkdir "$work/layers/upper" "$work/layers/work"
mount -t overlay overlay -o "lowerdir=$root,upperdir=$work/layers/upper,workdir=$work/layers/work" "$at"
mount -t proc proc "$at/proc"
mount --rbind /dev "$at/dev"
for folder in "$cache" "$work" "$project"; do
  mkdir -p "$at$folder"
  mount --bind "$folder" "$at$folder"
done
mount -o remount,bind,ro "$at$project"
exec chroot "$at" "$@"
"""


def run_inside(root, work, command):
    """Runs a command in the root and gives its exit status."""
    env = {
        "PATH": PATH,
        "HOME": "/root",
        "LC_ALL": "C.UTF-8",
        "XDG_CACHE_HOME": str(cache_root().parent),
    }
    env |= {name: os.environ[name] for name in ("KBX_FRESH_ORACLE", "KBX_TEST_LD") if name in os.environ}
    words = (root, work, cache_root(), PROJECT, *command)
    return _in_namespace(RUN, *words, env=env).returncode


LINKER = """#!/bin/sh
LD_LIBRARY_PATH={libraries} exec {program} "$@"
"""


def _linker():
    """A program that is bookworm's GNU ld wherever it is started."""
    parts = {name: package_root(name) for name in ("binutils-x86-64-linux-gnu", "libbinutils", "libctf0")}
    folders = [parts[name] / "usr/lib/x86_64-linux-gnu" for name in ("libbinutils", "libctf0")]
    program = parts["binutils-x86-64-linux-gnu"] / "usr/bin/x86_64-linux-gnu-ld.bfd"
    text = LINKER.format(libraries=":".join(map(str, folders)), program=program)
    at = cache_root() / "roots" / f"{SUITE}-ld"
    if not at.exists() or at.read_text() != text:
        aside = at.with_name(f"{at.name}.{os.getpid()}")
        aside.write_text(text)
        aside.chmod(0o755)
        aside.rename(at)
    return at


def _build_folder(root):
    """Where kbx is built with what is in the root; those of former roots go."""
    target = root.with_name(root.name.replace("-root-", "-kbx-"))
    for former in root.parent.glob(f"{SUITE}-kbx*"):
        if former != target:
            shutil.rmtree(former)
    return target


def _build_kbx(root, work, build):
    build.mkdir(parents=True, exist_ok=True)
    jobs = str(len(os.sched_getaffinity(0)))
    for command in (
        ["cmake", "-S", PROJECT, "-B", build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release"],
        ["cmake", "--build", build, "--target", "kbx", "-j", jobs],
    ):
        log = build / "log"
        quiet = ["sh", "-c", 'log=$1; shift; exec "$@" >"$log" 2>&1', "sh", log, *command]
        if run_inside(root, work, quiet):
            sys.exit(f"kbx cannot be built in {SUITE}:\n" + log.read_text()[-4000:])
    return build / "kbx"


def _drivers(words, base):
    """What run.py is given; what it needs of the archive is brought here before, as inside there is none."""
    _fetch_cells()
    mode = words[words.index("--mode") + 1] if "--mode" in words else "make"
    return "drivers/run.py", ["--slice", SUITE, *words, *_work(words, base, mode)]


def _matrix(words, base):
    _fetch_cells()
    chosen = [] if "--cells" in words else ["--cells", f"*/{SERIES}*"]
    return "matrix/against_kbuild.py", [*chosen, *words, *_work(words, base, "matrix")]


def _foreign(words, base):
    foreign_kernel(FOREIGN_ONLY)
    driver_source("v4l2loopback", "sid")
    return "boot/foreign.py", words or [FOREIGN_ONLY]


PROGRAMS = {"--matrix": _matrix, "--foreign": _foreign}


def _fetch_cells():
    for cell in TABLE["cells"]:
        if cell["kernel"] == SERIES:
            driver_source(cell["driver"], cell["suite"])
    kernel_root(SERIES)


def _work(words, base, name):
    return [] if "--work" in words else ["--work", str(base / f"{SUITE}-{name}")]


def main():
    _check_machine()
    base = cache_root() / "work"
    base.mkdir(parents=True, exist_ok=True)
    kind, words = ("", sys.argv[1:])
    if words[:1] and words[0] in PROGRAMS:
        kind, *words = words
    program, words = PROGRAMS.get(kind, _drivers)(words, base)
    os.environ["KBX_TEST_LD"] = str(_linker())
    root = trixie_root()
    with tempfile.TemporaryDirectory(prefix=f"{SUITE}-", dir=base) as folder:
        work = Path(folder)
        with locked(f"{SUITE}-kbx"):
            kbx = _build_kbx(root, work, _build_folder(root))
        return run_inside(root, work, ["python3", PROJECT / "testsuite" / program, "--kbx", kbx, *words])


if __name__ == "__main__":
    skip_when_unavailable(main)
