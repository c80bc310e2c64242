#!/usr/bin/env python3
"""Builds drivers with kbuild and with kbx, at the same path and with the same words, and compares
the results.

    run.py --kbx build/kbx [--slice ci|all|synthetic] [--cells GLOB...] [--mode make|build]
    run.py --oracle-twice ...      GNU make on both sides: proves the comparison and repeatability

For each cell: every .ko, .mod.c, Module.symvers and modules.order byte for byte, the command saved
for every object argument for argument. A cell that is expected to fail has to fail on both sides;
both go on after errors then (make -k), and the first error of every source file has to be the same. With --mode build,
`kbx build` makes the modules in a folder of its own and must leave the sources as they are. With --mode modpost both
sides are kbuild's, in a tree of links in which nothing but scripts/mod/modpost is kbx on the
second.

What kbuild made is kept (kept_builds.py) for as long as all that it hangs on stays the same (oracle_key.py).
"""

import argparse
import dataclasses
import fnmatch
import json
import os
import shutil
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import compare
import kept_builds
import linktree
import oracle_key
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
    # None where kbuild's result was kept: nothing was measured in this run.
    kbuild_cpu: float | None = 0.0
    kbx_cpu: float = 0.0
    kbuild_wall: float | None = 0.0
    kbx_wall: float = 0.0
    kbuild_kept: bool = False


def _judge_failure(cell, kbuild, kbx):
    if not kbuild.first_error:
        return [f"kbuild failed ({kbuild.why}) without an error line this test knows"]
    if kbx.built:
        return [f"kbx built what kbuild refuses with: {kbuild.first_error}"]
    return compare.different_errors(kbuild, kbx)


def _was_planned(kept):
    """Whether kbx make has left the state of a plan in the cache of its own."""
    return any(kept.with_name(kept.name + ".home").glob("cache/kbx/make/*/build.ninja"))


def _kernel(cell, place, mode):
    """The root to build against; one of links in `place` where a program of it will be exchanged."""
    root = kernel_root(cell.kernel)
    if mode != "modpost":
        return root
    return linktree.make_root(root, place / "kernel" / root.name, linktree.MODPOST)


def _environment(recipe, place, home, kbx):
    home.mkdir(parents=True)
    env = side.environment(side.private_path(place / "bin", recipe.kdir, kbx), home)
    if recipe.keep_going:
        env["MAKEFLAGS"] = "k"
    return env


def _build(recipe, place, kept, env, kbx):
    prepare = ([] if kbx else recipe.for_kbuild) + recipe.prepare
    outcome = side.build(recipe, place / "at", kept, env, prepare)
    kept.with_name(kept.name + ".log").write_text(outcome.log)
    return outcome


def _by_kbuild(cell, recipe, place, work, options):
    """(outcome, whether it was kept from an earlier run, what is wrong with the kept one) of kbuild's side."""
    kept, env = work / "kbuild", _environment(recipe, place, place / "home", None)
    if options.oracle_twice or options.oracle_once:
        return _build(recipe, place, kept, env, None), False, []
    variant = f"{'modpost' if options.mode == 'modpost' else 'build'}-j{options.jobs}"
    key = oracle_key.key_of(cell, recipe, kernel_root(cell.kernel), place / "at", env)
    entry = kept_builds.Entry(cell.name, variant, key)
    outcome = None if options.fresh_oracle else entry.load(kept)
    if outcome:
        kept.with_name("kbuild.log").write_text(outcome.log)
        return outcome, True, []
    outcome = _build(recipe, place, kept, env, None)
    told = entry.differences(outcome, kept) if options.fresh_oracle else []
    # What was not expected may be this machine's fault, and gone the next time.
    if outcome.built == (cell.expect == "builds") and (outcome.built or outcome.first_error):
        entry.store(outcome, kept)
    return outcome, False, told


def _unexpected(cell, kbuild, work):
    changed = newer_than_known(cell)
    if changed:
        raise Unavailable(
            f"kbuild: {kbuild.why or 'it builds'}; cells.json: it {cell.expect}, for " + changed
        )
    told = [
        f"kbuild itself: {kbuild.why or 'it builds'}; expected: {cell.expect}",
        kbuild.first_error,
        f"log: {work}/kbuild.log",
    ]
    return Verdict(cell.name, "failed", told, [])


def run_cell(cell, options):
    """Builds one cell on both sides and compares."""
    work = options.work / cell.name
    # kbuild's results have this path in them, so it is the same in all modes. Who builds both sides wants all files,
    # beside the path where they were made.
    own = options.oracle_twice or options.oracle_once
    place = work if own else cache_root() / "at" / cell.name
    with locked(f"cell-{work}"), locked(f"place-{place}"):
        for folder in (work, place):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True, exist_ok=True)
        verdict = _both_sides(cell, options, place, work)
        if verdict.result == "passed" and not options.keep:
            shutil.rmtree(work)
            shutil.rmtree(place, ignore_errors=True)
        return verdict


