#!/usr/bin/env python3
"""Which $(shell) commands `kbx conf` runs again, and which it knows: a program in place of a compiler counts its calls.

    remembering.py --kbx build/kbx
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

# Counts its calls in a file beside it, and says what it was asked.
COUNTER = """#!/bin/sh
echo call >>"$(dirname "$0")/calls"
echo "y"
"""


def program(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def touched(path):
    """Another file in its place."""
    text = path.read_text()
    path.unlink()
    program(path, text + "# another\n")


class Place:
    """A folder with programs, a tree with scripts, and a cache of its own."""

    def __init__(self, kbx, top):
        self.kbx = kbx
        self.top = top
        self.tree = top / "tree"
        self.programs = top / "bin"
        for name in ("counter", "test-gcc", "test-as", "test-ld", "named"):
            program(self.programs / name, COUNTER)
        program(self.tree / "scripts" / "ask.sh", "#!/bin/sh\ncounter\n")
        program(self.tree / "scripts" / "beside.sh", "#!/bin/sh\n")
        (top / "empty").mkdir()
        self.environment = {"PATH": f"{self.programs}:{os.environ['PATH']}", "HOME": str(top), "LC_ALL": "C",
                            "srctree": str(self.tree), "NAMED": "named -x", "PATTERN": "empty/*",
                            "XDG_CACHE_HOME": str(top / "cache")}

    def calls(self, command, *options, **variables):
        """How often a program counted while a Kconfig file with this command was read."""
        (self.top / "Kconfig").write_text(f'config A\n\tstring\n\tdefault "$(shell,{command})"\n')
        counted = self.programs / "calls"
        counted.unlink(missing_ok=True)
        done = subprocess.run([self.kbx, "conf", *options, "--alldefconfig", "Kconfig"], cwd=self.top,
                              env=self.environment | variables, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if done.returncode != 0 or 'CONFIG_A="y' not in (self.top / ".config").read_text():
            raise AssertionError(done.stderr.decode())
        return len(counted.read_text().splitlines()) if counted.exists() else 0


ASKED = "counter --version"
COMPILED = "test-gcc -c -x c /dev/null -o /dev/null"
SCRIPTED = "$(srctree)/scripts/ask.sh"

# Of each a name, the command, what happens between two runs, variables and options of the second, and whether it runs
# again.
CASES = [
    ("nothing", ASKED, None, {}, [], False),
    ("another seed", ASKED, None, {"KCONFIG_SEED": "1"}, [], False),
    ("a variable", ASKED, None, {"CC": "clang"}, [], True),
    ("without memory", ASKED, None, {}, ["--no-cache"], True),
    ("another program", ASKED, "bin/counter", {}, [], True),
    ("another compiler", COMPILED, "bin/test-gcc", {}, [], True),
    ("its assembler", COMPILED, "bin/test-as", {}, [], True),
    ("its linker", COMPILED, "bin/test-ld", {}, [], True),
    ("a program that is not its", COMPILED, "bin/counter", {}, [], False),
    ("a script, nothing", SCRIPTED, None, {}, [], False),
    ("a script", SCRIPTED, "tree/scripts/ask.sh", {}, [], True),
    ("what lies beside a script", SCRIPTED, "tree/scripts/beside.sh", {}, [], True),
    ("a program that a variable names", SCRIPTED, "bin/named", {}, [], True),
    ("files of a pattern", "counter; ls empty/* >/dev/null 2>&1", None, {}, [], True),
    ("what a variable names, nothing", "counter $NAMED ${NAMED}", None, {}, [], False),
    ("what a variable names", "counter $NAMED", "bin/named", {}, [], True),
    ("a variable that is set", "NAMED=counter; counter $NAMED", None, {}, [], True),
    ("a variable or what stands in for it", "counter ${NAMED:-counter}", None, {}, [], True),
    ("files of a variable's pattern", "counter $PATTERN", None, {}, [], True),
    ("a program that is missing", "lacking 2>/dev/null; counter; exit 127", None, {}, [], False),
    ("a missing one that comes", "lacking 2>/dev/null; counter; exit 127", "bin/lacking", {}, [], True),
    ("that status without a reason", "counter; exit 127", None, {}, [], True),
    ("a variable of the shell", "for one in 1; do counter $one; done", None, {}, [], False),
    ("a message", "counter; echo warning >&2", None, {}, [], True),
    ("a file that comes", "counter; test -e $(srctree)/new", "tree/new", {}, [], True),
]


def judge(kbx, case):
    title, command, changed, variables, options, again = case
    with tempfile.TemporaryDirectory() as top:
        place = Place(kbx, Path(top))
        first = place.calls(command)
        if changed:
            path = Path(top) / changed
            if not path.exists():
                path.write_text("")
            touched(path)
        seen = [first, place.calls(command, *options, **variables)]
        if seen != [1, 1 if again else 0]:
            print(f"FAILED {title}: calls in the first and in the second run: {seen}")
            return False
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kbx", required=True, type=lambda name: str(Path(name).resolve()))
    kbx = parser.parse_args().kbx
    good = [judge(kbx, case) for case in CASES]
    print(f"{sum(good)} of {len(good)} right")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
