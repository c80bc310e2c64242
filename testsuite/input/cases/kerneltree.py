"""Half a kernel tree: what lacks is named."""

import re
from pathlib import Path

import kernel
from behaviour import behaviour
from common import BUILD_FAILED, DRIVER, expect_mends, expect_no_accident, expect_refused  # noqa: F401
from outcome import Skipped, expect, expect_equal


def _without(workspace, name):
    """A copy of the kernel tree without the file or folder `name`, which may lie behind links."""
    tree = kernel.copy(workspace.tree, workspace.folder / "kernel")
    stub = re.search(r"^include (\S+)/Makefile$", (tree / "Makefile").read_text(), re.MULTILINE)
    if stub and (Path(stub[1]) / name).exists():
        # It is (also) the source tree's, which is another folder here.
        source = workspace.folder / "source"
        source.mkdir()
        for entry in Path(stub[1]).iterdir():
            (source / entry.name).symlink_to(entry.resolve())
        (tree / "Makefile").write_text((tree / "Makefile").read_text().replace(stub[1], str(source)))
        kernel.take_away(source, name)
        if not (tree / name).exists():
            return tree
    if not kernel.take_away(tree, name):
        raise Skipped(f"the kernel tree has no {name}")
    return tree


def _refuses_without(workspace, name, *words):
    tree = _without(workspace, name)
    expect_refused(workspace.run(workspace.command(tree=tree)), BUILD_FAILED, *(words or (name,)))
    expect_mends(workspace)


@behaviour
def no_makefile(workspace):
    _refuses_without(workspace, "Makefile", "Makefile")


@behaviour
def no_autoconf_header(workspace):
    _refuses_without(workspace, "include/generated/autoconf.h")


@behaviour
def no_auto_conf(workspace):
    _refuses_without(workspace, "include/config/auto.conf")


@behaviour
def no_scripts(workspace):
    _refuses_without(workspace, "scripts", "scripts")


@behaviour
def no_arch_folder(workspace):
    _refuses_without(workspace, "arch", "arch/")


@behaviour
def no_kbuild_makefiles(workspace):
    _refuses_without(workspace, "scripts/Makefile.modpost", "scripts/Makefile.modpost")


@behaviour
def no_release(workspace):
    tree = _without(workspace, "include/config/kernel.release")
    run = workspace.run(workspace.command(tree=tree))
    expect_no_accident(run)
    if run.status:
        expect_refused(run, BUILD_FAILED, "kernel.release")


@behaviour
def no_modpost(workspace):
    """kbuild's rules name it as a prerequisite, though kbx runs its own."""
    tree = _without(workspace, "scripts/mod/modpost")
    run = workspace.run(workspace.command(tree=tree))
    expect_no_accident(run)
    if run.status:
        expect_refused(run, BUILD_FAILED, "scripts/mod/modpost")


@behaviour
def no_objtool(workspace):
    if not kernel.is_set(workspace.tree, "OBJTOOL") and not kernel.is_set(workspace.tree, "STACK_VALIDATION"):
        raise Skipped("the kernel does not use objtool")
    _refuses_without(workspace, "tools/objtool/objtool")


@behaviour
def scripts_of_another_machine(workspace):
    """kbx has its own fixdep, modpost and genksyms, and gives the same versions to the same exports."""
    with open(workspace.driver / "one.c", "a") as source:
        source.write("int one_export(unsigned long);\n"
                     "int one_export(unsigned long x) { return (int)x; }\nEXPORT_SYMBOL_GPL(one_export);\n")
    workspace.build()
    listed = (workspace.out() / "Module.symvers").read_text()
    expect("one_export" in listed, f"one_export is not exported: {listed}")
    tree = kernel.copy(workspace.tree, workspace.folder / "kernel")
    for name in ("scripts/basic/fixdep", "scripts/mod/modpost", "scripts/genksyms/genksyms"):
        kernel.make_foreign(tree, name)
    workspace.build("--out", workspace.folder / "foreign", tree=tree)
    again = (workspace.folder / "foreign" / "Module.symvers").read_text()
    expect_equal(again, listed, "Module.symvers with a foreign tree's scripts")


@behaviour
def objtool_of_another_machine(workspace):
    """A header package whose programs were built for another architecture."""
    if not (workspace.tree / "tools/objtool/objtool").exists():
        raise Skipped("the kernel tree has no objtool")
    tree = kernel.copy(workspace.tree, workspace.folder / "kernel")
    kernel.make_foreign(tree, "tools/objtool/objtool")
    run = workspace.run(workspace.command(tree=tree))
    expect_refused(run, BUILD_FAILED, "objtool", "AArch64")
    expect(not run.compiled, f"compiled {run.compiled} first")
    expect_mends(workspace)


@behaviour
def no_symbol_versions(workspace):
    """kbuild warns and goes on: no symbol can be checked, and without CRCs the module may not load."""
    tree = _without(workspace, "Module.symvers")
    run = workspace.run(workspace.command(tree=tree))
    expect_no_accident(run)
    expect(run.status in (0, BUILD_FAILED), f"exit status {run.status}\n{run.text()}")
    expect("Module.symvers" in run.text(), f"not a word about Module.symvers:\n{run.text()}")
    expect_mends(workspace)


@behaviour
def damaged_symbol_versions(workspace):
    tree = kernel.copy(workspace.tree, workspace.folder / "kernel")
    (tree / "Module.symvers").write_text("no symbol versions at all\n")
    run = workspace.run(workspace.command(tree=tree))
    expect_no_accident(run)
    expect(run.status == BUILD_FAILED, f"exit status {run.status}\n{run.text()}")
    expect_mends(workspace)


@behaviour
def makefile_with_a_syntax_error(workspace):
    tree = kernel.copy(workspace.tree, workspace.folder / "kernel")
    with open(tree / "Makefile", "a") as makefile:
        makefile.write("this is no rule\n")
    lines = (tree / "Makefile").read_text().count("\n")
    run = workspace.run(workspace.command(tree=tree))
    expect_refused(run, BUILD_FAILED, f"Makefile:{lines}", "separator", hint=False)
    expect_mends(workspace)


@behaviour
def empty_folder_as_kernel(workspace):
    empty = workspace.folder / "empty"
    empty.mkdir()
    expect_refused(workspace.run(workspace.command(tree=empty)), BUILD_FAILED, "empty")


@behaviour
def release_that_is_not_installed(workspace):
    expect_refused(workspace.run(workspace.command(tree="9.8.7-none")), BUILD_FAILED, "9.8.7-none")


@behaviour
def kernel_folder_that_does_not_exist(workspace):
    expect_refused(workspace.run(workspace.command(tree="/nowhere/at/all")), BUILD_FAILED, "/nowhere/at/all")
