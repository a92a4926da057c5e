"""The position map: what it reads, how it is drawn, who sees it, and its files."""

import csv
import html
import io
import re
import zipfile
from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from asnhr.models import AgencyParameter, Run
from asnhr.scope import agency_scope
from asnhr.services import execute
from positions import drawing, map_exports, models
from positions.models import FormationProposal
from positions.queries import position_map, register, rulebook
from positions.queries.register import Totals
from positions.services import map_files
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 22)
FILES = ("unit-map-svg", "unit-map-pdf", "unit-map-xlsx", "unit-map-formasi")


@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    monkeypatch.setattr("asnhr.dates.today", lambda: DAY)


@pytest.fixture
def medan():
    return AgencyFactory(is_sample=True)


@pytest.fixture
def district(medan):
    """A district: its head, a vacant secretary with a Plt, three clerks where one is needed; a ward below it."""
    with agency_scope(medan):
        root = make.UnitFactory(agency=medan, name="Pemerintah Kota Medan")
        unit = make.UnitFactory(agency=medan, name="Kecamatan Medan Belawan", parent=root)
        ward = make.UnitFactory(agency=medan, name="Kelurahan Belawan I", parent=unit)
        other = make.UnitFactory(agency=medan, name="Dinas Lain", parent=root)
        camat = _post(medan, unit, "Camat", 12, group="manajerial", level="ADMINISTRATOR", is_head=True)
        held = make.EmployeeFactory(agency=medan, unit=unit, name="Siti & Aminah", birth_date=date(1970, 5, 3), rank=41)
        make.IncumbencyFactory(agency=medan, position=camat, employee=held)
        secretary = _post(medan, unit, "Sekretaris Kecamatan", 11, group="manajerial", level="ADMINISTRATOR")
        make.IncumbencyFactory(
            agency=medan,
            position=secretary,
            employee=held,
            kind="plt",
            seat=make.SeatFactory(agency=medan, position=secretary),
        )
        clerk = _post(medan, unit, "Pengadministrasi Perkantoran", 5, need=1)
        for year in (1968, 1971, 1990):
            person = make.EmployeeFactory(agency=medan, unit=unit, birth_date=date(year, 12, 3))
            make.IncumbencyFactory(agency=medan, position=clerk, employee=person)
        _post(medan, ward, "Pranata Trantibum", 6, need=2)
        _post(medan, other, "Pengolah Data", 6)
    return {"root": root, "unit": unit, "ward": ward, "other": other, "clerk": clerk, "camat": camat}


def _post(agency, unit, name, job_class, *, need=1, is_head=False, **job):
    made = make.JobFactory(agency=agency, name=name, job_class=job_class, **job)
    position = make.PositionFactory(agency=agency, unit=unit, job=made, is_head=is_head)
    make.PositionNeedFactory(agency=agency, position=position, need=need)
    return position


@pytest.fixture
def officer(medan, district):
    return user_with(medan, "staf_bkd")


def page(user, **query):
    client = Client()
    client.force_login(user)
    return client.get(reverse("unit-tree"), query)


