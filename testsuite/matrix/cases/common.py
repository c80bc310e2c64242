"""What the tests of the matrix share."""

import json
from pathlib import Path

import kernel
from outcome import Skipped, expect

TOP = Path(__file__).resolve().parents[3]

GOOD = """#include <linux/module.h>
static int __init good_init(void) { return 0; }
module_init(good_init);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("builds");
"""
BAD = """#include <linux/module.h>
static int __init bad_init(void) { return no_such_name; }
module_init(bad_init);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("does not build");
"""


def driver(workspace, name, text, file=None):
    """A folder of the workspace with one module of that name."""
    folder = workspace.folder / name
    folder.mkdir(exist_ok=True, parents=True)
    (folder / ".git").mkdir(exist_ok=True)
    (folder / "Kbuild").write_text(f"obj-m := {file or name}.o\n")
    (folder / f"{file or name}.c").write_text(text)
    return folder


def matrix(workspace, *words, status=None, environment=None):
    """kbx matrix in the workspace's folder; fails the test if it ends with another exit status."""
    run = workspace.run([workspace.kbx, "matrix", *words], environment)
    if status is not None:
        expect(run.status == status, f"kbx matrix ended with {run.status}, expected {status}\n{run.text()}")
    return run


def compiled(run):
    """Base names of the sources that a run compiled."""
    return sorted(Path(source).name for source in run.compiled)


def results(workspace, out="kbx-out/matrix"):
    """results.json by the cells' names, after a look at its schema."""
    value = json.loads((workspace.folder / out / "results.json").read_text())
    validate(value, "results.schema.json")
    return {cell["name"]: cell for cell in value["cells"]}


def release(workspace):
    return kernel.release_of(workspace.tree)


def fits(value, schema):
    """What the schema of that name in docs/ says of a value: "" or the first fault."""
    try:
        import jsonschema
    except ImportError as missing:
        raise Skipped("python3-jsonschema is not installed") from missing
    errors = list(jsonschema.Draft202012Validator(json.loads((TOP / "docs" / schema).read_text())).iter_errors(value))
    return errors[0].message if errors else ""


def validate(value, schema):
    fault = fits(value, schema)
    expect(not fault, f"does not fit {schema}: {fault}")
