"""Kernels to build and boot: one file each, beside this one.

| name | what it says |
| --- | --- |
| architecture | as Debian calls it: which GNU ld is the oracle |
| compiler, target, flags | gcc or clang, clang's --target, and more words for programs of the guest |
| make | words for every make |
| gnu_tools | variables of make and, for each, the one of GNU's binutils that it names |
| base | the target that makes the first configuration |
| options | lines of .config on top of it and of guest.config |
| modules | modules of the kernel that are loaded, in this order |
| links | outputs, at least these, that the linker has to make |
| image | what is booted |
| machine | program, words, console, append: how; package: Debian's with the program; firmware: package and path |
"""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Configuration:
    name: str
    architecture: str
    compiler: str
    make: list
    base: str
    options: str
    modules: list
    links: list
    image: str
    machine: dict
    target: str = ""
    flags: list = field(default_factory=list)
    gnu_tools: dict = field(default_factory=dict)
    common: str = field(default_factory=lambda: (HERE / "guest.config").read_text())

    def lines(self):
        """What .config has to say."""
        return [line for line in (self.common + self.options).splitlines() if line]

    def compile_words(self):
        return [self.compiler, *([f"--target={self.target}"] if self.target else []), *self.flags]


def names():
    return sorted(path.stem for path in HERE.glob("*.toml"))


def load(name):
    return Configuration(name, **tomllib.loads((HERE / f"{name}.toml").read_text()))
