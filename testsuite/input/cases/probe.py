"""Questions about a kernel: the answers, what keeps one from being given, and what is no question."""

import json

from behaviour import behaviour
from common import DRIVER, USAGE, expect_no_accident, expect_refused  # noqa: F401
from outcome import expect

# Of 6.1, and what it has to say. The last ones meet their errors within macros of headers.
QUESTIONS = {
    "strscpy()": "yes", "no_such_function()": "no", "pde_data": "yes", "PDE_DATA": "no", "DMA_TO_DEVICE": "yes",
    "struct page": "yes", "struct no_such_struct": "no", "struct request.rq_disk": "no", "struct request.q": "yes",
    "struct drm_encoder": "yes", "<linux/blkdev.h>": "yes", "<linux/genhd.h>": "no", "exported filp_open": "yes",
    "exported no_such_symbol": "no", 'CLASS_2 = { class_create(THIS_MODULE, "x"); }': "yes",
    'CLASS_1 = { class_create("x"); }': "no", "NAPI_4 = { netif_napi_add(NULL, NULL, NULL, 64); }": "no",
    "TOO_MANY = { might_sleep_if(1, 2); }": "no", "OTHER = { kfree(THIS_MODULE, THIS_MODULE); }": "no",
}


def _probe(workspace, *words):
    run = workspace.run([workspace.kbx, "probe", *words, "--kernel", workspace.tree], folder=workspace.driver)
    expect_no_accident(run)
    return run


def _answers(workspace, *words):
    run = _probe(workspace, "--json", *words)
    return run, {one["question"]: one["answer"] for one in json.loads(run.out)["answers"]}


@behaviour
def every_kind_of_question(workspace):
    workspace.write("features", "# what a driver asks\n" + "".join(f"{question}\n" for question in QUESTIONS))
    for _ in ("asked", "remembered"):
        run, answers = _answers(workspace, "--from", "features")
        expect(run.status == 1, f"exit status {run.status}")
        for question, expected in QUESTIONS.items():
            given = answers[question.split(" = ")[-1]]
            expect(given == expected, f"{question}: {given}, expected {expected}")


@behaviour
def header_for_a_driver(workspace):
    run = _probe(workspace, "strscpy()", "PDE_DATA", "NAMED = struct page", "--header", "kbx_features.h")
    expect(run.status == 0, f"exit status {run.status}\n{run.text()}")
    workspace.replace("one.c", "#include <linux/module.h>\n",
                      '#include <linux/module.h>\n#include "kbx_features.h"\n'
                      "#if !defined(HAVE_STRSCPY) || defined(HAVE_PDE_DATA) || !defined(NAMED)\n#error wrong\n#endif\n")
    workspace.append("Kbuild", "ccflags-y += -I$(src)\n")
    workspace.build()


@behaviour
def header_that_is_not_there_leaves_the_answer_open(workspace):
    run, answers = _answers(workspace, "strscpy() in <linux/nowhere.h>", "struct page")
    expect(answers == {"strscpy()": "unknown", "struct page": "yes"}, f"{answers}")
    expect(run.status == 1 and "linux/nowhere.h" in run.out, run.text())


@behaviour
def exit_status_for_scripts(workspace):
    expect(_probe(workspace, "-q", "strscpy()").status == 0, "a function that is there")
    run = _probe(workspace, "-q", "strscpy()", "no_such_function()")
    expect(run.status == 1 and not run.out, f"one that is not: {run.text()}")


@behaviour
def what_is_no_question(workspace):
    workspace.write("features", "strscpy()\n\nfoo bar\n")
    expect_refused(_probe(workspace, "--from", "features"), 1, "features:3", "foo bar")
    expect_refused(_probe(workspace, "{ kfree(NULL); }"), 1, "without a name")
    expect_refused(_probe(workspace), USAGE, "nothing is asked")