def content(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


# Reads


def test_a_unit_has_its_head_first_then_by_class_with_holder_and_pension(medan, district, officer):
    with agency_scope(medan):
        posts = position_map.posts_of(with_access(officer, medan), DAY, [district["unit"].pk])[district["unit"].pk]

    assert [(post.title, post.k, post.b, post.gap) for post in posts] == [
        ("Camat", 1, 1, 0), ("Sekretaris Kecamatan", 1, 0, -1), ("Pengadministrasi Perkantoran", 1, 3, 2),
    ]  # fmt: skip
    assert (posts[0].people.name, posts[0].people.retires_on) == ("Siti & Aminah", date(2028, 6, 1))
    assert posts[1].acting[:2] == ("Siti & Aminah", "plt")
    # The one born in 1968 goes on 1 January 2027: next year.
    assert (posts[2].people.name, posts[2].people.leaving) == ("", (0, 1, 0, 0, 1))


def _mixed(agency, root):
    """A unit whose own order runs against the classes: what the source puts first was entered last."""
    unit = make.UnitFactory(agency=agency, name="UPTD Puskesmas", parent=root)
    posts = (
        ("Kepala UPTD", 8, "PENGAWAS", "manajerial"), ("Sopir", 3, "PELAKSANA", "pelaksana"),
        ("Jabatan tanpa kelas", None, "PELAKSANA", "pelaksana"), ("Penata Layanan", 7, "PELAKSANA", "pelaksana"),
        ("Pengolah Keluhan", 6, "PELAKSANA", "pelaksana"), ("Arsiparis", 7, "MAHIR", "fungsional"),
        ("Bidan", 7, "PENYELIA", "fungsional"), ("Pengelola Keuangan", 6, "PELAKSANA", "pelaksana"),
        ("Dokter", 10, "AHLI_MUDA", "fungsional"), ("Dokter Spesialis", 12, "AHLI_MADYA", "fungsional"),
    )  # fmt: skip
    for order, (name, job_class, level, group) in enumerate(posts, start=1):
        position = _post(agency, unit, name, job_class, level=level, group=group, is_head=order == 1)
        position.order = order
        position.save()
    return unit


def test_posts_stand_by_class_then_functional_level_then_the_order_of_the_agency(medan, district, officer):
    with agency_scope(medan):
        unit = _mixed(medan, district["root"])
        user = with_access(officer, medan)
        posts = position_map.posts_of(user, DAY, [unit.pk])[unit.pk]
        # What fits a drawing is the beginning of the same order.
        for most in range(1, len(posts) + 1):
            assert position_map.posts_of(user, DAY, [unit.pk], most=most)[unit.pk] == posts[:most]

    titles = [post.title for post in posts]
    assert titles == [
        "Kepala UPTD", "Dokter Spesialis", "Dokter", "Bidan", "Arsiparis",
        "Penata Layanan", "Pengolah Keluhan", "Pengelola Keuangan", "Sopir", "Jabatan tanpa kelas",
    ]  # fmt: skip


def test_every_file_of_a_map_has_the_order_of_its_page(medan, district, officer):
    with agency_scope(medan):
        unit = _mixed(medan, district["root"])
        posts = position_map.posts_of(with_access(officer, medan), DAY, [unit.pk])[unit.pk]
    names = ("Dokter Spesialis", "Bidan", "Arsiparis", "Penata Layanan", "Pengolah Keluhan", "Sopir")
    assert [name for post in posts for name in names if name in post.title] == list(names)
    client = Client()
    client.force_login(officer)
    pypdf = pytest.importorskip("pypdf")

    def words(route):
        raw = content(client.get(reverse(route), {"unit": unit.pk}))
        if route.endswith("pdf"):
            return " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(raw)).pages)
        if raw[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(raw)) as book:
                return " ".join(book.read(name).decode() for name in sorted(book.namelist()) if "sheet1.xml" in name)
        return raw.decode()

    found = {route: words(route) for route in FILES} | {"page": page(officer, unit=unit.pk).text}
    for where, text in found.items():
        places = [text.find(name) for name in names]
        assert -1 not in places, where
        assert places == sorted(places), where


def test_the_map_of_a_past_day_shows_that_day(medan, district, officer):
    with agency_scope(medan):
        user = with_access(officer, medan)
        posts = position_map.posts_of(user, date(2014, 1, 1), [district["unit"].pk])

    assert posts == {}


def test_whoever_lacks_the_rank_does_not_fit(medan, district, officer):
    with agency_scope(medan):
        district["camat"].job.rank_min = 42
        district["camat"].job.save()
        posts = position_map.posts_of(with_access(officer, medan), DAY, [district["unit"].pk])[district["unit"].pk]

    assert (posts[0].people.misfits, posts[0].people.known) == (1, 1)
    assert drawing.row_of(posts[0], "kesesuaian", DAY).shape == "diamond"


def test_who_fits_is_asked_of_the_day_looked_at(medan, district, officer):
    """S-1 since 2025, and a rank beyond the post recorded ahead: neither says anything of the days before."""
    ahead = date(2099, 4, 1)
    with agency_scope(medan):
        job, person = district["camat"].job, models.Employee.objects.get(name="Siti & Aminah")
        models.Job.objects.filter(pk=job.pk).update(rank_min=34, rank_max=42, education_level_id="40")
        models.Employee.objects.filter(pk=person.pk).update(
            education_level_id="40", graduated=2025, rank_since=date(2015, 1, 1), cpns_on=date(2010, 1, 1)
        )
        models.Incumbency.objects.filter(employee=person).update(starts_on=date(2016, 1, 1))
        models.Seat.objects.update(starts_on=date(2016, 1, 1))
        models.Position.objects.update(starts_on=date(2016, 1, 1))
        models.RankRecord.objects.create(agency=medan, employee=person, rank=44, starts_on=ahead)
        user = with_access(officer, medan)

        def misfits(day):
            people = position_map.posts_of(user, day, [district["unit"].pk])[district["unit"].pk][0].people
            assert people.name == "Siti & Aminah"
            return people.misfits, people.known

        days = (date(2025, 12, 30), date(2025, 12, 31), DAY, ahead - timedelta(days=1), ahead)
        # Without a file of educations the year on record tells; before it nothing was known but the rank.
        assert [misfits(day) for day in days] == [(0, 1), (0, 1), (0, 1), (0, 1), (1, 1)]
        for level, year in (("30", 2010), ("40", 2025)):
            models.EmployeeEducation.objects.create(
                agency=medan, employee=person, level_id=level, name=level, graduated=year
            )
        assert [misfits(day) for day in days] == [(1, 1), (0, 1), (0, 1), (0, 1), (1, 1)]


def test_figures_of_many_positions_are_those_of_the_lists(medan, district):
    with agency_scope(medan):
        from positions.models import Position

        rows = register.with_figures(Position.objects.all(), DAY)
        expected = {row.pk: (row.k, row.b, row.part_time, row.b_printed) for row in rows}
        found = register.figures_of(Position.objects.all(), DAY)

    assert {pk: (each.k, each.b, each.part_time, each.b_printed) for pk, each in found.items()} == expected


# Drawing


@pytest.mark.parametrize("colour", drawing.COLOURS)
def test_every_mark_of_a_legend_can_be_drawn_and_none_is_told_by_colour_alone(colour):
    marks = drawing.legend(colour)

    assert len({shape for shape, _tone, _words in marks}) == len(marks)
    assert all(drawing.mark(shape, tone, 0, 0) for shape, tone, _words in marks)


def test_long_titles_break_and_end_with_an_ellipsis():
    lines = drawing.lines_of("Penata Layanan Operasional Bidang Pemerintahan Umum", 100, 11, most=2)

    assert len(lines) == 2
    assert lines[1].endswith("…")


def test_units_that_do_not_fit_go_on_another_sheet():
    top = drawing.Card(1, "Dinas", Totals(), below=[drawing.Card(n, f"Unit {n}", Totals()) for n in range(2, 60)])

    groups = drawing.fit(top, 5, 400)

    assert len(groups) > 1
    assert [card.pk for group in groups for card in group] == list(range(2, 60))
    assert all(
        drawing.draw(drawing.Card(1, "Dinas", Totals(), below=group), columns=5).height <= 420 for group in groups
    )


# The page


def test_the_drawing_speaks_every_post_and_the_list_says_the_same(district, officer):
    shown = page(officer, unit=district["unit"].pk).content.decode()

    spoken = "Sekretaris Kecamatan, kelas 11, K 1, B 0, kekurangan 1, kosong · Plt Siti &amp; Aminah"
    assert f"<desc>{spoken}</desc>" in shown
    assert shown.count("Pengadministrasi Perkantoran") >= 2
    assert "Siti & Aminah" not in shown
    assert "DATA CONTOH" in shown


@pytest.mark.parametrize(
    ("colour", "word"), [("pensiun", "pensiun dalam 12 bulan"), ("kesesuaian", "data belum tersedia")]
)
def test_the_colour_may_be_chosen_and_stays_in_the_address(district, officer, colour, word):
    shown = page(officer, unit=district["unit"].pk, warna=colour).content.decode()

    assert word in shown
    assert f"warna={colour}&amp;tingkat=2" in shown


def test_a_folded_unit_shows_no_posts(district, officer):
    shown = page(officer, unit=district["unit"].pk, lipat=district["ward"].pk).content.decode()

    picture = shown.partition('class="map')[2].partition("</svg>")[0]
    assert "Pranata Trantibum" not in picture
    assert 'aria-label="Buka Kelurahan Belawan I"' in picture


def test_search_finds_posts_of_the_map_and_leads_to_them(district, officer):
    shown = page(officer, unit=district["unit"].pk, cari="pranata trantibm").content.decode()

    assert "sorot=" in shown
    assert "Kelurahan Belawan I" in shown
    assert "Pengolah Data" not in shown


TOWNS = ("Belawan", "Bromo")


def test_search_puts_a_unit_called_so_first_then_its_posts(medan, district, officer):
    """Posts of other units that are merely alike do not stand before the unit named, nor crowd out its own posts."""
    root = district["root"]
    with agency_scope(medan):
        here, there = (make.UnitFactory(agency=medan, name=f"Puskesmas {each}", parent=root) for each in TOWNS)
        for number in range(10):
            _post(medan, there, f"Kepala Puskesmas {number}", 8)
        nurse = _post(medan, here, "Perawat", 7)
        teacher = _post(medan, there, "Guru", 7, subtitle="Matematika")

    found = page(officer, unit=root.pk, cari="puskesmas belawan").context["hits"]
    nurses = page(officer, unit=root.pk, cari="belawan perawat").context["hits"]
    maths = page(officer, unit=root.pk, cari="guru matmatika").context["hits"]
    old = page(officer, unit=root.pk, cari="puskesmas belawan", as_of="2026-06-01").context["hits"]

    assert [each["label"] for each in found][:2] == ["Puskesmas Belawan", "Perawat"]
    assert f"sorot={nurse.pk}" in found[1]["url"]
    assert nurses[0]["label"] == "Perawat"
    assert (maths[0]["label"], f"sorot={teacher.pk}" in maths[0]["url"]) == ("Guru (Matematika)", True)
    assert [each["label"] for each in old][:2] == ["Puskesmas Belawan", "Perawat"]
    assert "Puskesmas Bromo" in [each["label"] for each in found[2:]]


def test_nonsense_in_the_address_is_taken_for_the_default(district, officer):
    answer = page(officer, unit="x", tingkat="99", zum="-1", warna="?", lipat="a,b", hal="z", sorot="٣")

    assert answer.status_code == 200
    assert b"Pemerintah Kota Medan" in answer.content


def test_a_bound_user_sees_the_own_unit_only(medan, district):
    user = user_with(medan, "admin_unit", district["unit"])

    shown = page(user).content.decode()
    elsewhere = page(user, unit=district["other"].pk).content.decode()

    assert "Camat" in shown
    assert "Pengolah Data" not in shown + elsewhere
    assert "Dinas Lain" not in shown + elsewhere


def test_a_part_of_the_list_is_fetched_with_its_posts(district, officer):
    client = Client()
    client.force_login(officer)

    shown = client.get(
        reverse("unit-tree"), {"unit": district["unit"].pk}, headers={"HX-Request": "true"}
    ).content.decode()

    assert "<html" not in shown
    assert "Camat" in shown
    assert "Kelurahan Belawan I" in shown


def test_links_of_a_map_of_another_day_carry_the_day(medan, district, officer):
    address, past = reverse("unit-tree"), "2026-09-01"
    sender, reader = Client(), Client()
    sender.force_login(officer)
    reader.force_login(user_with(medan, "staf_bkd"))
    assert "as_of" not in "".join(re.findall(r'href="([^"]*/unit/peta/[^"]*)"', sender.get(address).text))

    sender.get(address, {"as_of": past})
    page = sender.get(address, {"unit": district["root"].pk})
    links = {html.unescape(each) for each in re.findall(rf'(?:href|hx-get)="({address}[^"]+)"', page.text)}

    assert f'data-day="{past}"' in page.text
    assert {"lipat", "unit", "tingkat", "zum", "warna"} <= {
        name for each in links for name in parse_qs(urlsplit(each).query)
    }
    days = {tuple(parse_qs(urlsplit(each).query)["as_of"]) for each in links if "?" in each}
    assert days - {(DAY.isoformat(),)} == {(past,)}  # the other is the frame's way back to today
    folding = next(each for each in links if "lipat=" in each)
    assert reader.get(folding).wsgi_request.as_of == date(2026, 9, 1)


def test_the_panel_names_holders_within_scope_only(medan, district, officer):
    address = reverse("position-panel", args=[district["camat"].pk])
    client, bound = Client(), Client()
    client.force_login(officer)
    bound.force_login(user_with(medan, "admin_unit", district["other"]))

    assert "Siti &amp; Aminah" in client.get(address).content.decode()
    assert bound.get(address).status_code == 404


# Files


@pytest.mark.parametrize("name", FILES)
def test_files_are_refused_without_the_right_and_404_out_of_sight(medan, district, name):
    client, bound, foreign = Client(), Client(), Client()
    client.force_login(user_with(medan, "pegawai"))
    bound.force_login(user_with(medan, "admin_unit", district["unit"]))
    foreign.force_login(user_with(AgencyFactory(code="1571", name="Jambi"), "staf_bkd"))

    assert client.get(reverse(name)).status_code == 403
    assert bound.get(reverse(name), {"unit": district["other"].pk}).status_code == 404
    assert foreign.get(reverse(name), {"unit": district["unit"].pk}).status_code == 404
    assert bound.get(reverse(name)).status_code == 200


def fetched(user, name, **query):
    client = Client()
    client.force_login(user)
    answer = client.get(reverse(name), query)
    return answer, content(answer)


def test_the_svg_stands_alone_and_says_that_the_data_are_a_sample(district, officer):
    answer, body = fetched(officer, "unit-map-svg", unit=district["unit"].pk)

    assert answer["Content-Type"].startswith("image/svg+xml")
    assert "-contoh.svg" in answer["Content-Disposition"]
    text = body.decode()
    assert all(word in text for word in ("DATA CONTOH", "Camat", "Kelurahan Belawan I", "<style>", "Siti &amp; Aminah"))


def test_the_pdf_is_the_same_twice(district, officer):
    first, second = fetched(officer, "unit-map-pdf")[1], fetched(officer, "unit-map-pdf")[1]

    assert first.startswith(b"%PDF")
    assert first == second


def test_sheets_lead_from_one_to_the_other(medan, district, officer):
    with agency_scope(medan):
        user = with_access(officer, medan)
        (root,) = register.unit_tree(user, DAY)
        drawn = map_exports.sheets(map_exports.read(user, medan, DAY, root), "selisih")

    assert [title for title, _text in drawn] == [
        "Peta jabatan Pemerintah Kota Medan", "Peta jabatan Kecamatan Medan Belawan",
    ]  # fmt: skip
    assert "lembar 2" in drawn[0][1]
    assert all("DATA CONTOH" in text for _title, text in drawn)


def test_a_great_map_prints_its_first_two_levels(medan, district, officer, monkeypatch):
    monkeypatch.setattr(map_exports, "MOST_SHEETS", 1)
    with agency_scope(medan):
        make.UnitFactory(agency=medan, name="Lingkungan 1", parent=district["ward"])
        user = with_access(officer, medan)
        (root,) = register.unit_tree(user, DAY)
        drawn = map_exports.sheets(map_exports.read(user, medan, DAY, root), "selisih")

    assert len(drawn) == 2
    assert "dicetak tersendiri" in drawn[1][1]


def test_the_table_lists_posts_down_the_tree(district, officer):
    _answer, body = fetched(officer, "unit-map-xlsx", unit=district["unit"].pk, format="csv")

    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
    assert rows[0] == ["DATA CONTOH"]
    assert [(row[4], row[7], row[8], row[9]) for row in rows[2:]] == [
        ("Camat", "1", "1", "0"), ("Sekretaris Kecamatan", "0", "1", "-1"),
        ("Pengadministrasi Perkantoran", "3", "1", "2"), ("Pranata Trantibum", "0", "2", "-2"),
    ]  # fmt: skip


def test_the_table_says_which_posts_its_sums_leave_out(medan, district, officer):
    with agency_scope(medan):
        duty = make.PositionFactory(agency=medan, unit=district["ward"], by_duty=True)
        holder = make.EmployeeFactory(agency=medan, unit=district["ward"])
        seat = make.SeatFactory(agency=medan, position=duty)
        make.IncumbencyFactory(agency=medan, position=duty, seat=seat, employee=holder, kind="tugas_tambahan")
        top = next(each for each in register.unit_tree(with_access(officer, medan), DAY) if each.parent_id is None)

    def table():
        _answer, body = fetched(officer, "unit-map-xlsx", format="csv")
        return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig").partition("\n")[2])))

    rows = table()
    beside = [row for row in rows if row["Keterangan B"] == "tugas tambahan, di luar jumlah K dan B"]
    assert [row["Kode jabatan"] for row in beside] == [duty.code]
    assert sum(int(row["B"]) for row in rows if row not in beside) == top.total.b
    assert sum(int(row["B"]) for row in rows) == top.total.b + top.total.duty_filled == top.total.b + 1
    with agency_scope(medan):
        AgencyParameter.objects.create(
            agency=medan, code=rulebook.DUTY_ONCE, value=False, starts_on=date(2020, 1, 1), decree="K 1"
        )
    assert not any(row["Keterangan B"] for row in table())


def test_the_workbook_is_marked_too(district, officer):
    _answer, body = fetched(officer, "unit-map-xlsx", unit=district["unit"].pk)

    with zipfile.ZipFile(io.BytesIO(body)) as book:
        assert b"DATA CONTOH" in b"".join(book.read(name) for name in book.namelist())


def test_every_file_is_marked_in_the_language_that_it_is_written_in(district, officer):
    pypdf = pytest.importorskip("pypdf")
    client = Client()
    client.force_login(officer)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    bodies = {name: content(client.get(reverse(name), {"unit": district["unit"].pk})) for name in FILES}

    with zipfile.ZipFile(io.BytesIO(bodies["unit-map-xlsx"])) as book:
        table = b"".join(book.read(name) for name in book.namelist()).decode("utf-8", "ignore")
    printed = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(bodies["unit-map-pdf"])).pages)
    for text in (table, printed, bodies["unit-map-svg"].decode()):
        assert "SAMPLE DATA" in text
        assert "DATA CONTOH" not in text


