"""Archives of any content, hostile ones too, made without the programs that refuse to make them."""

import io
import tarfile


def tar(members, mode="w:gz"):
    """A tar of {name: bytes, a string: where a link leads, or a TarInfo as it is}."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode, format=tarfile.GNU_FORMAT) as archive:
        for name, content in members.items():
            info = content if isinstance(content, tarfile.TarInfo) else tarfile.TarInfo(name)
            if isinstance(content, str):
                info.type, info.linkname = tarfile.SYMTYPE, content
            if isinstance(content, bytes):
                info.size = len(content)
            archive.addfile(info, io.BytesIO(content) if isinstance(content, bytes) else None)
    return buffer.getvalue()


def ar(members):
    text = b"!<arch>\n"
    for name, content in members.items():
        text += f"{name:<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{len(content):<10}`\n".encode() + content
        text += b"\n" * (len(content) % 2)
    return text


def deb(data, control):
    """A Debian package with the given files and control fields."""
    return ar({"debian-binary": b"2.0\n", "control.tar.gz": tar({"./control": control.encode()}),
               "data.tar.gz": tar(data)})


def special(name, kind, target=""):
    """A member of a kind that holds no bytes: a device, a pipe, a hard link."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info
