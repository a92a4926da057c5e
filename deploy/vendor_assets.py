"""Bring the browser libraries into the repository: `python deploy/vendor_assets.py` (needs npm; nothing else does).

Copies the few files that pages use out of the pinned npm packages, builds the icon sprite of the icons named below, and
writes `vendor.lock` (sha256 and licence of every file). The only change made to a file is that its `sourceMappingURL`
comment is dropped: the manifest storage would look for maps that are not shipped.
"""

import hashlib
import json
import re
import subprocess
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# package, version, licence, folder under static/vendor (or tests/vendor), {file in the package: our file name}
PACKAGES = [
    ("bootstrap", "5.3.9", "MIT", "static/vendor/bootstrap",
     {"dist/css/bootstrap.min.css": "bootstrap.min.css", "LICENSE": "LICENSE"}),
    ("bootstrap-icons", "1.13.2", "MIT", "static/vendor/bootstrap-icons", {"LICENSE": "LICENSE"}),
    ("@alpinejs/csp", "3.17.4", "MIT", "static/vendor/alpinejs-csp", {"dist/cdn.min.js": "alpine.min.js"}),
    ("@fontsource-variable/plus-jakarta-sans", "5.3.0", "OFL-1.1", "static/vendor/plus-jakarta-sans",
     {"files/plus-jakarta-sans-latin-wght-normal.woff2": "latin.woff2", "LICENSE": "LICENSE"}),
    ("axe-core", "4.14.1", "MPL-2.0", "tests/vendor/axe-core", {"axe.min.js": "axe.min.js", "LICENSE": "LICENSE"}),
]  # fmt: skip

ICONS = """
arrow-clockwise arrow-counterclockwise arrow-down arrow-left arrow-left-right arrow-repeat arrow-right arrow-up award
bar-chart bar-chart-steps bell book box-arrow-in-right box-arrow-right box-arrow-up-right briefcase building bullseye
calculator calendar3 chat-left-text check-circle check-lg chevron-down chevron-left chevron-right chevron-up
circle-half clipboard-check clipboard-data clock clock-history database-check diagram-3 download envelope
exclamation-circle exclamation-triangle eye file-earmark-pdf file-earmark-spreadsheet file-earmark-text flag funnel
gear globe2 graph-up-arrow hourglass-split house inbox info-circle journal-text key layers layout-three-columns
lightbulb link-45deg list list-check list-task lock map megaphone moon-stars mortarboard paperclip pencil people
person person-badge person-gear person-lines-fill person-plus play-fill plus-lg printer question-circle save search
shield-check shield-lock signpost-split sliders star sun table tags three-dots trash upload x-circle x-lg
""".split()

SOURCE_MAP = re.compile(rb"\n?(/\*#|//#)\s*sourceMappingURL=\S+(\s*\*/)?\s*$")


def unpack(package: str, version: str, folder: Path) -> Path:
    """Return the folder of the package's files, fetched by npm itself."""
    name = subprocess.run(
        ["npm", "pack", "--silent", f"{package}@{version}"], cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()
    target = folder / name.removesuffix(".tgz")
    with tarfile.open(folder / name) as archive:
        archive.extractall(target, filter="data")
    return target / "package"


def sprite(icons: Path) -> bytes:
    """One SVG with a symbol for each icon; pages point into it with <use href="…#name">."""
    symbols = []
    for name in ICONS:
        svg = (icons / f"{name}.svg").read_text(encoding="utf-8")
        inner = re.sub(r"\s*\n\s*", "", svg[svg.index(">") + 1 : svg.rindex("</svg>")])
        symbols.append(f'<symbol id="{name}" viewBox="0 0 16 16">{inner}</symbol>')
    return ('<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n").encode()


def main() -> None:
    lock = []
    with tempfile.TemporaryDirectory() as name:
        for package, version, licence, place, files in PACKAGES:
            source = unpack(package, version, Path(name))
            target = ROOT / place / version
            target.mkdir(parents=True, exist_ok=True)
            content = {ours: SOURCE_MAP.sub(b"\n", (source / theirs).read_bytes()) for theirs, ours in files.items()}
            if package == "bootstrap-icons":
                content["sprite.svg"] = sprite(source / "icons")
            for ours, data in content.items():
                (target / ours).write_bytes(data)
                digest = hashlib.sha256(data).hexdigest()
                path = (target / ours).relative_to(ROOT).as_posix()
                lock.append({"file": path, "package": package, "version": version, "licence": licence,
                             "sha256": digest})  # fmt: skip
    (ROOT / "static/vendor/vendor.lock").write_text(json.dumps(lock, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
