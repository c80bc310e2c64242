#!/usr/bin/env python3
"""Inputs and outputs that are bad in ways in which the kernel's conf loses files, crashes, or goes on.

    faults.py --kbx build/kbx

Each fault has to end in a message and status 1, with every file as it was.
"""

import argparse
import resource
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

ONE = 'config A\n\tbool "a"\n\tdefault y\nconfig S\n\tstring "s"\n\tdefault "' + "x" * 5000 + '"\n'
BEFORE = "# CONFIG_A is not set\nCONFIG_S=\"" + "before" * 500 + "\"\n"


def limit_files():
    """Files may not grow beyond 1000 bytes: what a full disk does to a writer."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))


def conf(kbx, folder, *options, limited=False):
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C"}
    return subprocess.run([kbx, "conf", "--no-cache", *options, "Kconfig"], cwd=folder, env=environment,
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False,
                          preexec_fn=limit_files if limited else None)


def files_of(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refused(kbx, kconfig, message, *options, limited=False):
    """True if a call with this Kconfig file is refused with `message` and nothing in the folder has changed."""
    with tempfile.TemporaryDirectory() as top:
        folder = Path(top)
        (folder / "Kconfig").write_text(kconfig)
        (folder / ".config").write_text(BEFORE)
        (folder / "saved").write_text("CONFIG_A=y\n")
        (folder / "folder").mkdir()
        before = files_of(folder)
        done = conf(kbx, folder, *options, limited=limited)
        said = done.stderr.decode()
        if done.returncode != 1 or message not in said:
            print(f"status {done.returncode}, wanted {message!r}: {said[-500:]!r}")
            return False
        if files_of(folder) != before:
            print(f"{message!r}: files have changed: {sorted(files_of(folder))}")
            return False
    return True


def works(kbx, kconfig):
    with tempfile.TemporaryDirectory() as top:
        folder = Path(top)
        (folder / "Kconfig").write_text(kconfig)
        done = conf(kbx, folder, "--alldefconfig")
        if done.returncode != 0 or not (folder / ".config").exists():
            print(f"status {done.returncode}: {done.stderr[-500:]!r}")
            return False
    return True


def keeps_old(kbx):
    """.config.old is what was there, also where another name has it."""
    with tempfile.TemporaryDirectory() as top:
        folder = Path(top)
        (folder / "Kconfig").write_text(ONE)
        (folder / ".config").write_text(BEFORE)
        (folder / "other").hardlink_to(folder / ".config")
        done = conf(kbx, folder, "--alldefconfig")
        names = sorted(path.name for path in folder.iterdir() if path.name != "include")
        good = (done.returncode == 0 and (folder / ".config.old").read_text() == BEFORE
                and (folder / "other").read_text() == BEFORE and "CONFIG_A=y" in (folder / ".config").read_text()
                and names == [".config", ".config.old", "Kconfig", "other"])
        if not good:
            print(f".config.old: status {done.returncode}, {names}")
        return good


def faults(kbx):
    deep, default = 10_000, "--alldefconfig"
    block = "Kconfig:{}: error: more than 5000 blocks within each other"
    yield refused(kbx, "menu \"m\"\n" * deep + "endmenu\n" * deep, block.format(5001), default)
    yield refused(kbx, "config A\n\tbool\nif A\n" + "if A\n" * deep + "endif\n" * (deep + 1), block.format(5003), default)
    yield refused(kbx, "config A\n\tbool \"a\" if " + "(" * 100_000 + "A\n", "Kconfig:2: syntax error", default)
    yield refused(kbx, "config A\n\tbool \"a\" if " + "!" * 100_000 + "A\n", "Kconfig:2: syntax error", default)
    yield refused(kbx, "a = " + "$(" * 5_000 + ")" * 5_000 + "\nb := $(a)x$(\n", "Kconfig:3: unterminated reference", default)
    yield refused(kbx, "\nsource \"folder\"\n", "Kconfig:2: can't open file \"folder\"", default)
    yield refused(kbx, "config A\n\tbool \"a\"\n\tdepends on B\nconfig B\n\tdef_bool A\n", "symbol A depends on B", default)
    yield refused(kbx, ONE, "cannot write", default, limited=True)
    yield refused(kbx, ONE + "config T\n\tdef_bool y\n", "cannot write", "--olddefconfig", limited=True)
    yield refused(kbx, ONE, "Error while saving defconfig to: saved", "--savedefconfig", "saved", limited=True)
    yield refused(kbx, ONE, "folder/missing/saved", "--savedefconfig", "folder/missing/saved")
    chain = 30_000
    yield works(kbx, "".join(f"config A{i}\n\tbool \"a\"\n\tselect A{i + 1}\n" for i in range(chain)) +
                f"config A{chain}\n\tbool\n")
    yield works(kbx, "".join(f"a{i} = $(a{i + 1})\n" for i in range(chain)) + f"a{chain} = x\nconfig A\n\tbool \"$(a0)\"\n")
    yield keeps_old(kbx)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kbx", required=True, type=lambda name: str(Path(name).resolve()))
    results = list(faults(parser.parse_args().kbx))
    print(f"{sum(results)} of {len(results)} faults met")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
