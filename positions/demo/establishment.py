"""Which positions a unit of the demo has, and how many people they need: patterns by kind of unit and by office."""

# Rows of tables stay on one line.
# ruff: noqa: E501

from dataclasses import dataclass
from random import Random

from positions.demo import story
from positions.demo.catalogue import JOBS
from positions.demo.units import UnitSpec, office_of


@dataclass
class Plan:
    """A position to be: K as decided, B as held; `need` fixes the newest modelled workload (a decimal as text)."""

    unit: UnitSpec
    job: str
    k: int
    b: int | None = None
    is_head: bool = False
    by_duty: bool = False
    need: str | None = None
    fixed: bool = False

    @property
    def code(self) -> str:
        return f"{self.unit.code}/{self.job}"

    @property
    def managerial(self) -> bool:
        return JOBS[self.job].group == "manajerial"


# Words of an office's name -> staff beside the managers, functional jobs with their K, executive jobs with weights.
OFFICES: tuple[tuple[str, int, dict[str, int], dict[str, int]], ...] = (
    ("Inspektorat", 26, {"JF-AUDITOR-PT": 8, "JF-AUDITOR-MU": 12}, {}),
    ("Sekretariat DPRD", 60, {"JF-PERANCANG-PT": 3, "JF-HUMAS-PT": 3}, {}),
    ("Pendidikan", 90, {"JF-ANALIS-KEBIJAKAN-PT": 4, "JF-PAMONG-BUDAYA-PT": 6, "JF-PRANATA-KOMPUTER-TR": 2}, {}),
    ("Kesehatan", 70, {"JF-ADMINKES-PT": 9, "JF-EPIDEMIOLOG-PT": 5, "JF-PERENCANA-PT": 2}, {"JP-PENGELOLA-KESEHATAN": 2}),
    ("Bina Marga", 190, {"JF-ANALIS-KEBIJAKAN-PT": 3, "JF-PERENCANA-PT": 2}, {"JP-JURU-SDA": 4, "JP-OPERATOR-ALAT": 3}),
    ("Pekerjaan Umum", 90, {"JF-PERENCANA-PT": 2}, {"JP-JURU-SDA": 4, "JP-OPERATOR-ALAT": 3}),
    ("Cipta Karya", 110, {"JF-PENATA-RUANG-PT": 6, "JF-PERENCANA-PT": 2}, {}),
    ("Polisi Pamong Praja", 300, {"JF-POLPP-TR": 120, "JF-POLPP-PT": 25}, {"JP-PRANATA-TRANTIBUM": 5, "JP-PENGELOLA-TRANTIBUM": 2}),
    ("Pemadam", 220, {"JF-PEMADAM-PM": 70, "JF-PEMADAM-TR": 50}, {}),
    ("Sosial", 55, {"JF-PENYULUH-SOSIAL-PT": 5, "JF-PEKSOS-PT": 6}, {}),
    ("Ketenagakerjaan", 50, {"JF-PENGANTAR-KERJA-PT": 6, "JF-MEDIATOR-HI-PT": 5}, {}),
    ("Keluarga Berencana", 70, {"JF-PENYULUH-KB-PT": 40, "JF-ANALIS-KEBIJAKAN-PT": 3}, {}),
    ("Pangan", 70, {"JF-PENYULUH-PERTANIAN-PT": 14, "JF-PENYULUH-PERIKANAN-PT": 6}, {}),
    ("Lingkungan Hidup", 190, {"JF-PEDAL-PT": 8}, {"JP-OPERATOR-ALAT": 2, "JP-OPERATOR-OPS": 8}),
    ("Kependudukan", 80, {"JF-ADB-PT": 6, "JF-PRANATA-KOMPUTER-TR": 3}, {}),
    ("Perhubungan", 220, {"JF-PKB-TR": 14, "JF-PERENCANA-PT": 2}, {"JP-PENGELOLA-TRANTIBUM": 1}),
    ("Komunikasi", 45, {"JF-PRANATA-KOMPUTER-PT": 6, "JF-PRANATA-KOMPUTER-MU": 3, "JF-HUMAS-PT": 5}, {"JP-PENATA-STI": 1}),
    ("Koperasi", 75, {"JF-PENGAWAS-KOPERASI-PT": 5, "JF-PENERA-TR": 5}, {}),
    ("Penanaman Modal", 60, {"JF-PENATA-PERIZINAN-PT": 10, "JF-PRANATA-KOMPUTER-PT": 2}, {}),
    ("Perpustakaan", 40, {"JF-PUSTAKAWAN-PT": 7, "JF-ARSIPARIS-PT": 4, "JF-ARSIPARIS-TR": 4}, {}),
    ("Pariwisata", 40, {"JF-ADYATAMA-PT": 5}, {}),
    ("Perencanaan Pembangunan", 45, {"JF-PERENCANA-PT": 10, "JF-PERENCANA-MU": 9, "JF-PERENCANA-MA": 3}, {}),
    ("Keuangan dan Aset", 85, {"JF-AKPD-PT": 8, "JF-AKPD-MU": 5}, {}),
    ("Pendapatan", 170, {"JF-AKPD-PT": 6, "JF-PRANATA-KOMPUTER-PT": 2}, {}),
    ("Kepegawaian", 40, {"JF-ANALIS-SDMA-PT": 10, "JF-ANALIS-SDMA-MU": 9, "JF-ANALIS-SDMA-MA": 2, "JF-PRANATA-KOMPUTER-TR": 2}, {}),
    ("Riset", 20, {"JF-PENELITI-PT": 4, "JF-ANALIS-KEBIJAKAN-MU": 3}, {}),
    ("Kesatuan Bangsa", 30, {"JF-ANALIS-KEBIJAKAN-PT": 3}, {}),
    ("Bencana", 45, {"JF-PPB-PT": 6}, {}),
    ("", 35, {"JF-ANALIS-KEBIJAKAN-PT": 2}, {}),
)  # fmt: skip
USUAL_EXECUTIVE = {
    "JP-PENELAAH": 2, "JP-PENGOLAH-DATA": 2, "JP-PENGADMINISTRASI": 2, "JP-PENATA-OPS": 1, "JP-PENGELOLA-OPS": 1,
    "JP-OPERATOR-OPS": 2,
}  # fmt: skip
BAGIAN_JF = {
    "Hukum": {"JF-PERANCANG-PT": 4}, "Organisasi": {"JF-ANALIS-KEBIJAKAN-PT": 4, "JF-ANALIS-KEBIJAKAN-MU": 3},
    "Pengadaan": {"JF-PPBJ-PT": 9, "JF-PPBJ-MU": 5}, "Protokol": {"JF-HUMAS-PT": 5},
    "Perencanaan": {"JF-PERENCANA-PT": 3},
}  # fmt: skip
SECTION_STAFF = {"Tata Pemerintahan": "JP-PENELAAH", "Ketenteraman": "JP-PRANATA-TRANTIBUM"}
PUSKESMAS = {
    "JF-DOKTER-PT": 3, "JF-DOKTER-GIGI-PT": 2, "JF-PERAWAT-TR": 9, "JF-PERAWAT-PT": 4, "JF-BIDAN-TR": 9,
    "JF-APOTEKER-PT": 1, "JF-NUTRISIONIS-TR": 2, "JF-SANITASI-TR": 2, "JF-LABORATORIUM-TR": 2, "JP-PENGADMINISTRASI": 3,
}  # fmt: skip
HOSPITAL = {
    "JF-DOKTER-PT": 22, "JF-DOKTER-MU": 16, "JF-DOKTER-MA": 8, "JF-DOKTER-GIGI-MU": 4, "JF-PERAWAT-TR": 90,
    "JF-PERAWAT-MH": 45, "JF-PERAWAT-PT": 50, "JF-PERAWAT-MU": 20, "JF-BIDAN-TR": 30, "JF-BIDAN-PT": 12,
    "JF-APOTEKER-PT": 8, "JF-APOTEKER-MU": 4, "JF-ASISTEN-APOTEKER-TR": 14, "JF-NUTRISIONIS-TR": 8,
    "JF-SANITASI-TR": 4, "JF-LABORATORIUM-TR": 18, "JF-PEREKAM-MEDIS-TR": 12, "JP-PENGOLAH-DATA": 10,
    "JP-PENGADMINISTRASI": 14, "JP-OPERATOR-OPS": 16,
}  # fmt: skip
PRIMARY = {
    "JF-GURU-PT-KELAS": 11,
    "JF-GURU-MU-KELAS": 9,
    "JF-GURU-MA-KELAS": 5,
    "JF-GURU-PT-PAI": 2,
    "JF-GURU-PT-PJOK": 2,
}
JUNIOR = {
    "JF-GURU-PT-MTK": 3, "JF-GURU-MU-MTK": 3, "JF-GURU-PT-IND": 3, "JF-GURU-MU-IND": 3, "JF-GURU-PT-ING": 5,
    "JF-GURU-MU-IPA": 5, "JF-GURU-MU-IPS": 4, "JF-GURU-PT-PPKN": 3, "JF-GURU-PT-PAI": 3, "JF-GURU-PT-PJOK": 3,
}  # fmt: skip
TINY_SCHOOL = {"JF-GURU-PT-KELAS": 7, "JF-GURU-MU-KELAS": 3, "JF-GURU-MA-KELAS": 2}


