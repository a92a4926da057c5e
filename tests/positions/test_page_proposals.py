"""Pages of formation proposals: list, lines completed, files, the flow to the decree; who may what."""

from datetime import date
from io import BytesIO

import pytest
import python_calamine
import time_machine
from django.urls import reverse

from asnhr.scope import agency_scope
from positions.models import Education, FormationLine, FormationProposal, FormationVersion, RecommendationLine
from positions.pages import proposals as pages
from positions.services import analysis as analysis_services
from positions.services import decisions
from tests.factories.asnhr import AgencyFactory
from tests.factories.positions import IncumbencyFactory
from tests.positions.needs_pages import analyse, result_of, small_city
from tests.roles import user_with, with_access

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]


@pytest.fixture
def in_november():
    with time_machine.travel("2026-11-22 03:00+07:00", tick=False):
        yield


@pytest.fixture
def agency():
    return AgencyFactory()


@pytest.fixture
def city(agency):
    return small_city(agency, positions=2)


@pytest.fixture
def proposal(agency, city):
    """Two approved recommendations of an analysis frozen as this year's basis; its ABK was approved in February."""
    analysis = analyse(agency)
    officer = user_with(agency, "staf_bkd")
    with agency_scope(agency, officer.pk):
        officer = with_access(officer, agency)
        analysis_services.freeze(analysis=analysis, year=2026, actor=officer)
        lines = RecommendationLine.objects.filter(result__analysis=analysis, recommendation="USUL_FORMASI")
        ids = list(lines.values_list("pk", flat=True))
        decisions.decide_many(lines=ids, verdict="setuju", reason="Sesuai.", actor=officer)
        return FormationProposal.objects.get()


def sign_in(client, agency, role, *units):
    user = user_with(agency, role, *units)
    client.force_login(user)
    return user


def lines_of(proposal):
    with agency_scope(proposal.agency_id):
        return list(FormationLine.objects.filter(proposal=proposal).select_related("position").order_by("pk"))


def page(client, name, *arguments, query=""):
    response = client.get(reverse(name, args=arguments) + query)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def complete(client, proposal, line, **changes):
    education = Education.objects.order_by("pk").first()
    data = {
        "proposed": "2", "intake": "CPNS", "field": "teknis", "education_ids": education.siasn_id, "placement": "BLW",
        "income_min": "3000000", "income_max": "5000000", "simpan": "1", **changes,
    }  # fmt: skip
    return client.post(reverse("proposal-line-edit", args=[proposal.pk, line.pk]), data)


def step(client, proposal, code, **more):
    url = reverse("proposal-move", args=[proposal.pk])
    return client.post(url, {"langkah": code, **more}, follow=True)


def test_the_list_and_the_page_show_figures_and_what_lacks(client, agency, proposal, django_assert_max_num_queries):
    sign_in(client, agency, "staf_bkd")
    assert "Usul formasi 2026" in page(client, "proposal-list")

    with django_assert_max_num_queries(15):
        body = page(client, "proposal-detail", proposal.pk)

    assert body.count("belum lengkap</span>") == 2
    assert "jenis pengadaan" in body
    assert "dasar perhitungan" in body
    assert 'value="ajukan"' not in body  # the PPK signs


def test_the_result_says_where_the_approved_recommendation_went(client, agency, proposal):
    sign_in(client, agency, "staf_bkd")
    with agency_scope(agency):
        result = lines_of(proposal)[0].line.result
    body = page(client, "analysis-result", result.analysis_id, result.pk)

    where = f'<a href="{reverse("proposal-detail", args=[proposal.pk])}">Usul formasi 2026</a>'
    assert f"Masuk daftar: {where}" in body


def test_a_line_is_completed_and_then_lacks_nothing(client, agency, proposal):
    sign_in(client, agency, "staf_bkd")
    line = lines_of(proposal)[0]

    assert complete(client, proposal, line).status_code == 302

    saved = lines_of(proposal)[0]
    assert (saved.intake, saved.income_max) == ("CPNS", 5_000_000)
    assert page(client, "proposal-detail", proposal.pk).count("belum lengkap</span>") == 1
    assert page(client, "proposal-detail", proposal.pk, query="?pilih=belum").count('<th scope="row">') == 1


