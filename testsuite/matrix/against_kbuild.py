#!/usr/bin/env python3
"""Builds drivers for kernels with one kbx matrix and with kbuild in a loop, each from nothing, and compares.

    against_kbuild.py --kbx KBX [--work FOLDER] [--cells GLOB...] [--at-most RATIO]

The cells are those of testsuite/drivers/cells.json, each also on the flavours of its kernel (6.1-cloud, 6.1-rt). Both
sides build a cell at the same path with the same words. Where kbuild builds, the modules have to be alike
(modulecontent.py), and kbx must not warn of what kbuild does not; where it does not, the first error of each source
file has to be the same. Both go on after errors, so both try the same files.

The times of each side are those of what a person would run: kbuild's commands one after the other, each with -j; on
the other side one kbx matrix, and before it, under `kbx shim`, what the drivers' own makefiles generate first. What has
to be configured before either is not measured. Both begin with the kernel trees in memory, kbx with an empty cache
folder. With --at-most the wall time of kbx in parts of kbuild's must not be more than RATIO.

Headers that a driver's makefile generates may quote what make said of its probes. Those of both sides have to be the same
but for comments, which are part of a module's srcversion, so kbx then builds with kbuild's.

Exit status: 0 when all cells agree (and the ratio holds), 77 when nothing could be compared.
"""

import argparse
import dataclasses
import fnmatch
import json
import os
import shlex
import shutil
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "drivers"))

import compare  # noqa: E402
import outoftree  # noqa: E402
import side  # noqa: E402
from cachedir import SKIPPED, Unavailable, cache_root, locked  # noqa: E402
from kernels import kernel_root, series_with_flavours  # noqa: E402
from recipe import all_cells, recipe_of  # noqa: E402

TIME_LIMIT = 6 * 3600
SLICES = ("ci", "all", "trixie")


@dataclasses.dataclass
class Cell:
    """A driver on a kernel, on its way through both sides."""

    name: str  # kbx matrix gives it the same
    kernel: str  # "6.1-cloud"
    top: Path  # where both sides build it
    recipe: object
    kbuild: side.Outcome | None = None
    roots: list = dataclasses.field(default_factory=list)  # the folders that kbx is given
    words: list = dataclasses.field(default_factory=list)
    generated: side.Outcome | None = None  # by the driver's own makefile, before kbx
    other_headers: list = dataclasses.field(default_factory=list)  # that it generated otherwise than under make


class Work:
    """The folders of a run, and what both sides are run with."""

    def __init__(self, options):
        self.folder, self.kbx, self.jobs = options.work, options.kbx, options.jobs
        shutil.rmtree(self.folder, ignore_errors=True)
        self.bin, self.out = self.folder / "bin", self.folder / "matrix"
        for name in ("bin", "home"):
            (self.folder / name).mkdir(parents=True)
        self.environment = side.environment(f"{self.bin}:{side.SYSTEM_PATH}", self.folder / "home")
        # What make says with -k gets into headers that drivers generate, so it is given on both sides.
        self.for_make = self.environment | {"MAKEFLAGS": "k"}

    def kept(self, cell):
        """What kbuild has left of a cell."""
        return self.folder / "kbuild" / cell.name


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kbx", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=cache_root() / "work/matrix")
    parser.add_argument("--cells", nargs="+", metavar="GLOB", default=["*"], help="e.g. 'evdi*/6.1*'")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), help="-j of both sides")
    parser.add_argument("--at-most", type=float, metavar="RATIO", help="fail if kbx takes a larger part of kbuild's time")
    parser.add_argument("--list", action="store_true", help="print the names of the chosen cells and stop")
    parser.add_argument("--keep", action="store_true", help="leave the work folder even if all agree")
    options = parser.parse_args()
    options.work, options.kbx = options.work.resolve(), options.kbx.resolve()
    return options


def _chosen(options):
    """(name, line of the table) of the cells, in an order in which one driver's are together."""
    lines = {}
    for line in all_cells():
        if line.slice not in SLICES:
            continue
        driver = line.driver + ("" if line.suite == "bookworm" else "-" + line.suite)
        for series in series_with_flavours(line.kernel):
            lines[f"{driver}/{series}"] = dataclasses.replace(line, kernel=series)
    return {name: line for name, line in sorted(lines.items())
            if any(fnmatch.fnmatchcase(name, glob) for glob in options.cells)}


