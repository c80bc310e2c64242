"""Archives that nobody should unpack, {what is wrong: bytes}: tar archives, Debian and RPM packages that hold a good header
tree and something besides. They are made here and small, whatever they claim."""

import gzip
import io
import struct
import tarfile

import archives

RELEASE = "9.9.0-1-test"
MIB = 1 << 20


def tree(base):
    """The files of the smallest folder that is taken for a header tree."""
    return {f"{base}Makefile": b"VERSION = 9\nPATCHLEVEL = 9\n", f"{base}.config": b"CONFIG_X86=y\n",
            f"{base}arch/x86/Makefile": b"", f"{base}include/generated/utsrelease.h":
            f'#define UTS_RELEASE "{RELEASE}"\n'.encode()}


def _raw_header(name, size, kind=tarfile.REGTYPE, link=""):
    """A tar header as it is asked for, with a true checksum. A size may be a number or the bytes of its field."""
    info = tarfile.TarInfo("x")
    info.type, info.linkname = kind, link
    head = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    head[0:100] = name.ljust(100, b"\0")[:100]
    head[124:136] = size if isinstance(size, bytes) else b"%011o\0" % size
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    return bytes(head)


def _padded(content):
    return content + b"\0" * (-len(content) % 512)


def _pax(records):
    content = b""
    for key, value in records:
        body = b" " + key + b"=" + value + b"\n"
        length = len(body) + 1
        while len(b"%d" % length) + len(body) != length:
            length += 1
        content += b"%d" % length + body
    return _raw_header(b"pax", len(content), tarfile.XHDTYPE) + _padded(content)


END = b"\0" * 1024


