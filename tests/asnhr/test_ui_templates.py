"""What the strict content security policy and the weight limit need of templates and static files."""

import gzip
import hashlib
import json
import re
from collections import Counter
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

ROOT = Path(__file__).resolve().parent.parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
# A file that its owner opens from disk, no page under the policy: its few styles travel in it, scripts do not.
ON_DISK = ROOT / "templates/privacy/own_copy.html"
# The same part twice, of which one has no pages: `page=None`.
ONE_HAS_PAGES = {("positions/analysis_detail.html", "navigation", "{% translate 'Halaman unit' %}")}
LANDMARK = re.compile(r"<(section|nav|aside|form|div|ul|main)\b((?:\"[^\"]*\"|[^\">])*)>")
LANDMARK_ROLES = {"section": "region", "nav": "navigation", "aside": "complementary", "form": "form", "main": "main"}
SPRITE = ROOT / "static/vendor/bootstrap-icons/1.13.2/sprite.svg"
FORBIDDEN = {
    "inline style": re.compile(r"<[^>]*\sstyle\s*=|<style", re.I),
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", re.I),
    "event attribute": re.compile(r"<[a-z][^>{]*\son[a-z]+\s*=", re.I),
    "hx-on or js:": re.compile(r"\bhx-on|[\"']js:", re.I),
    "foreign address": re.compile(r"(?:src|href)=[\"']https?://(?!www\.w3\.org)", re.I),
}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_no_template_needs_more_than_the_policy_allows(path):
    text = path.read_text(encoding="utf-8")

    found = [name for name, pattern in FORBIDDEN.items() if pattern.search(text)]

    assert found == (["inline style"] if path == ON_DISK else [])


def test_vendored_files_are_what_the_lock_says():
    lock = json.loads((ROOT / "static/vendor/vendor.lock").read_text(encoding="utf-8"))
    for entry in lock:
        content = (ROOT / entry["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry["sha256"], entry["file"]
        assert entry["licence"]

    listed = {entry["file"] for entry in lock} | {"static/vendor/vendor.lock"}
    present = {
        path.relative_to(ROOT).as_posix()
        for folder in ("static/vendor", "tests/vendor")
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
    }
    assert present == listed


def test_every_icon_named_is_in_the_sprite():
    known = set(re.findall(r'<symbol id="([\w-]+)"', SPRITE.read_text(encoding="utf-8")))
    used = set()
    for path in TEMPLATES:
        used |= set(re.findall(r'{% icon "([\w-]+)"', path.read_text(encoding="utf-8")))
        used |= set(re.findall(r'icon_name="([\w-]+)"', path.read_text(encoding="utf-8")))
    for path in ROOT.glob("*/pages/*.py"):
        used |= set(re.findall(r'icon="([\w-]+)"', path.read_text(encoding="utf-8")))

    assert used - known == set()


def test_the_files_of_a_normal_page_stay_within_the_weight():
    names = re.findall(r"{% static '([^']+)' %}", (ROOT / "templates/_parts/assets.html").read_text(encoding="utf-8"))
    names += ["django_htmx/htmx-2.min.js", "vendor/bootstrap-icons/1.13.2/sprite.svg"]
    sizes = {}
    for name in names:
        content = Path(finders.find(name)).read_bytes()
        sizes[name] = len(content) if name.endswith("woff2") else len(gzip.compress(content, 9))

    assert sum(sizes.values()) <= 135_000, sizes  # 15 KB of the 150 are for the page itself
    assert sum(size for name, size in sizes.items() if name.endswith(".js")) <= 60_000, sizes


def test_the_dark_tokens_are_the_same_by_choice_and_by_system():
    css = (ROOT / "static/css/tokens.css").read_text(encoding="utf-8")
    chosen = re.search(r':root\[data-theme="dark"\] {(.*?)\n}', css, re.S)
    by_system = re.search(r':root:not\(\[data-theme="light"\]\) {(.*?)\n  }', css, re.S)

    assert chosen
    assert by_system
    assert chosen[1].split() == by_system[1].split()


def test_the_plus_of_the_admin_has_the_colour_of_its_words():
    white = re.search(r'fill="(#\w+)"', Path(finders.find("admin/img/tooltag-add.svg")).read_text(encoding="utf-8"))
    css = (ROOT / "static/css/admin.css").read_text(encoding="utf-8")
    own = re.search(r"\.object-tools a\.addlink {(.*?)}", css, re.S)

    # Django's picture is white for good, our ground is light in one theme and dark in the other.
    assert white
    assert white[1] == "#ffffff"
    assert own
    image = re.search(r"background-image:([^;]*);", own[1])
    assert image
    assert "url(" not in image[1]
    assert "currentColor" in image[1]
    assert not re.search(r"#[0-9a-f]{3}|rgb|white", image[1])


def landmarks(path: Path) -> list[tuple[str, str]]:
    """Return role and name of every named landmark of a template and the parts it includes. A name that the context
    gives (`{{ }}`) may differ each time and is left out; branches count as if all were shown."""
    text = path.read_text(encoding="utf-8")
    found = []
    for tag, attributes in LANDMARK.findall(text):
        said = re.search(r'\brole="(\w+)"', attributes)
        role = said[1] if said else LANDMARK_ROLES.get(tag, "")
        name = re.search(r'\baria-label(?:ledby)?="((?:{%.*?%}|[^"])*)"', attributes)
        if name and "{{" not in name[1] and role in {*LANDMARK_ROLES.values(), "search"}:
            found.append((role, name[1]))
    for name in re.findall(r'{% include "([^"]+)"', text):
        part = ROOT / "templates" / name
        if part != path and part.exists():
            found += landmarks(part)
    return found


def test_no_page_has_two_landmarks_of_one_name():
    """Who jumps from landmark to landmark could not tell them apart; axe says so only of the states it sees."""
    twice = {
        (path.relative_to(ROOT / "templates").as_posix(), *landmark)
        for path in TEMPLATES
        for landmark, times in Counter(landmarks(path)).items()
        if times > 1
    }
    assert twice == ONE_HAS_PAGES


def test_no_comment_runs_over_two_lines():
    """`{# #}` ends with its line: what stands on the next is printed to the reader."""
    found = [
        f"{path}:{number}"
        for path in sorted((ROOT / "templates").rglob("*.*"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if line.count("{#") != line.count("#}")
    ]
    assert found == []
