"""Metadata objects that kbx writes itself: from one template per kernel and compiler, and never from a wrong one."""

import os
import shutil
import sys
from pathlib import Path

import kernel
from behaviour import behaviour
from common import ALL, DRIVER, MODULES  # noqa: F401
from outcome import expect, expect_equal
from workspace import expect_equals_clean_build

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "drivers"))

import modulecontent  # noqa: E402

SPECIMEN = "specimen.mod.c"
METADATA = sorted(f"{name}.mod.c" for name in MODULES)


def _own_cache(workspace):
    workspace.environment["XDG_CACHE_HOME"] = str(workspace.folder / "cache")


def _cached(workspace, suffix):
    found = sorted((workspace.folder / "cache/kbx/metadata").glob(f"*{suffix}"))
    expect(found, f"nothing ends in {suffix} in the cache")
    return found


def _metadata(run):
    """Sources of metadata objects that were compiled; module-common.c is none."""
    return [name for name in run.generated if name.endswith(".mod.c")]


def _modules(workspace):
    return {name: workspace.ko(name).read_bytes() for name in MODULES}


def _expect_alike(one, two):
    for name in MODULES:
        told = modulecontent.differences(one[name], two[name])
        expect(not told, f"{name}.ko differs in {', '.join(told)}")


@behaviour
def one_template_does_for_all_builds(workspace):
    _own_cache(workspace)
    expect_equal(_metadata(workspace.build()), [SPECIMEN], "metadata compiled")
    shutil.rmtree(workspace.out())
    expect_equal(_metadata(workspace.build()), [], "metadata compiled by a new build")
    workspace.append("Kbuild", "ccflags-y += -DNEW_FLAG\n")
    expect_equal(_metadata(workspace.build()), [], "metadata compiled after a change of flags")


@behaviour
def compilers_metadata_is_alike(workspace):
    workspace.build()
    own = _modules(workspace)
    run = workspace.build("--mod-object=compiler")
    expect_equal((run.compiled, _metadata(run)), ([], METADATA), "sources and metadata compiled")
    _expect_alike(_modules(workspace), own)
    expect_equals_clean_build(workspace, "--mod-object=compiler")
    expect_equal(workspace.build().compiled, [], "sources compiled after the way back")
    expect(_modules(workspace) == own, "the modules differ after the way back")


@behaviour
def changed_configuration_makes_another_template(workspace):
    _own_cache(workspace)
    tree = kernel.copy(workspace.tree, workspace.folder / "kernel")
    workspace.build(tree=tree)
    kernel.switch_on(tree, "KBX_PROOF")
    expect_equal(_metadata(workspace.build(tree=tree)), [SPECIMEN], "metadata compiled")
    shutil.rmtree(workspace.out(tree))
    expect_equal(_metadata(workspace.build(tree=tree)), [], "metadata compiled by a new build")


@behaviour
def changed_header_reaches_the_modules(workspace):
    """Another vermagic in a header: in new builds, and in one that was made before."""
    _own_cache(workspace)
    tree = kernel.copy(workspace.tree, workspace.folder / "kernel")
    workspace.build(tree=tree)
    header = tree / "include/generated/utsrelease.h"
    old = kernel.release_of(tree)
    header.write_text(header.read_text().replace(old, old[:-1] + "X"))
    workspace.run(workspace.command("--out", workspace.folder / "out", tree=tree))
    expect((old[:-1] + "X").encode() in (workspace.folder / "out/alpha.ko").read_bytes(),
           "a new build has the old vermagic")


@behaviour
def damaged_template_is_made_again(workspace):
    _own_cache(workspace)
    workspace.build()
    good = _modules(workspace)
    for what, change in (("cut off", lambda data: data[:-100]), ("changed", lambda data: data[:-1] + b"?"),
                         ("empty", lambda data: b"")):
        for path in _cached(workspace, ".template"):
            path.write_bytes(change(path.read_bytes()))
        shutil.rmtree(workspace.out())
        expect_equal(_metadata(workspace.build()), [SPECIMEN], f"metadata compiled, template {what}")
        expect(_modules(workspace) == good, f"the modules differ after the template was {what}")
    for path in _cached(workspace, ".stamps"):
        path.unlink()
    shutil.rmtree(workspace.out())
    expect_equal(_metadata(workspace.build()), [SPECIMEN], "metadata compiled without stamps")


