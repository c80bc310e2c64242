"""Archives of any content, hostile ones too, made without the programs that refuse to make them."""

import gzip
import io
import struct
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


def cpio(members):
    """A newc cpio of {name: bytes, or a string: where a link leads}."""
    def entry(name, mode, content, number):
        path = name.encode() + b"\0"
        fields = (number, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(path), 0)
        head = b"070701" + b"".join(b"%08X" % field for field in fields) + path
        return head + b"\0" * (-len(head) % 4) + content + b"\0" * (-len(content) % 4)

    text = b""
    for number, (name, content) in enumerate(members.items(), 1):
        mode = 0o120777 if isinstance(content, str) else 0o100644
        text += entry(name, mode, content.encode() if isinstance(content, str) else content, number)
    return text + entry("TRAILER!!!", 0, b"", 0)


def _rpm_header(tags):
    """A header of {tag: (type, count, bytes)}."""
    index, store = b"", b""
    for tag, (kind, count, content) in sorted(tags.items()):
        store += b"\0" * (-len(store) % 4)
        index += struct.pack(">IIII", tag, kind, len(store), count)
        store += content
    return b"\x8e\xad\xe8\x01" + bytes(4) + struct.pack(">II", len(tags), len(store)) + index + store


def rpm(data, name, version="9.9.0", release="1.fc99", architecture="x86_64", requires=(), payload=None):
    """An RPM package with the given files."""
    text = {tag: (6, 1, value.encode() + b"\0") for tag, value in
            ((1000, name), (1001, version), (1002, release), (1022, architecture))}
    if requires:
        text[1049] = (8, len(requires), b"".join(word.encode() + b"\0" for word in requires))
    signature = _rpm_header({1000: (4, 1, bytes(4))})
    signature += b"\0" * (-len(signature) % 8)
    lead = b"\xed\xab\xee\xdb\x03\x00\x00\x00" + bytes(88)
    return lead + signature + _rpm_header(text) + gzip.compress(cpio(data) if payload is None else payload)
