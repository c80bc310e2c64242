"""kbx sign-file beside the scripts/sign-file of the kernel tree: the same words, the same bytes."""

import shutil
import subprocess
from pathlib import Path

from behaviour import behaviour
from outcome import Skipped, expect, expect_equal

DRIVER = Path(__file__).resolve().parent.parent.parent / "input" / "driver"
MARK = b"~Module signature appended~\n"


class Desk:
    """A key, its certificate in both forms, a module to sign, and both programs."""

    def __init__(self, workspace, passphrase=None):
        self.workspace = workspace
        self.original = workspace.tree / "scripts/sign-file"
        if not self.original.exists():
            raise Skipped("the kernel tree has no scripts/sign-file")
        if not shutil.which("openssl"):
            raise Skipped("there is no openssl to make keys with")
        self.folder = workspace.folder / "desk"
        self.folder.mkdir()
        protection = ["-passout", f"pass:{passphrase}"] if passphrase else ["-nodes"]
        self.openssl("req", "-new", "-utf8", "-sha256", "-days", "3650", "-batch", "-x509", "-subj", "/CN=kbx test",
                      "-newkey", "rsa:2048", *protection, "-outform", "PEM", "-out", "cert.pem", "-keyout", "key.pem")
        self.openssl("x509", "-in", "cert.pem", "-outform", "DER", "-out", "cert.der")
        self.module = self.folder / "m.ko"
        self.module.write_bytes(bytes(range(256)) * 40)

    def openssl(self, *words):
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)

    def run(self, program, words, environment=None):
        command = [self.original] if program == "original" else [self.workspace.kbx, "sign-file"]
        return self.workspace.run([*command, *words], environment, folder=self.folder)

    def both(self, words, result, environment=None):
        """What both programs leave in the file `result`."""
        left = []
        for program in ("original", "kbx"):
            run = self.run(program, words, environment)
            expect(run.status == 0, f"{program} ended with {run.status}: {run.text()}")
            left.append((self.folder / result).read_bytes())
            (self.folder / result).unlink()
        return left

    def expect_same(self, words, result, environment=None):
        theirs, ours = self.both(words, result, environment)
        expect(ours == theirs, f"sign-file {' '.join(words)}: other bytes in {result}")
        return ours


@behaviour
def signatures_are_the_same(workspace):
    desk = Desk(workspace)
    for digest in ("sha1", "sha224", "sha256", "sha384", "sha512"):
        for certificate in ("cert.pem", "cert.der"):
            signed = desk.expect_same([digest, "key.pem", certificate, "m.ko", "out.ko"], "out.ko")
            expect(signed.startswith(desk.module.read_bytes()) and signed.endswith(MARK), "not the module and a mark")


@behaviour
def options_mean_the_same(workspace):
    desk = Desk(workspace)
    words = ["sha256", "key.pem", "cert.pem", "m.ko", "out.ko"]
    desk.expect_same(["-k", *words], "out.ko")
    desk.expect_same(["-p", *words], "out.ko")
    desk.expect_same(["-d", *words], "m.ko.p7s")
    expect(not (desk.folder / "out.ko").exists(), "-d wrote a signed module")


@behaviour
def a_ready_signature_is_taken(workspace):
    desk = Desk(workspace)
    desk.expect_same(["-d", "sha256", "key.pem", "cert.pem", "m.ko"], "m.ko.p7s")
    desk.run("original", ["-d", "sha256", "key.pem", "cert.pem", "m.ko"])
    desk.expect_same(["-s", "m.ko.p7s", "sha256", "cert.pem", "m.ko", "out.ko"], "out.ko")


@behaviour
def without_an_output_the_module_is_replaced(workspace):
    desk = Desk(workspace)
    content = desk.module.read_bytes()
    results = []
    for program in ("original", "kbx"):
        desk.module.write_bytes(content)
        expect_equal(desk.run(program, ["sha256", "key.pem", "cert.pem", "m.ko"]).status, 0, "exit status")
        results.append(desk.module.read_bytes())
    expect(results[0] == results[1] != content, "the module is not the same after signing")


@behaviour
def the_passphrase_comes_from_the_environment(workspace):
    desk = Desk(workspace, passphrase="open sesame")
    words = ["sha256", "key.pem", "cert.pem", "m.ko", "out.ko"]
    desk.expect_same(words, "out.ko", {"KBUILD_SIGN_PIN": "open sesame"})
    for pin in ({}, {"KBUILD_SIGN_PIN": "open says me"}):
        run = desk.run("kbx", words, pin)
        expect(run.status == 1 and "key.pem" in run.err and "KBUILD_SIGN_PIN" in run.err, run.text())
        expect(not (desk.folder / "out.ko").exists(), "a file was left")


@behaviour
def what_cannot_be_used_is_named(workspace):
    desk = Desk(workspace)
    (desk.folder / "nonsense").write_text("nothing of the kind\n")
    for words, name in ((["sha257", "key.pem", "cert.pem", "m.ko", "out.ko"], "sha257"),
                        (["sha256", "nonsense", "cert.pem", "m.ko", "out.ko"], "nonsense"),
                        (["sha256", "key.pem", "nonsense", "m.ko", "out.ko"], "nonsense"),
                        (["sha256", "key.pem", "cert.pem", "missing.ko", "out.ko"], "missing.ko"),
                        (["sha256", "missing.pem", "cert.pem", "m.ko", "out.ko"], "missing.pem")):
        run = desk.run("kbx", words)
        expect(run.status == 1 and name in run.err, f"{words}: {run.text()}")
        expect(not (desk.folder / "out.ko").exists(), "a file was left")
    expect_equal(desk.run("kbx", ["sha256", "key.pem"]).status, 2, "exit status of too few words")


@behaviour
def another_key_than_the_certificates_is_refused(workspace):
    desk = Desk(workspace)
    (desk.folder / "cert.pem").rename(desk.folder / "other.pem")
    desk.openssl("req", "-new", "-nodes", "-batch", "-x509", "-subj", "/CN=kbx other", "-newkey", "rsa:2048",
                  "-out", "cert.pem", "-keyout", "key.pem")
    run = desk.run("kbx", ["sha256", "key.pem", "other.pem", "m.ko", "out.ko"])
    expect(run.status == 1 and "certificate" in run.err, run.text())
