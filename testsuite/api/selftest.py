#!/usr/bin/env python3
"""That changes.py can fail: entries that are false in one thing each are told.

    selftest.py RULES/api-changes.json
"""

import json
import sys
from pathlib import Path

from changes import Headers, faults_of, skip_when_unavailable

# Name and kind of an entry, and what is made false in it.
ALTERED = (
    ("strlcpy", "function", {"since": "6.1"}),
    ("strlcpy", "function", {"since": "6.13"}),
    ("strlcpy", "function", {"instead": ["strlcpy_or_not"]}),
    ("class_create", "arguments", {"was": 1, "now": 2}),
    ("iterate", "member", {"since": "6.1"}),
    ("remove", "callback", {"type": "long (*remove)(struct platform_device *)"}),
    ("vm_flags", "read-only member", {"since": "6.1"}),
    ("asm/unaligned.h", "header", {"since": "6.1"}),
    ("asm/unaligned.h", "header", {"instead": ["linux/no_such_header.h"]}),
    ("from_timer", "macro", {"since": "6.12"}),
    ("strlcpy", "function", {"sinse": "6.8"}),
)


def entry(changes, name, kind):
    of = "platform_driver" if kind == "callback" else None
    return next(one for one in changes if (one["name"], one["kind"]) == (name, kind) and (not of or one["of"] == of))


def main():
    changes = json.loads(Path(sys.argv[1]).read_text())["changes"]
    known = [Headers("6.1"), Headers("6.12")]
    missed = 0
    for name, kind, altered in ALTERED:
        change = entry(changes, name, kind)
        if list(faults_of(change, known)):
            print(f"{name}: told to be false as it is")
            missed += 1
        if not list(faults_of(change | altered, known)):
            print(f"{name} with {altered}: not told")
            missed += 1
    print(f"{len(ALTERED)} false entries, {missed} not told")
    return 1 if missed else 0


if __name__ == "__main__":
    skip_when_unavailable(main)
