"""A page in a headless browser, driven by the DevTools protocol over a pipe (chromedevtools.github.io/devtools-protocol).

    with opened(folder, path) as page:
        page.show(width=360, scheme="dark")
        page.ask("document.title")

Messages are JSON, each ended by a NUL; the browser reads them from descriptor 3 and writes answers and events to 4.
"""

import base64
import contextlib
import fcntl
import json
import os
import select
import shutil
import subprocess
import time

from outcome import Skipped, expect

PROGRAMS = ("chromium-headless-shell", "chromium", "google-chrome")
# The sandbox cannot be had by root, and shared memory is small in containers.
OPTIONS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-pipe",
           "--no-first-run", "--hide-scrollbars", "--disable-background-networking")
ANSWER_LIMIT = 60


class Page:
    """One page of a browser, and what it has asked for and said since it was opened."""

    def __init__(self, to_browser, from_browser):
        self._write, self._read, self._rest = to_browser, from_browser, b""
        self._number, self._session = 0, None
        self.requests, self.complaints = [], []

    def open(self, address):
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self._call(f"{domain}.enable")
        self._call("Page.navigate", url=address)
        self.wait("document.readyState === 'complete' && location.href !== 'about:blank'")

    def show(self, width, height=900, scheme="light"):
        """Makes the window so large, in CSS pixels, for a person who prefers the scheme."""
        self._call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                   mobile=width < 600)
        self._call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def ask(self, expression):
        """The value of an expression of JavaScript."""
        told = self._call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        expect("exceptionDetails" not in told, f"the browser cannot evaluate {expression}: {told}")
        return told["result"].get("value")

    def wait(self, condition):
        ends = time.monotonic() + ANSWER_LIMIT
        while not self.ask(f"Boolean({condition})"):
            expect(time.monotonic() < ends, f"the page never came to {condition}")
            time.sleep(0.02)

    def click(self, selector):
        """A click of the mouse into the middle of the first such element."""
        found = self.ask(f"""(() => {{
            const element = document.querySelector({json.dumps(selector)});
            if (!element) return null;
            element.scrollIntoView({{block: 'center', inline: 'center'}});
            const box = element.getBoundingClientRect();
            return [box.x + box.width / 2, box.y + box.height / 2];
        }})()""")
        expect(found, f"the page has no {selector}")
        for kind in ("mousePressed", "mouseReleased"):
            self._call("Input.dispatchMouseEvent", type=kind, x=found[0], y=found[1], button="left", clickCount=1)

    def picture(self, path):
        """The whole page as a PNG file."""
        data = self._call("Page.captureScreenshot", format="png", captureBeyondViewport=True)["data"]
        path.write_bytes(base64.b64decode(data))

    def _call(self, method, **parameters):
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._write.write(json.dumps(message).encode() + b"\0")
        self._write.flush()
        ends = time.monotonic() + ANSWER_LIMIT
        while True:
            answer = self._next(ends, method)
            if answer.get("id") == self._number:
                expect("error" not in answer, f"{method}: {answer.get('error')}")
                return answer["result"]
            self._note(answer)

    def _next(self, ends, method):
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._read], [], [], max(0, ends - time.monotonic()))
            expect(ready, f"the browser does not answer {method}")
            more = os.read(self._read.fileno(), 1 << 16)
            expect(more, f"the browser has ended at {method}")
            self._rest += more
        message, self._rest = self._rest.split(b"\0", 1)
        return json.loads(message)

    def _note(self, event):
        method, told = event.get("method"), event.get("params", {})
        if method == "Network.requestWillBeSent":
            self.requests.append(told["request"]["url"])
        elif method == "Log.entryAdded":
            self.complaints.append(told["entry"]["text"])
        elif method in ("Runtime.exceptionThrown", "Runtime.consoleAPICalled"):
            self.complaints.append(json.dumps(told)[:500])


def _program():
    found = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if not found:
        raise Skipped(f"none of {', '.join(PROGRAMS)} is installed")
    return found


def _pipes_for_browser(descriptors):
    """What the child does before it becomes the browser: the two ends become 3 and 4."""
    aside = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, 10) for descriptor in descriptors]
    for place, descriptor in zip((3, 4), aside):
        os.dup2(descriptor, place)


@contextlib.contextmanager
def opened(folder, path):
    """The file in a browser of its own, which keeps what it writes in the folder."""
    program = _program()
    read_commands, commands = os.pipe()
    answers, write_answers = os.pipe()
    words = [program, *OPTIONS, f"--user-data-dir={folder / 'browser'}", "about:blank"]
    environment = os.environ | {"HOME": str(folder)}
    child = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                             env=environment, close_fds=False,
                             preexec_fn=lambda: _pipes_for_browser((read_commands, write_answers)))
    os.close(read_commands)
    os.close(write_answers)
    try:
        with os.fdopen(commands, "wb") as to_browser, os.fdopen(answers, "rb", buffering=0) as from_browser:
            page = Page(to_browser, from_browser)
            page.open(path.as_uri())
            yield page
    finally:
        child.kill()
        child.wait()
