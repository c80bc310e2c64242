#!/usr/bin/env python3
"""Builds drivers with kbuild and with kbx, at the same path and with the same words, and compares
the results.

    run.py --kbx build/kbx [--slice ci|all|synthetic] [--cells GLOB...] [--mode make|build]
    run.py --oracle-twice ...      GNU make on both sides: proves the comparison and repeatability

For each cell: every .ko, .mod.c, Module.symvers and modules.order byte for byte, the command saved
for every object argument for argument. A cell that is expected to fail has to fail on both sides;
both go on after errors then (make -k), and the first error of every source file has to be the same. With --mode build, `kbx build` makes the modules in a folder of its own
and must leave the sources as they are. With --mode modpost both sides are kbuild's, in a tree of links in which
nothing but scripts/mod/modpost is kbx on the second.
"""

import argparse
import dataclasses
import fnmatch
import json
import shutil
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import compare
import linktree
import outoftree
import side
from cachedir import SKIPPED, Unavailable, cache_root, locked
from kernels import kernel_root
from recipe import all_cells, newer_than_known, recipe_of


@dataclasses.dataclass
class Verdict:
    cell: str
    result: str  # passed, failed, skipped
    details: list
    notes: list
    modules: int = 0
    objects: int = 0
    kbuild_cpu: float = 0.0
    kbx_cpu: float = 0.0
    kbuild_wall: float = 0.0
    kbx_wall: float = 0.0


def _judge_failure(cell, kbuild, kbx):
    if not kbuild.first_error:
        return [f"kbuild failed ({kbuild.why}) without an error line this test knows"]
    if kbx.built:
        return [f"kbx built what kbuild refuses with: {kbuild.first_error}"]
    return compare.different_errors(kbuild, kbx)


def _was_planned(kept):
    """Whether kbx make has left the state of a plan in the cache of its own."""
    return any(kept.with_name(kept.name + ".home").glob("cache/kbx/make/*/build.ninja"))


def _kernel(cell, work, mode):
    """The root to build against; one of links in `work` where a program of it will be exchanged."""
    root = kernel_root(cell.kernel)
    if mode != "modpost":
        return root
    return linktree.make_root(root, work / "kernel" / root.name, linktree.MODPOST)


def _build(recipe, top, kept, kbx):
    """Lays the cell out at `top`, builds it there and moves everything to `kept`."""
    side.lay_out(recipe, top)
    home = kept.with_name(kept.name + ".home")
    home.mkdir(parents=True)
    env = side.environment(side.private_path(kept.with_name("bin"), recipe.kdir, kbx), home)
    if recipe.keep_going:
        env["MAKEFLAGS"] = "k"
    prepare = ([] if kbx else recipe.for_kbuild) + recipe.prepare
    outcome = side.run(prepare + recipe.commands, top / recipe.folder, env, recipe.modules)
    top.rename(kept)
    kept.with_name(kept.name + ".log").write_text(outcome.log)
    return outcome


def run_cell(cell, options):
    """Builds one cell on both sides and compares."""
    work = options.work / cell.name
    with locked(f"cell-{work}"):
        shutil.rmtree(work, ignore_errors=True)
        top = work / "at"
        top.mkdir(parents=True)
        recipe = recipe_of(cell, _kernel(cell, work, options.mode), top, options.jobs)
        absent = [name for name in recipe.needs if not shutil.which(name)]
        if absent:
            raise Unavailable(f"{absent[0]} is not installed")
        kbuild = _build(recipe, top, work / "kbuild", None)
        expected = cell.expect == "builds"
        if kbuild.built != expected:
            changed = newer_than_known(cell)
            if changed:
                raise Unavailable(
                    f"kbuild: {kbuild.why or 'it builds'}; cells.json: it {cell.expect}, for "
                    + changed
                )
            return Verdict(
                cell.name,
                "failed",
                [
                    f"kbuild itself: {kbuild.why or 'it builds'}; expected: {cell.expect}",
                    kbuild.first_error,
                    f"log: {work}/kbuild.log",
                ],
                [],
            )
        if options.mode == "build":
            return outoftree.run_cell(cell, recipe, options, work, kbuild, Verdict)
        if options.mode == "modpost":
            if options.kbx:
                linktree.put_in_place(recipe.kdir, linktree.MODPOST, options.kbx)
            kbx = _build(recipe, top, work / "kbx", None)
        else:
            kbx = _build(recipe, top, work / "kbx", options.kbx)
        modules, objects = compare.counts(work / "kbuild")
        if not expected:
            told = _judge_failure(cell, kbuild, kbx)
        elif not kbx.built:
            told = [f"kbx failed: {kbx.why}", kbx.first_error]
        elif not modules or not objects:
            told = ["kbuild left no module to compare with"]
        elif options.planned and options.mode == "make" and not _was_planned(work / "kbx"):
            told = ["kbx make did this without a plan of its own"]
        else:
            told = compare.differences(work / "kbuild", work / "kbx")
        notes = (
            compare.leftovers(work / "kbuild", work / "kbx") if expected else [kbuild.first_error]
        )
        if told:
            told.append(f"logs: {work}/kbuild.log {work}/kbx.log")
        elif not options.keep:
            shutil.rmtree(work)
        return Verdict(
            cell.name,
            "failed" if told else "passed",
            told,
            notes,
            modules,
            objects,
            kbuild.cpu,
            kbx.cpu,
            kbuild.wall,
            kbx.wall,
        )


