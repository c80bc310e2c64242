"""Writes the first root file system of a guest: a cpio archive in the "newc" format.

The format is described in Documentation/driver-api/early-userspace/buffer-format.rst.
"""


class Archive:
    """A cpio archive that grows by folders and files and is asked for its bytes at the end."""

    def __init__(self):
        self._parts = []
        self._count = 0

    def _add(self, name, mode, content, device=(0, 0)):
        self._count += 1
        path = name.encode() + b"\0"
        fields = (self._count, mode, 0, 0, 1, 0, len(content), 0, 0, *device, len(path), 0)
        header = b"070701" + b"".join(b"%08X" % field for field in fields)
        self._parts += [_padded(header + path), _padded(content)]

    def folder(self, name):
        self._add(name, 0o040755, b"")

    def file(self, name, content, mode=0o644):
        self._add(name, 0o100000 | mode, content)

    def character_device(self, name, major, minor):
        self._add(name, 0o020600, b"", (major, minor))

    def content(self):
        """The whole archive."""
        self._add("TRAILER!!!", 0, b"")
        return b"".join(self._parts)


def _padded(data):
    return data + b"\0" * (-len(data) % 4)
