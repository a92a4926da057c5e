"""Makes one PDF in a process of its own, started by `asnhr.pdf`: typst and its fonts take forty megabytes, which a web
worker that once printed would keep.

Run by its path with `python -I`, so that nothing of the product is loaded. Standard input: JSON of `template`,
`inputs`, `fonts` (a folder) and `moment` (ISO). Standard output: the PDF. A template that does not compile: status 1,
the fault on standard error.
"""

import json
import sys
from datetime import datetime

import typst


def main() -> int:
    asked = json.load(sys.stdin)
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[asked["fonts"]])
    try:
        made = typst.compile(
            asked["template"].encode(), format="pdf", font_paths=fonts, sys_inputs=asked["inputs"],
            timestamp=datetime.fromisoformat(asked["moment"]),
        )  # fmt: skip
    except typst.TypstError as fault:
        sys.stderr.write(str(fault))
        return 1
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
