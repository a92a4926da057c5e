"""Local value, SIASN value and decree side by side: kept by the import, compared, listed, in scope only."""

import datetime
import io
from datetime import date

import pytest
from django.db import connection

from asnhr.imports.framework import Options, run
from asnhr.scope import agency_scope
from positions.imports.ranks import RankImporter
from positions.models import Employee, Incumbency, NameMapping, SiasnRecord
from positions.queries import siasn
from positions.queries.quality import own_codes
from tests.factories import positions as make
from tests.positions.test_import_employees import (
    DATA,
    HEADERS,
    ROWS,
    SIASN,
    TODAY,
    agency,
    changed,
    codes,
    file_of,
    load,
)

__all__ = ["agency"]
pytestmark = pytest.mark.django_db

NIP = "199803082023121901"
LATER = TODAY + datetime.timedelta(days=30)


def record(nip=NIP):
    return SiasnRecord.objects.get(employee__nip=nip)


def differing(day=LATER, fact=""):
    rows = siasn.differing(siasn.compared(Employee.objects.all(), day), fact)
    return {person.nip: person.differs for person in rows}


def lines(nip=NIP, day=LATER):
    person = siasn.compared(Employee.objects.filter(nip=nip), day).get()
    return {line.code: line for line in siasn.lines(person)}


# What the import keeps


def test_the_import_keeps_what_siasn_said_and_nothing_differs(agency):
    load(agency, SIASN)

    with agency_scope(agency):
        assert SiasnRecord.objects.count() == 120
        kept = record()
        assert kept.read_on == TODAY
        assert kept.unconfirmed == ""
        assert kept.facts["name"] == "SURYA GIRSANG"
        assert (kept.facts["rank"], kept.facts["job_id"]) == (
            21, Incumbency.objects.get(employee__nip=NIP).position.job_id,
        )  # fmt: skip
        assert differing() == {}


def test_no_nik_and_no_contact_is_kept(agency):
    load(agency, SIASN)

    with agency_scope(agency):
        person = Employee.objects.get(nip=NIP)
        text = str(list(SiasnRecord.objects.values_list("facts", flat=True)))
        assert person.nik
        assert person.nik not in text
        assert person.nik_hash not in text
        assert not {"nik", "email", "phone"} & set(record().facts)


def test_the_next_file_replaces_the_values(agency):
    load(agency, SIASN)
    promoted = changed(ROWS[0], GOL_AKHIR_NAMA="II/b", GOL_AKHIR_ID="22", TMT_GOLONGAN="01-01-2026")
    load(agency, file_of(promoted, *ROWS[1:]), day=LATER)

    with agency_scope(agency):
        assert SiasnRecord.objects.count() == 120
        assert (record().facts["rank"], record().facts["rank_since"]) == (22, "2026-01-01")
        assert set(SiasnRecord.objects.values_list("read_on", flat=True)) == {LATER}
        # The promotion waits for its decree in the history of ranks.
        assert differing() == {NIP: ["grade", "rank_since"]}
    ranks = io.BytesIO(f"nip;golongan;tmt golongan\n{NIP};II/b;01-01-2026\n".encode())
    assert run(RankImporter, ranks, agency_id=agency.pk, options=Options(today=LATER)).written
    with agency_scope(agency):
        assert differing() == {}


def test_agencies_that_contradict_the_kind_are_kept_until_a_file_says_otherwise(agency):
    """ACC_2 as BKN words it: warned of in the file, counted in the index, gone with the next file."""
    home = ROWS[0][HEADERS.index("INSTANSI INDUK ID")]
    away = "A" * len(home)
    for number, (kind, work, is_wrong) in enumerate(
        [("PNS Daerah", away, True), ("PNS DPK", away, False), ("PNS DPB", home, True), ("PNS Daerah", home, False)]
    ):
        row = changed(ROWS[0], JENIS_PEGAWAI_NAMA=kind, INSTANSI_KERJA_ID=work)
        result = load(agency, file_of(row), day=LATER + datetime.timedelta(days=number))

        with agency_scope(agency):
            kept = SiasnRecord.objects.get(employee__nip=NIP)
            assert kept.facts.get("lent_wrongly", False) is is_wrong
            assert ("ACC_2" in own_codes(kept.employee, LATER)) is is_wrong
        assert any("ACC_2" in found for found in codes(result).values()) is is_wrong


def test_the_same_file_on_the_same_day_changes_nothing(agency):
    load(agency, SIASN)
    with agency_scope(agency), connection.cursor() as cursor:
        cursor.execute("SELECT md5(string_agg(t::text || t.xmin, '|' ORDER BY id)) FROM positions_siasnrecord t")
        before = cursor.fetchone()
    load(agency, SIASN)

    with agency_scope(agency), connection.cursor() as cursor:
        cursor.execute("SELECT md5(string_agg(t::text || t.xmin, '|' ORDER BY id)) FROM positions_siasnrecord t")
        assert cursor.fetchone() == before


def test_lists_that_are_not_siasns_leave_the_values_alone(agency):
    load(agency, SIASN)
    with agency_scope(agency):
        before = list(SiasnRecord.objects.order_by("pk").values())

    load(agency, DATA / "template_nominatif_sintetis.csv", day=LATER)

    with agency_scope(agency):
        assert list(SiasnRecord.objects.order_by("pk").values()) == before


