"""The kernel tree that the tests build against, and copies of it whose configuration may be changed."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from outcome import Skipped


def find(kbx, environment):
    """The header folder to test with: what KBX_TEST_KERNEL means to kbx, else kbx's default kernel."""
    spec = os.environ.get("KBX_TEST_KERNEL", "")
    if not spec:
        spec = _ask(kbx, ["--default"], environment)
    return Path(_ask(kbx, ["--path", spec], environment))


def _ask(kbx, arguments, environment):
    run = subprocess.run([kbx, "kernels", *arguments], env=environment, capture_output=True, text=True)
    answer = run.stdout.strip()
    if run.returncode or not answer:
        raise Skipped(f"no kernel headers to test with: {run.stderr.strip()}")
    return answer.splitlines()[-1]


def fetch(workspace, *words, environment):
    """kbx kernels fetch; without an archive to ask the test is skipped."""
    run = workspace.run([workspace.kbx, "kernels", "fetch", *words], environment=environment)
    if run.status and any(why in run.err for why in ("Could not resolve", "Temporary failure", "apt-get is not")):
        raise Skipped("needs a package archive: " + run.err.strip())
    return run


def release_of(tree):
    text = (tree / "include/generated/utsrelease.h").read_text()
    return re.search(r'UTS_RELEASE\s+"([^"]+)"', text)[1]


def is_set(tree, option):
    """Whether the kernel's configuration has CONFIG_`option`=y."""
    return f"\nCONFIG_{option}=y\n" in (tree / "include/config/auto.conf").read_text()


def compiler_names(tree):
    """Names under which kbuild may call the compiler of this tree."""
    named = "gcc"
    variables = tree / ".kernelvariables"
    if variables.exists():
        found = re.search(r"gcc-\d+", variables.read_text())
        named = found[0] if found else named
    return ["gcc", "cc", "x86_64-linux-gnu-gcc", named, f"x86_64-linux-gnu-{named}"]


# Where a process has copied each tree first.
_FIRST_COPIES = {}


def _link(target, place, other):
    """A link to `target`; a further name of the link at `other` if there is such a one, since a new file takes longer."""
    try:
        if os.readlink(other) == target:
            os.link(other, place, follow_symlinks=False)
            return
    except OSError:
        pass
    os.symlink(target, place)


def copy(tree, to, release=None):
    """Makes a tree of links at `to` in which the configuration, the generated headers, Module.symvers and the
    Makefile are files of its own. With `release` it also claims to be another kernel."""
    own_folders = {"include", "include/config", "include/generated"}
    own_files = {"Makefile", "Module.symvers", ".config", ".kernelvariables", "include/config/auto.conf",
                 "include/config/kernel.release", "include/generated/autoconf.h", "include/generated/utsrelease.h"}

    first = _FIRST_COPIES.setdefault(tree, to)

    # include/config alone has ten thousand files: no Path is made for one, and no link of it is followed.
    def fill(below):
        source, target = os.path.realpath(tree / below), to / below
        target.mkdir(parents=True)
        for name in os.listdir(source):
            path = f"{below}/{name}" if below else name
            if path in own_folders:
                fill(path)
            elif path in own_files:
                shutil.copy(f"{source}/{name}", target)
                (target / name).chmod(0o644)
            else:
                _link(f"{source}/{name}", f"{target}/{name}", f"{first}/{path}")

    fill("")
    if release:
        _rename(to, release_of(tree), release)
    return to


def _rename(tree, old, new):
    for name in (".kernelvariables", "include/config/kernel.release", "include/generated/utsrelease.h"):
        path = tree / name
        if path.exists():
            path.write_text(path.read_text().replace(old, new))


def switch_on(tree, option):
    """Sets CONFIG_`option`=y in a copied tree, as a new configuration of that kernel would; the empty file is what
    kbuild's objects depend on in place of the whole configuration."""
    (tree / "include/config" / option).touch()
    with open(tree / "include/config/auto.conf", "a") as conf:
        conf.write(f"CONFIG_{option}=y\n")
    with open(tree / "include/generated/autoconf.h", "a") as header:
        header.write(f"#define CONFIG_{option} 1\n")


def take_away(tree, name):
    """Removes a file from a copy of a tree; folders on the way that are links become folders of links. False if it is
    not there."""
    parts = name.split("/")
    for depth in range(1, len(parts)):
        folder = tree / "/".join(parts[:depth])
        if folder.is_symlink():
            entries = sorted(folder.resolve().iterdir())
            folder.unlink()
            folder.mkdir()
            for entry in entries:
                (folder / entry.name).symlink_to(entry)
    path = tree / name
    if not path.exists():
        return False
    path.unlink()
    return True


def make_foreign(tree, name):
    """Puts a program of another architecture in the place of one of a copy's. False if there is none."""
    if not take_away(tree, name):
        return False
    (tree / name).write_bytes(b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x02\x00\xb7\x00" + bytes(100))  # AArch64
    (tree / name).chmod(0o755)
    return True
