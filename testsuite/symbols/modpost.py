#!/usr/bin/env python3
"""Compares `kbx modpost` with the kernel's: every .mod.c, Module.symvers and exit status.

    modpost.py --kbx build/kbx --work FOLDER [--cells GLOB...]
    modpost.py --kbx build/kbx --kept FOLDER

The modules are built by the kernel's kbuild (drivers/run.py --oracle-once keeps what it built), or
were kept before. In each folder that has a saved modpost command, kbx runs with the words of that
command over the same objects, and has to write the same bytes.
"""

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

DRIVERS = Path(__file__).resolve().parents[1] / "drivers"
sys.path.insert(0, str(DRIVERS))

from cachedir import SKIPPED, Unavailable  # noqa: E402
from kernels import kernel_root  # noqa: E402

CELLS = [
    "synthetic/assembler-export/*",
    "synthetic/extra-symbols/*",
    "synthetic/module-version/6.1",
    "synthetic/namespace-imported/6.12",
]
COMMAND = re.compile(r"^(?:saved)?cmd_\S+ := .*?(?:sed 's/ko\$\$/o/' +(\S+) \| )?"
                     r"\S*scripts/mod/modpost (.*)$", re.MULTILINE)


def build(cells, work):
    """Has kbuild build the cells; its results stay in `work`."""
    status = subprocess.run(
        [DRIVERS / "run.py", "--oracle-once", "--keep", "--jobs", "1", "--work", work,
         "--cells", *cells],
        stdout=subprocess.DEVNULL,
    ).returncode
    if status == SKIPPED:
        raise Unavailable("the kernel trees are not there")


class Place:
    """A folder that modpost ran over, shown at the path where it was built."""

    def __init__(self, command_file):
        self.kept = next(p for p in command_file.parents if p.name == "kbuild")
        self.series = self.kept.parent.name.split("-")[0]
        self.built = self.kept.with_name("at")
        self.folder = self.built / command_file.parent.relative_to(self.kept)
        found = COMMAND.search(command_file.read_text())
        self.order, words = found[1], found[2].split()
        if "-T" in words and words[words.index("-T") + 1] == "-":
            self.words = words
        else:
            self.order, self.words = None, words

    def __enter__(self):
        self.built.symlink_to(self.kept.name)
        return self

    def __exit__(self, *_):
        self.built.unlink()

    def results(self):
        """The content of what this run of modpost wrote: others may have run before it."""
        order = (self.folder / "modules.order").read_text().split()
        written = [self.folder / "Module.symvers", *(Path(m).with_suffix(".mod.c") for m in order)]
        return {p: p.read_bytes() for p in written if p.exists()}

    def run(self, kbx):
        tree = kernel_root(self.series) / "kdir"
        objects = ""
        if self.order:
            objects = re.sub(r"ko$", "o", Path(self.order).read_text(), flags=re.MULTILINE)
        return subprocess.run([kbx, "modpost", "--tree", tree, *self.words], cwd=tree, text=True,
                              input=objects, capture_output=True)


def compare(command_file, kbx):
    """What differs in one folder, and how many files were compared."""
    with Place(command_file) as place:
        expected = place.results()
        faults = []
        for path in expected:
            path.unlink()
        try:
            done = place.run(kbx)
            # Nothing is written where the kernel's modpost found a fault.
            if (done.returncode != 0) == bool(expected):
                faults.append(f"exit status {done.returncode}: {done.stderr.strip()}")
            for path, content in expected.items():
                if not path.exists():
                    faults.append(f"{path.name} was not written")
                elif path.read_bytes() != content:
                    faults.append(f"{path.name} differs")
                    path.rename(path.with_name(path.name + ".kbx"))
        finally:
            for path, content in expected.items():
                path.write_bytes(content)
    return faults, len(expected)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kbx", type=Path, required=True)
    parser.add_argument("--work", type=Path)
    parser.add_argument("--kept", type=Path)
    parser.add_argument("--cells", nargs="+", default=CELLS)
    options = parser.parse_args()
    kbx = options.kbx.resolve()
    try:
        if not options.kept:
            build(options.cells, options.work.resolve())
        top = (options.kept or options.work).resolve()
        places = sorted(p for p in top.rglob(".Module.symvers.cmd") if "kbuild" in p.parts)
        files = matched = failed = 0
        for command_file in places:
            faults, count = compare(command_file, kbx)
            files += count
            matched += count if not faults else 0
            failed += bool(faults)
            for fault in faults:
                print(f"{command_file.parent.relative_to(top)}: {fault}")
    except Unavailable as reason:
        print(f"skipped: {reason}")
        return SKIPPED
    print(f"{len(places)} runs of modpost, {matched} of {files} files equal")
    return 1 if failed or not places else 0


if __name__ == "__main__":
    os.environ.setdefault("LC_ALL", "C")
    sys.exit(main())