def test_an_unconfirmed_correction_stands_beside_the_register_until_it_is_confirmed(agency):
    load(agency, SIASN)
    wrong = changed(ROWS[0], GOL_AKHIR_NAMA="II/b", GOL_AKHIR_ID="22")

    refused = load(agency, file_of(wrong, *ROWS[1:]), day=LATER)
    assert not refused.written
    with agency_scope(agency):
        assert record().read_on == TODAY
        assert differing() == {}

    kept = load(agency, file_of(wrong, *ROWS[1:]), day=LATER, skip_rejected=True)
    assert kept.written
    with agency_scope(agency):
        assert Employee.objects.get(nip=NIP).rank == 21
        assert record().unconfirmed == "grade"
        assert differing() == {NIP: ["grade"]}
        line = lines()["grade"]
        assert (line.local, line.siasn, line.differs, line.unconfirmed) == ("II/a", "II/b", True, True)

    load(agency, file_of(wrong, *ROWS[1:]), day=LATER, confirm_corrections=True)
    with agency_scope(agency):
        assert record().unconfirmed == ""
        assert differing() == {}


def test_a_row_with_another_error_is_not_trusted(agency):
    load(agency, SIASN)
    unreadable = changed(ROWS[0], GOL_AKHIR_NAMA="II/b", GOL_AKHIR_ID="22", TMT_JABATAN="31-02-2024")
    load(agency, file_of(unreadable, *ROWS[1:]), day=LATER, skip_rejected=True)

    with agency_scope(agency):
        assert record().read_on == TODAY
        assert record().facts["rank"] == 21


def test_a_dry_run_keeps_nothing(agency):
    load(agency, SIASN, dry_run=True)

    with agency_scope(agency):
        assert not SiasnRecord.objects.exists()


def test_a_unit_admins_file_keeps_values_of_the_own_people_only(agency):
    from positions.models import Unit

    load(agency, SIASN)
    with agency_scope(agency):
        path = Unit.objects.get(name="Kecamatan Medan Belawan").path
        inside = set(Employee.objects.filter(unit__path__under=path).values_list("nip", flat=True))
    load(agency, SIASN, day=LATER, unit_paths=(path,), skip_rejected=True)

    with agency_scope(agency):
        touched = set(SiasnRecord.objects.filter(read_on=LATER).values_list("employee__nip", flat=True))
        assert touched
        assert touched <= inside


# What differs


def test_local_changes_after_the_file_differ_by_fact(agency):
    load(agency, SIASN)
    with agency_scope(agency):
        person = Employee.objects.get(nip=NIP)
        person.birth_date, person.legal_status, person.title_after = date(1998, 3, 9), "03", "S.T."
        person.save()
        job = make.JobFactory(agency=agency, name="Pengelola Layanan Operasional")
        held = Incumbency.objects.get(employee=person)
        position = make.PositionFactory(agency=agency, unit=held.position.unit, job=job)
        held.position, held.seat = position, make.SeatFactory(agency=agency, position=position)
        held.starts_on, held.decree, held.decree_on = date(2025, 12, 1), "821.2/77/2025", date(2025, 11, 20)
        held.save()

        # SIASN gives this person no title: a local one is no difference.
        assert differing() == {NIP: ["legal_status", "birth_date", "job", "job_since"]}
        assert set(differing(fact="job")) == {NIP}
        assert differing(fact="unit") == {}
        found = lines()
        assert (found["job"].local, found["job"].decree, found["job"].decree_on) == (
            "Pengelola Layanan Operasional", "821.2/77/2025", date(2025, 11, 20),
        )  # fmt: skip
        assert found["job_since"].local == date(2025, 12, 1)
        assert not found["nip"].differs


def test_capitals_and_another_wording_of_the_same_post_are_no_difference(agency):
    load(agency, SIASN)
    with agency_scope(agency):
        Employee.objects.filter(nip=NIP).update(name="Surya Girsang")
        job = Incumbency.objects.get(employee__nip=NIP).position.job
        type(job).objects.filter(pk=job.pk).update(name="Nama Baru yang Lain Sekali")

        assert differing() == {}


def test_an_unknown_title_and_unit_differ_until_they_are_mapped_and_imported_again(agency):
    load(agency, SIASN)
    row = changed(ROWS[0], UNOR_ID="", UNOR_NAMA="Kantor Camat Belawan", JABATAN_ID="", JABATAN_NAMA="Juru Antah")
    load(agency, file_of(row, *ROWS[1:]), day=LATER)

    with agency_scope(agency):
        assert differing() == {NIP: ["job", "unit"]}
        assert (lines()["job"].siasn, lines()["unit"].siasn) == ("Juru Antah", "Kantor Camat Belawan")
        post = Incumbency.objects.get(employee__nip=NIP).position
        for name in NameMapping.objects.all():
            setattr(name, name.kind, post.unit if name.kind == "unit" else post.job)
            name.save()

    load(agency, file_of(row, *ROWS[1:]), day=LATER)
    with agency_scope(agency):
        assert differing() == {}


def test_what_siasn_leaves_empty_differs_from_nothing(agency):
    load(agency, file_of(changed(ROWS[0], TMT_GOLONGAN="", PENDIDIKAN_NAMA="", PENDIDIKAN_ID="")))
    with agency_scope(agency):
        Employee.objects.filter(nip=NIP).update(rank_since=date(2024, 1, 1))

        assert differing() == {}
        assert lines()["rank_since"].siasn is None


def test_a_day_before_the_file_knows_no_values(agency):
    load(agency, SIASN, day=LATER)

    with agency_scope(agency):
        assert not siasn.compared(Employee.objects.all(), TODAY).exists()


def test_every_fact_has_a_test_and_a_value_on_both_sides():
    assert set(siasn._tests()) == set(SiasnRecord.Fact.values)
    assert HEADERS
