"""The unit trees: Kota Medan from its list, with schools and the units merged in 2022; Kota Jambi modelled."""

import csv
from dataclasses import dataclass, field
from datetime import date

from positions.demo import story
from positions.demo.story import DATA

OLD = date(2009, 1, 1)
KINDS = {
    "Pemda": "pemda", "Sekretariat": "sekretariat", "Asisten": "asisten", "Inspektorat": "inspektorat",
    "Dinas": "dinas", "Badan": "badan", "Bagian": "bagian", "Bidang": "bidang", "Subbagian": "subbagian",
    "Seksi": "seksi", "Satuan": "satuan", "UPT": "upt", "UPT Puskesmas": "puskesmas",
    "Puskesmas Pembantu": "puskesmas", "RSUD": "rsud", "Kecamatan": "kecamatan", "Kelurahan": "kelurahan",
}  # fmt: skip


@dataclass
class UnitSpec:
    """A unit as it stands (or stood); `former_parents` are (parent code, from, until), older ones first."""

    code: str
    name: str
    kind: str
    parent: str | None
    region: str = ""
    is_model: bool = False
    starts_on: date = OLD
    ends_on: date | None = None
    successor: str | None = None
    former_parents: list[tuple[str, date, date]] = field(default_factory=list)


# Districts with their schools in the full demo: (primary, junior secondary).
PRIMARY_SCHOOLS, JUNIOR_SCHOOLS = 10, 2


def medan(scale: str) -> list[UnitSpec]:
    """Return the units, parents before children. The tiny scale keeps what the story needs."""
    with (DATA / "unor_kota_medan.csv").open(encoding="utf-8", newline="") as file:
        units = [
            UnitSpec(
                code=row["kode"],
                name=row["nama"],
                kind=KINDS[row["jenis"]],
                parent=row["kode_induk"] or None,
                region=row["kode_wilayah"],
                is_model=row["status_data"] == "model",
            )  # fmt: skip
            for row in csv.DictReader(file)
        ]
    if scale == "tiny":
        units = [unit for unit in units if _in_tiny_medan(unit.code)]
    units += _schools(units, "1271.04", tiny=scale == "tiny", first_number=60_801)
    return _in_order(units + _merged(units))


def _in_tiny_medan(code: str) -> bool:
    offices = ("1271.01", "1271.03", "1271.04", "1271.14", "1271.16", "1271.17", "1271.20", "1271.22", "1271.26")
    if code in ("1271", "1271.05", "1271.05.P40", "1271.05.P12"):
        return True
    districts = (story.DISTRICT, story.CENTRE, "1271.K07")
    if code.startswith("1271.K"):
        # Of the district of the story every kelurahan, of the other two the first.
        return code.startswith(districts) and (
            ".L" not in code or code.startswith(story.DISTRICT) or code.endswith("L1001")
        )
    return code.startswith(offices)


def _schools(units: list[UnitSpec], office: str, *, tiny: bool, first_number: int) -> list[UnitSpec]:
    """Return modelled schools: plausible numbers, spread over the districts."""
    districts = [unit for unit in units if unit.kind == "kecamatan"]
    found, number = [], first_number
    for order, district in enumerate(districts):
        letter = district.code.rpartition(".")[2]
        primaries = 2 if tiny else PRIMARY_SCHOOLS + (order % 3 == 0)
        for n in range(1, primaries + 1):
            found.append(
                UnitSpec(
                    code=f"{office}.SD.{letter}.{n}",
                    name=f"UPT SD Negeri {number:06d} {district.name[10:]}",
                    kind="sekolah",
                    parent=office,
                    region=district.region,
                    is_model=True,
                )  # fmt: skip
            )
            number += 1
        for n in range(1, (1 if tiny else JUNIOR_SCHOOLS) + 1):
            found.append(
                UnitSpec(
                    code=f"{office}.SMP.{letter}.{n}",
                    kind="sekolah",
                    parent=office,
                    region=district.region,
                    is_model=True,
                    name=f"UPT SMP Negeri {order * JUNIOR_SCHOOLS + n} {district.name[10:]}",
                )  # fmt: skip
            )
    return found


