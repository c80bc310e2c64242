#!/usr/bin/env python3
"""Proves that the test of Linux can fail: watched_ld.py sees what a linker does otherwise than GNU ld, the outputs of the
last run are removed before the next, and a guest that does not report everything is not taken for one that does."""

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import run
from tree import Tree
from watched_ld import output_of, redirected

GNU = "/usr/bin/ld.bfd"
SKIPPED = 77
# Linkers in place of kbx, and a word that the differences have to have.
LINKERS = [
    ("GNU ld itself", 'exec ld.bfd "$@"', ""),
    ("another byte at the end", 'ld.bfd "$@" && printf x >>out.o', "same shape"),
    ("another section", 'ld.bfd "$@" && objcopy --add-section .x=a.o out.o', "only the second"),
    ("a message more", 'echo "ld: warning: something" >&2; exec ld.bfd "$@"', "messages"),
    ("a failure", "exit 1", "exit status 0 / 1"),
]


def faults_of_watching(folder):
    (folder / "a.s").write_text(".globl f\nf: nop\n")
    subprocess.run(["as", "-o", "a.o", "a.s"], cwd=folder, check=True)
    for name, script, word in LINKERS:
        place = folder / name.replace(" ", "-")
        for part in ("records", "different", "aside"):
            (place / part).mkdir(parents=True)
        linker = place / "ld"
        linker.write_text(f"#!/bin/sh\n{script}\n")
        linker.chmod(0o755)
        (place / "watch.json").write_text(json.dumps({"kbx": str(linker), "gnu": [GNU], "environment": {}}))
        command = [sys.executable, Path(__file__).with_name("watched_ld.py"), place]
        subprocess.run([*command, "--version"], cwd=folder, capture_output=True, check=False)
        shutil.copy(folder / "a.o", place)
        subprocess.run([*command, "-r", "-o", "../out.o", "a.o"], cwd=place, capture_output=True, check=False)
        subprocess.run([*command, "-r", "-o", "out.o", "a.o", "-Map=out.map"], cwd=place, capture_output=True, check=False)
        records = [json.loads(path.read_text()) for path in place.glob("records/*")]
        if len(records) != 1 or records[0]["output"] != str(place / "out.o"):
            yield f"{name}: one link was recorded as {records}"
        elif bool(records[0]["differences"]) != bool(word) or word not in "".join(records[0]["differences"]):
            yield f"{name}: differences {records[0]['differences']}"


def faults_of_words():
    for words, output in ((["-r", "-o", "a", "b"], "a"), (["-oa", "b"], "a"), (["b"], None), (["--output", "a"], "a"), (["--output=a"], "a")):
        if output_of(words) != output:
            yield f"the output of {words} is taken for {output_of(words)}"
    seen = redirected(["-o", "a", "-Map=m", "--Map", "n", "a"], "x", "y")
    if seen != ["-o", "x", "-Map=y", "--Map", "y", "a"]:
        yield f"redirected: {seen}"


def faults_of_preparing(folder):
    tree = Tree.__new__(Tree)
    tree.kernels, tree.folder, tree.ld = folder, folder / "kernel", folder / "kernel/ld/ld"
    tree.configuration = SimpleNamespace(gnu_tools={"OBJCOPY": "objcopy"})
    tree.kbx, tree.gnu = Path("/bin/true"), SimpleNamespace(words=[GNU], environment={})
    (folder / "kernel/records").mkdir(parents=True)
    for name in ("linked", "moved", "compiled"):
        (folder / name).write_text("")
    for name in ("linked", "moved.tmp"):
        (folder / f"kernel/records/{name}").write_text(json.dumps({"output": str(folder / name)}))
    with tree.prepared():
        if (folder / "linked").exists() or (folder / "moved").exists() or not (folder / "compiled").exists() or tree.records():
            yield "what the last run linked is not removed, or more than that"
        if subprocess.run([tree.ld, "--version"], capture_output=True, check=False).returncode:
            yield "the linker that is laid out does not start"


def faults_of_judging(folder):
    modules = ["a.ko", "b.ko"]
    told = [*run.expected(modules, True), "version 1", "vdso f V found"]
    kernel = SimpleNamespace(name="kernel", image="image", links=["vmlinux"])
    tree = SimpleNamespace(configuration=kernel, build=folder, ld="ld")

    def is_good(lines):
        machine = SimpleNamespace(boot=lambda *_: (lines, ""))
        return run.boot(tree, machine, modules, ("init", "program"))

    if not is_good(told):
        yield "a guest that tells everything is not good enough"
    for line in told:
        if line != "version 1" and is_good([other for other in told if other != line]):
            yield f"it is not missed that a guest does not tell: {line}"
    link = {"output": str(folder / "vmlinux"), "differences": [], "seconds": 1, "gnu_seconds": 1, "folder": "", "words": []}
    for records, good in (([link], True), ([link | {"differences": ["x"]}], False)):
        tree.records = lambda records=records: records
        if run.check_links(tree) != good:
            yield f"links {records} are taken for {'bad' if good else 'good'}"
    tree.records = list
    try:
        run.check_links(tree)
        yield "a link that was not made is not missed"
    except run.Failed:
        pass


def main():
    if not os.path.exists(GNU):
        print(f"skipped: {GNU} is missing")
        return SKIPPED
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        parts = [folder / str(number) for number in range(3)]
        for part in parts:
            part.mkdir()
        faults = [*faults_of_words(), *faults_of_watching(parts[0]), *faults_of_preparing(parts[1])]
        with contextlib.redirect_stdout(io.StringIO()):
            faults += faults_of_judging(parts[2])
    print("\n".join(faults) or "all that was made wrong is noticed")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
