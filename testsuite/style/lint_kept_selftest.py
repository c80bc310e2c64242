#!/usr/bin/env python3
"""lint_kept.py: what clang-tidy's answer hangs on changes the place where it is remembered, and nothing else does."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from lint_kept import Kept, includes_of

SKIPPED = 77
TREE = {
    "room/a.cc": '#include "room/a.h"\nint a() { return A; }\n',
    "room/a.h": '#pragma once\n#include "b.h"\n#include <string>\nenum { A = B };\n',
    "room/b.h": "enum { B = 1 };\n",
    "room/other.h": "enum { OTHER = 1 };\n",
    ".clang-tidy": "Checks: '*'\n",
}


def place_of(top, options="-Wall"):
    """Where it would be remembered that room/a.cc of the tree is without a fault."""
    includes_of.cache_clear()
    os.chdir(top)
    commands = {f"{top}/room/a.cc": f"c++ -I{top} {options} -c {top}/room/a.cc"}
    kept = Kept(["room/a.cc"], commands, top)
    return kept, kept.place(["room/a.cc"], top / ".clang-tidy")


def made(top):
    for name, text in TREE.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text(text)
    return top


def with_change(top, name, text):
    (top / name).write_text(text)
    place = place_of(top)[1]
    (top / name).write_text(TREE[name])
    return place


def main():
    if not all(map(shutil.which, ("clang-tidy", "clang++"))):
        print("skipped: there is no clang-tidy")
        return SKIPPED
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = f"{folder}/cache"
        one, two = (made(Path(folder) / name) for name in ("one", "two"))
        kept, place = place_of(one)
        checks = {
            "nothing is remembered at first": not kept.has(place),
            "another clone has the same place": place_of(two)[1] == place,
            "a header that nothing includes is of no account": with_change(one, "room/other.h", "\n") == place,
            "the file counts": with_change(one, "room/a.cc", TREE["room/a.cc"] + "\n") != place,
            "its header counts": with_change(one, "room/a.h", TREE["room/a.h"] + "\n") != place,
            "the header's header counts": with_change(one, "room/b.h", "enum { B = 2 };\n") != place,
            "the system's headers count": with_change(one, "room/b.h", TREE["room/b.h"] + "#include <set>\n") != place,
            "settings count": with_change(one, ".clang-tidy", "Checks: 'bugprone-*'\n") != place,
            "options count": place_of(one, "-Wextra")[1] != place,
        }
        place.touch()
        checks["what was touched is remembered"] = kept.has(place)
    for name in (name for name, good in checks.items() if not good):
        print(f"not so: {name}")
    return 0 if all(checks.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