def test_formasi_rows_hold_the_tree_pensions_and_the_shortage_year_by_year(district, officer):
    _answer, body = fetched(officer, "unit-map-formasi", unit=district["unit"].pk, format="csv")

    rows = list(csv.DictReader(body.decode("utf-8-sig").splitlines()[1:]))
    unit, clerk = rows[0], next(row for row in rows if row["nama"] == "Pengadministrasi Perkantoran")
    assert (unit["id"], unit["parent_id"], unit["level"]) == (f"U{district['unit'].pk}", "", "1")
    assert (clerk["parent_id"], clerk["abk"], clerk["riil"], clerk["currentpns"]) == (unit["id"], "1", "3", "3")
    assert [clerk[name] for name in ("n", "n1", "n2", "n3", "n4")] == ["0", "1", "0", "0", "1"]
    camat = next(row for row in rows if row["nama"] == "Camat")
    assert [camat[name] for name in ("n2", "k", "k1", "k2", "k3")] == ["1", "0", "0", "1", "1"]


def test_formasi_rows_wait_for_the_lines_of_the_branch(medan, district, officer):
    with agency_scope(medan):
        proposal = FormationProposal.objects.create(agency=medan, year=DAY.year + 1)
        lines = proposal.lines
        lines.create(agency=medan, position=district["clerk"], formation=2, proposed=2, field="teknis")
    client, address = Client(), reverse("unit-map-formasi")
    client.force_login(officer)

    refused = client.get(address, {"unit": district["unit"].pk}, follow=True)
    assert refused.redirect_chain[0][0] == f"{reverse('unit-tree')}?unit={district['unit'].pk}"
    assert f"{district['clerk'].code}: jenis pengadaan" in refused.content.decode()
    # Another branch does not wait for it.
    assert client.get(address, {"unit": district["other"].pk}).status_code == 200

    with agency_scope(medan):
        lines.update(intake="PPPK", education_ids=["x"], placement=district["unit"], income_min=1, income_max=2)
    _answer, body = fetched(officer, "unit-map-formasi", unit=district["unit"].pk, format="csv")
    rows = {row["nama"]: row for row in csv.DictReader(body.decode("utf-8-sig").splitlines()[1:])}
    clerk = rows["Pengadministrasi Perkantoran"]
    assert (clerk["aju_total"], clerk["aju_pns"], clerk["aju_pppk"]) == ("2", "0", "2")


