"""A driver with options of its own: what each change makes again, several configurations at once, and what is refused."""

import subprocess
from pathlib import Path

from behaviour import behaviour
from outcome import expect, expect_equal
from workspace import expect_equals_clean_build

DRIVER = Path(__file__).resolve().parents[3] / "examples" / "configured-driver"
COMPILED = ["meter_log.c", "meter_main.c", "meter_pci.c", "meter_ring.c"]


def _config(workspace, *words, status=0):
    run = workspace.run([workspace.kbx, "config", *words, "--kernel", workspace.tree], folder=workspace.driver)
    expect(run.status == status, f"kbx config ended with {run.status}, expected {status}\n{run.text()}")
    return run


def _refuses(workspace, told, *words):
    text = _config(workspace, *words, status=1).text()
    for part in told:
        expect(part in text, f"{part!r} is not told:\n{text}")


@behaviour
def defaults_count_where_nothing_was_configured(workspace):
    expect_equal(workspace.build().compiled, COMPILED, "sources compiled")
    expect_equal(workspace.build().compiled, [], "sources compiled again")
    expect(not (workspace.out() / "config" / ".config").exists(), "a .config that nobody asked for")
    expect_equals_clean_build(workspace)


@behaviour
def each_option_makes_its_readers_and_nothing_else(workspace):
    workspace.build()
    for words, compiled in [
        (["--set", "METER_TRACE=y"], ["meter_log.c"]),
        (["--set", "METER_SLOTS=32"], ["meter_ring.c"]),
        (["--unset", "METER_PCI"], ["meter_main.c"]),
        (["--set", "METER_PCI=y"], ["meter_main.c"]),
        (["--set", "METER_TEST=m"], ["meter_test.c"]),
        (["--unset", "METER_TRACE"], ["meter_log.c"]),
        (["--set", "METER_SLOTS=32"], []),
        (["--default"], ["meter_ring.c"]),
    ]:
        _config(workspace, *words)
        # An object that is in the module no more is kept, so it comes back without a compiler.
        seen = [name for name in workspace.build().compiled if name != "meter_pci.c"]
        expect_equal(seen, compiled, f"sources compiled after kbx config {' '.join(words)}")


@behaviour
def comment_in_the_kconfig_makes_nothing_and_a_new_option_is_there(workspace):
    workspace.build()
    workspace.append("Kconfig", "# a remark\n")
    expect_equal(workspace.build().compiled, [], "sources compiled")
    workspace.append("Kconfig", "config METER_LOUD\n\tbool \"Loud\"\n\tdefault y\n")
    workspace.append("meter_log.c", "#ifndef CONFIG_METER_LOUD\n#error\n#endif\n")
    expect("meter_log.c" in workspace.build().compiled, "meter_log.c does not see the new option")


@behaviour
def five_configurations_of_one_folder_at_once(workspace):
    settings = {"plain": [], "trace": ["--set", "METER_TRACE=y"], "large": ["--set", "METER_SLOTS=64"],
                "nopci": ["--unset", "METER_PCI"], "all": ["--all-modules"]}
    running = []
    for name, words in settings.items():
        _config(workspace, "--default", *words, "--config", name)
        running.append(subprocess.Popen(
            workspace.command("--config", workspace.driver / name), env=workspace.environment, cwd=workspace.folder,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True))
    for process, name in zip(running, settings):
        text = process.communicate()[0]
        expect_equal(process.returncode, 0, f"exit status of {name}\n{text}")
    outs = {name: Path(f"{workspace.out()}@{name}") for name in settings}
    modules = {name: (out / "meter.ko").read_bytes() for name, out in outs.items()}
    # What "all" has more than "trace" is a module of its own.
    expect_equal(len(set(modules.values())), len(modules) - 1, "different modules")
    expect(modules["all"] == modules["trace"], "the same options gave another module")
    expect_equal([name for name, out in outs.items() if (out / "meter_test.ko").exists()], ["all"], "meter_test.ko")
    before = {name: (out / "config" / "autoconf.h").read_text() for name, out in outs.items()}
    expect("CONFIG_METER_SLOTS 64" in before["large"] and "CONFIG_METER_SLOTS 16" in before["plain"],
           f"the headers: {before}")


