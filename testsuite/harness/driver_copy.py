"""Copies of drivers that tests build."""

import shutil


def copy_sources(source, to, exists=False):
    """Copies a driver's folder without what kbx built beside it: `kbx-out` links to all that lies around the driver,
    and so to folders that hold it."""
    shutil.copytree(source, to, ignore=shutil.ignore_patterns("kbx-out"), dirs_exist_ok=exists)