def test_without_a_placement_it_is_the_posts_own_unit_and_a_draft_says_what_it_will_need(client, agency, proposal):
    sign_in(client, agency, "staf_bkd")
    line = lines_of(proposal)[0]
    form = page(client, "proposal-line-edit", proposal.pk, line.pk)
    assert form.count("(wajib sebelum diajukan)") == 5

    assert complete(client, proposal, line, placement="").status_code == 302

    saved = lines_of(proposal)[0]
    assert saved.placement_id == saved.position.unit_id
    assert page(client, "proposal-detail", proposal.pk).count("belum lengkap</span>") == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"education_ids": "TIDAK-ADA"}, "Id pendidikan tidak dikenal: TIDAK-ADA."),
        ({"placement": "XXX"}, "Kode unit ini tidak dikenal."),
        ({"income_min": "9000000"}, "tidak boleh di bawah penghasilan terendah"),
        ({"proposed": "3"}, "penetapan ≤ rekomendasi ≤ usulan ≤ formasi"),
    ],
)
def test_a_wrong_line_is_refused_in_words(changes, words, client, agency, proposal):
    sign_in(client, agency, "staf_bkd")

    response = complete(client, proposal, lines_of(proposal)[0], **changes)

    assert words in response.content.decode()
    assert lines_of(proposal)[0].intake == ""


def test_education_is_searched_by_name_with_and_without_script(client, agency, proposal):
    sign_in(client, agency, "staf_bkd")
    education = Education.objects.filter(name__icontains="teknik informatika").order_by("level__order", "name").first()

    part = client.get(reverse("education-search"), {"q": "teknik informatika"}).content.decode()
    assert "<html" not in part
    assert part.count('name="pilih"') <= 12
    line = lines_of(proposal)[0]
    url = reverse("proposal-line-edit", args=[proposal.pk, line.pk])
    whole = client.post(url, {"q": "teknik informatika", "cari": "1", "income_min": "123", "proposed": "2"})
    assert education.siasn_id in whole.content.decode()
    picked = client.post(url, {"pilih": education.siasn_id, "income_min": "123", "proposed": "2"}).content.decode()
    assert f"<code>{education.siasn_id}</code>" in picked
    assert 'value="123"' in picked


def test_the_flow_runs_to_the_decree_with_a_cut(client, agency, proposal):
    sign_in(client, agency, "staf_bkd")
    first, second = lines_of(proposal)
    complete(client, proposal, first)
    sign_in(client, agency, "ppk")
    assert "Belum lengkap" in step(client, proposal, "ajukan").content.decode()

    sign_in(client, agency, "staf_bkd")
    complete(client, proposal, second, intake="PPPK")
    assert step(client, proposal, "ajukan").status_code == 403
    sign_in(client, agency, "ppk")
    assert "Diajukan" in step(client, proposal, "ajukan").content.decode()
    # Who signed is not led to record the answer, which is refused them.
    assert 'value="verifikasi_bkn"' not in page(client, "proposal-detail", proposal.pk)
    assert "dicatat oleh petugas lain" in step(client, proposal, "verifikasi_bkn").content.decode()

    sign_in(client, agency, "staf_bkd")
    assert 'value="verifikasi_bkn"' in page(client, "proposal-detail", proposal.pk)
    for code in ("verifikasi_bkn", "terbitkan_pertek", "validasi_menpanrb"):
        step(client, proposal, code)
    figures = reverse("proposal-figures", args=[proposal.pk])
    data = {f"n{first.pk}": "1", f"n{second.pk}": "2", "decree": "SK 1/2026", "decree_on": "2026-11-20"}
    refused = client.post(figures, data | {f"n{first.pk}": "9"}).content.decode()
    assert "penetapan ≤ rekomendasi ≤ usulan ≤ formasi" in refused
    body = client.post(figures, data, follow=True).content.decode()

    assert "1 jabatan dipangkas" in body
    assert [line.decided for line in lines_of(proposal)] == [1, 2]
    with agency_scope(agency):
        assert FormationVersion.objects.count() == 5


