"""Cells of a matrix: each as one kbx build would make it, and on its own."""

import json
import shutil

from behaviour import behaviour
from common import BAD, GOOD, compiled, driver, fits, matrix, release, results
from outcome import expect, expect_equal


@behaviour
def a_cell_is_what_kbx_build_makes(workspace):
    good = driver(workspace, "good", GOOD)
    matrix(workspace, good, "--kernel", workspace.tree, status=0)
    cell = workspace.folder / "kbx-out/matrix/good" / release(workspace)
    aside = workspace.folder / "aside"
    shutil.copytree(cell, aside, symlinks=True)
    shutil.rmtree(cell)
    built = workspace.run([workspace.kbx, "build", good, "--kernel", workspace.tree, "--out", cell])
    expect_equal(built.status, 0, built.text())
    for name in ("good.ko", "Module.symvers"):
        expect((cell / name).read_bytes() == (aside / name).read_bytes(), f"{name} is another than kbx build's")


@behaviour
def a_failing_cell_stops_no_other(workspace):
    driver(workspace, "good", GOOD)
    driver(workspace, "bad", BAD)
    driver(workspace, "lacking", GOOD)
    (workspace.folder / "lacking/lacking.c").unlink()
    driver(workspace, "refused", GOOD)
    (workspace.folder / "refused/Kbuild").write_text("obj-m := refused.o\n$(obj)/refused.o: $(src)/part.h\n")
    (workspace.folder / "refused/part.h").write_text("")
    words = ("bad", "good", "lacking", "refused", "--kernel", workspace.tree, "--kernel", "0.1-no-such-kernel")
    matrix(workspace, *words, status=1)
    (workspace.folder / "refused/part.h").unlink()  # no plan hangs on it, but Ninja does
    matrix(workspace, *words, status=1)
    cells = results(workspace)
    expect_equal(len(cells), 8, "cells")
    here = release(workspace)
    expect_equal({name for name, cell in cells.items() if cell["state"] == "built"}, {f"good/{here}"}, "built cells")
    bad = cells[f"bad/{here}"]
    expect_equal((bad["error"]["file"], bad["error"]["line"]), ("bad.c", 2), "the place of the error")
    expect("no_such_name" in bad["error"]["text"], str(bad))
    expect_equal(bad["failures"][0]["output"], "bad.o", "the output")
    expect("part.h" in cells[f"refused/{here}"]["error"]["text"], str(cells[f"refused/{here}"]))
    expect("lacking" in cells[f"lacking/{here}"]["error"]["text"], str(cells[f"lacking/{here}"]))
    absent = cells["good/0.1-no-such-kernel"]
    expect("0.1-no-such-kernel" in absent["error"]["text"], "the kernel is not named")
    expect(len(absent["hints"]) == 1 and not absent["hints"][0].startswith("hint:"), f"hints: {absent['hints']}")


@behaviour
def a_second_run_makes_nothing_and_tells_the_same(workspace):
    warns = GOOD.replace("return 0;", "int unused; return 0;")
    driver(workspace, "warns", warns)
    words = ("warns", "--kernel", workspace.tree, "W=1")
    expect_equal(compiled(matrix(workspace, *words, status=0)), ["warns.c"], "compiled at first")
    first = results(workspace)
    expect("unused" in first[f"warns/{release(workspace)}"]["warnings"][0], str(first))
    second = matrix(workspace, *words, status=0)
    expect_equal(compiled(second), [], "compiled by the second run")
    expect_equal(results(workspace), first, "results of the second run")
    (workspace.folder / "warns/warns.c").write_text(GOOD)
    matrix(workspace, *words, status=0)
    expect("warnings" not in results(workspace)[f"warns/{release(workspace)}"], "the warning is still told")


@behaviour
def a_cell_may_come_and_go(workspace):
    driver(workspace, "one", GOOD)
    driver(workspace, "two", GOOD)
    matrix(workspace, "one", "two", "--kernel", workspace.tree, status=0)
    expect_equal(compiled(matrix(workspace, "one", "--kernel", workspace.tree, status=0)), [], "compiled alone")
    again = matrix(workspace, "one", "two", "--kernel", workspace.tree, status=0)
    expect_equal(compiled(again), [], "compiled when both are back")


@behaviour
def a_module_that_would_not_load_is_told(workspace):
    user = GOOD.replace("return 0;", "return no_such_export();").replace("static int", "int no_such_export(void);\nstatic int")
    driver(workspace, "user", user)
    matrix(workspace, "user", "--kernel", workspace.tree, "KBUILD_MODPOST_WARN=1", status=0)
    [module] = results(workspace)[f"user/{release(workspace)}"]["modules"]
    expect_equal(module["verdict"], "would-not-load", str(module))
    expect("no_such_export" in module["reasons"][0], str(module))


PROVIDER = """#include <linux/module.h>
int provided(void);
int provided(void) { return 1; }
EXPORT_SYMBOL_GPL(provided);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("provides");
"""
USER = """#include <linux/module.h>
int provided(void);
static int __init user_init(void) { return provided(); }
module_init(user_init);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("uses");
"""


@behaviour
def a_driver_may_have_several_folders(workspace):
    provider = driver(workspace, "pair/provider", PROVIDER, "provider")
    user = driver(workspace, "pair/user", USER, "user")
    spec = {"drivers": [{"name": "pair", "folder": ["pair/provider", "pair/user"],
                         "variables": {"KBUILD_EXTRA_SYMBOLS": "pair/provider/Module.symvers"}}],
            "kernels": [str(workspace.tree)]}
    expect_equal(fits(spec, "kbx.schema.json"), "", "the schema's word")
    (workspace.folder / "kbx.json").write_text(json.dumps(spec))
    expect_equal(compiled(matrix(workspace, status=0)), ["provider.c", "user.c"], "compiled at first")
    [cell] = results(workspace).values()
    expect_equal([(module["name"], module.get("verdict")) for module in cell["modules"]],
                 [("provider", "would-load"), ("user", "would-load")], "modules")
    expect_equal(compiled(matrix(workspace, status=0)), [], "compiled again")
    expect_equal(results(workspace)[cell["name"]], cell, "what a second run tells")
    user.joinpath("user.c").write_text(USER.replace("provided", "no_such_name"))
    provider.joinpath("provider.c").write_text(BAD)
    matrix(workspace, status=1)
    [cell] = results(workspace).values()
    expect_equal(sorted(failure["output"] for failure in cell["failures"]), ["provider/provider.o"], "failed outputs")
    expect_equal((cell["error"]["file"], cell["error"]["line"]), ("provider/provider.c", 2), "the place of the error")
    provider.joinpath("provider.c").write_text(PROVIDER)
    matrix(workspace, status=1)
    [cell] = results(workspace).values()
    expect_equal([failure["output"] for failure in cell["failures"]], ["user/Module.symvers"], "failed outputs")
    expect("no_such_name" in cell["error"]["text"], str(cell["error"]))
