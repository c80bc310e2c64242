"""A folder of images with options of its own: y is a part of the image, m a module of it, n is left out."""

import subprocess
from pathlib import Path

from behaviour import behaviour
from outcome import expect, expect_equal

DRIVER = Path(__file__).resolve().parents[3] / "examples" / "tiny-kernel"
KCONFIG = """config CLOCK
	tristate "Clock"
	default y

config CLOCK_ZONE
	int "Hours that the clock is ahead"
	depends on CLOCK
	range 0 23
	default 0
"""
FILES = ["boot.bin", "disk.img", "kernel.elf", "kernel.map"]
PART = "kernel.elf-$(CONFIG_CLOCK) += clock.o"


def _lay_out(workspace):
    """The example, with its feature as an option."""
    workspace.write("Kconfig", KCONFIG)
    workspace.replace("Kbuild", "FEATURE_CLOCK ?= y\n", "")
    workspace.replace("Kbuild", "kernel.elf-$(FEATURE_CLOCK) += clock.o", PART)
    workspace.append("clock.c", "const int clock_zone = CONFIG_CLOCK_ZONE;\n")


def _run(workspace, *words, status=0):
    run = workspace.run([workspace.kbx, *words], folder=workspace.driver)
    expect(run.status == status, f"kbx {' '.join(words)} ended with {run.status}, expected {status}\n{run.text()}")
    return run


def _out(workspace):
    return workspace.driver / "kbx-out" / "images"


def _files(workspace):
    return sorted(path.name for path in _out(workspace).iterdir()
                  if path.is_file() and path.name != "compile_commands.json")


def _symbols(workspace, image):
    said = subprocess.run(["nm", _out(workspace) / image], capture_output=True, text=True, check=True).stdout
    return {line.split()[-1] for line in said.splitlines()}


@behaviour
def option_decides_what_becomes_of_a_part(workspace):
    _lay_out(workspace)
    clock = "start_clock"
    expect(clock in (workspace.driver / "clock.c").read_text(), f"the example's clock has no {clock}")
    for words, compiled, files, image in [
        ([], ["boot.S", "clock.c", "console.c", "entry.S", "main.c"], FILES, "kernel.elf"),
        (["--set", "CLOCK=m"], ["clock.c"], sorted(["clock.elf", *FILES]), "clock.elf"),
        (["--unset", "CLOCK"], [], FILES, None),
        (["--set", "CLOCK=y"], ["clock.c"], FILES, "kernel.elf"),
    ]:
        if words:
            _run(workspace, "config", *words)
        run = _run(workspace, "build")
        expect_equal(run.compiled, compiled, f"sources compiled after {words}")
        expect_equal(_files(workspace), files, f"files handed over after {words}")
        having = [name for name in ("kernel.elf", "clock.elf")
                  if name in files and clock in _symbols(workspace, name)]
        expect_equal(having, [image] if image else [], f"images with the clock after {words}")


@behaviour
def option_makes_its_readers_alone(workspace):
    _lay_out(workspace)
    _run(workspace, "build")
    _run(workspace, "config", "--set", "CLOCK_ZONE=2")
    expect_equal(_run(workspace, "build").compiled, ["clock.c"], "sources compiled")
    expect_equal(_run(workspace, "build").compiled, [], "sources compiled again")


@behaviour
def y_that_is_part_of_no_image_is_refused(workspace):
    _lay_out(workspace)
    kbuild = (workspace.driver / "Kbuild").read_text()
    number = next(at for at, text in enumerate(kbuild.splitlines(), 1) if text == PART)
    for line, status, told in [
        ("obj-$(CONFIG_CLOCK) += clock.o", 1, "obj-y is set in a folder that declares images"),
        ("kernel.elf-$(CONFIG_CLOCK)s += clock.o", 1, "kernel.elf-ys says nothing of kernel.elf"),
        (PART.replace("kernel.elf", "kernal.elf"), 0, "nothing reads kernal.elf-y; did you mean kernel.elf-y?"),
    ]:
        workspace.write("Kbuild", kbuild.replace(PART, line))
        text = _run(workspace, "build", status=status).text()
        expect(f"Kbuild:{number}: {told}" in text, f"{line!r}: {told!r} is not told:\n{text}")
