"""A folder of images: what is made again after an edit, a change of its feature, or a kill."""

import json
import os
import random
import re
import shlex
import shutil
import signal
import subprocess
import time
from pathlib import Path

from behaviour import behaviour
from outcome import expect, expect_equal
from workspace import identity, products, sources

DRIVER = Path(__file__).resolve().parents[3] / "examples" / "tiny-kernel"
ROUNDS = int(os.environ.get("KBX_KILL_ROUNDS", "4"))
COMPILED = ["boot.S", "clock.c", "console.c", "entry.S", "main.c"]
IMAGES = ["boot.bin", "disk.img", "kernel.elf"]
FILES = [*IMAGES, "kernel.map"]


def _build(workspace, *words, status=0):
    """kbx build, without a kernel tree."""
    run = workspace.run([workspace.kbx, "build", workspace.driver, *words])
    expect(run.status == status, f"kbx build ended with {run.status}, expected {status}\n{run.text()}")
    return run


def _out(workspace):
    return workspace.driver / "kbx-out" / "images"


def _images(workspace):
    return {path.name: identity(path) for path in _out(workspace).iterdir()
            if path.is_file() and path.name != "compile_commands.json"}


def _rebuilt(workspace, before):
    after = _images(workspace)
    return sorted(name for name in after if after[name] != before.get(name))


def _expect_equals_clean_build(workspace, *words):
    seen = products(_out(workspace))
    shutil.rmtree(_out(workspace))
    _build(workspace, *words)
    expect_equal(seen, products(_out(workspace)), "files handed over, against a clean build")


@behaviour
def first_build_makes_all_images_and_leaves_the_sources(workspace):
    before = sources(workspace.driver)
    run = _build(workspace)
    expect_equal(run.compiled, COMPILED, "sources compiled")
    expect_equal(sorted(_images(workspace)), FILES, "files handed over")
    expect_equal(sources(workspace.driver), before, "the sources")
    expect_equal([call.program for call in run.calls if call.program.endswith("ld")], [], "linkers of the toolchain")


@behaviour
def nothing_to_do_starts_nothing(workspace):
    _build(workspace)
    before = _images(workspace)
    run = _build(workspace)
    expect_equal((run.calls, _rebuilt(workspace, before)), ([], []), "programs run and images written")


@behaviour
def edited_source_makes_its_object_and_what_is_linked_from_it(workspace):
    _build(workspace)
    before = _images(workspace)
    workspace.replace("main.c", "tiny-kernel: end", "tiny-kernel: the end")
    expect_equal(_build(workspace).compiled, ["main.c"], "sources compiled")
    expect_equal(_rebuilt(workspace, before), ["disk.img", "kernel.elf", "kernel.map"], "images written again")
    _expect_equals_clean_build(workspace)


@behaviour
def edited_header_makes_scripts_and_sources_that_include_it(workspace):
    _build(workspace)
    before = _images(workspace)
    workspace.replace("layout.h", "KERNEL_ADDRESS 0x100000", "KERNEL_ADDRESS 0x110000")
    expect_equal(_build(workspace).compiled, ["boot.S"], "sources compiled")
    expect(set(_rebuilt(workspace, before)) >= {"kernel.elf", "disk.img"}, "the kernel is not linked again")
    _expect_equals_clean_build(workspace)


@behaviour
def edited_script_links_again_and_compiles_nothing(workspace):
    _build(workspace)
    for name, old, new, made in [
        ("kernel.lds.S", ".data : ALIGN(4096)", ".data : ALIGN(8192)", ["disk.img", "kernel.elf", "kernel.map"]),
        ("boot.lds", "SHORT(0xaa55)", "BYTE(0x55) BYTE(0xaa)", ["boot.bin"]),
    ]:
        before = _images(workspace)
        workspace.replace(name, old, new)
        expect_equal(_build(workspace).compiled, [], f"sources compiled after an edit of {name}")
        expect(set(_rebuilt(workspace, before)) >= set(made), f"{made} not written again after an edit of {name}")
    _expect_equals_clean_build(workspace)


