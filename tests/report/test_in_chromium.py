"""Pages laid out by a browser, at the width of a desk and of a phone, in light and in dark, on paper; axe-core reads them.

One Chromium lays out all of them, one after the other, in frames of a page that measures. It is no Python package, and
neither is axe-core: `.ci/run` installs both where it can.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import samples
from pages import PAYLOADS, verified
from shipped import result_of

from derivcheck.pipeline.results import Report
from derivcheck.pipeline.verification import verify_document
from derivcheck.report.gallery import INDEX, to_site
from derivcheck.report.gradepage import to_html as grades_to_html
from derivcheck.report.html import to_html
from derivcheck.statements.grading.grader import grade

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
AXE = Path(os.environ.get("AXE_CORE", ROOT / ".venv" / "axe" / "node_modules" / "axe-core" / "axe.min.js"))
HOMEWORK = ROOT / "specs" / "homework"
DESK, PHONE = 1100, 360
DARK = re.compile(r"@media (?:screen and )?\(prefers-color-scheme: dark\)")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: apt-get install chromium"),
]

MEASURE = """
<!DOCTYPE html><meta charset="utf-8"><body><script>
const AXE = AXE_SOURCE, JOBS = JOB_LIST, results = {};
const size = node => node.getBoundingClientRect();
function measured(page, open) {
  const found = {ran: page.defaultView.pwned === undefined ? "no" : "yes", width: page.documentElement.scrollWidth};
  found.folds = [...page.querySelectorAll("details")].map(fold => fold.lastElementChild.checkVisibility());
  if (!open) return found;
  for (const fold of page.querySelectorAll("details")) fold.open = true;
  found.widthOpen = page.documentElement.scrollWidth;
  const formulas = [...page.querySelectorAll("math")];
  found.flat = formulas.filter(node => size(node).height < 8 || size(node).width < 4).length;
  found.formulas = formulas.length;
  const texts = [...page.querySelectorAll("svg text")];
  found.texts = texts.length;
  const boxes = [...page.querySelectorAll("svg g")].map(group => [...group.querySelectorAll("text")].map(size));
  found.overlaps = boxes.flatMap(row => row.flatMap((a, i) => row.slice(i + 1).filter(b =>
    a.left < b.right && b.left < a.right && a.top + 2 < b.bottom && b.top + 2 < a.bottom))).length;
  found.outside = texts.filter(node => {
    const a = size(node), b = size(node.closest("svg"));
    return a.left < b.left || a.right > b.right || a.top < b.top || a.bottom > b.bottom; }).length;
  const beside = [...page.querySelectorAll(".verdicts")].map(size).sort((a, b) => a.top - b.top);
  found.piled = beside.filter((a, i) => i && beside[i - 1].bottom > a.top + 1 && beside[i - 1].right > a.left).length;
  return found;
}
async function judged(frame) {
  const page = frame.contentDocument, script = page.createElement("script");
  script.textContent = AXE;
  page.head.append(script);
  const found = await frame.contentWindow.axe.run(page, {resultTypes: ["violations"], iframes: false});
  return found.violations.filter(one => ["serious", "critical"].includes(one.impact))
    .map(one => one.id + ": " + one.nodes.slice(0, 3).map(node => node.html.slice(0, 200)).join(" | "));
}
async function run(job) {
  const frame = document.createElement("iframe");
  frame.style.width = job.width + "px"; frame.style.height = "9000px"; frame.style.border = "0"; frame.scrolling = "no";
  const loaded = new Promise(resolve => frame.onload = resolve);
  frame.srcdoc = job.text;
  document.body.append(frame);
  await loaded;
  if (job.typed) {
    const box = frame.contentDocument.getElementById("search");
    box.value = job.typed;
    box.dispatchEvent(new Event("input"));
    results[job.name] = {shown: [...frame.contentDocument.querySelectorAll("li[data-words]")]
      .filter(item => !item.hidden).map(item => item.querySelector("a").textContent),
      told: frame.contentDocument.getElementById("found").textContent};
  } else {
    results[job.name] = measured(frame.contentDocument, job.unfolded);
    if (job.axe && AXE) results[job.name].violations = await judged(frame);
  }
  frame.remove();
}
(async () => {
  for (const job of JOBS) {
    try { await run(job); } catch (problem) { results[job.name] = {error: String(problem)}; }
  }
  const note = document.createElement("p");
  note.id = "measured"; note.textContent = JSON.stringify(results);
  document.body.replaceChildren(note);
})();
</script></body>
"""


@dataclass(frozen=True)
class Job:
    """A page to be laid out: unfolded, or as it opens; with `axe` to be read by it, with `typed` to be searched."""

    name: str
    text: str
    width: int = DESK
    axe: bool = False
    unfolded: bool = True
    typed: str = ""


def without_policy(page: str) -> str:
    return re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)


def in_scheme(page: str, scheme: str) -> str:
    """The page as who prefers light, or dark, sees it."""
    chosen, count = DARK.subn("@media screen" if scheme == "dark" else "@media not all", page)
    assert count == 1
    return chosen.replace("color-scheme: light dark", f"color-scheme: {scheme}")


def jobs() -> Iterator[Job]:
    specs = ("mlp", "networks/residual_depth_4", "networks/attention", "known/hessians")
    files = tuple(result_of(f"{name}.yaml") for name in specs)
    document = verify_document(ROOT / "specs" / "documents" / "backward_pass.md")
    site = dict(to_site(Report((*files[:2], document, *samples.ALL.files))))
    pages = {
        "report": to_html(Report(files[:1])),
        "document": to_html(Report((document,))),
        "failures": to_html(samples.ALL),
        "index": site[INDEX],
        "grades": grades_to_html(grade(HOMEWORK / "backpropagation.yaml", [HOMEWORK / "answers.csv"])),
    }
    for width in (DESK, PHONE):
        yield Job(f"many {width}", to_html(Report((*files, *samples.ALL.files))), width)
        yield Job(f"a document {width}", pages["document"], width)
        for scheme in ("light", "dark"):
            for name, page in pages.items():
                yield Job(
                    f"{name} {width} {scheme}", without_policy(in_scheme(page, scheme)), width, True, unfolded=False
                )
    hostile = without_policy(
        to_html(Report(tuple(verified(one.replace("alert(1)", "window.pwned=1")) for one in PAYLOADS)))
    )
    assert hostile.count("Content-Security-Policy") == 0
    yield Job("hostile", hostile)
    yield Job("guilty", hostile.replace("</body>", "<p><script>window.pwned=1</script></p></body>"))
    for name in ("report", "document"):
        yield Job(f"{name} on paper", pages[name].replace("@media print", "@media all"), unfolded=False)
    yield Job("search", site[INDEX], typed="Depth  resiDUAL")
    yield Job("search for nothing", site[INDEX], typed="zebra")


def browsed(folder: Path, *arguments: str) -> str:
    """What Chromium answers; as root it needs to be without its sandbox."""
    assert CHROMIUM is not None
    quiet = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
    quiet += ["--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"]
    command = [CHROMIUM, *quiet, f"--user-data-dir={folder / 'profile'}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=True).stdout


def laid_out(folder: Path) -> Mapping[str, dict[str, Any]]:
    """What was measured of each page."""

    def literal(value: object) -> str:
        return json.dumps(value).replace("</", "<\\/").replace("<!--", "<\\u0021--")

    source = AXE.read_text(encoding="utf-8") if AXE.is_file() else ""
    text = MEASURE.replace("JOB_LIST", literal([vars(job) for job in jobs()])).replace("AXE_SOURCE", literal(source))
    (folder / "measure.html").write_text(text, encoding="utf-8")
    dom = browsed(folder, "--virtual-time-budget=600000", "--dump-dom", (folder / "measure.html").as_uri())
    said = re.search(r'<p id="measured">(.*?)</p>', dom, re.DOTALL)
    assert said, dom[:500]
    values: dict[str, dict[str, Any]] = json.loads(unescape(said[1]))
    return values


def test_pages_in_a_browser(tmp_path: Path) -> None:
    """One test, so that one process starts one Chromium."""
    found = laid_out(tmp_path)
    assert not [one for one in found.items() if "error" in one[1]]
    for width in (DESK, PHONE):
        for name in ("many", "a document"):
            check_layout(found[f"{name} {width}"], width)
    # No payload runs, and one that did would be seen.
    assert (found["hostile"]["ran"], found["guilty"]["ran"]) == ("no", "yes")
    # On paper a report is unfolded; of a document only what is wrong with it, which here is nothing.
    assert found["report on paper"]["folds"] and all(found["report on paper"]["folds"])
    assert found["document on paper"]["folds"] and not any(found["document on paper"]["folds"])
    assert not any(found[f"report {DESK} light"]["folds"])
    # The search finds what has all the words, in whatever case.
    residual = "A residual network of depth 4"
    assert found["search"]["shown"] == [residual, f"{residual}: shortcut forgotten"]
    assert found["search"]["told"].startswith("2 of ")
    assert found["search for nothing"]["shown"] == [] and found["search for nothing"]["told"].startswith("0 of ")
    if not AXE.is_file():
        pytest.skip("all but axe-core passed, which is not installed: npm install --prefix .venv/axe axe-core")
    read = {name: one["violations"] for name, one in found.items() if "violations" in one}
    assert len(read) == 20
    assert not {name: violations for name, violations in read.items() if violations}


def check_layout(one: dict[str, Any], width: int) -> None:
    """Nothing is wider than the page, flat, outside of its picture, or on top of something else."""
    assert one["width"] == one["widthOpen"] == width
    assert one["flat"] == 0 and one["formulas"] > 30 and one["piled"] == 0
    assert one["overlaps"] == 0 and one["outside"] == 0 and one["texts"] > 10