@behaviour
def a_driver_left_out_is_no_module(workspace):
    _config(workspace, "--unset", "METER")
    workspace.build()
    expect(not list(workspace.out().glob("*.ko")), "a module of an option that is n")


@behaviour
def y_without_an_image_is_refused(workspace):
    _config(workspace, "--set", "METER=y")
    run = workspace.build(status=1)
    for told in ("Kbuild:1: ", "CONFIG_METER is y", "meter.o", "image-y", "kbx config --set METER=m"):
        expect(told in run.text(), f"{told!r} is not told:\n{run.text()}")


@behaviour
def select_of_what_the_kernel_lacks_names_both(workspace):
    workspace.append("Kconfig", "config METER_GADGET\n\tbool \"Gadget\"\n\tselect NO_SUCH_BUS\n")
    workspace.build()
    _refuses(workspace, ["Kconfig:", "METER_GADGET selects NO_SUCH_BUS", "lacks"], "--set", "METER_GADGET=y")


@behaviour
def what_cannot_be_set_is_told_with_its_reason(workspace):
    workspace.append("Kconfig", "config METER_FAR\n\tbool \"Far\"\n\tdepends on METER && NO_SUCH_BUS\n")
    _refuses(workspace, ["METER_FAR cannot be y", "NO_SUCH_BUS [=n]", "Kconfig:", "lacks it"],
             "--set", "METER_FAR=y")
    _refuses(workspace, ["METER_SLOTS cannot be 65", "[4 64]"], "--set", "METER_SLOTS=65")
    _refuses(workspace, ["PCI is an option of the kernel"], "--set", "PCI=n")
    _refuses(workspace, ["did you mean METER_TRACE?"], "--set", "METER_TRCE=y")
    _refuses(workspace, ["METER_TRACE cannot be m", "bool"], "--set", "METER_TRACE=m")
    text = _config(workspace, "why", "METER_FAR", "PCI", "METER_SLOTS").out
    for told in ("CONFIG_METER_FAR=n", "out of reach: depends on METER [=m] && NO_SUCH_BUS [=n]",
                 "CONFIG_PCI=y\n  an option of the kernel", "CONFIG_METER_SLOTS=16\n  by default", "range [4 64]"):
        expect(told in text, f"{told!r} is not told:\n{text}")


@behaviour
def order_of_settings_does_not_matter(workspace):
    _config(workspace, "--unset", "METER")
    _config(workspace, "--set", "METER_TEST=m", "--set", "METER=m")
    text = (workspace.out() / "config" / ".config").read_text()
    expect("CONFIG_METER_TEST=m\n" in text and "CONFIG_PCI" not in text, text)


@behaviour
def variable_of_make_counts_in_makefiles_and_is_noted(workspace):
    run = workspace.build("CONFIG_METER_TEST=m")
    expect("CONFIG_METER_TEST=m counts in makefiles only" in run.err, run.text())
    workspace.ko("meter_test")


@behaviour
def option_that_the_kernel_has_too_is_the_drivers_here(workspace):
    workspace.append("Kconfig", "config PRINTK\n\tbool \"Ours\"\n\tdefault n\n")
    workspace.append("Kbuild", "ifdef CONFIG_PRINTK\n$(error the kernel's)\nendif\n")
    workspace.append("meter_log.c", "#ifdef CONFIG_PRINTK\n#error the kernel's\n#endif\n")
    workspace.build()