@behaviour
def script_included_by_a_script_counts(workspace):
    workspace.write("places.lds", "first = 0x7c00;\n")
    workspace.replace("boot.lds", "ENTRY(start)", "ENTRY(start)\nINCLUDE places.lds")
    workspace.replace("boot.lds", "start == 0x7c00", "start == first")
    _build(workspace)
    workspace.write("places.lds", "first = 0x7c02;\n")
    run = _build(workspace, status=1)
    expect("the sector is entered at its first byte" in run.text(), f"the changed script was not read:\n{run.text()}")
    expect("boot.lds:" in run.text(), f"no place in the script:\n{run.text()}")


@behaviour
def header_of_a_script_counts_for_the_scripts_that_include_it(workspace):
    """And the linker names lines of the script that people edit, not of what the preprocessor makes."""
    workspace.write("low.h", "#define LOW_SIZE 0x100000\n")
    workspace.replace("kernel.lds.S", '#include "layout.h"', '#include "layout.h"\n#include "low.h"')
    workspace.replace("kernel.lds.S", "MODULE_ADDRESS - KERNEL_ADDRESS", "LOW_SIZE")
    _build(workspace)
    before = _images(workspace)
    workspace.write("low.h", "#define LOW_SIZE 0x1000\n")
    run = _build(workspace, status=1)
    expect_equal(run.compiled, [], "sources compiled")
    expect("region `low' overflowed by" in run.text() and "in it are .bss" in run.text(), run.text())
    expect_equal(_rebuilt(workspace, before), [], "images written by a build that failed")
    workspace.write("low.h", "#define LOW_SIZE )\n")
    run = _build(workspace, status=1)
    expect("kernel.lds.S:9: " in run.text(), f"no line of the script that was edited:\n{run.text()}")
    workspace.write("low.h", "#define LOW_SIZE 0x100000 /* as before */\n")
    _build(workspace)
    _expect_equals_clean_build(workspace)


@behaviour
def map_comes_and_goes_with_its_variable(workspace):
    _build(workspace)
    expect("_binary_motd_txt_start" in (_out(workspace) / "kernel.map").read_text(), "no symbols in the map")
    (_out(workspace) / "kernel.map").unlink()
    _build(workspace)
    expect_equal(sorted(_images(workspace)), FILES, "files after the map was removed")
    workspace.replace("Kbuild", "kernel.elf-map := kernel.map\n", "")
    _build(workspace)
    expect_equal(sorted(_images(workspace)), IMAGES, "files without a map")


@behaviour
def edited_blob_links_again(workspace):
    _build(workspace)
    workspace.write("motd.txt", "another message\n")
    expect_equal(_build(workspace).compiled, [], "sources compiled")
    expect(b"another message" in (_out(workspace) / "disk.img").read_bytes(), "the old blob is on the disk")


@behaviour
def feature_from_the_command_line(workspace):
    """y to m to n and back: each as a build from nothing, and what is no longer made is gone."""
    for feature, compiled, images in [("y", COMPILED, FILES), ("m", ["clock.c"], ["clock.elf", *FILES]),
                                      ("n", [], FILES), ("y", ["clock.c"], FILES)]:
        word = f"FEATURE_CLOCK={feature}"
        run = _build(workspace, word)
        expect_equal(run.compiled, compiled, f"sources compiled with {word}")
        expect_equal(sorted(_images(workspace)), sorted(images), f"files handed over with {word}")
        seen = products(_out(workspace))
        there = workspace.driver / "kbx-out" / "clean"
        _build(workspace, word, "--out", there)
        clean = products(there)
        shutil.rmtree(there)
        for files in (seen, clean):
            files.pop("compile_commands.json")
        expect_equal(seen, clean, f"images with {word}, against a clean build")


