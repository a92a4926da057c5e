"""PDF files by the typesetter's own process."""

import sys
from datetime import date

import pytest

from asnhr import pdf

TEMPLATE = '#set document(title: sys.inputs.at("title"))\n#sys.inputs.at("words")'


def test_the_same_inputs_give_the_same_bytes_and_nothing_heavy_is_loaded_here():
    sys.modules.pop("typst", None)

    made = [pdf.render(TEMPLATE, {"title": "Peta", "words": "Dinas Perhubungan · é"}, date(2026, 11, 22)) for _ in "12"]

    assert made[0] == made[1]
    assert made[0][:5] == b"%PDF-"
    assert made[0] != pdf.render(TEMPLATE, {"title": "Peta", "words": "lain"}, date(2026, 11, 22))
    # The web worker's memory has a bar.
    assert "typst" not in sys.modules


def test_a_template_that_does_not_compile_says_what_is_wrong():
    with pytest.raises(pdf.NotPrinted, match="unknown variable"):
        pdf.render("#nobody", {}, date(2026, 11, 22))


def test_a_document_that_takes_too_long_is_given_up(monkeypatch):
    # No process starts in a thousandth of a second.
    monkeypatch.setattr(pdf, "SECONDS", 0.001)

    with pytest.raises(pdf.NotPrinted, match="longer than"):
        pdf.render(TEMPLATE, {"title": "Peta", "words": "lain"}, date(2026, 11, 22))
