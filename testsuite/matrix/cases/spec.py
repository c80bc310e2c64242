"""kbx.json: what it means, and what is told of faults in it. No cell is built here."""

import json

from behaviour import behaviour
from common import GOOD, driver, fits, matrix, release
from outcome import expect, expect_equal


def _cells(workspace, spec, *words, status=0):
    (workspace.folder / "kbx.json").write_text(spec if isinstance(spec, str) else json.dumps(spec))
    return matrix(workspace, "--list", *words, status=status)


@behaviour
def cells_are_the_product_without_what_is_excluded_and_with_what_is_included(workspace):
    for name in ("one", "two"):
        driver(workspace, name, GOOD)
    (workspace.folder / "debug").mkdir()
    tree = str(workspace.tree)
    spec = {"drivers": ["one", {"name": "second", "folder": "two"}],
            "kernels": [tree, {"name": "other", "kernel": tree}],
            "configurations": [{"name": "plain"}, "debug"],
            "toolchains": [{"name": "gcc"}, {"name": "clang", "variables": {"CC": "clang"}}],
            "exclude": [{"driver": "second", "kernel": "oth*"}, {"toolchain": "clang", "configuration": "debug"}],
            "include": [{"driver": "one", "kernel": "9.9", "variables": {"W": "1"}}],
            "expect_failure": [{"kernel": "9.9", "reason": "not released"}]}
    expect_equal(fits(spec, "kbx.schema.json"), "", "the schema's word")
    here = release(workspace)
    wanted = [f"one/{here}@plain@gcc", f"one/{here}@plain@clang", f"one/{here}@debug@gcc", "one/other@plain@gcc",
              "one/other@plain@clang", "one/other@debug@gcc", f"second/{here}@plain@gcc", f"second/{here}@plain@clang",
              f"second/{here}@debug@gcc", "one/9.9"]
    expect_equal(_cells(workspace, spec).out.splitlines(), wanted, "cells")
    chosen = _cells(workspace, spec, "--only", "second/*", "--only", "one/9*").out.splitlines()
    expect_equal(chosen, wanted[6:], "chosen cells")
    expect("no cell" in _cells(workspace, spec, "--only", "third/*", status=2).err, "no word of the pattern")


@behaviour
def faults_are_told_with_their_place(workspace):
    driver(workspace, "one", GOOD)
    good = {"drivers": ["one"], "kernels": ["9.9"]}
    expect_equal(fits(good, "kbx.schema.json"), "", "the schema's word")
    for fault, place, word in (
            (good | {"kernel": ["9.9"]}, "/", "kernels"),
            (good | {"kernels": "9.9"}, "/kernels", "array"),
            (good | {"kernels": []}, "/kernels", "empty"),
            (good | {"kernels": [7]}, "/kernels/0", "object"),
            (good | {"kernels": [{"name": "a/b", "kernel": "9.9"}]}, "/kernels/0/name", "name"),
            (good | {"drivers": [{"name": "one"}]}, "/drivers/0", "folder"),
            (good | {"drivers": [{"folder": []}]}, "/drivers/0/folder", "empty"),
            (good | {"drivers": [{"folder": ["one", "one"]}]}, "/drivers/0/folder/1", "twice"),
            (good | {"variables": {"W": 1}}, "/variables/W", "string"),
            (good | {"exclude": [{}]}, "/exclude/0", "every cell"),
            (good | {"include": [{"driver": "one"}]}, "/include/0", "kernel"),
            ({"drivers": ["one"]}, "/", "kernels"),
            ([], "/", "object")):
        run = _cells(workspace, fault, status=2)
        expect(f"kbx.json: {place}: " in run.err and word in run.err, f"{place} and {word} are not in\n{run.err}")
        expect(fits(fault, "kbx.schema.json"), f"the schema takes {fault}")
    expect("kbx.json:2: " in _cells(workspace, '{"drivers":\n ["one",]}', status=2).err, "no line of the comma")
    for text in (b'{"drivers": "\xff"}', b'{"drivers": ['):
        (workspace.folder / "kbx.json").write_bytes(text)
        run = matrix(workspace, "--list", status=2)
        expect("kbx.json:1: this is no JSON: syntax error" in run.err and "\ufffd" not in run.err, run.err)
    expect("no folder" in _cells(workspace, good | {"drivers": ["none"]}, status=2).err, "no word of the folder")
    several = good | {"drivers": [{"folder": ["one", "."]}], "configurations": ["one"]}
    expect("configuration" in _cells(workspace, several, status=2).err, "no word of the configuration")
    told = _cells(workspace, several | {"exclude": [{"configuration": "one"}]}, status=2).err
    expect("no cells" in told, f"what is excluded is refused:\n{told}")
    twice = good | {"include": [{"driver": "one", "kernel": "9.9"}]}
    expect("one/9.9" in _cells(workspace, twice, status=2).err, "no word of the name")


@behaviour
def without_cells_it_is_a_wrong_call(workspace):
    expect("kbx.json" in matrix(workspace, status=2).err, "no word of kbx.json")
    expect("--kernel" in matrix(workspace, ".", status=2).err, "no word of --kernel")


@behaviour
def what_is_named_twice_on_the_command_line_is_meant_once(workspace):
    driver(workspace, "one", GOOD)
    driver(workspace, "other/one", GOOD, "one")
    words = ("--list", "--kernel", "9.9", "--kernel", "9.9")
    expect_equal(matrix(workspace, *words, "one", "one/", status=0).out, "one/9.9\n", "cells")
    run = matrix(workspace, *words, "one", "other/one", status=2)
    expect("two cells of the matrix have the name one/9.9" in run.err and "hint: in kbx.json" in run.err, run.err)