@behaviour
def cache_that_cannot_be_written_costs_time_only(workspace):
    _own_cache(workspace)
    (workspace.folder / "cache/kbx").mkdir(parents=True)
    (workspace.folder / "cache/kbx/metadata").write_text("in the way")
    workspace.build()
    good = _modules(workspace)
    shutil.rmtree(workspace.out())
    expect_equal(_metadata(workspace.build()), [SPECIMEN], "metadata compiled")
    expect(_modules(workspace) == good, "the modules differ")


@behaviour
def what_is_not_understood_is_compiled(workspace):
    """A header that puts a pointer into every object: no template says where the next one is."""
    _own_cache(workspace)
    header = workspace.folder / "more.h"
    header.write_text("static void *const more __attribute__((used)) = (void *)&more;\n")
    words = [f"KCFLAGS=-include {header}"]
    run = workspace.build(*words)
    expect_equal([name for name in _metadata(run) if name != SPECIMEN], METADATA, "metadata compiled")
    first = _modules(workspace)
    shutil.rmtree(workspace.out())
    expect_equal(_metadata(workspace.build(*words)), METADATA, "metadata compiled, now that it is known")
    second = _modules(workspace)
    shutil.rmtree(workspace.out())
    workspace.build("--mod-object=compiler", *words)
    expect(_modules(workspace) == first == second, "the modules differ from the compiler's")


@behaviour
def error_of_all_compilations_is_not_remembered(workspace):
    """A header that is missing now may be there for the next build."""
    _own_cache(workspace)
    header = workspace.folder / "missing.h"
    words = [f"KCFLAGS=-include {header}"]
    workspace.build(*words, status=1)
    header.write_text("")
    expect_equal(_metadata(workspace.build(*words)), [SPECIMEN], "metadata compiled")


@behaviour
def header_of_what_is_not_understood_counts(workspace):
    _own_cache(workspace)
    header = workspace.folder / "more.h"
    header.write_text("static void *const more __attribute__((used)) = (void *)&more;\n")
    words = [f"KCFLAGS=-include {header}"]
    for name in ("first", "second"):
        workspace.build(*words)
        header.write_text(f"static void *const {name} __attribute__((used)) = (void *)&{name};\n")
        run = workspace.build(*words)
        expect_equal([name for name in _metadata(run) if name != SPECIMEN], METADATA, "metadata compiled")
        expect_equals_clean_build(workspace, *words)


@behaviour
def text_of_another_hand_is_compiled(workspace):
    workspace.build()
    found = [path for path in workspace.out().rglob("alpha.mod.c")]
    expect_equal(len(found), 1, "alpha.mod.c below the output folder")
    found[0].write_text(found[0].read_text() + 'MODULE_INFO(own, "words");\n')
    expect_equal(_metadata(workspace.build()), ["alpha.mod.c"], "metadata compiled")
    expect(b"own=words\0" in workspace.ko("alpha").read_bytes(), "alpha.ko lacks the words")


@behaviour
def compiler_that_cannot_be_run_is_no_answer(workspace):
    """Killed while it makes the template: the next build asks again."""
    _own_cache(workspace)
    name = next(name for name in workspace.wrappers.names() if "gcc" in name)
    real = workspace.wrappers.real(name)
    mark = workspace.folder / "kill"
    mark.touch()
    for each in workspace.wrappers.names():
        if "gcc" in each or each == "cc":
            workspace.wrappers.put(each, real, before=f'case "$*" in *{SPECIMEN}*) [ ! -e {mark} ] || kill -9 $$;; esac')
    run = workspace.run(workspace.command())
    expect(run.status == 1, f"kbx build ended with {run.status}, expected 1\n{run.text()}")
    os.unlink(mark)
    expect_equal(_metadata(workspace.build()), [SPECIMEN], "metadata compiled")
