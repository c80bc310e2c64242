"""Changes of flags: in a Kbuild file, in a file it includes, on the command line."""

from behaviour import behaviour
from common import ALL, ALPHA, BETA, DRIVER, GAMMA  # noqa: F401
from outcome import expect_equal
from workspace import expect_equals_clean_build


@behaviour
def flag_of_one_object_makes_that_object(workspace):
    workspace.build()
    workspace.replace("Kbuild", "-DALPHA_LEVEL=1", "-DALPHA_LEVEL=2")
    expect_equal(workspace.build().compiled, ALPHA, "sources compiled")
    expect_equals_clean_build(workspace)


@behaviour
def flags_of_a_folder_make_all_its_objects(workspace):
    workspace.build()
    workspace.replace("Kbuild", "ccflags-y +=", "ccflags-y += -DNEW_FLAG")
    expect_equal(workspace.build().compiled, sorted(ALPHA + BETA), "sources compiled")
    expect_equals_clean_build(workspace)


@behaviour
def flags_of_a_subfolder_make_its_objects_only(workspace):
    workspace.build()
    workspace.replace("nested/Makefile", "-DGAMMA_DEPTH=1", "-DGAMMA_DEPTH=2")
    expect_equal(workspace.build().compiled, GAMMA, "sources compiled")
    expect_equals_clean_build(workspace)


@behaviour
def flags_for_the_subtree_reach_the_subfolder(workspace):
    workspace.build()
    workspace.append("Kbuild", "subdir-ccflags-y += -DEVERYWHERE\n")
    expect_equal(workspace.build().compiled, ALL, "sources compiled")
    expect_equals_clean_build(workspace)


@behaviour
def removed_flag_of_one_object_makes_that_object(workspace):
    workspace.append("Kbuild", "CFLAGS_REMOVE_alpha.o := -Wundef\n")
    workspace.build()
    workspace.replace("Kbuild", "CFLAGS_REMOVE_alpha.o := -Wundef\n", "")
    run = workspace.build()
    expected = ALPHA if any("-Wundef" in call.words for call in run.calls) else run.compiled
    expect_equal(run.compiled, expected, "sources compiled")
    expect_equals_clean_build(workspace)


@behaviour
def comment_in_a_kbuild_file_makes_nothing(workspace):
    workspace.build()
    workspace.append("Kbuild", "# a remark\n")
    run = workspace.build()
    expect_equal(run.compiled + run.generated, [], "sources compiled")


@behaviour
def included_makefile_counts(workspace):
    workspace.build()
    workspace.replace("options.mk", "VARIANT ?= 1", "VARIANT ?= 2")
    expect_equal(workspace.build().compiled, sorted(ALPHA + BETA), "sources compiled")
    expect_equals_clean_build(workspace)


@behaviour
def optional_makefile_that_appears_counts(workspace):
    workspace.append("Kbuild", "-include $(src)/local.mk\n")
    workspace.build()
    workspace.write("local.mk", "CFLAGS_alpha.o += -DLOCAL\n")
    expect_equal(workspace.build().compiled, ALPHA, "sources compiled")
    (workspace.driver / "local.mk").unlink()
    expect_equal(workspace.build().compiled, ALPHA, "sources compiled after it went")
    expect_equals_clean_build(workspace)


@behaviour
def kcflags_on_the_command_line_make_all(workspace):
    workspace.build()
    expect_equal(workspace.build("KCFLAGS=-DFROM_COMMAND_LINE").compiled, ALL, "sources compiled")
    expect_equal(workspace.build("KCFLAGS=-DFROM_COMMAND_LINE").compiled, [], "sources compiled the second time")
    expect_equal(workspace.build().compiled, ALL, "sources compiled without it again")
    expect_equals_clean_build(workspace)


@behaviour
def own_variable_on_the_command_line_makes_what_uses_it(workspace):
    workspace.build()
    expect_equal(workspace.build("VARIANT=5").compiled, sorted(ALPHA + BETA), "sources compiled")
    expect_equals_clean_build(workspace, "VARIANT=5")


@behaviour
def unused_variable_on_the_command_line_makes_nothing(workspace):
    workspace.build()
    expect_equal(workspace.build("NOT_USED_ANYWHERE=1").compiled, [], "sources compiled")


@behaviour
def output_of_a_shell_function_counts(workspace):
    """$(shell cat FILE): the file is no makefile, but what the command prints is part of a flag."""
    workspace.write("version.txt", "1\n")
    workspace.append("Kbuild", "CFLAGS_alpha.o += -DVERSION=$(shell cat $(src)/version.txt)\n")
    workspace.build()
    workspace.write("version.txt", "2\n")
    expect_equal(workspace.build().compiled, ALPHA, "sources compiled")
    expect_equals_clean_build(workspace)