def _usable_kernels(series, work):
    """The roots of the kernels that can be built for here, their compilers put into the PATH."""
    roots = {}
    for name in sorted(set(series)):
        try:
            root = kernel_root(name)
            side.provide_compiler(work.bin, root / "kdir", stand_in=name != "7.x")
            roots[name] = root
        except Unavailable as reason:
            print(f"skipped: kernel {name}: {reason}", flush=True)
    return roots


def _read_whole(root):
    """Brings a kernel tree into memory: who reads it first must not pay for both."""
    for where, _, names in os.walk(root / "usr"):
        for name in names:
            path = Path(where) / name
            if path.is_file():
                path.read_bytes()


def _cell_of(name, line, roots, work):
    """The cell, or nothing, with a word of it, if it cannot be one."""
    cell = Cell(name, line.kernel, work.folder / "at" / name, None)
    cell.top.mkdir(parents=True)
    try:
        cell.recipe = recipe_of(line, roots[line.kernel], cell.top, work.jobs)
    except Unavailable as reason:
        print(f"skipped: {name}: {reason}", flush=True)
        return None
    return cell


def _build_with_kbuild(cell, work):
    folder, kept = cell.top / cell.recipe.folder, work.kept(cell)
    side.lay_out(cell.recipe, cell.top)
    side.run(cell.recipe.for_kbuild + cell.recipe.prepare, folder, work.for_make, [])
    cell.kbuild = side.run(cell.recipe.commands, folder, work.for_make, [])
    # Commands that are joined by ";" end as the last one does.
    cell.kbuild.built = cell.kbuild.built and not cell.kbuild.errors
    kept.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(cell.top, kept)
    for path in kept.rglob("*"):
        if not path.is_dir() and path.suffix != ".h" and not compare.BYTEWISE.search(path.name):
            path.unlink()
    kept.with_name(kept.name + ".log").write_text(cell.kbuild.log)


def _statements(header):
    """The lines of a header that are more than a comment."""
    lines = header.read_text(errors="replace").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("//")]


def _take_kbuilds_headers(cell, there_before, work):
    """Puts kbuild's copies of the headers that were generated into their places, if they say the same."""
    for header in sorted(set(cell.top.rglob("*.h")) - there_before):
        name = header.relative_to(cell.top)
        original = work.kept(cell) / name
        if not original.exists() or _statements(original) != _statements(header):
            cell.other_headers.append(name)
        else:
            shutil.copyfile(original, header)


def _lay_out_for_kbx(cell, work):
    side.lay_out(cell.recipe, cell.top)
    folder = cell.top / cell.recipe.folder
    side.run(cell.recipe.prepare, folder, work.for_make, [])
    there_before = set(cell.top.rglob("*.h"))
    under_shim = [shlex.join([str(work.kbx), "shim", "--", "sh", "-c", command]) for command in cell.recipe.outer]
    cell.generated = side.run(under_shim, folder, work.for_make, [])
    _take_kbuilds_headers(cell, there_before, work)
    cell.roots = outoftree.roots(cell.recipe, cell.top, work.kept(cell), cell.kbuild)
    cell.words = outoftree.variables(cell.recipe)


def _as_included(cell):
    variables = dict(word.split("=", 1) for word in cell.words)
    return {"driver": {"name": cell.name.split("/")[0], "folder": cell.roots, "variables": variables},
            "kernel": {"name": cell.kernel, "kernel": str(cell.recipe.kdir)}}


def _run_matrix(cells, work):
    """(what the first run came to, what a second one did, cells of results.json by name)"""
    spec = work.folder / "kbx.json"
    spec.write_text(json.dumps({"include": [_as_included(cell) for cell in cells]}, indent=1))
    command = [work.kbx, "matrix", "--file", spec, "--out", work.out, f"-j{work.jobs}"]
    command = shlex.join(map(str, command))
    results = work.out / "results.json"
    first = side.run([command], work.folder, work.environment, [], TIME_LIMIT)
    (work.folder / "matrix.log").write_text(first.log)
    if not results.exists():
        sys.exit(f"kbx matrix left no results:\n{first.log}")
    again = side.run([command], work.folder, work.environment, [], TIME_LIMIT)
    return first, again, {cell["name"]: cell for cell in json.loads(results.read_text())["cells"]}


