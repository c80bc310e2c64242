"""Takes the ELF kernel out of a bzImage.

qemu boots an ELF kernel directly by its PVH note, which saves the guest the decompression: most of
the boot time without hardware virtualisation. Where the payload lies is told by the setup header,
see "The Real-Mode Kernel Header" in Documentation/arch/x86/boot.rst: setup_sects, payload_offset,
payload_length.
"""

import struct
import subprocess

UNPACKERS = {
    b"\xfd7zXZ\0": ["xz", "-dc", "--single-stream"],
    b"\x28\xb5\x2f\xfd": ["zstd", "-dcq"],
    b"\x1f\x8b": ["gzip", "-dc"],
    b"\x02\x21\x4c\x18": ["lz4", "-dcq"],
    b"BZh": ["bzip2", "-dc"],
}


class NotABzImage(Exception):
    """The bytes are no bzImage, or one whose payload cannot be unpacked here."""


def vmlinux(image):
    """The bytes of the ELF kernel inside the bzImage `image`."""
    if image[0x202:0x206] != b"HdrS":
        raise NotABzImage("no setup header")
    setup_sectors = image[0x1F1] or 4
    offset, length = struct.unpack_from("<II", image, 0x248)
    start = (setup_sectors + 1) * 512 + offset
    payload = image[start : start + length]
    for magic, command in UNPACKERS.items():
        if payload.startswith(magic):
            # The last four bytes are the unpacked size, which an unpacker may call garbage.
            try:
                plain = subprocess.run(command, input=payload[:-4], capture_output=True).stdout
            except FileNotFoundError:
                raise NotABzImage(f"{command[0]} is needed to unpack the kernel") from None
            if plain.startswith(b"\x7fELF"):
                return plain
            raise NotABzImage(f"{command[0]} did not find an ELF file in the payload")
    raise NotABzImage("the payload is compressed in an unknown way")
