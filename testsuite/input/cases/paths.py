"""Paths with letters that make, the shell or Ninja read as something else. It builds, or says what is in the way."""

import shutil

from behaviour import behaviour
from common import DRIVER, expect_built_or_refused  # noqa: F401
from outcome import expect


def _moved(workspace, name):
    """The driver in a folder called `name`."""
    to = workspace.folder / name
    shutil.move(workspace.driver, to)
    workspace.driver = to


def _builds_or_tells(workspace, name):
    _moved(workspace, name)
    if expect_built_or_refused(workspace.run(workspace.command()), name):
        expect(workspace.ko("one").stat().st_size > 0, "one.ko is empty")
        again = workspace.build()
        expect(again.compiled == [], f"compiled without a change: {again.compiled}")


def _kernel_at(workspace, name):
    link = workspace.folder / name
    link.symlink_to(workspace.tree)
    if expect_built_or_refused(workspace.run(workspace.command(tree=link)), name):
        expect(workspace.ko("one").stat().st_size > 0, "one.ko is empty")


def _declare(label, name):
    def driver_at(workspace):
        _builds_or_tells(workspace, name)

    def kernel_at(workspace):
        _kernel_at(workspace, name)

    globals()[f"driver_path_with_{label}"] = behaviour(driver_at)
    globals()[f"kernel_path_with_{label}"] = behaviour(kernel_at)


for _label, _name in {"a_space": "my driver", "a_colon": "a:b", "a_quote": "it's", "a_double_quote": 'a"b',
                      "a_dollar": "cash$home", "a_hash": "no#1", "a_percent": "half%", "a_backslash": "a\\b",
                      "a_tilde": "~me", "a_parenthesis": "a(b)", "an_ampersand": "a&b", "an_equals": "a=b",
                      "a_letter_beyond_ascii": "größe", "a_comma": "a,b"}.items():
    _declare(_label, _name)


@behaviour
def output_folder_with_a_space(workspace):
    out = workspace.folder / "my results"
    if expect_built_or_refused(workspace.run(workspace.command("--out", out)), "my results"):
        expect(list(out.rglob("one.ko")), "no one.ko below the output folder")


@behaviour
def path_of_a_thousand_letters(workspace):
    """Longer than kbuild's file names bear, shorter than the system's limit."""
    deep = workspace.folder / "/".join(["d" * 60] * 16)
    deep.parent.mkdir(parents=True)
    shutil.move(workspace.driver, deep)
    workspace.driver = deep
    if expect_built_or_refused(workspace.run(workspace.command())):
        expect(workspace.ko("one").stat().st_size > 0, "one.ko is empty")