@behaviour
def option_without_a_default_begins_with_the_kernels_value(workspace):
    """A copy of a driver of the kernel, with the Kconfig that it has there: kbuild builds it by the kernel's values."""
    module, built_in = "DUMMY", "SERIAL_8250"
    kernel = (workspace.tree / "include" / "config" / "auto.conf").read_text().splitlines()
    expect(f"CONFIG_{module}=m" in kernel and f"CONFIG_{built_in}=y" in kernel, "this kernel has other options")
    (workspace.driver / "Kconfig").write_text("".join(
        f"config {name}\n\ttristate \"Ours\"\n" for name in (module, built_in, "NO_KERNEL_HAS_IT")))
    (workspace.driver / "Kbuild").write_text(
        f"obj-$(CONFIG_{module}) += one.o\nobj-$(CONFIG_{built_in}) += two.o\nobj-$(CONFIG_NO_KERNEL_HAS_IT) += three.o\n")
    for name in ("one", "two", "three"):
        (workspace.driver / f"{name}.c").write_text('#include <linux/module.h>\nMODULE_LICENSE("GPL");\n')
    workspace.build()
    workspace.ko("one"), workspace.ko("two")
    expect(not (workspace.out() / "three.ko").exists(), "a module of an option that the kernel does not have")
    _config(workspace, "--unset", module)
    workspace.build()
    expect(not (workspace.out() / "one.ko").exists(), "a module that was left out")


@behaviour
def kconfig_of_another_place_is_left_out_until_it_is_configured(workspace):
    """Drivers carry the Kconfig that they have within a kernel tree, and that of old kernels; kbuild reads none."""
    (workspace.driver / "Kbuild").write_text("obj-m += meter_test.o\n")
    for text, told in (("source \"drivers/meter/more/Kconfig\"\n", "can't open"),
                       ("config METER\n\ttristate \"Meter\"\n\t---help---\n\t  Say y.\n", "Kconfig:3")):
        (workspace.driver / "Kconfig").write_text(text)
        run = workspace.build()
        expect(told in run.err and "left out" in run.err, run.text())
        workspace.ko("meter_test")
        _refuses(workspace, [told.split()[0]], "--list")
    (workspace.driver / "Kconfig").write_text("source \"more\"\n")
    workspace.build()
    (workspace.driver / "more").write_text("config METER_MORE\n\tbool \"More\"\n\tdefault y\n")
    workspace.append("meter_test.c", "#ifndef CONFIG_METER_MORE\n#error the file that was missing is not seen\n#endif\n")
    expect("left out" not in workspace.build().err, "a note though all is well")
    # It has counted here, so it does not stop to do so unseen.
    (workspace.driver / "Kconfig").write_text("source \"absent\"\n")
    expect("Kconfig:1" in workspace.build(status=1).err, "the fault is not told")


@behaviour
def kconfig_with_a_fault_is_told_where_no_module_is_without_it(workspace):
    workspace.append("Kconfig", "source \"absent\"\n")
    run = workspace.build(status=1)
    expect("can't open" in run.err, run.text())


@behaviour
def three_hundred_thousand_options_are_listed(workspace):
    """Seconds, unless something is done for each option with each other one: then a quarter of an hour."""
    count = 300_000
    workspace.append("Kconfig", "".join(f"config METER_{number}\n\tbool \"{number}\"\n" for number in range(count)))
    done = subprocess.run([workspace.kbx, "config", "--list", "--kernel", workspace.tree], cwd=workspace.driver,
                          env=workspace.environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=300, check=True)
    listed = sum(line.startswith(b"CONFIG_METER_") for line in done.stdout.splitlines())
    expect(listed > count, f"{listed} options are listed")


@behaviour
def files_that_the_kconfig_sources_count(workspace):
    workspace.append("Kconfig", 'source "more/Kconfig"\n')
    workspace.write("more/Kconfig", "config METER_MORE\n\tint \"More\"\n\tdefault 1\n")
    workspace.append("meter_ring.c", "int meter_more(void);\nint meter_more(void) { return CONFIG_METER_MORE; }\n")
    workspace.build()
    workspace.replace("more/Kconfig", "default 1", "default 2")
    expect_equal(workspace.build().compiled, ["meter_ring.c"], "sources compiled")
    workspace.write("more/Kconfig", "config METER_MORE\n\tfrobnicate\n")
    run = workspace.build(status=1)
    expect("more/Kconfig:2: " in run.err, run.text())
