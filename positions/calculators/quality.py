"""The calculator of the index of data quality (IKD)."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr.calculators import Answer, Book, Calculator, Field, Invalid, Kind, Law, Output
from asnhr.formats import number
from positions.rules import data_quality
from positions.rules.data_quality import INDICATORS, Dimension

DIMENSIONS = {
    Dimension.COMPLETENESS: gettext_lazy("Kelengkapan"),
    Dimension.TIMELINESS: gettext_lazy("Ketepatan waktu"),
    Dimension.ACCURACY: gettext_lazy("Akurasi"),
    Dimension.CONSISTENCY: gettext_lazy("Konsistensi"),
}
# What each indicator counts, in the words of the officers who repair it.
PROBLEMS = {
    "COM_1": gettext_lazy("tanpa SKP"),
    "COM_2": gettext_lazy("tanpa jabatan"),
    "COM_3": gettext_lazy("tanpa pendidikan"),
    "COM_4": gettext_lazy("tanpa TMT PNS"),
    "COM_5": gettext_lazy("tanpa gelar"),
    "COM_6": gettext_lazy("tanpa surel atau surel salah"),
    "COM_7": gettext_lazy("tanpa nomor telepon seluler"),
    "TIM_1": gettext_lazy("unit tidak aktif"),
    "TIM_2": gettext_lazy("formasi JF belum diangkat lebih dari 2 tahun"),
    "TIM_3": gettext_lazy("CPNS lebih dari 1 tahun"),
    "TIM_4": gettext_lazy("jabatan struktural ganda"),
    "TIM_5": gettext_lazy("melewati BUP tetapi masih aktif"),
    "TIM_6": gettext_lazy("cuti di luar tanggungan negara sudah berakhir"),
    "ACC_1": gettext_lazy("TMT CPNS setelah TMT PNS"),
    "ACC_2": gettext_lazy("diperkerjakan atau diperbantukan tidak sesuai"),
    "ACC_3": gettext_lazy("masa kerja kurang dari 2 tahun di jabatan struktural"),
    "ACC_4": gettext_lazy("kedudukan hukum PPPK salah"),
    "ACC_5": gettext_lazy("NIK belum sah"),
    "ACC_6": gettext_lazy("pendidikan di bawah syarat eselon"),
    "ACC_7": gettext_lazy("tahun pengangkatan PPPK salah"),
    "ACC_8": gettext_lazy("pendidikan di bawah syarat JF"),
    "ACC_9": gettext_lazy("pelaksana dengan nama jabatan fungsional"),
    "ACC_10": gettext_lazy("JPT di bawah pangkat terendah"),
    "CON_1": gettext_lazy("NIP berbeda dengan TMT CPNS"),
    "CON_2": gettext_lazy("NIP berbeda dengan tanggal lahir"),
    "CON_3": gettext_lazy("NIP berbeda dengan jenis kelamin"),
    "CON_4": gettext_lazy("NIP berbeda dengan tahun PPPK"),
}


def score(values: dict[str, Any], book: Book) -> Answer:
    employees, counts = values["employees"], values["counts"]
    above = [code for code, count in counts.items() if count > employees]
    if above:
        message = _("%(code)s melebihi jumlah pegawai.")
        raise Invalid({"counts": [message % {"code": code} for code in above]})
    weights = {dimension: book.decimal(f"quality.{dimension.value}") for dimension in Dimension}
    found = data_quality.quality(employees, counts, weights=weights)
    steps = []
    for dimension, name in DIMENSIONS.items():
        problems = [
            f"{code} {number(INDICATORS[code].weight)} × {number(count)} ÷ {number(employees)}"
            for code, count in counts.items()
            if count and INDICATORS[code].dimension is dimension
        ]
        text = "; ".join(problems) or _("tidak ada masalah")
        steps.append(
            _("%(dimension)s: 100 dikurangi bobot × pangsa bermasalah (%(problems)s) = %(score)s.")
            % {"dimension": name, "problems": text, "score": number(found.dimensions[dimension], 2)}
        )
    parts = " + ".join(f"{number(weights[each])} × {number(found.dimensions[each], 2)}" for each in Dimension)
    steps.append(_("Indeks: %(parts)s = %(total)s.") % {"parts": parts, "total": number(found.total, 2)})
    result = {
        "dimensions": {dimension.value: f"{value:f}" for dimension, value in found.dimensions.items()},
        "total": f"{found.total:f}",
    }
    summary = _("Indeks kualitas data %(total)s dari 100.") % {"total": number(found.total, 2)}
    return Answer(result, summary, steps)


DATA_QUALITY = Calculator(
    code="data-quality",
    title=gettext_lazy("Indeks kualitas data (IKD)"),
    lead=gettext_lazy("Nilai kualitas data ASN menurut 27 indikator BKN."),
    inputs=(
        Field(
            "employees",
            gettext_lazy("Jumlah pegawai"),
            Kind.WHOLE,
            unit=gettext_lazy("orang"),
            lowest=1,
            highest=10_000_000,
        ),
        Field(
            "counts",
            gettext_lazy("Pegawai bermasalah menurut indikator"),
            Kind.COUNTS,
            codes=tuple((code, PROBLEMS[code]) for code in INDICATORS),
            item=Field(
                "count", gettext_lazy("Jumlah"), Kind.WHOLE, lowest=0, highest=10_000_000, unit=gettext_lazy("orang")
            ),
            help=gettext_lazy("Yang kosong dihitung 0."),
        ),
    ),
    outputs=(
        Output("total", gettext_lazy("Indeks kualitas data"), Kind.DECIMAL),
        Output(
            "dimensions",
            gettext_lazy("Dimensi"),
            Kind.DECIMAL,
            members=tuple((dimension.value, name) for dimension, name in DIMENSIONS.items()),
        ),
    ),
    laws=(
        Law(gettext_lazy("Indikator kualitas data ASN BKN (data acuan SIASN)"), "V"),
        Law(gettext_lazy("Rumus nilai dan penormalan bobot: pengaturan produk"), "D"),
    ),
    run=score,
    example={"employees": 1000, "counts": {"COM_2": 100}},
    parameters=("quality.",),
    icon="database-check",
)
