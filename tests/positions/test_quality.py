"""Data quality of registers with known defects; the figures that are kept; who may ask for it, by hand and at night."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from asnhr.errors import NotAllowed
from asnhr.models import Agency, AgencyParameter, Run
from asnhr.scope import agency_scope
from asnhr.services import Progress, execute
from positions import models
from positions.models import QualityIndex, QualityProblem
from positions.queries import quality as queries
from positions.rules import data_quality as rules
from positions.services import quality
from positions.tasks import dispatch_quality
from tests.factories import positions as make
from tests.factories.asnhr import AgencyFactory
from tests.roles import user_with, with_access

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    monkeypatch.setattr("asnhr.dates.today", lambda: DAY)


@pytest.fixture
def agency():
    return AgencyFactory()


@pytest.fixture
def scope(agency):
    with agency_scope(agency):
        yield


def sound(agency, unit, number=1, **facts):
    """A person of whom nothing is wrong but, without a post, COM_2."""
    good = {
        "status": "PNS",
        "nip": f"198501012010011{number:03}" if number < 1000 else f"19850102201001{1}{number - 1000:03}",
        "name": f"Pegawai {number}", "birth_date": date(1985, 1, 1 + number // 1000), "sex": "M",
        "nik_hash": f"{number:064}", "email": "a@contoh.go.id", "phone": "081234", "title_after": "S.E.",
        "cpns_on": date(2010, 1, 1), "pns_on": date(2011, 4, 1), "education_level_id": "40", "rank": 33,
    }  # fmt: skip
    return models.Employee(agency=agency, unit=unit, **(good | facts))


def give_skp(agency):
    """A predicate of last year for everybody: COM_1 has nothing to find."""
    models.YearlyPredicate.objects.bulk_create(
        models.YearlyPredicate(agency=agency, employee=person, year=DAY.year - 1, predicate=2)
        for person in models.Employee.objects.filter(agency=agency, predicates=None)
    )


def hold(agency, unit, person, **job):
    """Put a person on a post of their own."""
    position = make.PositionFactory(agency=agency, unit=unit, job=make.JobFactory(agency=agency, **job))
    return make.IncumbencyFactory(agency=agency, position=position, employee=person, starts_on=date(2020, 1, 1))


def compute(agency, day=DAY):
    give_skp(agency)
    return quality.compute(agency.pk, day, Progress())


def codes_of(person):
    return set(QualityProblem.objects.filter(employee=person).values_list("code", flat=True))


@pytest.mark.usefixtures("scope")
class TestExamples:
    @pytest.fixture
    def thousand(self, agency):
        """E23: 1,000 employees, 100 of them without a position, nothing else wrong."""
        unit = make.UnitFactory(agency=agency)
        people = models.Employee.objects.bulk_create(sound(agency, unit, number) for number in range(1, 1001))
        position = make.PositionFactory(agency=agency, unit=unit)
        seats = models.Seat.objects.bulk_create(
            models.Seat(agency=agency, position=position, number=number, starts_on=date(2020, 1, 1))
            for number in range(1, 901)
        )
        models.Incumbency.objects.bulk_create(
            models.Incumbency(
                agency=agency, position=position, seat=seat, employee=person, kind="definitif",
                starts_on=date(2020, 1, 1),
            )
            for seat, person in zip(seats, people, strict=False)
        )  # fmt: skip

    def test_e23(self, agency, thousand):
        compute(agency)

        found = QualityIndex.objects.get(agency=agency, unit=None)
        assert (found.employees, found.affected, found.counts) == (1000, 100, {"COM_2": 100})
        assert (found.completeness, found.total) == (Decimal("97.50"), Decimal("99.30"))
        assert found.timeliness == found.accuracy == found.consistency == Decimal("100.00")
        assert (found.treatment, found.missing, found.total_if_clean) == ("dikeluarkan", [], found.total)

    def test_an_indicator_without_its_table_is_left_out_or_counts_as_clean(self, agency, thousand, monkeypatch):
        """COM_2 carries a part of what COM_1 weighs; the figure of E23 stands beside."""
        monkeypatch.setattr(queries, "UNKNOWN", frozenset({"COM_1"}))
        compute(agency)
        found = QualityIndex.objects.get(agency=agency, unit=None)
        assert (found.completeness, found.missing) == (Decimal("96.88"), ["COM_1"])
        assert found.total_if_clean == Decimal("99.30")
        weight = QualityProblem.objects.filter(code="COM_2").first().weight
        AgencyParameter.objects.create(
            agency=agency, code="ikd.unknown", value="nol", starts_on=date(2026, 1, 1), decree="Keputusan 1"
        )
        compute(agency)
        assert QualityIndex.objects.get(agency=agency, unit=None).total == Decimal("99.30")
        # 0.28 × 25 ÷ 80, then 0.28 × 25 ÷ 100.
        assert (weight, QualityProblem.objects.filter(code="COM_2").first().weight) == (87_500, 70_000)

    @pytest.mark.parametrize(
        ("code", "standing", "rows"),
        [
            ("COM_1", "01", ()),
            ("TIM_2", "01", [("Appointment", {"formation_group": "fungsional"})]),
            ("TIM_6", "02", [("UnpaidLeave", {"starts_on": date(2024, 1, 1), "ends_on": date(2025, 1, 1)})]),
            ("ACC_2", "01", [("SiasnRecord", {"facts": {"lent_wrongly": True}, "read_on": DAY})]),
        ],
    )
    def test_one_defect_of_a_personnel_file(self, code, standing, rows, agency):
        unit = make.UnitFactory(agency=agency)
        person = sound(agency, unit, legal_status=standing)
        person.save()
        hold(agency, unit, person, group="pelaksana", level="PELAKSANA")
        for model, facts in rows:
            getattr(models, model).objects.create(agency=agency, employee=person, **facts)
        if code == "COM_1":
            quality.compute(agency.pk, DAY, Progress())
        else:
            compute(agency)

        assert codes_of(person) == {code}

    @pytest.mark.parametrize(
        ("facts", "is_found"),
        [
            # Rightly lent: the agency of work is another one, as DPK and DPB mean it.
            ({"kind": "dpk", "agency_name": "KPU"}, False),
            ({"kind": "dpb", "agency_name": "KPU", "direction": "masuk"}, False),
            ({"kind": "dpk", "agency_name": " pemerintah  kota medan"}, True),
            ({"kind": "dpb", "agency_name": "Pemerintah Kota Medan", "direction": "masuk"}, True),
            ({"kind": "penugasan", "agency_name": "Pemerintah Kota Medan"}, False),
            ({"kind": "dpk", "agency_name": "Pemko", "agency_siasn_id": "a1b2"}, True),
            ({"kind": "dpk", "agency_name": "Pemerintah Kota Medan", "agency_siasn_id": "FFFF"}, False),
            ({"kind": "dpk", "agency_name": "Pemerintah Kota Medan", "ends_on": DAY}, False),
        ],
    )
    def test_being_lent_counts_only_where_the_other_agency_is_the_own_one(self, facts, is_found, agency):
        Agency.objects.filter(pk=agency.pk).update(name="Pemerintah Kota Medan", siasn_id="A1B2")
        unit = make.UnitFactory(agency=agency)
        person = sound(agency, unit)
        person.save()
        hold(agency, unit, person, group="pelaksana", level="PELAKSANA")
        models.Secondment.objects.create(agency=agency, employee=person, starts_on=date(2025, 1, 1), **facts)
        compute(agency)

        assert codes_of(person) == ({"ACC_2"} if is_found else set())

    @pytest.mark.parametrize(
        ("kind", "home", "work", "said"),
        [
            ("PNS DPK", "A", "A", True), ("PNS Daerah", "A", "B", True), ("", "A", "B", True),
            ("DPB pada instansi lain", "A", "B", False), ("PNS Daerah", "A", "A", False), ("PNS DPK", "A", "", None),
        ],
    )  # fmt: skip
    def test_kind_and_agencies_of_a_siasn_row_as_bkn_words_it(self, kind, home, work, said):
        assert rules.is_lent_wrongly(kind, home, work) is said

    @pytest.mark.parametrize(
        ("code", "facts"),
        [
            ("COM_3", {"education_level_id": None}),
            ("COM_4", {"pns_on": None}),
            ("COM_5", {"title_after": ""}),
            ("COM_6", {"email": "a@contoh"}),
            ("COM_7", {"phone": ""}),
            ("TIM_3", {"status": "CPNS", "pns_on": None}),
            ("ACC_1", {"pns_on": date(2009, 12, 1)}),
            ("ACC_5", {"nik_hash": ""}),
            ("ACC_5", {"nik_validated": False}),
            ("CON_1", {"cpns_on": date(2010, 2, 1)}),
            ("CON_2", {"birth_date": date(1985, 1, 2)}),
            ("CON_3", {"sex": "F"}),
            ("ACC_4", {"status": "PPPK", "nip": "198501012021211001", "cpns_on": None, "rank": None}),
            ("ACC_7", {"status": "PPPK", "nip": "198501012017211001", "cpns_on": None, "rank": None,
                       "legal_status": "71"}),
            ("CON_4", {"status": "PPPK", "nip": "198501012021211001", "cpns_on": date(2022, 3, 1), "pns_on": None,
                       "rank": None, "legal_status": "71"}),
            ("N5", {"nip": "198501012010011000"}),
            ("N6", {"nip": "200101012010011001", "birth_date": date(2001, 1, 1)}),
            ("STATUS_BUKAN_NIP", {"status": "PPPK", "legal_status": "71", "cpns_on": None, "rank": None,
                                  "nip": "198501012021051001"}),
        ],
    )  # fmt: skip
    def test_one_defect_of_a_person(self, code, facts, agency):
        unit = make.UnitFactory(agency=agency)
        person = sound(agency, unit, **facts)
        person.save()
        hold(agency, unit, person)
        compute(agency)

        assert codes_of(person) == {code}
        assert queries.own_codes(person, DAY) == [code]

    @pytest.mark.parametrize(
        ("code", "facts", "job"),
        [
            ("ACC_3", {"cpns_on": date(2025, 1, 1), "nip": "198501012025011001", "pns_on": date(2026, 1, 1)},
             {"group": "manajerial", "level": "PENGAWAS"}),
            ("ACC_6", {"education_level_id": "15"}, {"group": "manajerial", "level": "PENGAWAS"}),
            ("ACC_6", {"education_level_id": "30"}, {"group": "manajerial", "level": "ADMINISTRATOR"}),
            ("ACC_8", {"education_level_id": "30"}, {"group": "fungsional", "level": "AHLI_PERTAMA"}),
            ("ACC_8", {"education_level_id": "15"},
             {"group": "fungsional", "level": "TERAMPIL", "education_level_id": "30"}),
            ("ACC_10", {"rank": 41}, {"group": "manajerial", "level": "JPT_PRATAMA"}),
            ("TIM_5", {"birth_date": date(1968, 10, 31), "nip": "196810312010011001"}, {}),
        ],
    )  # fmt: skip
    def test_one_defect_of_a_post(self, code, facts, job, agency):
        unit = make.UnitFactory(agency=agency)
        person = sound(agency, unit, **facts)
        person.save()
        hold(agency, unit, person, **job)
        compute(agency)

        assert codes_of(person) == {code}

    def test_who_turns_58_this_month_is_still_in_time(self, agency):
        unit = make.UnitFactory(agency=agency)
        person = sound(agency, unit, birth_date=date(1968, 11, 1), nip="196811012010011001")
        person.save()
        hold(agency, unit, person)
        compute(agency)

        assert codes_of(person) == set()

    def test_two_on_one_managerial_seat_a_closed_unit_and_a_borrowed_title(self, agency):
        unit = make.UnitFactory(agency=agency)
        one, other, third, fourth = (sound(agency, unit, number) for number in range(1, 5))
        for person in (one, other, third, fourth):
            person.save()
        first = hold(agency, unit, one, group="manajerial", level="PENGAWAS")
        beyond = make.SeatFactory(agency=agency, position=first.position, kind="di_luar_formasi")
        make.IncumbencyFactory(agency=agency, position=first.position, seat=beyond, employee=other)
        closed = make.UnitFactory(agency=agency, ends_on=DAY)
        hold(agency, closed, third)
        models.Employee.objects.filter(pk=third.pk).update(unit=closed)
        models.ReferenceJob.objects.create(name="Arsiparis Terampil", level="TERAMPIL", source="uji")
        hold(agency, unit, fourth, name="ARSIPARIS  TERAMPIL")
        compute(agency)

        assert [codes_of(each) for each in (one, other, third, fourth)] == [{"TIM_4"}, {"TIM_4"}, {"TIM_1"}, {"ACC_9"}]

    def test_duplicates(self, agency):
        unit = make.UnitFactory(agency=agency)
        people = [
            sound(agency, unit, 1, nip_old="131111111"), sound(agency, unit, 2, nip_old="131111111"),
            sound(agency, unit, 3, nik_hash="f" * 64), sound(agency, unit, 4, nik_hash="f" * 64),
            sound(agency, unit, 5, name="Siti  Aminah"), sound(agency, unit, 6, name="SITI AMINAH "),
            # Left: no double of anybody.
            sound(agency, unit, 7, name="Pegawai 3", exits_on=DAY, exit_reason="pindah"),
        ]  # fmt: skip
        for person in people:
            person.save()
        compute(agency)

        found = [codes_of(each) - {"COM_2"} for each in people]
        assert found == [{"NIP_LAMA_GANDA"}] * 2 + [{"NIK_GANDA"}] * 2 + [{"ORANG_GANDA"}] * 2 + [set()]
        # Outside the index.
        assert QualityIndex.objects.get(agency=agency, unit=None).counts == {"COM_2": 6}

    def test_an_empty_agency_has_no_index(self, agency):
        assert compute(agency)["employees"] == 0
        assert not QualityIndex.objects.exists()


@pytest.mark.usefixtures("scope")
class TestKept:
    def test_a_day_is_replaced_other_days_stay(self, agency):
        root = make.UnitFactory(agency=agency)
        unit = make.UnitFactory(agency=agency, parent=root)
        person = sound(agency, unit)
        person.save()
        nobody = sound(agency, None, 2)
        nobody.save()
        compute(agency, DAY - timedelta(days=1))
        models.Employee.objects.filter(pk=person.pk).update(phone="")
        compute(agency)
        compute(agency)
        hold(agency, unit, person)
        compute(agency)

        rows = {(row.day, row.unit_id): row.counts for row in QualityIndex.objects.filter(agency=agency)}
        yesterday = DAY - timedelta(days=1)
        assert rows == {
            (yesterday, None): {"COM_2": 2}, (yesterday, root.pk): {"COM_2": 1}, (yesterday, unit.pk): {"COM_2": 1},
            (DAY, None): {"COM_2": 1, "COM_7": 1}, (DAY, root.pk): {"COM_7": 1}, (DAY, unit.pk): {"COM_7": 1},
        }  # fmt: skip
        found = set(QualityProblem.objects.values_list("employee_id", "code", "since"))
        assert found == {(person.pk, "COM_7", DAY), (nobody.pk, "COM_2", yesterday)}

    def test_an_unchanged_register_leaves_the_findings_alone(self, agency):
        sound(agency, make.UnitFactory(agency=agency)).save()
        compute(agency)
        before = set(QualityProblem.objects.values_list("pk", "since"))
        compute(agency, DAY + timedelta(days=1))

        assert set(QualityProblem.objects.values_list("pk", "since")) == before


class TestRuns:
    def test_who_may_ask_and_what_comes_of_it(self, agency):
        with agency_scope(agency):
            unit = make.UnitFactory(agency=agency)
            sound(agency, unit).save()
            give_skp(agency)
        for role in ("auditor", "petugas_pdp", "pegawai"):
            user = user_with(agency, role)
            with agency_scope(agency, user.pk), pytest.raises(NotAllowed):
                quality.request_quality(agency, with_access(user, agency))
        # Also of one unit only: what is computed is the agency all the same.
        staff = user_with(agency, "admin_unit", unit)
        with agency_scope(agency, staff.pk):
            run, is_new = quality.request_quality(agency, with_access(staff, agency))
            again, is_second = quality.request_quality(agency, with_access(staff, agency))
        assert (is_new, is_second, again.pk) == (True, False, run.pk)

        execute(agency_id=agency.pk, run_id=run.pk, heartbeat=False)

        with agency_scope(agency):
            run.refresh_from_db()
            assert (run.state, run.result_path) == ("selesai", "/kualitas-data/")
            assert run.counts == {"employees": 1, "affected": 1, "problems": 1, "units": 1}
            assert (run.done, run.total) == (3, 3)

    def test_every_night_each_agency_is_asked_for(self, agency):
        other = AgencyFactory(code="1571", name="Jambi")
        dispatch_quality()
        dispatch_quality()

        for each in (agency, other):
            with agency_scope(each):
                assert Run.objects.filter(agency=each, kind="quality").count() == 1

    def test_another_agency_neither_counts_nor_is_touched(self, agency):
        jambi = AgencyFactory(code="1571", name="Jambi")
        with agency_scope(jambi):
            sound(jambi, make.UnitFactory(agency=jambi), nik_hash="e" * 64).save()
            compute(jambi)
        with agency_scope(agency):
            person = sound(agency, make.UnitFactory(agency=agency), nik_hash="e" * 64)
            person.save()
            compute(agency)
            assert codes_of(person) == {"COM_2"}
            assert QualityIndex.objects.count() == 2
        with agency_scope(jambi):
            assert QualityProblem.objects.count() == 1
