"""kbx check on signed modules, beside openssl: what the kernel's sign-file signed and what was done to it afterwards."""

import functools
import json
import shutil
import subprocess
from pathlib import Path

import kernel
from behaviour import behaviour
from outcome import Skipped, expect, expect_equal

DRIVER = Path(__file__).resolve().parent.parent.parent / "verdict" / "driver"
MARK = b"~Module signature appended~\n"
TAIL = 12
# Object identifiers in DER, without tag and length.
SHA256 = bytes.fromhex("608648016503040201")
DATA = bytes.fromhex("2a864886f70d010701")
RSA = bytes.fromhex("2a864886f70d010101")


def trailer(length, kind=2):
    return bytes([0, 0, kind, 0, 0, 0, 0, 0]) + length.to_bytes(4, "big") + MARK


def taken_apart(data):
    """Content and signature of a signed module."""
    rest = data[:-len(MARK) - TAIL]
    length = int.from_bytes(data[-len(MARK) - 4:-len(MARK)], "big")
    return rest[:-length], rest[-length:]


def flipped(data, at):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]


def unjudged_place(data):
    """A byte in .modinfo of which nothing else that is judged hangs."""
    return data.index(b"description=") + len(b"description=")


def signature_finding(verdict):
    found = [one for one in verdict["reasons"] + verdict["notes"] if one["kind"] == "signature"]
    expect_equal(len(found), 1, f"findings about the signature: {found}")
    return found[0]


def place_of(data, part, start=0):
    """Where a part is first in the data, as a range."""
    at = data.find(part, start)
    expect(at >= 0, f"{part.hex()} is not in the signature")
    return range(at, at + len(part))


@functools.cache
def enforcing_tree(tree, folder):
    """A tree whose kernel enforces signatures; made once for all cases, since it has thousands of files."""
    shutil.rmtree(folder, ignore_errors=True)
    kernel.copy(tree, folder)
    kernel.switch_on(folder, "MODULE_SIG_FORCE")
    with open(folder / ".config", "a") as config:
        config.write("CONFIG_MODULE_SIG_FORCE=y\n")
    return folder