def _run_cell_or_say_why(cell, options):
    try:
        verdict = run_cell(cell, options)
    except Unavailable as reason:
        verdict = Verdict(cell.name, "skipped", [str(reason)], [])
    _print(verdict)
    return verdict


def _print(verdict):
    figures = (
        f"{verdict.modules:3} modules {verdict.objects:4} objects  cpu {verdict.kbuild_cpu:6.1f} s "
        f"{verdict.kbx_cpu:6.1f} s"
    )
    print(
        f"{verdict.result:8}{verdict.cell:40}{figures if verdict.result != 'skipped' else ''}",
        flush=True,
    )
    for line in verdict.details:
        if line:
            print(f"        {line}", flush=True)


def _options():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kbx", type=Path, help="the kbx to test")
    parser.add_argument("--oracle-twice", action="store_true", help="GNU make on both sides")
    parser.add_argument(
        "--cells", nargs="+", metavar="GLOB", help="only cells whose name matches, e.g. 'evdi*/6.1'"
    )
    parser.add_argument(
        "--slice",
        choices=["ci", "all", "synthetic", "llvm", "trixie"],
        help="ci is a part of all; trixie is what trixie.py runs",
    )
    parser.add_argument("--mode", choices=["make", "build", "modpost"], default="make")
    parser.add_argument(
        "--mod-object",
        choices=["compiler", "direct"],
        default="compiler",
        help="what kbx build is told; direct: modules have to be alike (modulecontent.py), not the same bytes",
    )
    parser.add_argument(
        "--planned",
        action="store_true",
        help="kbx make has to plan each build, not run it as make does; with --mod-object direct, kbx "
        "has to write each metadata object itself",
    )
    parser.add_argument("--jobs", type=int, default=2, help="-j of each build")
    parser.add_argument("--parallel", type=int, default=1, help="cells built at a time")
    parser.add_argument("--work", type=Path, default=cache_root() / "work")
    parser.add_argument("--keep", action="store_true", help="keep the folders of cells that passed")
    parser.add_argument(
        "--results", type=Path, help="where results.json is written; default: in the work folder"
    )
    parser.add_argument(
        "--list", action="store_true", help="print the names of the chosen cells and stop"
    )
    options = parser.parse_args()
    if not options.list and not options.oracle_twice and not options.kbx:
        parser.error("--kbx or --oracle-twice is needed")
    options.kbx = options.kbx.resolve() if options.kbx and not options.oracle_twice else None
    options.work = options.work.resolve()
    return options


def _chosen(options):
    cells = all_cells()
    if options.slice:
        slices = ["ci", "all"] if options.slice == "all" else [options.slice]
        cells = [cell for cell in cells if cell.slice in slices]
    if options.cells:
        cells = [
            cell
            for cell in cells
            if any(fnmatch.fnmatch(cell.name, glob) for glob in options.cells)
        ]
    return cells


def main():
    options = _options()
    cells = _chosen(options)
    if options.list or not cells:
        print("\n".join(cell.name for cell in cells) or "no such cell")
        return 0 if cells else 2
    began = time.monotonic()
    with ThreadPoolExecutor(options.parallel) as pool:
        verdicts = list(pool.map(lambda cell: _run_cell_or_say_why(cell, options), cells))
    number = {
        result: sum(v.result == result for v in verdicts)
        for result in ("passed", "failed", "skipped")
    }
    results = options.results or options.work / "results.json"
    results.parent.mkdir(parents=True, exist_ok=True)
    results.write_text(
        json.dumps(
            {
                "mode": options.mode,
                "seconds": round(time.monotonic() - began, 1),
                **number,
                "cells": [dataclasses.asdict(v) for v in verdicts],
            },
            indent=1,
        )
        + "\n"
    )
    print(
        ", ".join(f"{count} {result}" for result, count in number.items())
        + f"; details in {results}"
    )
    if number["failed"]:
        return 1
    return 0 if number["passed"] else SKIPPED


if __name__ == "__main__":
    sys.exit(main())
