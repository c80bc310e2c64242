"""Kernels that are described without a header tree: what can be concluded from each description."""

import shutil

from behaviour import behaviour
from common import DRIVER, check, require_versions, verdict_of  # noqa: F401
from outcome import Skipped, expect

import kernel


def _rows(tree):
    path = tree / "Module.symvers"
    if not path.exists():
        raise Skipped("the test kernel comes without Module.symvers")
    return [line.split("\t") for line in path.read_text().splitlines()]


def _built(workspace):
    require_versions(workspace)
    workspace.build()
    return workspace.ko("plain"), _rows(workspace.tree)


def _expect(verdict, status, outcome, wanted_status):
    expect(verdict["verdict"] == outcome and status == wanted_status,
           f"saw {verdict['verdict']} ({status}), expected {outcome} ({wanted_status}): {verdict}")


def _kinds(verdict):
    return {finding["kind"] for finding in verdict["reasons"] + verdict["notes"]}


@behaviour
def bare_list_of_symbols(workspace):
    module, rows = _built(workspace)
    path = workspace.folder / "Module.symvers"
    path.write_text("\n".join("\t".join(row) for row in rows) + "\n")
    _expect(*verdict_of(workspace, module, tree=path), "would-load", 0)
    path.write_text("\n".join("\t".join(row) for row in rows if row[1] != "_printk") + "\n")
    verdict, status = verdict_of(workspace, module, tree=path)
    _expect(verdict, status, "would-not-load", 1)
    expect([reason["symbol"] for reason in verdict["reasons"]] == ["_printk"], f"reasons: {verdict['reasons']}")


@behaviour
def list_without_crcs_proves_nothing(workspace):
    module, rows = _built(workspace)
    path = workspace.folder / "Module.symvers"
    path.write_text("\n".join("\t".join(["0x00000000", *row[1:]]) for row in rows) + "\n")
    verdict, status = verdict_of(workspace, module, tree=path)
    _expect(verdict, status, "no-evidence", 2)
    expect("no-crc-evidence" in _kinds(verdict), f"does not say why: {verdict}")
    text = check(workspace, module, tree=path, status=2).out
    expect("no CRC evidence" in text and "would load" not in text.split("nothing proves")[0], text)


@behaviour
def list_that_is_broken(workspace):
    module, _ = _built(workspace)
    path = workspace.folder / "Module.symvers"
    path.write_text("0x00000001\tone\n")
    run = check(workspace, module, tree=path, status=2)
    expect(f"{path}:1" in run.err and "hint:" in run.err, run.err)


def _system_map(rows):
    """A map of an image that exports what `rows` say."""
    address = 0xFFFFFFFF81000000
    lines = []
    for table, gpl in (("", False), ("_gpl", True)):
        lines.append(f"{address:016x} R __start___ksymtab{table}")
        for row in rows:
            if row[2] == "vmlinux" and row[3].endswith("_GPL") == gpl:
                lines.append(f"{address:016x} r __ksymtab_{row[1]}")
                address += 12
        lines.append(f"{address:016x} R __stop___ksymtab{table}")
    return "\n".join(lines) + "\n"


@behaviour
def boot_folder(workspace):
    module, rows = _built(workspace)
    boot = workspace.folder / "boot"
    boot.mkdir()
    release = kernel.release_of(workspace.tree)
    (boot / f"System.map-{release}").write_text(_system_map(rows))
    shutil.copy(workspace.tree / ".config", boot / f"config-{release}")
    verdict, status = verdict_of(workspace, module, tree=boot)
    _expect(verdict, status, "no-evidence", 2)
    expect(verdict["kernel"] == release and "no-crc-evidence" in _kinds(verdict), f"{verdict}")
    closed = workspace.folder / "user.ko"
    closed.write_bytes(workspace.ko("user").read_bytes().replace(b"license=GPL", b"license=BSD"))
    verdict, status = verdict_of(workspace, closed, workspace.ko("provider"), tree=boot)
    _expect(verdict, status, "would-not-load", 1)
    expect("gpl-only" in {reason["kind"] for reason in verdict["reasons"]}, f"licences are not told apart: {verdict}")


@behaviour
def map_that_holds_nothing(workspace):
    """As Debian's image packages have it."""
    module, _ = _built(workspace)
    path = workspace.folder / "System.map-1"
    path.write_text("ffffffffffffffff B The real System.map is in the linux-image-<version>-dbg package\n")
    run = check(workspace, module, tree=path, status=2)
    expect("lists no exported symbols" in run.err and "-dbg" in run.err, run.err)


@behaviour
def modules_of_an_installed_kernel(workspace):
    """CRCs come from the modules that the kernel's own build made: here from two that play that part."""
    module, _ = _built(workspace)
    folder = workspace.folder / "lib/modules/1.2.3/kernel"
    folder.mkdir(parents=True)
    for name in ("user", "provider", "plain"):
        data = workspace.ko(name).read_bytes()
        (folder / f"{name}.ko").write_bytes(data.replace(b"description=", b"intree=Y\0xy=", 1))
    verdict, status = verdict_of(workspace, module, tree=folder.parent)
    _expect(verdict, status, "would-load", 0)
    verdict, status = verdict_of(workspace, workspace.ko("closed"), tree=folder.parent)
    _expect(verdict, status, "would-load", 0)
    expect(verdict["load_first"] == ["provider"], f"{verdict}")
    (folder / "plain.ko").unlink()
    (folder / "user.ko").unlink()
    verdict, status = verdict_of(workspace, workspace.ko("closed"), tree=folder.parent)
    _expect(verdict, status, "no-evidence", 2)


@behaviour
def xml_of_abidw(workspace):
    module, rows = _built(workspace)
    symbols = "".join(f"<elf-symbol name='{row[1]}' is-defined='yes' crc='{row[0]}'/>"
                      for row in rows if row[2] == "vmlinux")
    path = workspace.folder / "abi.xml"
    form = ("<abi-corpus-group architecture='elf-amd-x86_64'><abi-corpus path='vmlinux' "
            "architecture='elf-amd-x86_64'><elf-function-symbols>{}</elf-function-symbols></abi-corpus>"
            "</abi-corpus-group>")
    path.write_text(form.format(symbols))
    _expect(*verdict_of(workspace, module, tree=path), "would-load", 0)
    crc = next(row[0] for row in rows if row[1] == "_printk")
    path.write_text(form.format(symbols.replace(crc, "0x01020304")))
    verdict, status = verdict_of(workspace, module, tree=path)
    _expect(verdict, status, "would-not-load", 1)
    path.write_text(form.format(symbols)[:-40])
    run = check(workspace, module, tree=path, status=2)
    expect("XML" in run.err and "hint:" in run.err, run.err)