def _merged(units: list[UnitSpec]) -> list[UnitSpec]:
    """Close the units of before the merger, point them at their successor, and hang schools where they hung."""
    by_code = {unit.code: unit for unit in units}
    closed = []
    for successor, names in story.MERGED.items():
        if successor not in by_code:
            continue
        for number, name in enumerate(names, 1):
            closed.append(
                UnitSpec(
                    code=story.merged_code(successor, number),
                    name=name,
                    kind="dinas",
                    parent="1271",
                    successor=successor,
                    ends_on=story.MERGED_ON,
                    is_model=True,
                )  # fmt: skip
            )
        by_code[successor].starts_on = story.MERGED_ON
        for unit in units:
            if unit.parent == successor and unit.kind == "sekolah":
                unit.former_parents = [(story.merged_code(successor, 1), OLD, story.MERGED_ON)]
            elif unit.code.startswith(f"{successor}."):
                unit.starts_on = story.MERGED_ON
    return closed


# Kota Jambi: no list of its offices was found, so all of them are modelled on the national pattern.
JAMBI_OFFICES = (
    ("01", "Sekretariat Daerah", "sekretariat"), ("02", "Inspektorat", "inspektorat"),
    ("03", "Dinas Pendidikan", "dinas"), ("04", "Dinas Kesehatan", "dinas"),
    ("05", "Dinas Pekerjaan Umum dan Penataan Ruang", "dinas"), ("06", "Dinas Perhubungan", "dinas"),
    ("07", "Dinas Komunikasi dan Informatika", "dinas"), ("08", "Dinas Lingkungan Hidup", "dinas"),
    ("09", "Dinas Kependudukan dan Pencatatan Sipil", "dinas"), ("10", "Satuan Polisi Pamong Praja", "satuan"),
    ("11", "Badan Perencanaan Pembangunan Daerah", "badan"),
    ("12", "Badan Kepegawaian dan Pengembangan Sumber Daya Manusia Daerah", "badan"),
)  # fmt: skip


def jambi(scale: str) -> list[UnitSpec]:
    """Return the units of Kota Jambi; districts and kelurahan are real, everything else is a model."""
    tiny = scale == "tiny"
    units = [UnitSpec("1571", "Pemerintah Kota Jambi", "pemda", None, "15.71")]
    for number, name, kind in JAMBI_OFFICES:
        if tiny and number not in ("01", "03", "04", "12"):
            continue
        code = f"1571.{number}"
        units.append(UnitSpec(code, name, kind, "1571", is_model=True))
        if kind in ("dinas", "badan", "satuan"):
            units.append(UnitSpec(f"{code}.S", "Sekretariat", "sekretariat", code, is_model=True))
            units.append(
                UnitSpec(f"{code}.S.1", "Subbagian Umum dan Kepegawaian", "subbagian", f"{code}.S", is_model=True)
            )
    with (DATA / "opd_jambi_fragmen.csv").open(encoding="utf-8", newline="") as file:
        names = [row["nama"] for row in csv.DictReader(file) if row["jenis"] == "Kecamatan"]
    with (DATA / "kelurahan_kota_jambi.csv").open(encoding="utf-8", newline="") as file:
        villages = list(csv.DictReader(file))
    for number, name in enumerate(names[: 2 if tiny else None], 1):
        code, region = f"1571.K{number:02d}", f"15.71.{number:02d}"
        units.append(UnitSpec(code, name, "kecamatan", "1571", region))
        units.append(UnitSpec(f"{code}.S", "Sekretariat Kecamatan", "sekretariat", code, is_model=True))
        of_district = [row for row in villages if row["kode_kecamatan"] == region]
        for row in of_district[: 2 if tiny else None]:
            units.append(
                UnitSpec(f"{code}.L{row['kode'][-4:]}", f"Kelurahan {row['nama']}", "kelurahan", code, row["kode"])
            )
        units.append(
            UnitSpec(f"1571.04.P{number:02d}", f"Puskesmas {name[10:]}", "puskesmas", "1571.04", region, is_model=True)
        )
    schools = _schools(units, "1571.03", tiny=True, first_number=1)
    return _in_order(units + schools)


def _in_order(units: list[UnitSpec]) -> list[UnitSpec]:
    """Return parents before children."""
    by_code = {unit.code: unit for unit in units}

    def depth(unit: UnitSpec) -> int:
        return 0 if unit.parent is None else 1 + depth(by_code[unit.parent])

    return sorted(units, key=lambda unit: (depth(unit), unit.code))


def office_of(code: str, parents: dict[str, str | None]) -> str:
    """Return the code of the perangkat daerah a unit belongs to: the second node of its path (the root for itself)."""
    while (above := parents[code]) is not None and parents[above] is not None:
        code = above
    return code
