"""One test's folder: a fresh copy of a driver, wrappers of the compiler, and kbx run in a clean environment."""

import hashlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import kernel
from driver_copy import copy_sources
from outcome import Failed, expect, expect_equal
from tools import Wrappers, generated_compiled, sources_compiled

TIME_LIMIT = 300
STATE = ".kbx"


@dataclass
class Run:
    """What one run of kbx came to."""
    status: int
    out: str
    err: str
    compiled: list   # the driver's sources that were compiled, by their names below the driver's folder
    generated: list  # generated sources (NAME.mod.c) that were compiled
    calls: list      # every call of a wrapped program

    def text(self):
        return self.out + self.err


def clean_environment(cache, home):
    """Nothing of the caller's but where programs are."""
    home.mkdir(parents=True, exist_ok=True)
    return {"PATH": os.environ["PATH"], "HOME": str(home), "TMPDIR": str(home), "LC_ALL": "C",
            "XDG_CACHE_HOME": str(cache), "KBUILD_BUILD_TIMESTAMP": "2020-01-01"}


class Workspace:
    def __init__(self, folder, kbx, tree, cache, driver):
        self.folder = folder
        self.kbx = kbx
        self.tree = tree
        self.driver = folder / "driver"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        if driver:
            copy_sources(driver, self.driver)
            (self.driver / ".git").mkdir()  # a project's root: what lies around it is not kbx's business
        self.wrappers = Wrappers(folder / "bin", kernel.compiler_names(tree))
        self.environment = clean_environment(cache, folder / "home") | {"PATH": self.wrappers.path()}

    def command(self, *words, tree=None):
        return [str(self.kbx), "build", str(self.driver), "--kernel", str(tree or self.tree), *map(str, words)]

    def run(self, words, environment=None, folder=None):
        """Runs any command line and tells what the wrappers saw."""
        self.wrappers.take()
        done = subprocess.run([str(word) for word in words], env=self.environment | (environment or {}),
                              cwd=folder or self.folder, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              errors="replace", timeout=TIME_LIMIT)
        return self.outcome(done.returncode, done.stdout, done.stderr)

    def outcome(self, status, out, err):
        calls = self.wrappers.take()
        return Run(status, out, err, sources_compiled(calls, self.driver), generated_compiled(calls), calls)

    def build(self, *words, tree=None, environment=None, status=0):
        """kbx build; fails the test if it ends with another exit status."""
        run = self.run(self.command(*words, tree=tree), environment)
        expect(run.status == status, f"kbx build ended with {run.status}, expected {status}\n{run.text()}")
        return run

    def out(self, tree=None):
        return self.driver / "kbx-out" / kernel.release_of(tree or self.tree)

    def ko(self, name, tree=None):
        """The final module NAME.ko, wherever below the output folder its own folder puts it."""
        found = [path for path in self.out(tree).rglob(name + ".ko") if STATE not in path.parts]
        expect(len(found) == 1, f"{name}.ko is there {len(found)} times in {self.out(tree)}")
        return found[0]

    def write(self, name, text):
        path = self.driver / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def replace(self, name, old, new):
        path = self.driver / name
        text = path.read_text()
        expect(old in text, f"the test's driver has no {old!r} in {name}")
        path.write_text(text.replace(old, new))

    def append(self, name, text):
        with open(self.driver / name, "a") as file:
            file.write(text)


def identity(path):
    """What changes when a file is written again, even with the same content."""
    info = os.stat(path)
    return info.st_ino, info.st_mtime_ns, info.st_size


def products(out):
    """Name and content hash of everything that a build hands over: all of `out` but the state folder."""
    found = {}
    for path in sorted(out.rglob("*")):
        name = path.relative_to(out)
        if STATE not in name.parts and path.is_file():
            found[str(name)] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def sources(driver):
    """Name, content and times of the driver's files: what a build must leave as they are."""
    return {str(path.relative_to(driver)): (identity(path), path.read_bytes())
            for path in sorted(driver.rglob("*")) if path.is_file() and "kbx-out" not in path.parts}


def expect_equals_clean_build(workspace, *words, tree=None, environment=None):
    """What is in the output folder is, byte for byte, what a build from nothing at the same place gives."""
    out = workspace.out(tree)
    seen = products(out)
    shutil.rmtree(out)
    workspace.build(*words, tree=tree, environment=environment)
    clean = products(out)
    expect(any(name.endswith(".ko") for name in clean), f"a clean build made no module: {sorted(clean)}")
    expect_equal(sorted(seen), sorted(clean), "files handed over, against a clean build")
    different = [name for name in clean if seen[name] != clean[name]]
    if different:
        raise Failed(f"differs from a clean build: {', '.join(different)}")