def _both_sides(cell, options, place, work):
    top = place / "at"
    top.mkdir()
    recipe = recipe_of(cell, _kernel(cell, place, options.mode), top, options.jobs)
    absent = [name for name in recipe.needs if not shutil.which(name)]
    if absent:
        raise Unavailable(f"{absent[0]} is not installed")
    kbuild, was_kept, told = _by_kbuild(cell, recipe, place, work, options)
    if told:
        return Verdict(cell.name, "failed", told + [f"log: {work}/kbuild.log"], [])
    if kbuild.built != (cell.expect == "builds"):
        return _unexpected(cell, kbuild, work)
    if options.oracle_once:
        verdict = Verdict(cell.name, "passed", [], [], *compare.counts(work / "kbuild"))
    elif options.mode == "build":
        told, kbx = outoftree.run_cell(recipe, options, work, top, kbuild)
        verdict = _verdict(cell, work, kbuild, kbx, told, [])
    else:
        verdict = _by_kbx(cell, recipe, options, place, work, kbuild)
    verdict.kbuild_kept = was_kept
    if was_kept:
        verdict.kbuild_cpu = verdict.kbuild_wall = None
    return verdict


def _verdict(cell, work, kbuild, kbx, told, notes):
    if told:
        told.append(f"logs: {work}/kbuild.log {work}/kbx.log")
    result = "failed" if told else "passed"
    figures = (*compare.counts(work / "kbuild"), kbuild.cpu, kbx.cpu, kbuild.wall, kbx.wall)
    return Verdict(cell.name, result, told, notes, *figures)


def _by_kbx(cell, recipe, options, place, work, kbuild):
    exchanged = options.mode == "modpost"
    if exchanged and options.kbx:
        linktree.put_in_place(recipe.kdir, linktree.MODPOST, options.kbx)
    program = None if exchanged else options.kbx
    env = _environment(recipe, place, work / "kbx.home", program)
    kbx = _build(recipe, place, work / "kbx", env, program)
    modules, objects = compare.counts(work / "kbuild")
    expected = cell.expect == "builds"
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
    notes = compare.leftovers(kbuild.files, kbx.files) if expected else [kbuild.first_error]
    return _verdict(cell, work, kbuild, kbx, told, notes)


def _run_cell_or_say_why(cell, options):
    try:
        verdict = run_cell(cell, options)
    except Unavailable as reason:
        verdict = Verdict(cell.name, "skipped", [str(reason)], [])
    _print(verdict)
    return verdict


def _print(verdict):
    by_kbuild = "    kept" if verdict.kbuild_kept else f"{verdict.kbuild_cpu:6.1f} s"
    figures = (
        f"{verdict.modules:3} modules {verdict.objects:4} objects  cpu {by_kbuild} "
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
        "--oracle-once", action="store_true", help="GNU make on one side, and no comparison (with --keep)"
    )
    parser.add_argument(
        "--fresh-oracle",
        action="store_true",
        default=bool(os.environ.get("KBX_FRESH_ORACLE")),
        help="kbuild builds again what is kept of it, which has to be the same; also by KBX_FRESH_ORACLE=1",
    )
    parser.add_argument(
        "--cells", nargs="+", metavar="GLOB", help="only cells whose name matches, e.g. 'evdi*/6.1'"
    )
    parser.add_argument(
        "--slice",
        choices=["ci", "rest", "all", "synthetic", "llvm", "trixie"],
        help="ci and rest are all; trixie is what trixie.py runs",
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
    without = options.oracle_twice or options.oracle_once
    if not options.list and not without and not options.kbx:
        parser.error("--kbx, --oracle-twice or --oracle-once is needed")
    options.kbx = options.kbx.resolve() if options.kbx and not without else None
    options.work = options.work.resolve()
    return options


def _chosen(options):
    cells = all_cells()
    if options.slice:
        slices = {"all": ["ci", "all"], "rest": ["all"]}.get(options.slice, [options.slice])
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
    kept_builds.drop_unused()
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
    kept = sum(v.kbuild_kept for v in verdicts)
    print(f"kbuild's side kept for {kept}; {kept_builds.size() / 1e6:.0f} MB in {kept_builds.folder()}")
    if number["failed"]:
        return 1
    return 0 if number["passed"] else SKIPPED


if __name__ == "__main__":
    sys.exit(main())
