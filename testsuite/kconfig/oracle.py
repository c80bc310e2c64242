"""The kernel's own conf, built from the distribution's sources, and what Kconfig needs of these sources."""

import lzma
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent.parent / name) for name in ("harness", "drivers")]

from archive import Suite  # noqa: E402
from cachedir import Unavailable, cache_root, locked, made_aside  # noqa: E402
from kernels import SUITE_OF_SERIES  # noqa: E402

# What Kconfig files include, run, or look for.
PARTS = ("Makefile", "Kconfig*", "*/Kconfig*", "scripts/*", "arch/*/Makefile*", "arch/*/configs/*", "arch/*/tools/*",
         "kernel/configs/*", "include/linux/compiler*.h", "tools/*.sh")
# 6.12 is the kernel of this release; beside the kernels of an earlier one, configurations are not kept.
SUITE_OF_CONFIGS = {"6.12": "trixie"}
PROGRAM = ("conf", "confdata", "expr", "menu", "preprocess", "symbol", "util")


@dataclass(frozen=True)
class Oracle:
    series: str
    tree: Path
    conf: Path


def oracle(series):
    """conf of a series of kernels ("6.1") and its sources; Unavailable if they cannot be had."""
    target = cache_root() / "kconfig" / series
    with locked(f"kconfig-{series}"):
        if not target.is_dir():
            with made_aside(target) as aside:
                _make(series, aside)
    return Oracle(series, next(target.glob("linux-source-*")), target / "conf")


def remembering(original):
    """The same conf, but with a shell that remembers what commands printed in the folder $CONF_ANSWERS."""
    program, shell = original.conf.with_name("conf-remembering"), Path(__file__).with_name("remembered_shell.c")
    with locked(f"kconfig-{original.series}"):
        if not program.exists() or program.stat().st_mtime < shell.stat().st_mtime:
            _compile(original.tree / "scripts", original.conf.parent / "made", program, [shell])
    return program


def distribution_configs(series, architecture):
    """The .config files that Debian builds its kernels of a series with, for one of its architectures."""
    target = cache_root() / "kconfig-distribution" / f"{series}-{architecture}"
    with locked(f"kconfig-distribution-{series}-{architecture}"):
        if not target.is_dir():
            with made_aside(target) as aside:
                _unpack_configs(series, architecture, aside)
    return sorted(target.glob("config.*"))


def _unpack_configs(series, architecture, folder):
    wanted = rf"linux-config-{re.escape(series.removesuffix('.x'))}" + (r"\.\d+" if series.endswith(".x") else "")
    # A mirror's security archive may lack an architecture; the configurations of a release will do.
    suite = Suite(SUITE_OF_CONFIGS.get(series, SUITE_OF_SERIES[series]), architecture, updates=False)
    names = suite.names(wanted)
    if not names:
        raise Unavailable(f"the archive has no {wanted} for {architecture}")
    packed = folder / ".package"
    packed.mkdir()
    suite.unpack([max(names, key=lambda name: [int(number) for number in re.findall(r"\d+", name)])], packed)
    for file in packed.glob("usr/src/linux-config-*/config.*.xz"):
        (folder / file.stem).write_bytes(lzma.decompress(file.read_bytes()))
    shutil.rmtree(packed)


def _make(series, folder):
    packed = folder / ".package"
    packed.mkdir()
    suite = Suite(SUITE_OF_SERIES[series])
    names = suite.names(rf"linux-source-{re.escape(series.removesuffix('.x'))}" +
                        (r"\.\d+" if series.endswith(".x") else ""))
    if not names:
        raise Unavailable(f"the archive has no sources of {series}")
    newest = max(names, key=lambda name: [int(number) for number in re.findall(r"\d+", name)])
    suite.unpack([newest], packed)
    archive = next(packed.glob("usr/src/linux-source-*.tar.*"))
    wanted = [f"{newest}/{part}" for part in PARTS]
    # A pattern that matches nothing is an error to tar and none here.
    subprocess.run(["tar", "-xf", str(archive), "-C", str(folder), "--wildcards", *wanted],
                   stderr=subprocess.DEVNULL, check=False)
    shutil.rmtree(packed)
    _build(folder / newest / "scripts", folder)


def _build(scripts, folder):
    for program in ("bison", "flex", "gcc"):
        if not shutil.which(program):
            raise Unavailable(f"{program} is not installed")
    source, made = scripts / "kconfig", folder / "made"
    made.mkdir()
    subprocess.run(["bison", "-t", "-d", "-o", made / "parser.tab.c", source / "parser.y"],
                   stderr=subprocess.DEVNULL, check=True)
    subprocess.run(["flex", "-o", made / "lexer.lex.c", source / "lexer.l"], check=True)
    _compile(scripts, made, folder / "conf", [])


def _compile(scripts, made, program, more):
    source = scripts / "kconfig"
    parts = [source / f"{name}.c" for name in PROGRAM]
    # Older parsers include menu.c.
    if '#include "menu.c"' in (source / "parser.y").read_text():
        parts.remove(source / "menu.c")
    subprocess.run(["gcc", "-O2", "-w", "-D_GNU_SOURCE", f"-I{source}", f"-I{scripts / 'include'}", f"-I{made}",
                    "-o", program, *parts, made / "parser.tab.c", made / "lexer.lex.c", *more], check=True)


def environment(tree, arch="x86_64", **more):
    """The variables that the kernel's Makefile exports to conf, and nothing of the caller's but the way to programs."""
    source_arch = {"x86_64": "x86", "i386": "x86"}.get(arch, arch)
    if arch == "um":
        more |= {"SUBARCH": "x86", "HEADER_ARCH": "x86"}
    return {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "LC_ALL": "C", "srctree": str(tree),
            "ARCH": arch, "SRCARCH": source_arch, "KERNELVERSION": "1.2.3", "CC": "gcc", "HOSTCC": "gcc", "LD": "ld",
            "AR": "ar", "NM": "nm", "OBJCOPY": "objcopy", "PAHOLE": "pahole", "RUSTC": "rustc", "BINDGEN": "bindgen",
            "PYTHON3": "python3", "CLANG_FLAGS": "", "CC_VERSION_TEXT": "gcc", "RUSTC_VERSION_TEXT": "", **more}
