"""What one cell of the test does: which folders are copied where, and which commands build them.

A cell is a driver on a kernel. Drivers from packages say it in their dkms.conf; the trees in
synthetic/ and examples/ may have a case.json with these keys, all optional: "prepare" (shell
commands), "commands" (default: make -C KDIR M=DIR modules), "words" (added to the default one),
"kernels", "expect", "needs" (programs), "modules" (files that must exist afterwards).
"""

import json
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from fetch import TABLE, driver_source, package_root
from kernels import kernel_root

HERE = Path(__file__).parent
# Trees of the project's own: to test single features, and those that people are shown.
TREES = {"synthetic": HERE / "synthetic", "examples": HERE.parent.parent / "examples"}


@dataclass
class Cell:
    """A line of the table of tests."""

    name: str
    kernel: str
    expect: str = "builds"
    slice: str = "all"
    driver: str = ""  # a name in cells.json, or the folder of a tree
    suite: str = ""
    case: dict = field(default_factory=dict)


@dataclass
class Recipe:
    """How a cell is built, the same for both sides."""

    kdir: Path
    copies: list  # (from, to relative to the cell's folder)
    folder: str  # where the commands run, relative to the cell's folder
    patches: list
    prepare: list  # commands, none of which builds a module
    commands: list
    modules: list  # relative to `folder`
    needs: list
    keep_going: bool = False  # after errors
    # Beside `prepare`, for kbx build: what the driver's own makefile makes before it calls kbuild,
    # and the words that it gives kbuild.
    outer: list = field(default_factory=list)
    build_words: list = field(default_factory=list)
    build_folders: list = field(default_factory=list)  # where M= does not say it, below `folder`
    for_kbuild: list = field(default_factory=list)  # more to prepare, on kbuild's side only
    reads: list = field(default_factory=list)  # further folders that the commands look into


def all_cells():
    """Every cell there is, package drivers first."""
    cells = []
    for line in TABLE["cells"]:
        at = "" if line["suite"] == "bookworm" else "@" + line["suite"]
        cells.append(Cell(name=f"{line['driver']}{at}/{line['kernel']}", **line))
    for kind, top in TREES.items():
        for folder in sorted(path for path in top.iterdir() if path.is_dir()):
            cells += _cells_of_tree(kind, folder)
    return cells


def _cells_of_tree(kind, folder):
    described = folder / "case.json"
    case = json.loads(described.read_text()) if described.exists() else {}
    kernels = case.get("kernels", ["5.10", "6.1", "6.12"] if kind == "examples" else ["6.1"])
    # Some examples are no driver's folder but hold or call several.
    if kind == "examples" and not any((folder / name).exists() for name in ("Kbuild", "Makefile")):
        kernels = []
    return [
        Cell(
            name=f"{kind}/{folder.name}/{kernel}",
            kernel=kernel,
            slice="synthetic",
            driver=str(folder),
            expect=case.get("expect", "builds"),
            case=case,
        )
        for kernel in kernels
    ]


def newer_than_known(cell):
    """What cells.json was written for, if the archive has moved on since; else ''."""
    kernel = TABLE["kernels"][cell.kernel]
    source = TABLE["drivers"][cell.driver]["known"][cell.suite] if cell.suite else cell.driver
    now = driver_source(cell.driver, cell.suite).name if cell.suite else cell.driver
    if (source, kernel) == (now, kernel_root(cell.kernel).name):
        return ""
    return f"{source} on {kernel}; this is {now} on {kernel_root(cell.kernel).name}"


def recipe_of(cell, root, top, jobs):
    """The recipe of `cell` when its folder is `top` (absolute) and its kernel lies in `root`, named for the release."""
    recipe = (_package_recipe if cell.suite else _synthetic_recipe)(cell, root, Path(top), jobs)
    recipe.keep_going = cell.expect == "fails"
    return recipe


def _synthetic_recipe(cell, root, top, jobs):
    kdir = root / "kdir"
    words = " ".join(cell.case.get("words", []))
    commands = cell.case.get("commands") or [f"make -C $KDIR M=$PWD {words} modules"]
    values = {"$KDIR": str(kdir), "$PWD": str(top / "module")}
    for key, value in values.items():
        commands = [command.replace(key, value) for command in commands]
    commands = [re.sub(r"^make\b", f"make -j{jobs}", command) for command in commands]
    return Recipe(
        kdir,
        [(Path(cell.driver), "module")],
        "module",
        [],
        cell.case.get("prepare", []),
        commands,
        cell.case.get("modules", []),
        cell.case.get("needs", []),
    )


def _read_dkms(source, release, kdir, top, jobs):
    said = subprocess.run(
        [
            HERE / "dkms.sh",
            source / "dkms.conf",
            release,
            kdir,
            top / "dkms",
            top / "src",
            str(jobs),
        ],
        capture_output=True,
        check=True,
        cwd=source,
    )
    return said.stdout.decode().split("\0")[:-1]


def _renamed_flags(entry, kdir):
    """kbx takes EXTRA_CFLAGS as ccflags-y where kbuild dropped it, so kbuild is told ccflags-y."""
    read = [kdir.resolve() / "scripts" / name for name in ("Makefile.build", "Makefile.lib")]
    if any("$(EXTRA_CFLAGS)" in path.read_text() for path in read):
        return []
    return [f"sed -i 's/EXTRA_CFLAGS/ccflags-y/' {name}" for name in entry.get("old_flags", [])]


def _package_recipe(cell, root, top, jobs):
    release, kdir = root.name, root / "lib/modules" / root.name / "build"
    entry = TABLE["drivers"][cell.driver]
    source = driver_source(cell.driver, cell.suite)
    beside = []
    if "beside" in entry:
        beside = [source] + [driver_source(other, cell.suite) for other in entry["beside"]]
    # A dkms.conf may look for these while it is read, so the folders have to be there.
    for path in beside:
        (top / "src" / path.name).mkdir(parents=True, exist_ok=True)
    name, version, prepare, command, *rest = _read_dkms(source, release, kdir, top, jobs)
    folder = f"dkms/{name}/{version}/build"
    values = {"kdir": kdir, "modules": root / "lib/modules", "here": top / folder, "src": top / "src"}
    values["jobs"] = jobs
    reads = [package_root(entry["uses"])] if "uses" in entry else []
    if reads:
        values["uses"] = reads[0]
    prepare = " ".join([prepare, *entry.get("prepare_words", [])]).format(**values).strip()
    more_words = TABLE["words"].get(cell.kernel, [])
    words = " ".join(entry.get("words", []) + more_words).format(**values)
    if words:
        command = re.sub(r"(^|[(;&]\s*)make ", rf"\1make {words} ", command)
    return Recipe(
        kdir,
        [(source, folder)] + [(path, f"src/{path.name}") for path in beside],
        folder,
        [line[6:] for line in rest if line.startswith("patch ")],
        [prepare] if prepare else [],
        [command],
        [line[7:] for line in rest if line.startswith("module ")],
        [],
        False,
        [command.format(**values) for command in entry.get("outer", [])],
        [word.format(**values) for word in entry.get("build_words", [])],
        entry.get("folders", []),
        _renamed_flags(entry, kdir),
        reads,
    )
