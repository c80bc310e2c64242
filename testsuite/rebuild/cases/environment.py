"""Changes around the build: environment, compiler, kernel configuration, outputs that were taken away."""

import kernel
from behaviour import behaviour
from common import ALL, ALPHA, BETA, DRIVER, MODULES  # noqa: F401
from outcome import expect, expect_equal
from workspace import expect_equals_clean_build, identity


@behaviour
def variable_that_was_read_counts(workspace):
    workspace.build()
    run = workspace.build(environment={"PROOF_MOOD": "4"})
    expect_equal(run.compiled, sorted(ALPHA + BETA), "sources compiled")
    expect_equals_clean_build(workspace, environment={"PROOF_MOOD": "4"})


@behaviour
def variable_that_was_not_read_does_not_count(workspace):
    workspace.build()
    before = {name: identity(workspace.ko(name)) for name in MODULES}
    run = workspace.build(environment={"NOT_READ_BY_ANYONE": "4"})
    expect_equal(run.compiled + run.generated, [], "sources compiled")
    expect_equal({name: identity(workspace.ko(name)) for name in MODULES}, before, "modules")


@behaviour
def another_working_folder_does_not_count(workspace):
    workspace.build()
    run = workspace.run([workspace.kbx, "build", "--kernel", workspace.tree], folder=workspace.driver)
    expect_equal((run.status, run.compiled), (0, []), "exit status and sources compiled")


@behaviour
def changed_compiler_makes_all(workspace):
    workspace.build()
    for name in workspace.wrappers.names():
        if "ld" not in name:
            workspace.wrappers.put(name, workspace.wrappers.real(name), before="# another one")
    run = workspace.build()
    expect_equal(run.compiled, ALL, "sources compiled")
    expect(run.generated, "the template of metadata objects is the old compiler's")
    expect_equal(workspace.build().compiled, [], "sources compiled once more")


@behaviour
def another_compiler_on_the_command_line_makes_all(workspace):
    workspace.build()
    name = next(name for name in workspace.wrappers.names() if "gcc" in name)
    workspace.wrappers.put("othercc", workspace.wrappers.real(name))
    expect_equal(workspace.build("CC=othercc").compiled, ALL, "sources compiled")


@behaviour
def changed_kernel_configuration_counts(workspace):
    tree = kernel.copy(workspace.tree, workspace.folder / "kernel")
    workspace.build(tree=tree)
    kernel.switch_on(tree, "KBX_PROOF")
    run = workspace.build(tree=tree)
    expect("alpha.c" in run.compiled, f"alpha.c looks at the option; compiled was {run.compiled}")
    expect_equals_clean_build(workspace, tree=tree)


@behaviour
def kernel_option_that_a_kbuild_file_reads_counts(workspace):
    tree = kernel.copy(workspace.tree, workspace.folder / "kernel")
    workspace.append("Kbuild", "obj-$(if $(CONFIG_KBX_PROOF),m) += delta.o\n")
    workspace.write("delta.c", '#include <linux/module.h>\nMODULE_DESCRIPTION("d");\nMODULE_LICENSE("GPL");\n')
    workspace.build(tree=tree)
    expect(not list(workspace.out().rglob("delta.ko")), "delta.ko is there without its option")
    kernel.switch_on(tree, "KBX_PROOF")
    workspace.build(tree=tree)
    workspace.ko("delta")
    expect_equals_clean_build(workspace, tree=tree)


@behaviour
def changed_symbols_of_the_kernel_reach_the_modules(workspace):
    """Other CRCs in the kernel's Module.symvers: every importer's __versions changes, no source does."""
    if not kernel.is_set(workspace.tree, "MODVERSIONS"):
        return
    tree = kernel.copy(workspace.tree, workspace.folder / "kernel")
    workspace.build(tree=tree)
    before = workspace.ko("beta").read_bytes()
    symvers = tree / "Module.symvers"
    lines = symvers.read_text().splitlines(keepends=True)
    changed = [line if "\t_printk\t" not in line else "0x12345678" + line[10:] for line in lines]
    expect(changed != lines, "the kernel does not export _printk")
    symvers.write_text("".join(changed))
    run = workspace.build(tree=tree)
    expect_equal(run.compiled, [], "sources compiled")
    expect(workspace.ko("beta").read_bytes() != before, "beta.ko still has the old CRC")
    expect_equals_clean_build(workspace, tree=tree)


@behaviour
def removed_outputs_come_back(workspace):
    workspace.build()
    ko = workspace.ko("beta").read_bytes()
    workspace.ko("beta").unlink()
    (workspace.out() / "Module.symvers").unlink()
    run = workspace.build()
    expect_equal(run.compiled, [], "sources compiled")
    expect(workspace.ko("beta").read_bytes() == ko, "beta.ko came back differently")
    expect_equals_clean_build(workspace)


@behaviour
def removed_object_is_compiled_again(workspace):
    workspace.build()
    objects = list(workspace.out().rglob("helper.o"))
    expect_equal(len(objects), 1, "helper.o below the output folder")
    objects[0].unlink()
    expect_equal(workspace.build().compiled, ["parts/helper.c"], "sources compiled")
    expect_equals_clean_build(workspace)


@behaviour
def two_kernels_share_one_source_folder(workspace):
    other = kernel.copy(workspace.tree, workspace.folder / "other",
                        release=kernel.release_of(workspace.tree) + "-other")
    workspace.build()
    first = identity(workspace.ko("alpha"))
    workspace.build(tree=other)
    expect_equal(identity(workspace.ko("alpha")), first, "the first kernel's alpha.ko")
    expect(workspace.ko("alpha", other).read_bytes() != workspace.ko("alpha").read_bytes(),
           "both kernels got the same alpha.ko, although vermagic differs")
    expect_equal(workspace.build().compiled, [], "sources compiled for the first kernel again")
    expect_equal(workspace.build(tree=other).compiled, [], "sources compiled for the other kernel again")
    expect_equals_clean_build(workspace, tree=other)
