"""Linux built with kbx as its linker, its compiled objects kept from run to run.

A kernel is built in a folder of the cache, which its source, configuration and compiler name. Before each run all files
that a linker has written there are removed, so make links them again and compiles next to nothing. That needs no trust in
what a killed run has left: make finds out itself what is missing.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent)]

from oracle import gnu_ld  # noqa: E402

from cachedir import Unavailable, cache_root, locked, made_aside  # noqa: E402
from fetch import package_root  # noqa: E402

PACKAGE = "linux-source-6.1"
# What a kernel's build calls, and the package with it.
NEEDS = {"make": "make", "flex": "flex", "bison": "bison", "bc": "bc", "perl": "perl-base", "xz": "xz-utils", "gcc": "gcc"}
LLVM_NEEDS = {"clang": "clang", "ld.lld": "lld"} | dict.fromkeys(
    ("llvm-ar", "llvm-nm", "llvm-objcopy", "llvm-objdump", "llvm-readelf", "llvm-strip"), "llvm")
HEADERS = {"libelf.h": "libelf-dev", "stdlib.h": "libc6-dev"}
# Most of the archive by size, and nothing that these configurations compile.
UNREAD = ("drivers/gpu/drm/amd/include/asic_reg", "tools/testing")
# Options that are asked of the linker and that kbx answers otherwise than GNU ld: docs/reference/ld.md names them.
KNOWN = re.compile(r".*CONFIG_(TOOLS_SUPPORT_)?RELR\b.*\n")
UNUSED = 30 * 24 * 3600  # seconds


class Failed(Exception):
    """A build failed or its result is not as it should be; the text says how."""


def source():
    """A kernel's source in which nothing was configured: KBX_KERNEL_SOURCE, or Debian's, kept in the cache."""
    named = os.environ.get("KBX_KERNEL_SOURCE")
    if named and not any((Path(named) / part).exists() for part in (".config", "include/config")):
        return Path(named).resolve()
    target = cache_root() / "sources" / PACKAGE
    with locked(f"source-{PACKAGE}"):
        if not target.is_dir():
            package = package_root(PACKAGE)
            archive = next(package.glob("usr/src/linux-source-*.tar.*"))
            with made_aside(target) as aside:
                excluded = [f"--exclude=*/{part}" for part in UNREAD]
                subprocess.run(["tar", "-xf", archive, "-C", aside, "--strip-components=1", *excluded], check=True)
            shutil.rmtree(package)
    return target


def _state_of(folder):
    """A digest of names, sizes and times below a folder."""
    digest = hashlib.sha256()
    for where, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            status = os.lstat(os.path.join(where, name))
            digest.update(f"{where}/{name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def check_tools(compiler):
    """Unavailable if the machine lacks what a kernel is built with."""
    for program, package in (NEEDS | (LLVM_NEEDS if compiler == "clang" else {})).items():
        if not shutil.which(program):
            raise Unavailable(f"{program} is not installed: package {package}")
    for header, package in HEADERS.items():
        done = subprocess.run(["gcc", "-E", "-x", "c", "-"], input=f"#include <{header}>\n", capture_output=True, text=True, check=False)
        if done.returncode:
            raise Unavailable(f"{header} is not installed: package {package}")


def without_known(configuration):
    return KNOWN.sub("", configuration)


def _version(program):
    return subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout


class Tree:
    """The folder of one kernel, and make in it."""

    def __init__(self, configuration, kbx):
        self.configuration = configuration
        check_tools(configuration.compiler)
        self.gnu = gnu_ld(configuration.architecture)
        self.source = source()
        key = [str(self.source), _state_of(self.source), configuration.base, configuration.lines(), configuration.make,
               _version(configuration.compiler), _version("as")]
        digest = hashlib.sha256(json.dumps(key).encode()).hexdigest()[:16]
        self.kernels = (cache_root() / "linked-kernels").resolve()
        self.folder = self.kernels / f"{configuration.name}-{digest}"
        self.build = self.folder / "build"
        self.ld = self.folder / "ld" / "ld"
        self.kbx = kbx

    @contextmanager
    def prepared(self):
        """Holds the folder for one run, with a linker in it that watches kbx, and nothing that was linked before."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._drop_unused()
        with open(self.folder / "lock", "w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            os.utime(self.folder)
            for record in self.records():
                # riscv's vDSO is linked aside; make asks only for what comes of it.
                for made in (record["output"], record["output"].removesuffix(".tmp")):
                    Path(made).unlink(missing_ok=True)
            for name in ("records", "different", "aside", "kbx", "ld"):
                shutil.rmtree(self.folder / name, ignore_errors=True)
                (self.folder / name).mkdir()
            self._lay_out_linkers()
            yield self

    def _drop_unused(self):
        """Removes kernels that no run has used for a month: those of older compilers and sources."""
        for folder in self.kernels.iterdir():
            if time.time() - folder.stat().st_mtime > UNUSED:
                shutil.rmtree(folder, ignore_errors=True)

    def _lay_out_linkers(self):
        own = self.folder / "kbx" / "ld"
        own.symlink_to(self.kbx.resolve())
        setting = {"kbx": str(own), "gnu": self.gnu.words, "environment": self.gnu.environment}
        (self.folder / "watch.json").write_text(json.dumps(setting))
        self.ld.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{HERE}/watched_ld.py" "{self.folder}" "$@"\n')
        self.ld.chmod(0o755)
        ld = Path(self.gnu.words[0])
        for tool in self.configuration.gnu_tools.values():
            words = [f"{name}='{value}'" for name, value in self.gnu.environment.items()]
            program = ld.with_name(ld.name.removesuffix(".bfd").removesuffix("ld") + tool)
            (self.ld.parent / tool).write_text(f'#!/bin/sh\n{" ".join(words)} exec "{program}" "$@"\n')
            (self.ld.parent / tool).chmod(0o755)

    def records(self):
        """What each link of this run, or of the last, was and came to."""
        return [json.loads(path.read_text()) for path in sorted(self.folder.glob("records/*"))]

    def make(self, *words, ld=None, environment=None):
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        fixed = {"PATH": "/usr/bin:/bin", "HOME": str(home), "LC_ALL": "C", "KBUILD_BUILD_TIMESTAMP": "2020-01-01",
                 "KBUILD_BUILD_USER": "user", "KBUILD_BUILD_HOST": "host"}
        tools = [f"{variable}={self.ld.parent / tool}" for variable, tool in self.configuration.gnu_tools.items()]
        command = ["make", "-C", str(self.source), f"O={self.build}", f"LD={ld or self.ld}", *self.configuration.make, *tools,
                   f"-j{len(os.sched_getaffinity(0))}", *words]
        done = subprocess.run(command, env=fixed | (environment or {}), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace", check=False)
        with open(self.folder / "log", "a") as log:
            log.write(done.stdout)
        if done.returncode:
            raise Failed(f"{' '.join(command)}: exit status {done.returncode}\n" + "\n".join(done.stdout.splitlines()[-40:]))

    def configure(self):
        """Configures with GNU ld, once, and with kbx, whose answers to the kernel's questions have to be the same."""
        wanted, config = self.folder / "config", self.build / ".config"
        if not wanted.exists():
            shutil.rmtree(self.build, ignore_errors=True)
            self.build.mkdir()
            self._configure("config.gnu", ld=self.gnu.words[0], environment=self.gnu.environment).rename(wanted)
        own = self._configure("config.own")
        if without_known(own.read_text()) != without_known(wanted.read_text()):
            raise Failed(f"the configuration is another with kbx than with GNU ld: {own} and {wanted} differ")
        if not config.exists() or config.read_text() != own.read_text():
            shutil.copy(own, config)

    def _configure(self, name, **how):
        """Makes a configuration in the file `name` of the build folder, below which the kernel's scripts want it."""
        config = self.build / name
        self.make(f"KCONFIG_CONFIG={name}", self.configuration.base, **how)
        with open(config, "a") as file:
            file.write("\n".join(self.configuration.lines()) + "\n")
        self.make(f"KCONFIG_CONFIG={name}", "olddefconfig", **how)
        self._check(config.read_text())
        return config

    def _check(self, text):
        lines = set(text.splitlines())
        for line in self.configuration.lines():
            off = line.endswith("=n") and line[:-1] + "y" not in lines
            if line not in lines and not off:
                raise Failed(f"the kernel's configuration does not take {line}")