class Desk:
    """A built module, two keys with certificates, and three trees: as it is, and with signatures enforced or off."""

    def __init__(self, workspace):
        if not shutil.which("openssl"):
            raise Skipped("there is no openssl to make keys with")
        self.original = workspace.tree / "scripts/sign-file"
        if not self.original.exists() or not kernel.is_set(workspace.tree, "MODULE_SIG"):
            raise Skipped("the kernel does not look at signatures, or its tree has no scripts/sign-file")
        self.workspace = workspace
        self.folder = workspace.folder / "desk"
        self.folder.mkdir()
        for name in ("mine", "other"):
            self.make_key(name, "rsa:2048")
        workspace.write("Kbuild", "obj-m := plain.o\n")
        workspace.build()
        self.module = workspace.ko("plain").read_bytes()
        self.enforcing = enforcing_tree(workspace.tree, workspace.folder.parent / "enforcing")

    def make_key(self, name, kind, *more):
        self.openssl("req", "-new", "-utf8", "-sha256", "-days", "3650", "-batch", "-x509", "-nodes", "-subj",
                     f"/CN=kbx {name}", "-newkey", kind, *more, "-out", f"{name}.pem", "-keyout", f"{name}.key")
        self.openssl("x509", "-in", f"{name}.pem", "-outform", "DER", "-out", f"{name}.der")

    def openssl(self, *words):
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)

    def signed(self, name="mine", digest="sha256", *options):
        """The module signed by the kernel's own sign-file."""
        (self.folder / "m.ko").write_bytes(self.module)
        subprocess.run([self.original, *options, digest, f"{name}.key", f"{name}.pem", "m.ko", "signed.ko"],
                       cwd=self.folder, check=True, capture_output=True)
        return (self.folder / "signed.ko").read_bytes()

    def cms_signed(self, *options):
        """The module with a signature by openssl with other options than sign-file's."""
        (self.folder / "content").write_bytes(self.module)
        self.openssl("cms", "-sign", "-binary", "-nosmimecap", "-md", "sha256", *options, "-in", "content", "-signer",
                     "mine.pem", "-inkey", "mine.key", "-outform", "DER", "-out", "signature")
        signature = (self.folder / "signature").read_bytes()
        return self.module + signature + trailer(len(signature))

    def openssl_accepts(self, data, certificate="mine"):
        """What openssl says of content and signature, the certificate being the signer's and no chain asked for."""
        content, signature = taken_apart(data)
        (self.folder / "content").write_bytes(content)
        (self.folder / "signature").write_bytes(signature)
        done = subprocess.run(["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "signature", "-content",
                               "content", "-certfile", f"{certificate}.pem", "-nointern", "-noverify", "-out", "/dev/null"],
                              cwd=self.folder, capture_output=True)
        return done.returncode == 0

    def verdicts(self, modules, certificates, tree=None):
        """What kbx check says of each module, given as bytes."""
        paths = [self.folder / f"judged{number}.ko" for number in range(len(modules))]
        for path, data in zip(paths, modules):
            path.write_bytes(data)
        given = [word for name in certificates for word in ("--certificate", self.folder / name)]
        run = self.workspace.run([self.workspace.kbx, "check", *paths, "--json", "--kernel",
                                  tree or self.workspace.tree, *given])
        expect(run.out.startswith("["), f"kbx check --json printed no verdict\n{run.text()}")
        return json.loads(run.out)

    def findings(self, modules, *certificates):
        """What kbx found about the signature of each."""
        return [signature_finding(verdict) for verdict in self.verdicts(modules, certificates)]

    def verdict(self, data, *certificates, tree=None):
        """Verdict, what kbx found about the signature, and taints."""
        verdict = self.verdicts([data], certificates, tree)[0]
        return verdict["verdict"], signature_finding(verdict), verdict["taints"]

    def expect(self, data, certificates, found, refused, refused_enforcing):
        """Holds kbx against what is expected of a kernel that asks for signatures and one that enforces them."""
        for tree, is_refused in ((None, refused), (self.enforcing, refused_enforcing)):
            verdict, finding, _ = self.verdict(data, *certificates, tree=tree)
            expect_equal((finding["module"], verdict), (found, "would-not-load" if is_refused else "would-load"),
                         f"{finding['text']!r}, {certificates}, {tree}")


    def expect_refused(self, data, certificates, found):
        """Neither openssl nor a kernel accepts it, enforcing or not."""
        expect(not self.openssl_accepts(data), "openssl accepts it")
        self.expect(data, certificates, found, True, True)


@behaviour
def what_sign_file_signs_is_right(workspace):
    desk = Desk(workspace)
    for digest in ("sha1", "sha224", "sha256", "sha384", "sha512"):
        for options in ((), ("-k",)):
            data = desk.signed("mine", digest, *options)
            expect(desk.openssl_accepts(data), f"openssl does not accept {digest} {options}")
            for certificate in ("mine.pem", "mine.der"):
                desk.expect(data, [certificate], "signed", False, False)
                _, finding, taints = desk.verdict(data, certificate)
                expect_equal((finding["text"], taints), ("it is signed by kbx mine", "O"), "text and taints")


@behaviour
def an_elliptic_key_signs_too(workspace):
    desk = Desk(workspace)
    desk.make_key("mine", "ec", "-pkeyopt", "ec_paramgen_curve:P-384")
    data = desk.signed()
    expect(desk.openssl_accepts(data), "openssl does not accept it")
    desk.expect(data, ["mine.pem"], "signed", False, False)
    desk.expect(flipped(data, 5000), ["mine.pem"], "wrong", True, True)


@behaviour
def a_flipped_byte_of_the_content_is_noticed(workspace):
    desk = Desk(workspace)
    data = desk.signed()
    at = unjudged_place(data)
    for place in (at, at + 1):
        desk.expect_refused(flipped(data, place), ["mine.pem"], "wrong")