def test_what_is_filled_is_recorded_on_the_page_and_counted_from_appointments(client, agency, city, proposal):
    first, second = lines_of(proposal)
    with agency_scope(agency):
        FormationLine.objects.filter(proposal=proposal).update(recommended=2, decided=2)
        FormationProposal.objects.update(state="ditetapkan", decree="SK 1/2026", decree_on="2026-11-01")
        IncumbencyFactory(agency=agency, position=second.position, starts_on=date(2026, 11, 10))
    url = reverse("proposal-filled", args=[proposal.pk])
    sign_in(client, agency, "bagian_organisasi")
    assert client.post(url, {f"n{first.pk}": "1", f"n{second.pk}": "0"}).status_code == 403
    sign_in(client, agency, "staf_bkd")
    assert "Catat yang terisi" in page(client, "proposal-detail", proposal.pk)

    refused = client.post(url, {f"n{first.pk}": "3", f"n{second.pk}": "0"}).content.decode()
    assert "Yang terisi paling banyak 2" in refused
    assert client.post(url, {f"n{first.pk}": "1", f"n{second.pk}": "0"}).status_code == 302

    assert [line.filled for line in lines_of(proposal)] == [1, 0]
    body = page(client, "proposal-detail", proposal.pk)
    assert body.count('data-label="Terisi">1<') == 2
    later = analyse(agency)
    assert [result_of(later, line.position).f for line in (first, second)] == [1, 1]


def validated(client, agency, proposal):
    """Bring the proposal to the ministry's validation, both lines completed."""
    sign_in(client, agency, "staf_bkd")
    for line in lines_of(proposal):
        complete(client, proposal, line)
    sign_in(client, agency, "ppk")
    step(client, proposal, "ajukan")
    sign_in(client, agency, "staf_bkd")
    for code in ("verifikasi_bkn", "terbitkan_pertek", "validasi_menpanrb"):
        step(client, proposal, code)


def test_figures_are_saved_page_by_page_and_none_is_lost(client, agency, proposal, monkeypatch):
    monkeypatch.setattr(pages, "LINES_A_PAGE", 1)
    validated(client, agency, proposal)
    figures = reverse("proposal-figures", args=[proposal.pk])
    decree = {"decree": "SK 1/2026", "decree_on": "2026-11-20"}
    shown = [client.get(figures, {"hal": number}).context["rows"][0]["line"] for number in (1, 2)]

    refused = client.post(figures, {f"n{shown[0].pk}": "1", **decree}).content.decode()
    assert "Penetapan 1 jabatan pada halaman lain belum disimpan." in refused
    with agency_scope(agency):
        assert FormationProposal.objects.get().state == "menpanrb_validasi"
    # The refused page was saved all the same; a page that is left is saved by leaving it.
    left = client.post(f"{figures}?hal=2", {f"n{shown[1].pk}": "2", "simpan": "1"})
    assert left["Location"] == f"{figures}?hal=1"
    assert {line.pk: line.decided for line in lines_of(proposal)} == {shown[0].pk: 1, shown[1].pk: 2}
    assert client.get(figures).context["rows"][0]["value"] == 1

    client.post(figures, {f"n{shown[0].pk}": "0", **decree})

    assert {line.pk: line.decided for line in lines_of(proposal)} == {shown[0].pk: 0, shown[1].pk: 2}
    with agency_scope(agency):
        assert FormationProposal.objects.get().state == "ditetapkan"


