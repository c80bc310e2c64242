#!/usr/bin/env python3
"""Holds rules/api-changes.json against the headers of kernels: what it says is gone is there before and not behind.

    changes.py RULES/api-changes.json [--series 6.1]...

The version is that of the headers; an entry with a range of versions ("6.2..6.12") says nothing about those within.
What takes a name's place has to be in one of the kernels for which the name is gone.
"""

import argparse
import json
import re
import sys
from functools import lru_cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "drivers"))

import kernels  # noqa: E402
from cachedir import Unavailable, skip_when_unavailable  # noqa: E402

SERIES = ("5.10", "6.1", "6.12", "7.x")
FIELDS = {"name", "kind", "of", "header", "since", "was", "now", "type", "instead", "how", "source"}
NAMES = {"function", "macro", "type", "constant", "variable"}
KINDS = NAMES | {"member", "read-only member", "callback", "arguments", "header", "compiler's header"}


def version(text):
    return tuple(int(number) for number in text.split("."))


def without_comments(text):
    return re.sub(r"/\*.*?\*/|//[^\n]*", " ", text, flags=re.DOTALL)


def squeezed(text):
    """A declaration without its blanks, but where two words would become one."""
    return re.sub(r"(?<=\w) (?=\w)|( )", lambda match: " " if match[1] is None else "", " ".join(text.split()))


class Headers:
    """The headers of one kernel: what <…> means to its modules for x86."""

    def __init__(self, series):
        tree = kernels.kernel_root(series) / "kdir"
        self.series = series
        self.folder = tree
        sources = sorted((tree / ".." / "usr/src").resolve().glob("linux-headers-*-common"))
        self.roots = [sources[0] / "include", sources[0] / "arch/x86/include", tree / "include", tree / "arch/x86/include/generated"]
        self.version = version(re.search(r"(\d+\.\d+)", sources[0].name)[1])

    def path(self, name):
        return next((root / name for root in self.roots if (root / name).exists()), None)

    @lru_cache(maxsize=None)
    def text(self, name):
        path = self.path(name)
        return without_comments(path.read_text(errors="replace")) if path else ""

    @lru_cache(maxsize=None)
    def words(self):
        found = {}
        for root in self.roots:
            for path in root.rglob("*.h"):
                for word in set(re.findall(r"[A-Za-z_]\w+", without_comments(path.read_text(errors="replace")))):
                    found.setdefault(word, []).append(path)
        return found

    def declares(self, name):
        """Whether a header declares or defines the name: as a member of a struct it does not count."""
        declaration = re.compile(
            rf"^[ \t]*#[ \t]*define[ \t]+{name}\b|^[A-Za-z_][\w \t*(),]*\b{name}[ \t]*\(|^[\w \t*]*\n{name}[ \t]*\(|"
            rf"\b(struct|union|enum)[ \t]+{name}\s*(\{{|;)|^typedef\b[^;]*\b{name}(\)[^;]*)?;|^[ \t]+{name}[ \t]*(,|=)|"
            rf"^extern\b[^;()]*\b{name}\b", re.MULTILINE)
        return any(declaration.search(without_comments(path.read_text(errors="replace")))
                   for path in self.words().get(name, ()))

    def body(self, struct, header):
        """What stands between the braces of a struct, "" if it is not in that header."""
        start = re.search(rf"\bstruct\s+{struct}\s*\{{", self.text(header))
        if not start:
            return ""
        text, depth = self.text(header), 1
        for at in range(start.end(), len(text)):
            depth += {"{": 1, "}": -1}.get(text[at], 0)
            if depth == 0:
                return text[start.end():at]
        return ""

    def count_of_arguments(self, function, header):
        """Of the declaration or the macro, None if there is none."""
        start = re.search(rf"(?:#define\s+|[\w*]\s*[ *])\b{function}\s*\(", self.text(header))
        if not start:
            return None
        text, depth, commas = self.text(header), 1, 0
        for character in text[start.end():]:
            depth += {"(": 1, ")": -1}.get(character, 0)
            if depth == 0:
                return commas + 1
            commas += character == "," and depth == 1
        return None


def is_as_before(change, headers):
    """Whether the headers have it as it was; None if they do not know of it at all."""
    name, kind = change["name"], change["kind"]
    if kind == "compiler's header":
        return None
    if kind == "header":
        return headers.path(name) is not None
    if kind == "arguments":
        count = headers.count_of_arguments(name, change["header"])
        return {change["was"]: True, change["now"]: False}.get(count)
    if kind in NAMES:
        return headers.declares(name)
    body = headers.body(change["of"], change["header"])
    if kind == "callback":
        text = headers.text(change["header"]) if change["type"].startswith("typedef") else body
        return None if not text else squeezed(change["type"]) not in squeezed(text)
    if kind == "read-only member":
        return None if not body else not re.search(rf"\bconst\s+\w+\s+{name}\b", body)
    return None if not body else re.search(rf"\b{name}\b", body) is not None


def is_there(other, change, headers):
    """What takes the place: a header, a .member of the same struct, or a name."""
    if other.startswith("."):
        return re.search(rf"\b{other[1:]}\b", headers.body(change["of"], change["header"])) is not None
    return headers.path(other) is not None if other.endswith(".h") else other in headers.words()


def faults_of(change, known):
    """What is wrong with an entry, in words; `known` are Headers, oldest first."""
    if unknown := set(change) - FIELDS:
        yield f"unknown fields {sorted(unknown)}"
    if change["kind"] not in KINDS:
        yield f"unknown kind {change['kind']}"
        return
    first, _, last = change["since"].partition("..")
    last = last or first
    states = {headers.series: is_as_before(change, headers) for headers in known}
    # What is gone may have come between the first of these kernels and the last.
    earlier = [headers for headers in known if headers.version < version(first)]
    if earlier and states[earlier[-1].series] is False:
        yield f"{earlier[-1].series} does not have it as it was any more"
    for headers in known:
        if headers.version >= version(last) and states[headers.series]:
            yield f"{headers.series} has it as it was still"
    behind = [headers for headers in known if headers.version >= version(last)]
    for other in change.get("instead", ()):
        if behind and not any(is_there(other, change, headers) for headers in behind):
            yield f"{other} is in none of {[headers.series for headers in behind]}"


def seen_both_ways(change, known):
    states = [is_as_before(change, headers) for headers in known]
    return True in states and False in states


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--series", action="append")
    arguments = parser.parse_args()
    changes = json.loads(arguments.file.read_text())["changes"]
    known = []
    for series in arguments.series or SERIES:
        try:
            known.append(Headers(series))
        except Unavailable as reason:
            print(f"{series}: not tried: {reason}")
    if not known:
        raise Unavailable("no headers can be had")
    failures = 0
    for change in changes:
        faults = list(faults_of(change, known))
        failures += bool(faults)
        for fault in faults:
            print(f"{change['name']} ({change['kind']}{' of ' + change['of'] if 'of' in change else ''}): {fault}")
    seen = sum(seen_both_ways(change, known) for change in changes)
    print(f"{len(changes) - failures} of {len(changes)} entries are as the headers of "
          f"{', '.join(headers.series for headers in known)} have it; {seen} seen before and behind the change")
    return 1 if failures else 0


if __name__ == "__main__":
    skip_when_unavailable(main)
