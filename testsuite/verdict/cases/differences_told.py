"""kbx diff: what changed between two kernels, for all modules and for one."""

import json

from behaviour import behaviour
from common import DRIVER, require_versions  # noqa: F401
from outcome import expect, expect_equal

BEFORE = """\
0x00000001\tmodule_layout\tvmlinux\tEXPORT_SYMBOL\t
0x00000002\t_printk\tvmlinux\tEXPORT_SYMBOL\t
0x00000003\tgone\tlib/some-library\tEXPORT_SYMBOL\t
0x00000004\tclosed\tvmlinux\tEXPORT_SYMBOL\t
0x00000005\tspaced\tvmlinux\tEXPORT_SYMBOL_GPL\t
"""
AFTER = """\
0x00000001\tmodule_layout\tvmlinux\tEXPORT_SYMBOL\t
0x00000012\t_printk\tvmlinux\tEXPORT_SYMBOL\t
0x00000004\tclosed\tvmlinux\tEXPORT_SYMBOL_GPL\t
0x00000005\tspaced\tvmlinux\tEXPORT_SYMBOL_GPL\tNEW
"""


def _diff(workspace, before, after, *words):
    paths = []
    for name, text in (("before.symvers", before), ("after.symvers", after)):
        (workspace.folder / name).write_text(text)
        paths.append(workspace.folder / name)
    return workspace.run([workspace.kbx, "diff", *paths, *words])


@behaviour
def every_kind_of_change(workspace):
    run = _diff(workspace, BEFORE, AFTER, "--json")
    expect_equal(run.status, 1, "exit status")
    changes = [(change["kind"], change["symbol"], change["before"], change["after"])
               for change in json.loads(run.out)[0]["changes"]]
    expect_equal(changes, [("gone", "gone", "some_library", ""), ("crc", "_printk", "0x00000002", "0x00000012"),
                           ("gpl-only", "closed", "EXPORT_SYMBOL", "EXPORT_SYMBOL_GPL"),
                           ("namespace", "spaced", "", "NEW")], "changes")
    text = _diff(workspace, BEFORE, AFTER).out
    for word in ("4 changes", "no longer exported (1)", "0x00000002 -> 0x00000012", "(none) -> NEW"):
        expect(word in text, f"{word!r} is not in\n{text}")


@behaviour
def no_change(workspace):
    run = _diff(workspace, BEFORE, BEFORE)
    expect(run.status == 0 and "no change" in run.out, f"{run.status}\n{run.text()}")


@behaviour
def no_crcs_are_no_evidence(workspace):
    zero = "\n".join("0x00000000" + line[10:] for line in BEFORE.splitlines()) + "\n"
    run = _diff(workspace, zero, zero)
    expect(run.status == 2 and "no CRC evidence" in run.out, f"{run.status}\n{run.text()}")


@behaviour
def what_concerns_a_module(workspace):
    require_versions(workspace)
    workspace.build()
    run = _diff(workspace, BEFORE, AFTER, workspace.ko("plain"), "--json")
    changes = json.loads(run.out)[0]["changes"]
    expect_equal([change["symbol"] for change in changes], ["_printk"], "changes for plain.ko")
    expect_equal(run.status, 1, "exit status")
    run = _diff(workspace, BEFORE, BEFORE, workspace.ko("plain"), workspace.ko("user"))
    expect(run.status == 0 and run.out.count("no change") == 2, f"{run.status}\n{run.text()}")


@behaviour
def words_that_make_no_sense(workspace):
    for words, said in ((["nowhere.symvers", "too"], "no headers"), ([workspace.folder], "two kernels"),
                        ([], "required")):
        run = workspace.run([workspace.kbx, "diff", *words])
        expect(run.status == 2 and said in run.err and "hint:" in run.err,
               f"{words}: {run.status}, expected 2 and {said!r}\n{run.text()}")
