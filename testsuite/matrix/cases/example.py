"""examples/matrix as its reader runs it: the kernels fetched, all cells built, the known failure told with its cause."""

from behaviour import behaviour
from common import TOP, matrix, results
from driver_copy import copy_sources
from kernel import fetch
from outcome import Skipped, expect, expect_equal


@behaviour
def the_example_is_built(workspace):
    cache = {"XDG_CACHE_HOME": str(workspace.folder / "cache")}
    for kernel in ("debian:6.1", "debian:6.12"):
        run = fetch(workspace, kernel, environment=cache)
        if "has no kernel " + kernel in run.err:
            raise Skipped("this machine's archive has no " + kernel)
        expect_equal(run.status, 0, "exit status of kbx kernels fetch " + kernel)
    copy_sources(TOP / "examples/matrix", workspace.folder, exists=True)
    run = matrix(workspace, status=0, environment=cache)
    cells = results(workspace)
    expect_equal({name: cell["state"] == "built" for name, cell in cells.items()},
                 {"counter/debian-6.1@plain": True, "counter/debian-6.1@debug": True,
                  "counter/debian-6.12@plain": True, "counter/debian-6.12@debug": True,
                  "dated/debian-6.1@plain": True, "dated/debian-6.12@plain": False}, "cells")
    for words in ("6 cells: 1 failed as expected, 5 built", "dated: dated.c:11: ", "class_create takes 1 argument"):
        expect(words in run.out, f"{words!r} is not in\n{run.text()}")