@pytest.mark.parametrize("name", ["unit-map-pdf", "unit-map-xlsx", "unit-map-formasi"])
def test_the_page_that_asks_for_a_file_tells_of_the_files_day(name, officer, district, monkeypatch):
    monkeypatch.setattr(map_files, "AT_ONCE", 0)
    monkeypatch.setattr("asnhr.list_files.is_large", lambda *_anything: True)
    client = Client()
    client.force_login(officer)

    page = client.get(reverse(name), {"as_of": "2026-06-01"}).text

    assert "keadaan hari ini" not in page
    assert "Anda melihat keadaan per <b>1 Juni 2026</b>" in page


def test_a_large_map_is_drawn_by_a_run_and_kept(medan, district, officer, monkeypatch, settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path
    monkeypatch.setattr(map_files, "AT_ONCE", 1)
    monkeypatch.setattr(map_exports, "MOST_SHEETS", 1)
    client, address = Client(), reverse("unit-map-pdf")
    client.force_login(officer)

    asked = client.get(address)
    assert asked["Content-Type"].startswith("text/html")
    assert "digambar di latar belakang" in asked.text
    with agency_scope(medan):
        assert not Run.objects.filter(kind="map").exists()
    sent = client.post(f"{address}?warna=pensiun")
    again = client.post(f"{address}?warna=pensiun")
    assert sent["Location"] == again["Location"]
    with agency_scope(medan):
        run = Run.objects.get(kind="map")
    file = reverse("unit-map-file", args=[run.pk])
    assert client.get(file).status_code == 404
    execute(agency_id=medan.pk, run_id=run.pk, heartbeat=False)

    with agency_scope(medan):
        run.refresh_from_db()
        assert (run.state, run.result_path, run.total) == ("selesai", file, run.counts["sheets"])
        # A run draws all of it, however many sheets a request would.
        assert run.counts["sheets"] == 2
        assert map_files.kept_files(medan) == [run.parameters["stored_as"]]
    assert b"".join(client.get(file).streaming_content).startswith(b"%PDF")
    assert file in client.get(sent["Location"]).text
    assert file in client.get(f"{address}?warna=pensiun").text
    # Who sees one unit has neither the run nor its file.
    bound = Client()
    bound.force_login(user_with(medan, "admin_unit", district["ward"], username="kelurahan"))
    assert bound.get(file).status_code == 404
    with agency_scope(medan):
        Run.objects.filter(pk=run.pk).update(finished_at=timezone.now() - timedelta(days=map_files.KEPT_DAYS + 1))
    # Kept no longer: the night's sweep takes what is not named.
    with agency_scope(medan):
        assert map_files.kept_files(medan) == []
