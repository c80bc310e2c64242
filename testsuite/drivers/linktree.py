"""A kernel root made of links, in which one program can be exchanged: that needs no privilege and leaves the root in the
cache as it is.

Only the folders that lead to the program are real; make's $(abspath) and $(realpath) give the same for them. All else are
links, so that a makefile finds itself and its neighbours by the names it has in the real root.
"""

from pathlib import Path

MODPOST = Path("scripts/mod/modpost")


def _fill(folder, source, program):
    """Makes `folder` from links to what is in `source`, but what leads to `program` (relative) a real folder."""
    folder.mkdir(parents=True)
    for entry in source.iterdir():
        if len(program.parts) > 1 and entry.name == program.parts[0]:
            _fill(folder / entry.name, entry, program.relative_to(entry.name))
        else:
            (folder / entry.name).symlink_to(entry)


def make_root(root, to, program):
    """Makes a root at `to` with the same content as `root`, in whose `kdir` `program` can be put_in_place, and gives it."""
    _fill(to, root, Path("kdir") / program)
    (to / "lib").unlink()
    modules = Path("lib/modules") / root.name
    (to / modules).mkdir(parents=True)
    for link in (root / modules).iterdir():
        own = link.resolve() == (root / "kdir").resolve()
        (to / modules / link.name).symlink_to("../../../kdir" if own else link.resolve())
    return to


def put_in_place(kdir, program, original):
    """Lets the name `program` of the `kdir` of a root of make_root mean the file `original`."""
    place = kdir / program
    place.unlink()
    place.symlink_to(original)