def _outcome_of(cell, result):
    """What results.json tells of a cell, in the form that two builds are compared in."""
    words = [failure["words"] for failure in result.get("failures", [])]
    error = result.get("error")
    if error:
        where = os.path.join(result["folder"], error["file"]) if error.get("file") else ""
        words.append(f"kbx: {where}:{error['line']}: {error['text']}" if where and error.get("line") else
                     f"kbx: {error['text']}")
    log = "\n".join(words)
    return side.Outcome(result["state"] == "built", "", side.errors_in(log), log, 0, 0)


def _differences(cell, result, work):
    """What is different about a cell: texts, none when both sides agree."""
    if result is None:
        return ["kbx matrix does not tell of it"]
    if cell.other_headers:
        return [f"{name}: its makefile generates another under kbx shim" for name in cell.other_headers]
    kbx = _outcome_of(cell, result)
    if cell.kbuild.built != kbx.built:
        return [f"kbuild: {cell.kbuild.first_error or 'built'}", f"kbx:    {kbx.first_error or kbx.log or 'built'}"]
    if not kbx.built:
        return outoftree.different_errors(cell.kbuild, kbx)
    for warning in result.get("warnings", []):
        if warning.startswith("WARNING: ") and warning not in cell.kbuild.log:
            return [f"only kbx warns: {warning}"]
    return outoftree.compare_modules(work.kept(cell), work.out / cell.name, True)


def _report(cells, first, again, results, work):
    """Prints what came of it; gives the number of cells that differ and the ratio of the wall times."""
    different = modules = 0
    for cell in cells:
        told = _differences(cell, results.get(cell.name), work)
        different += bool(told)
        modules += sum(1 for _ in work.kept(cell).rglob("*.ko")) if cell.kbuild.built else 0
        print(f"{'DIFFERS' if told else 'same':8}{cell.name:34}{'built' if cell.kbuild.built else 'failed':8}"
              f"kbuild {cell.kbuild.wall:6.1f} s", flush=True)
        for line in told:
            print(f"        {line}")
    built = sum(cell.kbuild.built for cell in cells)
    wall, cpu = (sum(getattr(cell.kbuild, name) for cell in cells) for name in ("wall", "cpu"))
    more_wall, more_cpu = (sum(getattr(cell.generated, name) for cell in cells) for name in ("wall", "cpu"))
    ratio = (first.wall + more_wall) / wall
    print(f"{len(cells)} cells, {built} built with {modules} modules; {different} different")
    print(f"kbuild in a loop: {wall:.1f} s, {cpu:.1f} s of processors")
    print(f"kbx matrix:       {first.wall + more_wall:.1f} s, {first.cpu + more_cpu:.1f} s of processors, "
          f"{more_wall:.1f} s of it the drivers' makefiles; again: {again.wall:.2f} s")
    print(f"ratio of wall times {ratio:.2f}, of processors {(first.cpu + more_cpu) / cpu:.2f}")
    return different, ratio


def _compare(options, lines):
    work = Work(options)
    roots = _usable_kernels([line.kernel for line in lines.values()], work)
    cells = [_cell_of(name, line, roots, work) for name, line in lines.items() if line.kernel in roots]
    cells = [cell for cell in cells if cell]
    if not cells:
        return SKIPPED
    for root in roots.values():
        _read_whole(root)
    for cell in cells:
        _build_with_kbuild(cell, work)
    for cell in cells:
        _lay_out_for_kbx(cell, work)
    different, ratio = _report(cells, *_run_matrix(cells, work), work)
    too_slow = options.at_most is not None and ratio > options.at_most
    if too_slow:
        print(f"kbx matrix takes more than {options.at_most} of kbuild's time")
    if different or too_slow:
        return 1
    if not options.keep:
        shutil.rmtree(work.folder)
    return 0


def main():
    options = _arguments()
    lines = _chosen(options)
    if options.list or not lines:
        print("\n".join(lines) or "no such cell")
        return 0 if lines else 2
    with locked(f"cell-{options.work}"):
        return _compare(options, lines)


if __name__ == "__main__":
    sys.exit(main())