def _members(data):
    """Tar members without the end of the archive; whole blocks."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name, content in data.items():
            info = content if isinstance(content, tarfile.TarInfo) else tarfile.TarInfo(name)
            if isinstance(content, str):
                info.type, info.linkname = tarfile.SYMTYPE, content
            if isinstance(content, bytes):
                info.size = len(content)
            archive.addfile(info, io.BytesIO(content) if isinstance(content, bytes) else None)
        return buffer.getvalue()[:archive.offset]


def _repeated(block, times):
    """gzip of `block` so many times, made from one: members of a gzip file stand one behind the other."""
    return gzip.compress(block) * times


def _entries():
    """{what: entries for a tar} beside or before a good tree."""
    special, hard, link, fifo = archives.special, tarfile.LNKTYPE, tarfile.SYMTYPE, tarfile.FIFOTYPE
    return {
        "climbs": {"../escaped": b""}, "climbs inside": {"linux/../../escaped": b""}, "absolute": {"/escaped": b""},
        "link out": {"linux/l": "../../../etc"}, "link far out": {"linux/l": "../" * 60 + "etc/passwd"},
        "file below a link": {"linux/l": "/tmp", "linux/l/escaped": b""},
        "file below two links": {"linux/a": "b", "linux/b": "/tmp", "linux/a/escaped": b""},
        "hard link out": {"h": special("linux/h", hard, "../../escaped")},
        "absolute hard link": {"h": special("linux/h", hard, "/etc/passwd")},
        "hard link below a link": {"linux/e": "/etc", "h": special("linux/h", hard, "linux/e/passwd")},
        "hard link to nothing": {"h": special("linux/h", hard, "linux/absent")},
        "hard link to itself": {"h": special("linux/self", hard, "linux/self")},
        "hard link to a folder": {"linux/f/x": b"", "h": special("linux/h", hard, "linux/f")},
        "character device": {"d": special("linux/null", tarfile.CHRTYPE)},
        "block device": {"d": special("linux/sda", tarfile.BLKTYPE)}, "pipe": {"p": special("linux/pipe", fifo)},
        "long name": {"linux/" + "n" * 300: b""}, "deep folders": {"linux/" + "d/" * 3000 + "f": b""},
        "long path": {"linux/" + ("n" * 200 + "/") * 30 + "f": b""},
        "folder that becomes a link": {"linux/x/y": b"", "x": special("linux/x", link, "/tmp"), "linux/x/escaped": b""},
        "root that becomes a link": {"r": special(".", link, "/tmp"), "escaped": b""},
        "root that becomes a file": {".": b"x"},
        "file that becomes a folder": {"linux/x": b"", "linux/x/escaped": b""},
        "link without a target": {"l": special("linux/l", link, "")},
        "line break in a name": {"linux/a\nb": b""}, "escape in a name": {"linux/\x1b[2Jx": b""},
        "escape in a path that climbs": {"../\x1b[2Jescaped": b""},
        "escape in a link's target": {"linux/l": "../../../\x1b[2Jx"}, "delete in a name": {"linux/a\x7fb": b""},
    }


def _raw_tars():
    """{what: a tar} whose headers lie."""
    good, sized = _members(tree("linux/")), lambda size, kind=tarfile.REGTYPE: _raw_header(b"linux/big", size, kind)
    sparse = _pax([(b"GNU.sparse.major", b"1"), (b"GNU.sparse.minor", b"0"), (b"GNU.sparse.name", b"linux/sparse"),
                   (b"GNU.sparse.realsize", b"%d" % (1 << 50))])
    nested = gzip.compress(good + sized(1 << 32))
    for _ in range(3):
        nested = gzip.compress(nested)
    folders = _raw_header(b"linux/d/", 0, tarfile.DIRTYPE) * 1000
    return {
        "eight gigabytes are announced": good + sized(8 ** 11 - 1),
        "more bytes than disks have": good + sized(b"\x80\0\0\0\x7f" + b"\xff" * 7),
        "a negative size": good + sized(b"\xff" * 12),
        "a long name of a gigabyte": good + sized(1 << 30, tarfile.GNUTYPE_LONGNAME) + b"n" * 512,
        "extended headers of a gigabyte": good + sized(1 << 30, tarfile.XHDTYPE) + b"1" * 512,
        "a sparse file of a petabyte": good + sparse + _raw_header(b"linux/sparse", 1024) + _padded(b"1\n%d\n512\n" % ((1 << 50) - 512)) + b"x" * 512 + END,
        "a zero byte in a name": good + _pax([(b"path", b"linux/a\0b")]) + _raw_header(b"linux/a", 0) + b"x" * 700,
        "a checksum that is wrong": good + b"x" * 512 + END, "an end in the middle of a file": good + sized(4096) + b"x" * 100,
        "compressed four times": nested,
        "millions of entries": gzip.compress(good) + _repeated(folders, 2000),
    }


def _control(name="linux-headers-" + RELEASE):
    return f"Package: {name}\nVersion: 9.9.0-1\nArchitecture: amd64\nDescription: a test\n".encode()


def _deb(data, control=None, order=("debian-binary", "control.tar.gz", "data.tar.gz")):
    parts = {"debian-binary": b"2.0\n", "control.tar.gz": control or archives.tar({"./control": _control()}),
             "data.tar.gz": data}
    return archives.ar({name: parts[name] for name in order})


def _debs():
    """{what: a Debian package} whose parts are not what they should be."""
    whole = _deb(archives.tar(tree(f"./usr/src/linux-headers-{RELEASE}/")))
    data = archives.tar(tree(f"./usr/src/linux-headers-{RELEASE}/"))
    at = whole.index(b"data.tar.gz") + 48
    sized = lambda text: whole[:at] + text.ljust(10) + whole[at + 10:]  # noqa: E731
    return {
        "no control": _deb(data, order=("debian-binary", "data.tar.gz")),
        "no data": _deb(data, order=("debian-binary", "control.tar.gz")),
        "a member larger than the file": sized(b"9999999999"), "a member of no size": sized(b"0"),
        "a member with a negative size": sized(b"-100"), "a member's size that is no number": sized(b"0x100"),
        "a member's header without its end": whole.replace(b"`\n", b"xx"),
        "an archive of names that is cut off": b"!<arch>\n" + b"//".ljust(48) + b"9999999999`\n" + whole[8:],
        "control that is text": _deb(data, control=b"Package: x\n"),
        "control without a name": _deb(data, control=archives.tar({"./control": b"Version: 1\n"})),
        "control of two megabytes": _deb(data, control=archives.tar({"./control": _control() + b"X: y\n" * MIB})),
        "control that is a link": _deb(data, control=archives.tar({"./control": "/etc/passwd"})),
        "data that is text": _deb(b"<html>404 Not Found</html>\n"), "data that is empty": _deb(b""),
        "data that is a package": _deb(whole), "data that is no archive": _deb(gzip.compress(b"x" * MIB)),
        "a library": archives.ar({"one.o/": b"\x7fELF" + bytes(60)}),
    }


def _rpms():
    """{what: an RPM package} whose headers or payload lie."""
    good = tree(f"./usr/src/kernels/{RELEASE}/")
    whole = archives.rpm(good, "kernel-devel")
    main = 96 + 16 + 16 + 4 + 4  # behind the lead and the signature, padded to 8
    assert whole[main:main + 4] == b"\x8e\xad\xe8\x01"
    put = lambda place, value: whole[:place] + struct.pack(">I", value) + whole[place + 4:]  # noqa: E731
    cpio = archives.cpio(good)
    sized = cpio[:54] + b"FFFFFFFF" + cpio[62:]
    named = cpio[:94] + b"FFFFFFFF" + cpio[102:]
    nameless = cpio[:94] + b"00000000" + cpio[102:]
    payload = lambda content: archives.rpm(good, "kernel-devel", payload=content)  # noqa: E731
    return {
        "a signature with too many entries": put(96 + 8, 0xffffffff), "a signature that is too large": put(96 + 12, 1 << 31),
        "too many entries": put(main + 8, 0xffffffff), "a store that is too large": put(main + 12, 0xffffffff),
        "entries up to the end": put(main + 8, 1 << 16), "a name beyond the store": put(main + 16 + 8, 0xfffffff0),
        "a name of another type": put(main + 16 + 4, 4), "a store without an end": put(main + 12, 5),
        "no header": whole[:main] + b"x" * 16 + whole[main + 16:], "a payload that is text": payload(b"no cpio"),
        "a payload that is empty": payload(b""), "a file larger than the payload": payload(sized),
        "a name longer than the payload": payload(named), "a name of no length": payload(nameless),
        "a payload that ends in the middle": payload(cpio[:len(cpio) // 2]),
        "a path that climbs": archives.rpm(good | {"../escaped": b""}, "kernel-devel"),
        "a line break in a name": archives.rpm(good | {"./usr/a\nb": b""}, "kernel-devel"),
    }


def corpus():
    """All of them: (name of a file, what is wrong with it, bytes)."""
    good, base = tree("linux/"), f"./usr/src/linux-headers-{RELEASE}/"
    for what, entries in _entries().items():
        yield "behind.tar.gz", what, gzip.compress(_members(good) + _members(entries) + END)
        yield "before.tar", what, _members(entries) + _members(good) + END
        yield "hostile.deb", what, _deb(gzip.compress(_members(tree(base)) + _members(entries) + END))
    for what, content in _raw_tars().items():
        yield "lies.tar.gz", what, content if content.startswith(b"\x1f\x8b") else gzip.compress(content)
    for what, content in _debs().items():
        yield "broken.deb", what, content
    for what, content in _rpms().items():
        yield "broken.rpm", what, content
