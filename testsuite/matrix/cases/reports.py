"""What a matrix leaves for people and programs."""

import json
import shutil
import xml.etree.ElementTree as ElementTree

from behaviour import behaviour
from common import BAD, GOOD, driver, matrix, release, results
from outcome import expect, expect_equal


def _spec(workspace, **more):
    spec = {"drivers": ["good", "bad"], "kernels": [str(workspace.tree)]} | more
    (workspace.folder / "kbx.json").write_text(json.dumps(spec))


@behaviour
def failures_and_what_is_expected(workspace):
    driver(workspace, "good", GOOD)
    driver(workspace, "bad", BAD)
    _spec(workspace)
    here = release(workspace)
    run = matrix(workspace, status=1)
    lines = run.out.splitlines()
    expect_equal(lines[0], "failures:", "the first line")
    expect("bad.c:2: " in lines[1] and here in lines[2], run.out)
    expect("2 cells: 1 failed, 1 built" in run.out, run.out)

    suites = ElementTree.parse(workspace.folder / "kbx-out/matrix/junit.xml").getroot()
    expect_equal((suites.get("tests"), suites.get("failures")), ("4", "2"), "tests and failures")
    cases = {(case.get("classname"), case.get("name")): case for case in suites.iter("testcase")}
    expect_equal(set(cases), {(f"{name}/{here}", case) for name in ("good", "bad") for case in ("build", f"{name}.ko")},
                 "test cases")
    expect("no_such_name" in cases[f"bad/{here}", "bad.ko"].find("failure").text, "no word of the compiler")
    expect(cases[f"good/{here}", "good.ko"].find("failure") is None, "good.ko failed")

    last = workspace.folder / "last.json"
    shutil.copy(workspace.folder / "kbx-out/matrix/results.json", last)
    matrix(workspace, "--since", last, status=0)
    (workspace.folder / "bad/bad.c").write_text(GOOD)
    (workspace.folder / "good/good.c").write_text(BAD)
    run = matrix(workspace, "--since", last, status=1)
    expect(f"newly failed: good/{here}" in run.out and f"fixed: bad/{here}" in run.out, run.out)

    _spec(workspace, expect_failure=[{"driver": "*", "reason": "known"}])
    run = matrix(workspace, status=0)
    expect("built, though a failure is expected" in run.out and "failed, as expected" in run.out, run.out)
    suites = ElementTree.parse(workspace.folder / "kbx-out/matrix/junit.xml").getroot()
    expect_equal((suites.get("failures"), suites.get("skipped")), ("0", "2"), "failures and skipped")
    expect_equal(matrix(workspace, "--quiet", status=0).text(), "", "what --quiet prints")


@behaviour
def a_matrix_spread_over_machines_and_joined(workspace):
    driver(workspace, "good", GOOD)
    driver(workspace, "bad", BAD)
    _spec(workspace)
    here = release(workspace)
    jobs = json.loads(matrix(workspace, "emit", "github", status=0).out)["include"]
    expect_equal([job["name"] for job in jobs], [f"good/{here}", f"bad/{here}"], "jobs")
    by_kernel = json.loads(matrix(workspace, "emit", "github", "--by", "kernel", status=0).out)["include"]
    expect_equal([job["name"] for job in by_kernel], [here], "jobs by kernel")
    for job in jobs:
        option, pattern = job["only"].split()
        matrix(workspace, option, pattern, "--out", job["name"].split("/")[0] + ".out",
               status=0 if job["name"].startswith("good") else 1)
    parts = [f"{name}.out/results.json" for name in ("good", "bad")]
    run = matrix(workspace, "merge", *parts, "--out", "joined", status=1)
    expect("2 cells: 1 failed, 1 built" in run.out, run.out)
    expect_equal(set(results(workspace, "joined")), {f"good/{here}", f"bad/{here}"}, "joined cells")
    pipeline = matrix(workspace, "emit", "gitlab", status=0).out
    try:
        import yaml
    except ImportError:
        return
    scripts = [job["script"] for job in yaml.safe_load(pipeline).values()]
    expect_equal(scripts, [[f"kbx matrix --only good/{here}"], [f"kbx matrix --only bad/{here}"]], "scripts")


@behaviour
def what_to_do_about_a_failure(workspace):
    driver(workspace, "old", BAD.replace("no_such_name", "PDE_DATA(NULL) != NULL"))
    run = matrix(workspace, "old", "--kernel", workspace.tree, status=1)
    hint = "PDE_DATA is gone since 5.17; there is pde_data (linux/proc_fs.h:"
    expect(f"    hint: {hint}" in run.out, run.out)
    (cell,) = results(workspace).values()
    expect(len(cell["hints"]) == 1 and cell["hints"][0].startswith(hint), f"{cell}")
    for report in ("index.html", "junit.xml"):
        expect(hint in (workspace.folder / "kbx-out/matrix" / report).read_text(), f"{report} has no hint")


@behaviour
def damaged_results_are_refused(workspace):
    driver(workspace, "good", GOOD)
    for text in ("", "[]", '{"format": 2}', '{"format": 1, "cells": [{}]}', '{"format": 1, "cells": 3}'):
        (workspace.folder / "broken.json").write_text(text)
        run = matrix(workspace, "merge", "broken.json", status=1)
        expect("broken.json" in run.err, run.text())
        run = matrix(workspace, "good", "--kernel", workspace.tree, "--since", "broken.json", status=2)
        expect("broken.json" in run.err, run.text())
        if '"format": 2' in text:
            expect('"format" is 2, this kbx reads 1' in run.err and "another version" in run.err, run.text())


@behaviour
def the_first_kernel_that_breaks_a_driver_is_named(workspace):
    driver(workspace, "good", GOOD)
    driver(workspace, "bad", BAD)
    here = release(workspace)
    words = ["--kernel", workspace.tree, "--kernel", "9.8-none", "--kernel", "9.9-none"]
    run = matrix(workspace, "bisect", "good", "bad", *words, status=1)
    expect(f"good: builds on {here}, fails on 9.8-none: " in run.out, run.out)
    expect(f"bad: fails on {here}: bad.c:2: " in run.out, run.out)
    expect("9.9-none" not in run.out, f"more was built than had to be\n{run.out}")


@behaviour
def one_page_that_needs_nothing_besides_itself(workspace):
    driver(workspace, "bad", BAD.replace("no_such_name", 'no_such_name < "<script>" "&"'))
    matrix(workspace, "bad", "--kernel", workspace.tree, status=1)
    page = (workspace.folder / "kbx-out/matrix/index.html").read_text()
    expect("no_such_name" in page and "1 of 1 cell failed" in page, page)
    expect("<script" not in page and "src=" not in page and "@" not in page.split("</style>")[1], "a script, a file or a mark")
    expect_equal(page.count("<details"), page.count("</details>"), "details that are closed")
