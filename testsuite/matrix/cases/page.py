"""The page of a matrix, in a browser: how it looks narrow and wide, light and dark, and what a click does."""

import json
import os
from pathlib import Path

from behaviour import behaviour
from browser import opened
from common import BAD, GOOD, driver, matrix
from outcome import expect, expect_equal

WIDTHS = (320, 768, 1600)
LONG = "a-driver-that-has-a-long-name-" + 3 * "and-a-longer-one-"
# What a compiler says becomes text of the page; were it markup, it would be run.
HOSTILE = """#include <linux/module.h>
#error <img src=x onerror="document.title='run'"> </pre><script>document.title='run'</script> @CELLS@ &amp;
""" + GOOD
WARNED = GOOD.replace('MODULE_DESCRIPTION("builds");', 'static int unused(void) { return 1; }\n#warning a warning')

# Texts whose colour is too near to that of what is behind them: WCAG 2, 1.4.3.
FAINT_TEXTS = """(() => {
  const parts = colour => colour.match(/[\\d.]+/g).map(Number);
  const light = colour => {
    const [r, g, b] = parts(colour).map(c => c / 255).map(c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const behind = element => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if ((parts(colour)[3] ?? 1) > 0) return colour;
    }
    return getComputedStyle(document.documentElement).colorScheme.includes('dark') ? 'rgb(0,0,0)' : 'rgb(255,255,255)';
  };
  const found = [];
  for (const element of document.body.querySelectorAll('*')) {
    const own = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
    if (!own) continue;
    const [a, b] = [light(getComputedStyle(element).color), light(behind(element))];
    const contrast = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (contrast < 4.5) found.push(element.tagName + ' ' + element.className + ' ' + contrast.toFixed(2));
  }
  return found;
})()"""

# What a person cannot get to see: beyond the right edge without a box of its own that can be moved.
OUT_OF_SIGHT = """[...document.body.querySelectorAll('*')].filter(element => {
  const box = element.getBoundingClientRect();
  return box.width > 0 && box.right > innerWidth + 1 && !element.closest('.wide, pre');
}).map(element => element.tagName + ' ' + element.className)"""

BRIGHTNESS = "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).map(Number).reduce((a, b) => a + b) / 765"


def _made(workspace):
    """A matrix with cells of every kind, and its page."""
    drivers = {"good": GOOD, "bad": BAD, "hostile": HOSTILE, "warned": WARNED, LONG: GOOD}
    for name, text in drivers.items():
        driver(workspace, name, text, "module" if name == LONG else None)
    tree = str(workspace.tree)
    kernels = [{"name": f"kernel-{number}-of-a-distribution", "kernel": tree} for number in range(1, 6)]
    spec = {"drivers": list(drivers), "kernels": [*kernels, {"name": "none", "kernel": "/nowhere"}],
            "exclude": [{"driver": "[!g]*", "kernel": "kernel-[3-5]*"}],
            "expect_failure": [{"driver": "bad", "kernel": "kernel-2*", "reason": "a < b & \"c\""}]}
    (workspace.folder / "kbx.json").write_text(json.dumps(spec))
    matrix(workspace, status=1)
    return workspace.folder / "kbx-out/matrix/index.html"


def _keep_picture(page, name):
    """For eyes: into the folder that KBX_PICTURES names, if it does."""
    if os.environ.get("KBX_PICTURES"):
        page.picture(Path(os.environ["KBX_PICTURES"]) / f"{name}.png")


@behaviour
def narrow_and_wide_light_and_dark(workspace):
    with opened(workspace.folder, _made(workspace)) as page:
        for scheme in ("light", "dark"):
            for width in WIDTHS:
                page.show(width, scheme=scheme)
                where = f"{scheme}, {width} wide"
                _keep_picture(page, f"{scheme}-{width}")
                page.ask("document.querySelectorAll('details').forEach(details => details.open = true)")
                _keep_picture(page, f"{scheme}-{width}-open")
                expect_equal(page.ask("innerWidth"), width, f"{where}: the width that is laid out for")
                expect_equal(page.ask("document.documentElement.scrollWidth"), width, f"{where}: the page's width")
                names = page.ask("document.querySelector('.grid tbody th').getBoundingClientRect().width")
                expect(names <= width / 2, f"{where}: names of drivers take {names} of the grid")
                expect_equal(page.ask(OUT_OF_SIGHT), [], f"{where}: out of sight")
                expect_equal(page.ask(FAINT_TEXTS), [], f"{where}: texts of too little contrast")
                bright = page.ask(BRIGHTNESS)
                expect(bright > 0.8 if scheme == "light" else bright < 0.2, f"{where}: the page is {bright} bright")
                page.ask("document.querySelectorAll('details').forEach(details => details.open = false)")


@behaviour
def a_click_on_a_cell_opens_what_is_told_of_it(workspace):
    with opened(workspace.folder, _made(workspace)) as page:
        page.show(1000)
        opened_cells = "[...document.querySelectorAll('details.cell[open] summary')].map(e => e.textContent)"
        expect_equal(page.ask(opened_cells), [], "open cells")
        page.click("td a[title^='bad/kernel-1']")
        page.wait("document.querySelector('details.cell[open]')")
        told = page.ask(opened_cells)
        expect(len(told) == 1 and "bad/kernel-1" in told[0], f"a click opened {told}")
        seen = page.ask("""(() => {
            const box = document.querySelector('details.cell[open] summary').getBoundingClientRect();
            return box.top >= 0 && box.bottom <= innerHeight;
        })()""")
        expect(seen, "what is opened is not in sight")
        broken = page.ask("[...document.querySelectorAll('a[href^=\"#\"]')]"
                          ".filter(a => !document.getElementById(a.hash.slice(1))).map(a => a.href)")
        expect_equal(broken, [], "links that go nowhere")
        expect(page.ask("document.querySelectorAll('a[href]').length") > 10, "the page has hardly a link")


@behaviour
def one_file_that_runs_and_fetches_nothing(workspace):
    path = _made(workspace)
    with opened(workspace.folder, path) as page:
        expect_equal(page.requests, [path.as_uri()], "what the page asked for")
        expect_equal(page.complaints, [], "what the browser complained of")
        expect_equal(page.ask("document.querySelectorAll('script, img, iframe, object, link, [onerror]').length"), 0,
                     "elements that could run or fetch")
        expect("8 of 18 cells failed" in page.ask("document.title"), page.ask("document.title"))
        words = page.ask("document.body.innerText + [...document.querySelectorAll('pre')].map(e => e.textContent).join('')")
        for text in ("<img src=x onerror=", "</pre><script>", "@CELLS@ &amp;"):
            expect(text in words, f"the page does not show {text}")
        ids = page.ask("[...document.querySelectorAll('[id]')].map(e => e.id)")
        expect_equal(len(ids), len(set(ids)), "identifiers that are used once")
