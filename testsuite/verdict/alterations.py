"""Modules altered so that a kernel would, or would not, load them: what is done to which, and what has to come of it.

Each case starts from modules of driver/ that were built for the kernel in question. `refused` is the kind of reason
that a verdict has to give, or None where the module loads; `said` is what the kernel's log says of it when it is
tried there.
"""

import gzip
import lzma
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Optional

from elfedit import CannotEdit, Module

EM_AARCH64 = 183
R_X86_64_GOTPCREL = 9
SHF_WRITE = 1
SHN_COMMON = 0xFFF2
SIGNATURE_MARK = b"~Module signature appended~\n"


@dataclass(frozen=True)
class Case:
    name: str
    module: str                                  # the one that is judged
    alter: Optional[Callable] = None             # Module -> None, or bytes -> bytes if `raw`
    raw: bool = False
    before: tuple = ()                           # modules that are loaded first
    alter_before: Optional[Callable] = None      # changes the first of them
    refused: Optional[str] = None
    said: str = ""
    taint: str = "OE"                            # after loading; "E?" where that depends on a key
    needs: tuple = ()                            # options of the kernel's configuration
    suffix: str = ".ko"


def info(old, new):
    """A change in .modinfo."""
    return lambda module: module.replace(".modinfo", old.encode(), new.encode())


def _other_release(module):
    at = module.content(".modinfo").index(b"vermagic=") + len("vermagic=")
    release = module.content(".modinfo")[at:].split(b" ")[0]
    module.replace(".modinfo", b"vermagic=" + release, b"vermagic=" + b"9" + release[1:])


def _other_flags(module):
    module.replace(".modinfo", b" mod_unload ", b" mod_onload ")


def _common(module):
    module.set_symbol_section("level", SHN_COMMON)


def _duplicate(module):
    module.replace("__ksymtab_strings", b"vt_plain", b"snprintf")
    module.rename_symbol("__ksymtab_vt_plain", "__ksymtab_snprintf")


def _debug_relocation(module):
    module.set_relocation_type(".rela.debug_info", R_X86_64_GOTPCREL)


def _signed(data, options="-noattr -nocerts", changed=None):
    """Signed with a key that no kernel knows, as scripts/sign-file does it or with other options of openssl; with
    `changed`, that is done to the module afterwards."""
    if not shutil.which("openssl"):
        raise CannotEdit("openssl is not installed")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "module").write_bytes(data)
        for words in (
            "req -x509 -newkey rsa:2048 -nodes -subj /CN=nobody -days 2 -keyout key -out certificate",
            f"cms -sign -binary {options} -nosmimecap -md sha256 -in module -signer certificate -inkey key "
            "-outform DER -out signature",
        ):
            subprocess.run(["openssl", *words.split()], cwd=folder, check=True, capture_output=True)
        signature = (folder / "signature").read_bytes()
    pkcs7 = 2
    tail = bytes([0, 0, pkcs7, 0, 0, 0, 0, 0]) + len(signature).to_bytes(4, "big")
    return (changed(data) if changed else data) + signature + tail + SIGNATURE_MARK


def _other_description(data):
    return data.replace(b"description=a module", b"description=A module")


