"""The cases of run.py: what a file in cases/ says. README.md describes the form."""

import re
from dataclasses import dataclass, field

SECTION = re.compile(r"^== (\S+)(?: (.*))?$")
MESSAGES = ("free", "presence", "equal")


class BadCase(Exception):
    """The case itself is malformed."""


@dataclass
class Case:
    name: str
    title: str = ""
    files: dict = field(default_factory=dict)  # name: text
    flags: dict = field(default_factory=dict)  # name: words for the assembler or compiler
    prepare: list = field(default_factory=list)  # shell commands, before either linker
    link: list = field(default_factory=list)  # shell commands, with either linker as `ld`
    checks: list = field(default_factory=list)  # shell commands, after kbx, where it differs on purpose
    messages: str = "presence"
    differs: str = ""  # why, if kbx does not do as ld
    needs: list = field(default_factory=list)  # programs
    machine: str = ""  # what is linked for, as Debian calls it; "": this machine
    ignored: set = field(default_factory=set)  # outputs that are not compared


def parse_case(name, text):
    """A case with its sections; raises BadCase on what it does not know."""
    case = Case(name)
    section, lines = None, []
    for number, line in enumerate(text.splitlines(), 1):
        match = SECTION.match(line)
        if match:
            _end_section(case, section, lines)
            section, lines = match[1], []
            if match[2]:
                case.flags[section] = match[2].split()
        elif section:
            lines.append(line)
        elif line.startswith("# "):
            _directive(case, number, line[2:])
        elif line:
            raise BadCase(f"{name}:{number}: expected '# …' or '== …'")
    _end_section(case, section, lines)
    if not case.link or not case.title:
        raise BadCase(f"{name}: a title ('# …') and a section '== link' are needed")
    if bool(case.differs) != bool(case.checks):
        raise BadCase(f"{name}: 'differs' and '== check' need each other")
    return case


def _directive(case, number, text):
    key, _, value = text.partition(": ")
    if not case.title:
        case.title = text
    elif key == "messages" and value in MESSAGES:
        case.messages = value
    elif key == "differs":
        case.differs += value
    elif key == "needs":
        case.needs += value.split()
    elif key == "machine":
        case.machine = value
    elif key == "ignore":
        case.ignored |= set(value.split())
    elif number > 1:
        case.title += " " + text


def _end_section(case, section, lines):
    while lines and not lines[-1]:
        lines.pop()
    if section in ("prepare", "link", "check"):
        target = {"prepare": case.prepare, "link": case.link, "check": case.checks}[section]
        target += [line for line in lines if line]
    elif section:
        case.files[section] = "".join(line + "\n" for line in lines)
