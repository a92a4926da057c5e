"""What migration 0003 leaves in the national tables."""

import importlib

import pytest

from positions.models import Competency, Education, EducationLevel, ReferenceJob
from positions.rules.levels import EDUCATION_LEVELS

pytestmark = pytest.mark.django_db
migration = importlib.import_module("positions.migrations.0003_reference_data")


def test_education_levels_have_the_order_of_the_rules():
    stored = list(EducationLevel.objects.order_by("code").values_list("code", "order"))
    assert stored == [(level.id, level.order) for level in sorted(EDUCATION_LEVELS, key=lambda level: level.id)]


def test_all_educations_are_there_with_a_field():
    assert Education.objects.count() == 26_869
    assert not Education.objects.filter(field="").exists()
    found = Education.objects.get(siasn_id="ff80808147e76ffd0147f25421a11f19")
    assert (found.level_id, found.name) == ("40", "S-1/A-IV PENDIDIKAN AGAMA ISLAM (TARBIYAH)")
    assert found.field == "PENDIDIKAN AGAMA ISLAM (TARBIYAH)"


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("S-1 TEKNIK INFORMATIKA", "TEKNIK INFORMATIKA"),
        ("S-1/A-IV ilmu  hukum", "ILMU HUKUM"),
        ("S-1/D-IV KEBIDANAN", "KEBIDANAN"),
        ("D-IV/S-1 GIZI", "GIZI"),
        ("D-III/A-III KEPERAWATAN", "KEPERAWATAN"),
        ("S.M HUKUM", "HUKUM"),
        ("SMK/MAK ANIMASI", "ANIMASI"),
        ("SLTA KEJURUAN - STM MEKANIK UMUM", "STM MEKANIK UMUM"),
        ("PROFESI NERS", "NERS"),
        ("S-2 SPESIALIS I UROLOG", "SPESIALIS I UROLOG"),
        # Only a level: nothing would be left.
        ("SLTA KEJURUAN", "KEJURUAN"),
        ("SMA", "SMA"),
        # Words that merely begin like a level stay.
        ("SMAK LAMPUNG", "SMAK LAMPUNG"),
        ("AKADEMI KEPERAWATAN", "AKADEMI KEPERAWATAN"),
        ("D-III", "D-III"),
    ],
)
def test_field_is_the_name_without_its_level(name, field):
    assert migration.field_of(name) == field


def test_functional_jobs():
    functional = ReferenceJob.objects.exclude(level="PELAKSANA")
    assert functional.count() == 1_711
    assert functional.filter(is_current=True).count() == 1_316
    # Rows without a level are old or deleted ones.
    assert functional.filter(level="").count() == 21
    assert not functional.filter(level="", is_current=True).exists()
    assert not functional.filter(siasn_retirement_age=0).exists()
    planner = functional.get(name="Perencana Ahli Madya", is_current=True)
    assert (planner.level, planner.job_class, planner.classification) == ("AHLI_MADYA", 12, "Keahlian")
    assert "ATR/BPN" in planner.source
    analyst = functional.get(name="Analis Sumber Daya Manusia Aparatur Ahli Muda", is_current=True)
    assert analyst.job_class == 10
    nurse = functional.get(name="Perawat Terampil", is_current=True)
    assert (nurse.level, nurse.job_class) == ("TERAMPIL", 6)
    assert "nilai baku" in nurse.source


def test_executive_jobs():
    executive = ReferenceJob.objects.filter(level="PELAKSANA")
    assert executive.count() == 113
    assert executive.filter(job_class__isnull=False).count() == 53
    clerk = executive.get(name="Pengadministrasi Perkantoran")
    assert (clerk.job_class, clerk.classification, clerk.is_current) == (5, "Klerek", True)


def test_competencies_have_five_levels_each():
    assert Competency.objects.count() == 9
    for competency in Competency.objects.all():
        assert competency.definition
        assert sorted(competency.levels) == ["1", "2", "3", "4", "5"]
        assert all(level["name"] and level["text"] for level in competency.levels.values())