def plans(units: list[UnitSpec], rng: Random, *, size: float, tiny: bool) -> list[Plan]:
    """Return the positions of all open units. `size` scales the staff of offices (1 = Kota Medan)."""
    parents = {unit.code: unit.parent for unit in units}
    by_code = {unit.code: unit for unit in units}
    found: list[Plan] = []
    for unit in units:
        if unit.ends_on is None:
            office = by_code[office_of(unit.code, parents)]
            found += _of_unit(unit, office, rng, size, tiny)
    return found


def _scaled(k: int, size: float) -> int:
    return max(1, round(k * size))


def _heads(unit: UnitSpec, *jobs: str) -> list[Plan]:
    """The first of the jobs heads the unit."""
    return [Plan(unit, job, 1, is_head=place == 0) for place, job in enumerate(jobs)]


def _staff(unit: UnitSpec, jobs: dict[str, int], size: float) -> list[Plan]:
    return [Plan(unit, job, _scaled(k, size)) for job, k in jobs.items()]


def _of_unit(unit: UnitSpec, office: UnitSpec, rng: Random, size: float, tiny: bool) -> list[Plan]:
    small = 0.5 if tiny else 1.0
    match unit.kind:
        case "pemda":
            return []
        case "sekretariat" if unit.parent == office.parent:
            if unit.name == "Sekretariat DPRD":
                return _heads(unit, "JS-SEKWAN") + _office_staff(unit, size)
            return _heads(unit, "JS-SEKDA", "JS-STAFAHLI-1", "JS-STAFAHLI-2", "JS-STAFAHLI-3")
        case "sekretariat":
            head = {"kecamatan": "JS-SEKCAM", "badan": "JS-SEKBAN", "satuan": "JS-SEKSAT"}.get(office.kind, "JS-SEKDIS")
            return _heads(unit, head)
        case "asisten":
            return _heads(unit, f"JS-ASISTEN-{unit.code[-1]}")
        case "inspektorat":
            jobs = ("JS-INSPEKTUR", "JS-SEKINSP", *(f"JS-IRBAN-{n}" for n in range(1, 5)))
            return _heads(unit, *jobs) + _office_staff(unit, size)
        case "dinas" | "badan" | "satuan":
            head = {"dinas": "JS-KADIS", "badan": "JS-KABAN", "satuan": "JS-KASAT"}[unit.kind]
            return _heads(unit, head) + _office_staff(unit, size)
        case "bagian":
            special = next((jobs for word, jobs in BAGIAN_JF.items() if word in unit.name), {})
            usual = {"JP-PENELAAH": 3, "JP-PENGOLAH-DATA": 3, "JP-PENGADMINISTRASI": 3}
            return _heads(unit, "JS-KABAG") + _staff(unit, special | usual, size)
        case "bidang":
            return _heads(unit, "JS-KABID") + _staff(unit, {"JP-PENELAAH": 3, "JP-PENGOLAH-DATA": 2}, size)
        case "subbagian":
            in_district = office.kind == "kecamatan"
            head = _heads(unit, "JS-KASUBBAGCAM" if in_district else "JS-KASUBBAG")
            money = "Keuangan" in unit.name
            job = "JP-PENGOLAH-DATA" if money else "JP-PENGADMINISTRASI"
            extra = {} if in_district else ({"JP-PENELAAH": 2} if money else {"JF-ARSIPARIS-TR": 1})
            return head + _staff(unit, {job: 2 if in_district else 4} | extra, small if in_district else size)
        case "seksi":
            job = next((job for word, job in SECTION_STAFF.items() if word in unit.name), "JP-PENGOLAH-DATA")
            return [*_heads(unit, "JS-KASI"), Plan(unit, job, 1 if tiny else rng.choice((1, 2, 2)))]
        case "upt":
            return _heads(unit, "JS-KAUPT") + _staff(unit, {"JP-JURU-SDA": 30, "JP-OPERATOR-ALAT": 12}, size)
        case "kecamatan":
            return _heads(unit, "JS-CAMAT")
        case "kelurahan":
            heads = _heads(unit, "JS-LURAH", "JS-SEKLUR", "JS-KASILUR")
            return [*heads, Plan(unit, "JP-PENGADMINISTRASI", 1 if tiny else rng.choice((1, 2, 2, 3)))]
        case "puskesmas":
            head = Plan(unit, "JT-KAPUS", 1, is_head=True, by_duty=True)
            return [head, *_staff(unit, PUSKESMAS, small * rng.uniform(0.8, 1.2))]
        case "rsud":
            return _heads(unit, "JS-DIREKTUR") + _staff(unit, HOSPITAL, 1.0 if "Pirngadi" in unit.name else 0.55)
        case "sekolah":
            junior = ".SMP." in unit.code
            head = Plan(unit, "JT-KEPSEK-SMP" if junior else "JT-KEPSEK-SD", 1, is_head=True, by_duty=True)
            teachers = JUNIOR if junior else TINY_SCHOOL if tiny else PRIMARY
            return [head, *_staff(unit, teachers, 0.4 if tiny and junior else 1.0 if tiny else rng.uniform(0.75, 1.2))]
    raise ValueError(f"no pattern for a unit of kind {unit.kind}")