def test_pages_not_saved_are_decided_as_recommended_only_when_asked(client, agency, proposal, monkeypatch):
    monkeypatch.setattr(pages, "LINES_A_PAGE", 1)
    validated(client, agency, proposal)
    figures = reverse("proposal-figures", args=[proposal.pk])
    first = client.get(figures).context["rows"][0]["line"]
    assert client.post(f"{figures}?apa=rekomendasi", {f"n{first.pk}": "1", "simpan": "2"})["Location"] == (
        f"{figures}?apa=rekomendasi&hal=2"
    )

    client.post(figures, {f"n{first.pk}": "1", "decree": "SK 1/2026", "decree_on": "2026-11-20", "rest": "on"})

    assert sorted(line.decided for line in lines_of(proposal)) == [1, 2]


def test_a_return_needs_a_reason_and_keeps_a_version(client, agency, proposal):
    sign_in(client, agency, "staf_bkd")
    for line in lines_of(proposal):
        complete(client, proposal, line)
    sign_in(client, agency, "ppk")
    step(client, proposal, "ajukan")
    sign_in(client, agency, "staf_bkd")

    assert "wajib disertai alasan" in step(client, proposal, "dikembalikan").content.decode()
    body = step(client, proposal, "dikembalikan", alasan="Rincian kurang.").content.decode()

    assert "Rincian kurang." in body
    with agency_scope(agency):
        again = FormationProposal.objects.get()
    assert (again.state, again.version) == ("draft", 2)


@pytest.mark.parametrize("what", ["berkas", "e-formasi", "siasn"])
def test_files_hold_the_lines_and_the_sample_mark(what, client, agency, city, proposal):
    sign_in(client, agency, "staf_bkd")
    for line in lines_of(proposal):
        complete(client, proposal, line)

    response = client.get(reverse("proposal-export", args=[proposal.pk, what]))

    book = python_calamine.CalamineWorkbook.from_filelike(BytesIO(b"".join(response.streaming_content)))
    flat = [str(cell) for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row]
    assert "DATA CONTOH" in flat
    assert city.short[0].job.name in flat


def test_files_wait_for_lines_that_the_page_names_and_links(client, agency, proposal):
    sign_in(client, agency, "staf_bkd")
    first, second = lines_of(proposal)
    complete(client, proposal, first)
    edit = reverse("proposal-line-edit", args=[proposal.pk, second.pk])
    siasn = reverse("proposal-export", args=[proposal.pk, "siasn"])

    body = page(client, "proposal-detail", proposal.pk)
    assert siasn not in body
    assert f'href="{edit}">{second.position.code}</a>: jenis pengadaan' in body
    refused = client.get(siasn, follow=True)
    assert refused.redirect_chain[0][0].endswith("?pilih=belum#berkas-judul")
    assert f"{second.position.code}: jenis pengadaan" in refused.content.decode()
    # Who only reads is told, without a way that is not theirs.
    sign_in(client, agency, "auditor")
    body = page(client, "proposal-detail", proposal.pk)
    assert edit not in body
    assert f">{second.position.code}</span>: jenis pengadaan" in body

    sign_in(client, agency, "staf_bkd")
    complete(client, proposal, second)
    assert siasn in page(client, "proposal-detail", proposal.pk)


def test_wrong_roles_units_and_agencies_stay_outside(client, agency, city, proposal):
    line = lines_of(proposal)[0]
    edit = reverse("proposal-line-edit", args=[proposal.pk, line.pk])
    sign_in(client, agency, "auditor")
    assert client.get(edit).status_code == 403
    assert step(client, proposal, "ajukan").status_code == 403

    sign_in(client, agency, "admin_unit", city.centre)
    body = page(client, "proposal-detail", proposal.pk)
    assert city.short[0].job.name not in body
    assert client.get(reverse("proposal-export", args=[proposal.pk, "berkas"])).status_code == 403

    jambi = AgencyFactory(code="1571", name="Pemerintah Kota Jambi", short_name="Jambi")
    sign_in(client, jambi, "staf_bkd")
    for url in (edit, reverse("proposal-detail", args=[proposal.pk]), reverse("proposal-figures", args=[proposal.pk])):
        assert client.get(url).status_code == 404
    sign_in(client, agency, "pegawai")
    assert client.get(reverse("proposal-list")).status_code == 403
