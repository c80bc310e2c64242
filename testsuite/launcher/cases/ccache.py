"""kbx build --launcher ccache: what was compiled for one output folder serves every other."""

import json

from behaviour import behaviour
from common import (DRIVER, MODULES, SOURCES, build, expect_same_modules, expect_served, module,  # noqa: F401
                    needed)
from outcome import expect, expect_equal


def _cache(workspace):
    needed("ccache")
    return {"CCACHE_DIR": str(workspace.folder / "cache")}


@behaviour
def two_output_folders(workspace):
    """The second asks the compiler nothing, and both are what a build without ccache makes."""
    cache = _cache(workspace)
    build(workspace, "plain")
    first = build(workspace, "first", "--launcher", "ccache", environment=cache)
    expect_served(first, "ccache had 0 of 4 compiles")
    expect(first.compiled, "nothing was compiled at first")
    second = build(workspace, "second", "--launcher", "ccache", environment=cache)
    expect_served(second, "ccache had 4 of 4 compiles")
    expect_equal([call.words for call in second.calls if "-c" in call.words], [], "calls of the compiler")
    for out in ("first", "second"):
        expect_same_modules(workspace, out, "plain")


@behaviour
def a_build_that_has_nothing_to_do(workspace):
    """What was not compiled is not counted, and the launcher's line is left out."""
    cache = _cache(workspace)
    build(workspace, "out", "--launcher", "ccache", environment=cache)
    again = build(workspace, "out", "--launcher", "ccache", environment=cache)
    expect_equal(again.compiled, [], "compiled again")
    expect("ccache" not in again.out, again.text())


@behaviour
def headers_of_what_came_from_the_cache(workspace):
    """A changed header makes its readers again, whichever output folder they were compiled for."""
    cache = _cache(workspace)
    for out in ("first", "second"):
        build(workspace, out, "--launcher", "ccache", environment=cache)
    workspace.append("parts/helper.h", "extern int another_line;\n")
    for out, served in (("second", 0), ("first", 2)):
        run = build(workspace, out, "--launcher", "ccache", environment=cache)
        expect_served(run, f"ccache had {served} of 2 compiles")


@behaviour
def warnings_of_what_came_from_the_cache(workspace):
    """They name the driver's files, not those of the folder that they were compiled for."""
    cache = _cache(workspace)
    workspace.append("alpha.c", "static int never_used;\n")
    said = []
    for out in ("plain", "first", "second"):
        words = ["W=1"] + ([] if out == "plain" else ["--launcher", "ccache"])
        run = build(workspace, out, *words, environment=cache)
        said.append([line for line in run.out.splitlines() if "never_used" in line])
    expect(said[0] and str(workspace.driver / "alpha.c") in said[0][0], f"not told: {said[0]}")
    expect_equal(said[1:], [said[0]] * 2, "warnings with ccache, without and with a compile")


@behaviour
def a_failure(workspace):
    cache = _cache(workspace)
    workspace.replace("alpha.c", "return question", "return no_such_name")
    run = build(workspace, "out", "--launcher", "ccache", environment=cache, status=1)
    expect(f"{workspace.driver}/alpha.c" in run.out and "no_such_name" in run.out, run.text())
    expect("/proc/" not in run.text(), run.text())


@behaviour
def a_compiler_that_is_called_by_ccache_already(workspace):
    """CC="ccache gcc" and --launcher ccache mean one ccache."""
    cache = _cache(workspace)
    name = next(name for name in workspace.wrappers.names() if "gcc" in name)
    run = build(workspace, "out", f"CC=ccache {name}", "--launcher", "ccache", "--verbose", environment=cache)
    expect("step launch" not in run.out, run.text())


@behaviour
def a_matrix(workspace):
    """Every report has the figures; cells of another folder are served."""
    cache = _cache(workspace)
    words = [workspace.kbx, "matrix", workspace.driver, "--kernel", workspace.tree, "--launcher", "ccache", "--out"]
    for out, served in (("first", 0), ("second", 4)):
        run = workspace.run([*words, out], cache)
        expect_equal(run.status, 0, run.text())
        expect(f"ccache had {served} of 4 compiles" in run.out, run.text())
        told = json.loads((workspace.folder / out / "results.json").read_text())["launchers"]
        expect_equal(told, [{"name": "ccache", "compiles": 4, "served": served, "distributes": False}], "results.json")
        page = next((workspace.folder / out).glob("*.html")).read_text()
        expect(f"ccache had {served} of 4 compiles" in page, "the page does not tell")
    joined = workspace.run([workspace.kbx, "matrix", "merge", "first/results.json", "second/results.json", "--out",
                            "joined"])
    expect("ccache had 4 of 8 compiles" in joined.out, joined.text())


@behaviour
def a_launcher_that_is_not_there(workspace):
    run = build(workspace, "out", "--launcher", "no-such-launcher", status=1)
    expect("the launcher no-such-launcher was not found in PATH" in run.err and "hint:" in run.err, run.text())
    expect_equal(run.calls, [], "programs that were run all the same")