@behaviour
def module_is_linked_again_when_symbols_of_the_kernel_move(workspace):
    _build(workspace, "FEATURE_CLOCK=m")
    before = (_out(workspace) / "clock.elf").read_bytes()
    first = "write_port(SERIAL + 1, 0);"
    workspace.replace("console.c", first, first * 8)
    expect_equal(_build(workspace, "FEATURE_CLOCK=m").compiled, ["console.c"], "sources compiled")
    expect((_out(workspace) / "clock.elf").read_bytes() != before, "the module calls where the kernel's functions were")
    _expect_equals_clean_build(workspace, "FEATURE_CLOCK=m")


@behaviour
def compile_commands_name_the_sources(workspace):
    _build(workspace)
    entries = json.loads((_out(workspace) / "compile_commands.json").read_text())
    expect_equal(sorted(Path(entry["file"]).relative_to(workspace.driver).name for entry in entries), COMPILED,
                 "files")
    for entry in entries:
        expect("-ffreestanding" in entry["arguments"] or entry["file"].endswith(".S"), f"arguments of {entry['file']}")


@behaviour
def mistakes_are_told_with_their_place(workspace):
    kbuild = (workspace.driver / "Kbuild").read_text()
    for old, new, place, text in [
        ("boot.bin-y := boot.o", "boot.bin-y :=", "Kbuild:7:", "boot.bin has no objects"),
        ("boot.bin-lds := boot.lds", "boot.bin-lds := bot.lds", "Kbuild:8:", "there is no linker script bot.lds"),
        ("boot.bin-format := binary", "boot.bin-format := binry", "Kbuild:9:", "output format of boot.bin"),
        ("boot.bin-format := binary", "boot.bin-formt := binary", "Kbuild:9:", "did you mean format?"),
        ("blobs := motd.txt", "blobs := motd.text", "Kbuild:17:", "there is no motd.text"),
        ("entry.o main.o console.o", "entry.o mian.o console.o", "Kbuild:14:", "neither"),
        ("asflags-y := -m64", "obj-m := driver.o", "Kbuild:30:", "obj-m is set in a folder that declares images"),
        ("kernel.elf-map := kernel.map", "kernel.elf-map := motd.txt", "Kbuild:18:", "motd.txt is a file of this folder"),
    ]:
        expect(old in kbuild, f"no {old!r} in the example's Kbuild")
        workspace.write("Kbuild", kbuild.replace(old, new, 1))
        run = _build(workspace, status=1)
        expect(place in run.text() and text in run.text(), f"{new!r}: expected {place!r} and {text!r}\n{run.text()}")
    workspace.write("Kbuild", kbuild)
    _build(workspace)
    run = _build(workspace, "ldflag-y=-s")
    expect("nothing reads" not in run.text(), f"a remark on a variable of the command line:\n{run.text()}")
    workspace.write("Kbuild", kbuild.replace("AFLAGS_boot.o", "AFLAGS_bot.o").replace("asflags-y", "asflag-y"))
    run = _build(workspace, status=1)
    for line, wrong, right in [(10, "AFLAGS_bot.o", "AFLAGS_boot.o"), (30, "asflag-y", "asflags-y")]:
        expect(f"Kbuild:{line}: nothing reads {wrong}; did you mean {right}?" in run.text(), run.text())
    workspace.write("Kbuild", kbuild)
    run = _build(workspace, "FEATURE_CLOCK=yes", status=1)
    expect("kernel.elf-yes says nothing of kernel.elf" in run.text(), run.text())


