"""Programs put in front of the real ones in PATH, to see which of them a build runs.

A wrapper writes one line per call, `name TAB working folder TAB arguments`, to a file of its own process in a log
folder, and becomes the real program: nothing else about the build changes.
"""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
SOURCE_SUFFIXES = (".c", ".S")


@dataclass(frozen=True)
class Call:
    program: str
    folder: str
    words: tuple

    def source(self):
        """The file that this call compiles to an object, or None."""
        if "-c" not in self.words:
            return None
        sources = [word for word in self.words if word.endswith(SOURCE_SUFFIXES)]
        return os.path.join(self.folder, sources[-1]) if sources else None


class Wrappers:
    """A folder of wrappers, and what they logged."""

    def __init__(self, folder, compiler_names):
        self.folder = folder
        self._log = folder.parent / (folder.name + ".log")
        folder.mkdir(parents=True)
        self._log.mkdir()
        for name in sorted(set(compiler_names)):
            real = shutil.which(name, path=SYSTEM_PATH) or shutil.which("gcc", path=SYSTEM_PATH)
            if real:
                self.put(name, real)
        for name in ("ld", "x86_64-linux-gnu-ld"):
            self.put(name, shutil.which(name, path=SYSTEM_PATH) or shutil.which("ld", path=SYSTEM_PATH))

    def put(self, name, real, before=""):
        """(Re)places the wrapper `name`; `before` is shell text that runs first."""
        script = self.folder / name
        aside = self.folder / f".{name}"
        aside.write_text(f"#!/bin/sh\nprintf '%s\\n' \"{name}\t$PWD\t$*\" >>'{self._log}'/$$\n{before}\n"
                         f"exec '{real}' \"$@\"\n")
        aside.chmod(0o755)
        aside.rename(script)

    def real(self, name):
        return (self.folder / name).read_text().rsplit("exec '", 1)[1].split("'")[0]

    def names(self):
        return sorted(path.name for path in self.folder.iterdir())

    def path(self):
        return f"{self.folder}:{SYSTEM_PATH}"

    def take(self):
        """The calls since the last take."""
        calls = []
        for path in sorted(self._log.iterdir()):
            for line in path.read_text(errors="replace").splitlines():
                program, folder, words = line.split("\t", 2)
                calls.append(Call(program, folder, tuple(words.split())))
            path.unlink()
        return calls


def sources_compiled(calls, driver):
    """The driver's own sources among the calls, by their names below `driver`, sorted; each as often as compiled.
    What the build generates (NAME.mod.c and its kin) is left out."""
    top = Path(os.path.realpath(driver))
    found = []
    for call in calls:
        source = call.source()
        if source and not Path(source).name.endswith((".mod.c", "module-common.c")):
            real = Path(os.path.realpath(source))
            found.append(str(real.relative_to(top)) if real.is_relative_to(top) else str(real))
    return sorted(found)


def generated_compiled(calls):
    """Base names of the generated sources among the calls."""
    sources = (call.source() for call in calls)
    return sorted(Path(source).name for source in sources if source and source.endswith((".mod.c", "module-common.c")))