CASES = [
    Case("as built", "plain"),
    Case("another release", "plain", _other_release),
    Case("no versions", "plain", lambda m: m.rename_section("__versions", "__versians"), taint="FOE",
         needs=("MODULE_FORCE_LOAD",)),
    Case("no vermagic", "plain", info("vermagic=", "vermagix="), taint="FOE", needs=("MODULE_FORCE_LOAD",)),
    Case("proprietary, plain symbols only", "plain", info("license=GPL", "license=BSD"), taint="POE"),
    Case("no licence", "plain", info("license=GPL", "licence=GPL"), taint="POE"),
    Case("staging", "plain", info("description=", "staging=Y\0x="), taint="COE"),
    Case("weak symbol of nobody", "weak"),
    Case("provider alone", "provider"),
    Case("provider first", "user", before=("provider",)),
    Case("proprietary, with provider", "closed", info("license=GPL", "license=BSD"), before=("provider",), taint="POE"),
    Case("strange relocation of debug information", "plain", _debug_relocation),
    Case("packed with gzip", "plain", lambda data: gzip.compress(data), raw=True, suffix=".ko.gz"),
    Case("packed with xz", "plain", lambda data: lzma.compress(data, check=lzma.CHECK_CRC32), raw=True,
         suffix=".ko.xz"),
    Case("signed by nobody that is known", "plain", _signed, raw=True, taint="OE?", needs=("MODULE_SIG",)),
    Case("signed by nobody that is known, then changed", "plain", lambda data: _signed(data, changed=_other_description),
         raw=True, taint="OE?", needs=("MODULE_SIG",)),
    Case("signed, with its certificate", "plain", lambda data: _signed(data, "-noattr"), raw=True, taint="OE?",
         needs=("MODULE_SIG",)),

    Case("CRC of a function", "plain", lambda m: m.flip_crc("_printk"), refused="crc",
         said="disagrees about version of symbol _printk"),
    Case("CRC of the module's layout", "plain", lambda m: m.flip_crc("module_layout"), refused="crc",
         said="disagrees about version of symbol module_layout"),
    Case("CRC of a provider's function", "user", lambda m: m.flip_crc("vt_plain"), before=("provider",), refused="crc",
         said="disagrees about version of symbol vt_plain"),
    Case("another provider", "user", before=("provider",),
         alter_before=lambda m: m.replace("__kcrctab", m.content("__kcrctab")[:4], b"\1\2\3\4"), refused="crc",
         said="disagrees about version of symbol vt_"),
    Case("one version missing", "plain", lambda m: m.forget_version("_printk"), refused="missing-version",
         said="no symbol version for _printk"),
    Case("version of the module's layout missing", "plain", lambda m: m.forget_version("module_layout"),
         refused="missing-version", said="no symbol version for module_layout"),
    Case("vermagic flags", "plain", _other_flags, refused="vermagic", said="version magic .* should be"),
    Case("vermagic, no versions", "plain",
         lambda m: (_other_release(m), m.rename_section("__versions", "__versians")), refused="vermagic",
         said="version magic .* should be"),
    Case("provider missing", "user", refused="unresolved", said="Unknown symbol vt_plain"),
    Case("symbol renamed", "plain", lambda m: m.rename_symbol("_printk", "_prinxk"), refused="unresolved",
         said="Unknown symbol _prinxk"),
    Case("proprietary, GPL-only symbol of the kernel", "user", info("license=GPL", "license=BSD"), before=("provider",),
         refused="gpl-only", said="Unknown symbol kobject_create_and_add"),
    Case("symbol of a proprietary module", "user", before=("provider",), alter_before=info("license=GPL", "license=BSD"),
         refused="gpl-only", said="from proprietary module provider|Unknown symbol"),
    Case("namespace not imported", "user", info("import_ns=VT_SPACE", "import_ns=VT_SPOCE"), before=("provider",),
         refused="namespace", said=r"uses symbol \(?vt_space\)? from namespace VT_SPACE"),
    Case("machine", "plain", lambda m: m.set_machine(EM_AARCH64), refused="machine",
         said="Invalid (architecture in )?ELF header.* 183|Invalid ELF header"),
    Case("relocation", "plain", lambda m: m.set_relocation_type(".rela.init.text", R_X86_64_GOTPCREL),
         refused="relocation", said="Unknown rela relocation: 9"),
    Case("writable code", "plain", lambda m: m.add_flags(".init.text", SHF_WRITE), refused="writable-code",
         said="invalid WRITE.EXEC flags", needs=("STRICT_MODULE_RWX",)),
    Case("COMMON symbol", "plain", _common, refused="common-symbol", said="please compile with -fno-common"),
    Case("exported twice", "provider", _duplicate, refused="duplicate-export", said="exports duplicate symbol snprintf"),
    Case("no struct module", "plain", lambda m: m.rename_section(".gnu.linkonce.this_module", ".gnu.linkonce.that_module"),
         refused="not-a-module", said="No module found in object|this_module section must exist"),
    Case("truncated", "plain", lambda data: data[:len(data) // 2], raw=True, refused="unreadable",
         said="Invalid ELF section header overflow"),
    Case("not ELF", "plain", lambda data: b"#!/bin/sh\n" + data, raw=True, refused="unreadable",
         said="Invalid ELF header magic"),
    Case("damaged signature", "plain", lambda data: data + b"\1" * 12 + SIGNATURE_MARK, raw=True, refused="signature",
         said="", needs=("MODULE_SIG",)),
    Case("signed, with its certificate, then changed", "plain",
         lambda data: _signed(data, "-noattr", _other_description), raw=True, refused="signature", needs=("MODULE_SIG",)),
    Case("signed attributes", "plain", lambda data: _signed(data, "-nocerts"), raw=True, refused="signature",
         said="has authattrs", needs=("MODULE_SIG",)),
    Case("signature with the module in it", "plain", lambda data: _signed(data, "-noattr -nocerts -nodetach"), raw=True,
         refused="signature", needs=("MODULE_SIG",)),
    Case("signature of no message", "plain", lambda data: data + b"\x30\x05hello" + bytes([0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 7])
         + SIGNATURE_MARK, raw=True, refused="signature", needs=("MODULE_SIG",)),
]


def altered(case, read):
    """The files of a case in the order of loading, the judged one last: [(name, bytes)]. `read` gives a built module's
    bytes by name."""
    files = []
    for position, name in enumerate(case.before):
        data = read(name)
        if position == 0 and case.alter_before:
            module = Module(data)
            case.alter_before(module)
            data = bytes(module.data)
        files.append((f"{name}.ko", data))
    data = read(case.module)
    if case.raw:
        data = case.alter(data)
    elif case.alter:
        module = Module(data)
        case.alter(module)
        data = bytes(module.data)
    return [*files, (case.module + case.suffix, data)]
