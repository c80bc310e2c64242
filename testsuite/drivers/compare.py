"""Compares what two builds of the same sources at the same path have left behind."""

import os
import re
import shlex
from pathlib import Path

COMMAND = re.compile(r"^(?:saved)?cmd_\S+ := (.*)$", re.MULTILINE)
BYTEWISE = re.compile(r"(\.ko|\.mod\.c|Module\.symvers|modules\.order)$")
OBJECT_COMMAND = re.compile(r"\.k?o\.cmd$")


def files_below(folder):
    """All files below `folder`, relative, without following links."""
    found = set()
    for where, _, names in os.walk(folder):
        found.update(str((Path(where) / name).relative_to(folder)) for name in names)
    return found


def differences(left, right):
    """What is different in `right` (kbx) from `left` (kbuild): texts, none when they are equal."""
    mine, other = files_below(left), files_below(right)
    told = []
    for name in sorted(name for name in mine | other if BYTEWISE.search(name)):
        told += _presence(name, mine, other) or _bytes(name, left, right)
    for name in sorted(name for name in mine | other if OBJECT_COMMAND.search(name)):
        told += _presence(name, mine, other) or _commands(name, left, right)
    return told


def different_errors(kbuild, kbx):
    """How the errors of two failed builds differ: texts, none when they are the same."""
    told = []
    for name in kbuild.errors | kbx.errors:
        one, two = kbuild.errors.get(name, "none"), kbx.errors.get(name, "none")
        if one != two:
            told += [f"first error of kbuild: {one}", f"first error of kbx:    {two}"]
    return told


def leftovers(mine, other):
    """Which of the names of files only one side has: no fault by itself, where they are not compared."""
    mine, other = set(mine), set(other)
    return [f"only kbuild leaves {name}" for name in sorted(mine - other)] + [
        f"only kbx leaves {name}" for name in sorted(other - mine)
    ]


def counts(folder):
    """How many modules and object commands a build has left: proof that something was compared."""
    names = files_below(folder)
    return (
        sum(name.endswith(".ko") for name in names),
        sum(bool(OBJECT_COMMAND.search(name)) for name in names),
    )


def _presence(name, mine, other):
    if name not in other:
        return [f"{name}: kbx did not make it"]
    if name not in mine:
        return [f"{name}: only kbx made it"]
    return []


def _bytes(name, left, right):
    one, two = (left / name).read_bytes(), (right / name).read_bytes()
    if one == two:
        return []
    if name.endswith(".ko"):
        return [f"{name}: differs in " + ", ".join(differing_sections(left / name, right / name))]
    for number, (a, b) in enumerate(zip(one.splitlines(), two.splitlines()), 1):
        if a != b:
            return [f"{name}:{number}: kbuild has {_text(a)!r}, kbx {_text(b)!r}"]
    return [f"{name}: kbuild's has {len(one)} bytes, kbx's {len(two)}"]


def _text(line):
    return line.decode(errors="replace")


def saved_command(text):
    """The words of the command in a .cmd file, or None. Undoes make-cmd's escapes: $$ and \\#."""
    found = COMMAND.search(text)
    if not found:
        return None
    plain = found[1].replace("$$", "$").replace("\\#", "#")
    lexer = shlex.shlex(plain, posix=True, punctuation_chars=";&|<>()")
    lexer.whitespace_split = True
    lexer.commenters = ""
    return list(lexer)


def _commands(name, left, right):
    texts = [(side / name).read_text() for side in (left, right)]
    if texts[0] == texts[1]:
        return []
    try:
        one, two = (saved_command(text) for text in texts)
    except ValueError as unreadable:
        return [f"{name}: not a shell command: {unreadable}"]
    if one == two and one is not None:
        return []
    if one is None or two is None:
        return [f"{name}: {'kbuild' if one is None else 'kbx'} has no command in it"]
    for position, (a, b) in enumerate(zip(one, two)):
        if a != b:
            return [f"{name}: argument {position} is {a!r} with kbuild, {b!r} with kbx"]
    rest = (one if len(one) > len(two) else two)[min(len(one), len(two)) :]
    return [f"{name}: only {'kbuild' if len(one) > len(two) else 'kbx'} has {' '.join(rest[:6])}"]


def differing_sections(one, two):
    """Names of the sections that differ between two ELF files, or what else is different."""
    from elfsections import NotElf, sections

    try:
        left, right = sections(one.read_bytes()), sections(two.read_bytes())
    except NotElf as reason:
        return [str(reason)]
    if [name for name, _ in left] != [name for name, _ in right]:
        return ["the list of sections"]
    return [name for (name, a), (_, b) in zip(left, right) if a != b] or ["headers or padding only"]