@behaviour
def killed_at_any_moment(workspace):
    began = time.monotonic()
    _build(workspace, "FEATURE_CLOCK=m")
    seconds = time.monotonic() - began
    clean = products(_out(workspace))
    seed = int(os.environ.get("KBX_KILL_SEED", str(random.randrange(10**6))))
    moments = random.Random(seed)
    for turn in range(ROUNDS):
        if turn % 2:
            shutil.rmtree(_out(workspace))
        else:
            os.utime(workspace.driver / "layout.h")
            os.utime(workspace.driver / "main.c")
        started = subprocess.Popen([workspace.kbx, "build", workspace.driver, "FEATURE_CLOCK=m"],
                                   env=workspace.environment, cwd=workspace.folder, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        time.sleep(moments.uniform(0.02, seconds))
        try:
            os.killpg(started.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        started.wait()
        where = f"seed {seed}, round {turn}"
        for name, content in (products(_out(workspace)) if _out(workspace).exists() else {}).items():
            expect(content == clean.get(name), f"{name} is there but not whole ({where})")
        _build(workspace, "FEATURE_CLOCK=m")
        expect_equal(products(_out(workspace)), clean, f"what the next run handed over ({where})")


@behaviour
def why_tells_rules_of_kbx_from_those_of_the_folder(workspace):
    _build(workspace)
    run = workspace.run([workspace.kbx, "why", "main.c"], folder=workspace.driver)
    expect_equal(run.status, 0, run.text())
    own, kbx = run.out.split("set by kbx's rules:")
    expect("-mno-red-zone" in own and "Kbuild:29  (ccflags-y)" in own, run.out)
    expect("-ffreestanding" in kbx and "<kbx>/images.mk:" in kbx and "-ffreestanding" not in own, run.out)
    expect("\n  console.h\n" in kbx, run.out)


# Edits that the manual tells in words, in front of what they lead to.
EDITS = {"(`.skip 0x200000` in `entry.S`)": ("entry.S", ".skip\t8192", ".skip\t0x200000"),
         "With `print_numbr` for `print_number`": ("clock.c", "print_number(read_clock(8", "print_numbr(read_clock(8")}


def _without_figures(text):
    """What a compiler of another version leaves as it is."""
    text = re.sub(r"\S*/tiny-kernel/", "", text)
    text = re.sub(r"0x[0-9a-f]+|[\d.]+%?", "N", text)
    return [re.sub(r"\s+", " ", line) for line in text.splitlines() if not re.match(r"  [A-Z]+ ", line)]


@behaviour
def manual_shows_what_links_tell(workspace):
    """The blocks of docs/images.md with a quiet build, run in their order."""
    text = (DRIVER.parents[1] / "docs" / "images.md").read_text()
    workspace.driver.rename(workspace.folder / "tiny-kernel")
    workspace.driver = workspace.folder / "tiny-kernel"
    blocks = re.split(r"^```$", text, flags=re.M)
    shown = [(before, block) for before, block in zip(blocks[::2], blocks[1::2]) if block.startswith("\n$ kbx build -q")]
    expect(len(shown) >= 5, f"only {len(shown)} builds are shown in the manual")
    for before, block in shown:
        edits = [edit for words, edit in EDITS.items() if words in before]
        for name, old, new in edits:
            workspace.replace(name, old, new)
        command, _, wanted = block.strip().partition("\n")
        run = workspace.run([workspace.kbx, *shlex.split(command.removeprefix("$ kbx "))])
        expect_equal(sorted(_without_figures(run.text())), sorted(_without_figures(wanted)), command)
        expect_equal(run.status, 1 if edits else 0, f"exit status of {command}")
        for name, old, new in edits:
            workspace.replace(name, new, old)


@behaviour
def images_and_modules_in_one_build(workspace):
    """Two folders, of which only the second needs a kernel tree; it finds the images of the first."""
    images = workspace.driver / "images"
    images.mkdir()
    for path in workspace.driver.iterdir():
        if path.is_file():
            path.rename(images / path.name)
    workspace.write("module/Kbuild", "obj-m := plain.o\n$(obj)/plain.o: $(src)/../images/disk.img\n")
    workspace.write("module/plain.c", '#include <linux/module.h>\nMODULE_LICENSE("GPL");\n')
    out = workspace.driver / "out"
    run = workspace.run([workspace.kbx, "build", images, workspace.driver / "module", "--kernel", workspace.tree,
                         "--out", out])
    expect_equal(run.status, 0, run.text())
    expect((out / "disk.img").is_file() and (out / "plain.ko").is_file(), f"made were {sorted(products(out))}")
    expect("3 images and 1 module for " in run.out, run.out)