def _office_staff(unit: UnitSpec, size: float) -> list[Plan]:
    staff, functional, special = next(row[1:] for row in OFFICES if row[0] in unit.name)
    executive = USUAL_EXECUTIVE | special
    total = sum(executive.values())
    found = _staff(unit, functional, size)
    found += [Plan(unit, job, _scaled(max(1, round(staff * share / total)), size)) for job, share in executive.items()]
    return found


def with_story(found: list[Plan]) -> list[Plan]:
    """Set the figures the story of Kota Medan needs, and add its posts."""
    by_code = {plan.code: plan for plan in found}
    by_unit = {plan.unit.code: plan.unit for plan in found}

    def fix(code: str, k: int, b: int, need: str | None = None) -> None:
        plan = by_code.get(code)
        if plan is None:
            unit, _, job = code.partition("/")
            plan = Plan(by_unit[unit], job, k)
            by_code[code] = plan
            found.append(plan)
        plan.k, plan.b, plan.need, plan.fixed = k, b, need, True

    fix(story.NURSES, story.NURSES_NEED, story.NURSES_HOLDERS, f"{story.NURSES_NEED}.1")
    fix(story.SURPLUS_TEACHERS, 8, 11)
    fix(story.SHORT_TEACHERS, 10, 6)
    fix(story.FADING, 1, 1, story.FADING_NEEDS[0])
    fix(story.FADING_TARGET, 2, 1, "2.1")
    fix(story.MISPLACED, 2, 2, "2.1")
    fix(story.LACKING, story.LACKING_NEED, story.LACKING_HOLDERS, f"{story.LACKING_NEED}.2")
    fix(story.VACANT_SECRETARY, 1, 0)
    fix(story.SUPERIOR, 1, 1)
    fix(story.SECRETARY, 1, 1)
    fix(story.ONLY_AUDITOR, 1, 1, "1.05")
    return found
