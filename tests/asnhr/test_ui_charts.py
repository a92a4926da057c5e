"""Charts: words for those who hear them, escaped texts, no inline style."""

from xml.etree import ElementTree

import pytest

from asnhr.pages import charts

EVIL = '<script>alert("x")</script>&'
SVG = "{http://www.w3.org/2000/svg}"


def drawn() -> dict[str, str]:
    step = charts.Step(EVIL, EVIL, EVIL, '/"onclick="x')
    return {
        "loop": charts.loop([step] * 5, centre=EVIL, below=EVIL),
        "bars": charts.bar_chart([charts.Bar(EVIL, 3, url='/"x'), charts.Bar("b", 0)], title=EVIL, unit=EVIL),
        "stacked": charts.stacked_bars([(EVIL, [1, 2])], [(EVIL, "brand"), ("b", "gold")], title=EVIL),
        "years": charts.need_and_holders([EVIL, 2027], [5, 5], [4, 6], title=EVIL),
        "spark": charts.sparkline([1, 2, 3], title=EVIL),
    }


@pytest.mark.parametrize("name", ["loop", "bars", "stacked", "years", "spark"])
def test_charts_are_well_formed_and_escape_every_text(name):
    svg = drawn()[name]

    ElementTree.fromstring(svg)  # noqa: S314  our own text; an unescaped < or & breaks it
    assert "<script" not in svg
    assert "style=" not in svg
    assert '"onclick' not in svg.replace("&quot;", "")


def test_bars_have_a_title_and_their_values_in_words():
    root = ElementTree.fromstring(  # noqa: S314
        charts.bar_chart([charts.Bar(2027, 388), charts.Bar(2028, 1421)], title="Pensiun", unit="orang")
    )

    assert root.findtext("title") == "Pensiun"
    assert root.findtext("desc") == "2027: 388 orang; 2028: 1.421 orang"
    heights = [float(rect.attrib["height"]) for rect in root.iter("rect")]
    assert heights[1] > heights[0] * 3


def test_the_loop_links_its_steps_and_says_what_is_not_available():
    svg = charts.loop([charts.Step("Analisis", "−412", "kekurangan", "/analisis/"), charts.Step("Evaluasi")])

    assert svg.count('href="/analisis/"') == 2  # on the ring and in the list for narrow screens
    assert "belum tersedia" in svg


def test_the_gap_of_each_year_is_written_with_its_sign():
    svg = charts.need_and_holders([2026, 2027, 2028], [5, 5, 5], [4, 5, 7], title="K dan B")

    assert "▼ 1" in svg
    assert "● 0" in svg
    assert "▲ 2" in svg


def test_a_first_year_that_is_not_whole_says_so():
    svg = charts.need_and_holders([2026, 2027], [5, 5], [4, 5], title="K dan B", first="sisa tahun")
    bars = charts.bar_chart([charts.Bar(2026, 3, note="sisa tahun"), charts.Bar(2027, 4)], title="Pensiun")

    assert (svg.count(">(sisa tahun)<"), bars.count(">(sisa tahun)<")) == (1, 1)
    assert "2026 (sisa tahun): kebutuhan 5" in svg
    assert "2026 (sisa tahun): 3; 2027: 4" in bars


def test_nothing_to_show_draws_nothing():
    assert charts.bar_chart([], title="x") == ""
    assert charts.loop([]) == ""
    assert charts.sparkline([1], title="x") == ""
