"""kbx dkms: what a dkms.conf may say, and what kbx says of it."""

from behaviour import behaviour
from common import DRIVER  # noqa: F401
from outcome import expect, expect_equal
from workspace import sources

CONF = """
PACKAGE_NAME=proof
PACKAGE_VERSION=1.0
BUILT_MODULE_NAME[0]=alpha
BUILT_MODULE_NAME[1]=beta
DEST_MODULE_NAME[1]=beta_renamed
DEST_MODULE_LOCATION[0]=/updates
DEST_MODULE_LOCATION[1]=/updates
"""


def _dkms(workspace, conf, *words, environment=None):
    workspace.write("dkms.conf", CONF + conf)
    return workspace.run([workspace.kbx, "dkms", workspace.driver, "-K", workspace.tree, *words], environment)


def _made(workspace):
    return sorted(path.name for path in workspace.out().glob("*.ko"))


@behaviour
def plain_build_leaves_the_sources_alone(workspace):
    workspace.write("dkms.conf", CONF)
    before = sources(workspace.driver)
    run = _dkms(workspace, "", "-K", workspace.tree)
    expect_equal((run.status, _made(workspace)), (0, ["alpha.ko", "beta_renamed.ko"]), run.text())
    after = sources(workspace.driver)
    expect_equal({name: content for name, (_, content) in after.items()},
                 {name: content for name, (_, content) in before.items()}, "sources")
    expect(".debug_info" not in str((workspace.out() / "alpha.ko").read_bytes()), "alpha.ko is not stripped")
    release = workspace.out().name
    expect(run.out.count(f"{release}: built") == 2, run.out)


@behaviour
def variables_of_dkms_can_be_used(workspace):
    """In double quotes when the file is read, in single ones when the command runs."""
    run = _dkms(workspace, '''
MAKE[0]="make -C ${kernel_source_dir} M=${dkms_tree}/${PACKAGE_NAME}/${PACKAGE_VERSION}/build MODULES=alpha.o"
MAKE[1]='make -C $kernel_source_dir M=$dkms_tree/$module/$module_version/build && echo $arch $kernelver >told'
MAKE_MATCH[1]="^$kernelver"
POST_BUILD=after
STRIP[0]=no
''')
    expect(run.status == 0, run.text())
    expect("POST_BUILD: after is no executable file" in run.err, run.err)
    told = next(workspace.out().glob(".kbx/dkms/proof/1.0/build/told")).read_text()
    expect(told.endswith(f" {workspace.out().name}\n"), told)
    expect(b".debug_info" in (workspace.out() / "beta_renamed.ko").read_bytes(), "STRIP[0]=no is not for all")


@behaviour
def scripts_and_patches(workspace):
    workspace.write("before.sh", '#!/bin/sh\necho "$@" >words\n')
    (workspace.driver / "before.sh").chmod(0o755)
    workspace.write("patches/answer.patch",
                    "--- a/alpha.h\n+++ b/alpha.h\n@@ -1,2 +1,3 @@\n+/* patched */\n int alpha_answer(int question);\n"
                    " int helper_work(int value);\n")
    run = _dkms(workspace, "PRE_BUILD='before.sh one two'\nPATCH[0]=answer.patch\n"
                           "PATCH[1]=absent.patch\nPATCH_MATCH[1]='^2\\.4'\n")
    expect(run.status == 0, run.text())
    build = workspace.out() / ".kbx/dkms/proof/1.0/build"
    expect_equal((build / "words").read_text(), "one two\n", "words of PRE_BUILD")
    expect("patched" in (build / "alpha.h").read_text(), "the patch is not applied")
    expect("patched" not in (workspace.driver / "alpha.h").read_text(), "the patch is applied to the sources")


@behaviour
def kernels_that_are_ruled_out(workspace):
    for conf, why in (('BUILD_EXCLUSIVE_KERNEL="^2\\.4"', "BUILD_EXCLUSIVE_KERNEL is ^2"),
                      ("BUILD_EXCLUSIVE_ARCH=vax", "BUILD_EXCLUSIVE_ARCH is vax"),
                      ("BUILD_EXCLUSIVE_CONFIG=CONFIG_NO_SUCH", "CONFIG_NO_SUCH, which this kernel lacks"),
                      ("BUILD_EXCLUSIVE_CONFIG='!CONFIG_MODULES'", "CONFIG_MODULES, which this kernel has")):
        run = _dkms(workspace, conf)
        expect(run.status == 0 and ": skipped: " in run.out and why in run.out, f"{conf}: {run.text()}")
    expect(not workspace.out().exists(), "something was made")


@behaviour
def failures_are_told(workspace):
    for conf, status, words in (
            ("MAKE[0]='make -C $kernel_source_dir M=$PWD MODULES=broken.o'", 1, ("MAKE ended with", "broken.c:3")),
            ("MAKE[0]=true", 1, ("MAKE made no alpha.ko",)), ("PATCH[0]=absent", 1, ("no patches/absent",)),
            ("PATCH[0]=../Kbuild", 1, ("no patches/../Kbuild",)), ("BUILT_MODULE_NAME[0]=../x", 1, ("no plain name",)),
            ("BUILT_MODULE_LOCATION[0]=../..", 1, ("leads out of the build folder",)),
            ("PACKAGE_NAME=", 1, ("PACKAGE_NAME is not set",)), ("exit 0", 1, ("bash cannot read this file",))):
        run = _dkms(workspace, conf)
        expect(run.status == status and all(word in run.text() for word in words), f"{conf}: {run.text()}")
    (workspace.driver / "dkms.conf").unlink()
    run = workspace.run([workspace.kbx, "dkms", workspace.driver])
    expect(run.status == 1 and "no dkms.conf" in run.err and "hint:" in run.err, run.text())


@behaviour
def obsolete_drivers_are_built_with_a_note(workspace):
    run = _dkms(workspace, "OBSOLETE_BY=2.6.0\n")
    expect(run.status == 0 and "OBSOLETE_BY" in run.err, run.text())
