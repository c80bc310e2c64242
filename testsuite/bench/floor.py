"""The floor under every build: its compile commands alone, as kbuild's .cmd files record them after a build by make."""

import re

_SAVED = re.compile(r"^(?:saved)?cmd_(\S+) := (.*)$", re.MULTILINE)
_COMPILES = re.compile(r"\s-c\s")
_OUTPUT = re.compile(r"\s-o (\S+)")


def compile_commands(folder, named=None, own=False):
    """Shell commands, in no order, that compile the objects below `folder`; with `named` only of that source; with
    `own` only of the driver's sources, without those that modpost wrote."""
    commands = []
    for text in recorded_commands(folder, "*.o"):
        # objtool and the like follow behind a semicolon; they are not the compiler's.
        command = text.split(" ; ")[0].split("; ")[0]
        if not _COMPILES.search(command) or (named and not command.rstrip().endswith(named)):
            continue
        if not own or not command.rstrip().endswith(".mod.c"):
            commands.append(command)
    return commands


def remove_outputs(commands, folder):
    """Removes what the commands, run in `folder`, will write: a file that is there is written otherwise."""
    for command in commands:
        (folder / _OUTPUT.search(command)[1]).unlink(missing_ok=True)


def recorded_commands(folder, pattern, below=True):
    """The shell commands that made the files of that name in `folder` and, with `below`, in the folders below it."""
    files = (folder.rglob if below else folder.glob)(f".{pattern}.cmd")
    found = (_SAVED.search(path.read_text(errors="replace")) for path in sorted(files))
    return [_for_the_shell(command[2]) for command in found if command]


def _for_the_shell(text):
    """A .cmd file is a makefile: what make would undo is undone."""
    return text.replace("$(pound)", "#").replace("\\#", "#").replace("$$", "$")
