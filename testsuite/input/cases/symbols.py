"""Symbols that a module may not use: the message names the line that uses one, who exports it, and what to do."""

import re

from behaviour import behaviour
from common import BUILD_FAILED, DRIVER, expect_mends, expect_no_accident, module_source  # noqa: F401
from outcome import Skipped, expect

LINE = 5  # of the statement in module_source
MODPOST = "ERROR: modpost: "


def _write(workspace, statement, before="", license="GPL", flags="-g"):
    workspace.write("one.c", module_source(statement, before, license))
    workspace.write("Kbuild", f"obj-m := one.o\nccflags-y += -DLEVEL=1 {flags}\n")


def _told(workspace, *lines):
    """The build fails in modpost, which prints these lines, regular expressions, one after another."""
    run = workspace.run(workspace.command())
    expect_no_accident(run)
    expect(run.status == BUILD_FAILED, f"exit status {run.status}\n{run.text()}")
    wanted = "".join(f"{line}\n" for line in lines)
    found = re.search(f"^{wanted}", run.text(), re.MULTILINE)
    expect(found, f"does not say\n{wanted}\nbut\n{run.text()}")
    return run, found


def _mends(workspace):
    for name in ("one.c", "Kbuild"):
        workspace.write(name, (DRIVER / name).read_text())
    expect_mends(workspace)


def _place(workspace, file="one.c", line=LINE, function="one_start", object_name="one.o"):
    return rf"  used at {re.escape(str(workspace.driver))}/{re.escape(file)}:{line} \({function}, in {object_name}\)"


def _exported(workspace, symbol):
    """The row of the kernel's list: (provider, licence, namespace)."""
    for row in (workspace.tree / "Module.symvers").read_text().splitlines():
        columns = row.split("\t")
        if columns[1] == symbol:
            return columns[2], columns[3], columns[4]
    raise Skipped(f"this kernel does not export {symbol}")


@behaviour
def what_nobody_exports(workspace):
    _write(workspace, "made_up_symbol();", "void made_up_symbol(void);")
    run, _ = _told(workspace, MODPOST + r'"made_up_symbol" \[\S*/one\.ko\] undefined!', _place(workspace),
                   r"  neither the kernel nor a module here exports it; .*KBUILD_EXTRA_SYMBOLS=.*")
    expect(run.text().count("KBUILD_EXTRA_SYMBOLS") == 1, f"says a thing twice:\n{run.text()}")
    _mends(workspace)


@behaviour
def name_that_is_misspelt(workspace):
    provider, license, _ = _exported(workspace, "kfree")
    _write(workspace, "kfreee(NULL);", "void kfreee(void *);")
    _told(workspace, MODPOST + r'"kfreee" \[\S*/one\.ko\] undefined!', _place(workspace),
          rf'  did you mean "kfree", exported by {provider} as {license}\?')
    _mends(workspace)


@behaviour
def what_only_free_modules_may_use(workspace):
    provider, license, _ = _exported(workspace, "device_unregister")
    expect(license == "EXPORT_SYMBOL_GPL", "the test's symbol is free for all")
    _write(workspace, "device_unregister(NULL);", "#include <linux/device.h>", "Proprietary")
    _told(workspace, MODPOST + r"GPL-incompatible module one\.ko uses GPL-only symbol 'device_unregister'",
          _place(workspace),
          rf'  exported by {provider} as EXPORT_SYMBOL_GPL; the module has MODULE_LICENSE\("Proprietary"\)')
    _mends(workspace)


@behaviour
def namespace_that_is_not_imported(workspace):
    """The line that the message tells to add makes it build."""
    provider, _, space = _exported(workspace, "dma_buf_get")
    if not space:
        raise Skipped("dma_buf_get is in no namespace here")
    _write(workspace, "dma_buf_get(0);", "#include <linux/dma-buf.h>")
    _, found = _told(workspace, rf"{MODPOST}module one uses symbol dma_buf_get from namespace {space}, but does not "
                     r"import it\.", _place(workspace), rf"  exported by {provider} in namespace {space}; add (.*)")
    workspace.append("one.c", found[1] + "\n")
    expect_mends(workspace)


@behaviour
def users_in_several_objects(workspace):
    declared = "int made_up_symbol(void);\n"
    workspace.write("two.c", declared + "int two(void);\nint two(void)\n{\n\treturn made_up_symbol() + 2;\n}\n")
    workspace.write("three.c", declared + "int three(void);\nint three(void)\n{\n\treturn made_up_symbol() + 3;\n}\n")
    workspace.write("start.c", module_source(""))
    workspace.write("Kbuild", "obj-m := one.o\none-y := start.o two.o three.o\nccflags-y += -g\n")
    _told(workspace, MODPOST + r'"made_up_symbol" \[\S*/one\.ko\] undefined!',
          _place(workspace, "two.c", 5, "two", r"two\.o") + r"; also in three\.o")
    _mends(workspace)


@behaviour
def object_without_debugging_information(workspace):
    _write(workspace, "made_up_symbol();", "void made_up_symbol(void);", flags="-g0")
    _told(workspace, MODPOST + r'"made_up_symbol" \[\S*/one\.ko\] undefined!',
          r"  used in one_start\+0x[0-9a-f]+ of one\.o")
    _mends(workspace)


@behaviour
def dozens_of_undefined_symbols(workspace):
    """Places are told of the first ten; what to do, once."""
    names = [f"made_up_{i}" for i in range(30)]
    _write(workspace, " ".join(f"{name}();" for name in names), "void " + ", ".join(f"{name}(void)" for name in names) + ";")
    run, _ = _told(workspace, MODPOST + r'"made_up_\d+" \[\S*/one\.ko\] undefined!', _place(workspace))
    expect(len(re.findall("used at", run.text())) == 10, f"not ten places:\n{run.text()}")
    expect(run.text().count("KBUILD_EXTRA_SYMBOLS") == 1, f"says a thing more than once:\n{run.text()}")
    _mends(workspace)


@behaviour
def reference_to_what_is_freed(workspace):
    _write(workspace, "one_late(0);", "static noinline __init int one_early(int x) { return x + 1; } "
           "int noinline one_late(int x); int noinline one_late(int x) { return one_early(x) + 1; }")
    run = workspace.run(workspace.command())
    expect_no_accident(run)
    place = _place(workspace, line=2, function="one_late")[len("  used "):]
    expect(re.search(r"section mismatch in reference: one_late\+0x\S+ \(section: \.text\S*\) -> one_early "
                     rf"\(section: \.init\.text\)\n  {place}\n", run.text()), f"no place:\n{run.text()}")
    _mends(workspace)