@behaviour
def a_flipped_byte_of_the_signature_is_noticed(workspace):
    desk = Desk(workspace)
    data = desk.signed()
    content, signature = taken_apart(data)
    changed = [content + flipped(signature, at) + trailer(len(signature)) for at in range(len(signature))]
    theirs = [desk.openssl_accepts(one) for one in changed]
    ours = [finding["text"] == "it is signed by kbx mine" for finding in desk.findings(changed, "mine.pem")]
    # The kernel does not read the list of digests, but minds the kind of content, and the signer's digest and method.
    unread = place_of(signature, SHA256)
    minded = [place_of(signature, DATA), place_of(signature, SHA256, unread.stop), place_of(signature, RSA)]
    for at, (a, b) in enumerate(zip(theirs, ours)):
        expected = True if at in unread else False if any(at in place for place in minded) else a
        expect_equal(b, expected, f"byte {at} of {len(signature)} flipped; openssl: {a}")
    expect(sum(ours) < len(ours) // 10, f"{sum(ours)} changes of {len(ours)} are accepted")


@behaviour
def a_truncated_signature_is_broken(workspace):
    desk = Desk(workspace)
    content, signature = taken_apart(desk.signed())
    for length in (1, 20, len(signature) // 2, len(signature) - 1):
        changed = content + signature[:length] + trailer(length)
        desk.expect_refused(changed, ["mine.pem"], "broken")
        desk.expect(changed, [], "broken", True, True)


@behaviour
def a_truncated_content_is_wrong(workspace):
    desk = Desk(workspace)
    content, signature = taken_apart(desk.signed())
    # What lies behind the sections' table belongs to the content, but not to what is judged.
    desk.expect_refused(content + b"\0" + signature + trailer(len(signature)), ["mine.pem"], "wrong")


@behaviour
def another_key_is_none_that_is_trusted(workspace):
    desk = Desk(workspace)
    data = desk.signed("other")
    expect(not desk.openssl_accepts(data, "mine"), "openssl accepts it")
    desk.expect(data, ["mine.pem"], "another key", False, True)
    expect_equal(desk.verdict(data, "mine.pem")[2], "EO", "taints")
    desk.expect(data, ["mine.pem", "other.der"], "signed", False, False)


@behaviour
def a_file_may_have_several_certificates(workspace):
    desk = Desk(workspace)
    names = ("other.pem", "mine.key", "mine.pem")
    (desk.folder / "all.pem").write_text("".join((desk.folder / name).read_text() for name in names))
    desk.expect(desk.signed(), ["all.pem"], "signed", False, False)


@behaviour
def another_key_under_the_same_name_is_noticed(workspace):
    desk = Desk(workspace)
    data = desk.signed()
    _, serial = subprocess.run(["openssl", "x509", "-in", "mine.pem", "-noout", "-serial"], cwd=desk.folder, check=True,
                               capture_output=True, text=True).stdout.strip().split("=")
    desk.make_key("mine", "rsa:2048", "-set_serial", "0x" + serial)
    desk.expect_refused(data, ["mine.pem"], "wrong")


@behaviour
def without_a_certificate_a_signature_is_taken_as_it_is(workspace):
    desk = Desk(workspace)
    data = desk.signed()
    desk.expect(data, [], "signed", False, False)
    desk.expect(flipped(data, unjudged_place(data)), [], "signed", False, False)


@behaviour
def a_certificate_in_the_signature_is_used(workspace):
    desk = Desk(workspace)
    data = desk.cms_signed("-noattr")
    desk.expect(data, [], "signed", False, False)
    desk.expect(flipped(data, unjudged_place(data)), [], "wrong", True, True)
    desk.expect(data, ["other.pem"], "another key", False, True)


@behaviour
def what_the_kernel_does_not_want_in_a_signature_is_told(workspace):
    desk = Desk(workspace)
    for options in (("-nocerts",), ("-nocerts", "-noattr", "-nodetach")):
        desk.expect(desk.cms_signed(*options), ["mine.pem"], "broken", True, True)
    content, signature = taken_apart(desk.signed())
    desk.expect(content + signature + trailer(len(signature), kind=1), ["mine.pem"], "unsupported", False, True)
    desk.expect(content + signature + trailer(len(content) + len(signature)), ["mine.pem"], "broken", True, True)


@behaviour
def what_is_no_certificate_is_named(workspace):
    desk = Desk(workspace)
    (desk.folder / "nonsense").write_text("nothing of the kind\n")
    for name in ("nonsense", "mine.key", "missing"):
        run = workspace.run([workspace.kbx, "check", desk.folder / "m.ko", "--kernel", workspace.tree, "--certificate",
                             desk.folder / name])
        expect(run.status == 2 and name in run.err, run.text())
