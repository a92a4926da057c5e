"""What the parts of our own structures (JSON) are called, wherever they are told: one list for all columns.

Terms are those of the columns that hold the same elsewhere (docs/glosarium.md). A test (tests/test_part_words.py) holds
the list to what rows have and to what the code writes. A key that stands here nowhere is shown as it is: it is of an
earlier release, or no part of ours.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _

PARTS: dict[str, Any] = {
    # Of parameters as they were used
    "values": _("nilai"),
    "value": _("nilai"),
    "unit": _("satuan"),
    "legal_basis": _("dasar hukum"),
    "mark": _("tanda"),
    "origin": _("asal nilai"),
    "may_set": _("boleh diatur instansi"),
    "overlay": _("pengandaian"),
    "parameters": _("parameter"),
    "projection": _("proyeksi dari register per"),
    "compared": _("analisis pembanding"),
    "analysis": _("nomor analisis"),
    "name": _("nama"),
    "code": _("kode"),
    "decree": _("nomor keputusan"),
    "decree_on": _("tanggal keputusan"),
    "as_of": _("per tanggal"),
    "day": _("tanggal"),
    "kind": _("jenis"),
    "file": _("nama berkas"),
    "filename": _("nama berkas"),
    "stored_as": _("tersimpan sebagai"),
    "path": _("daftar"),
    "query": _("saringan"),
    "language": _("bahasa"),
    "colour": _("warna peta"),
    "copy": _("nomor salinan"),
    "batch": _("nomor kumpulan surat"),
    "destruction": _("nomor pemusnahan"),
    # Counts
    "need": _("kebutuhan"),
    "holders": _("pemangku"),
    "shortage": _("kekurangan"),
    "surplus": _("kelebihan"),
    "need_5": _("kebutuhan tahun kelima"),
    "holders_5": _("pemangku tahun kelima"),
    "shortage_5": _("kekurangan tahun kelima"),
    "surplus_5": _("kelebihan tahun kelima"),
    "outflow": _("keluar lima tahun"),
    "part_time": _("PPPK paruh waktu"),
    "promised": _("formasi ditetapkan belum terisi"),
    "unknown": _("jabatan belum tersedia datanya"),
    "duty_seats": _("formasi tugas tambahan"),
    "duty_filled": _("formasi tugas tambahan terisi"),
    "duty_holder_counts_once": _("pemangku tugas tambahan dihitung sekali"),
    "without_goal": _("jabatan tanpa sasaran"),
    "positions": _("jabatan"),
    "units": _("unit"),
    "employees": _("pegawai"),
    "lines": _("rekomendasi"),
    "recommendations": _("rekomendasi"),
    "affected": _("pegawai dengan temuan indikator"),
    "problems": _("temuan"),
    "due": _("jatuh tempo"),
    "without_rank": _("tanpa golongan atau TMT golongan"),
    "without_post": _("tanpa jabatan"),
    "letters": _("surat"),
    "sheets": _("lembar"),
    "rows": _("baris"),
    "destroyed": _("dimusnahkan"),
    # Counts and options of imports
    "accepted": _("diterima"),
    "warned": _("diterima dengan catatan"),
    "rejected": _("ditolak"),
    "skipped": _("dilewati"),
    "new": _("baru"),
    "changed": _("berubah"),
    "unchanged": _("tetap"),
    "corrections": _("koreksi tanpa TMT baru"),
    "missing": _("tidak ada lagi di berkas"),
    "moved": _("pindah jabatan"),
    "dropped": _("jabatan tidak lagi terhubung"),
    "dry_run": _("hanya periksa"),
    "skip_rejected": _("lewati baris yang ditolak"),
    "confirm_corrections": _("terima koreksi tanpa TMT baru"),
    "sheet": _("nama lembar"),
    "unit_paths": _("jalur unit"),
    "reason": _("alasan"),
    # Competencies and standards
    "text": _("uraian"),
    "indicator": _("indikator perilaku"),
    "indicators": _("indikator perilaku"),
    "level": _("jenjang"),
    "echelon": _("eselon"),
    "job_class": _("kelas jabatan"),
    "summary": _("ikhtisar jabatan"),
    "education": _("pendidikan"),
    "fields": _("bidang studi"),
    "rank_min": _("pangkat terendah"),
    "rank_max": _("pangkat tertinggi"),
    # Figures of a proposal's line
    "line": _("nomor rincian"),
    "position": _("kode jabatan"),
    "formation": _("formasi (kebutuhan)"),
    "proposed": _("usulan"),
    "recommended": _("rekomendasi"),
    "decided": _("penetapan"),
    "intake": _("jenis pengadaan"),
    "field": _("rumpun"),
}
# Parts that mean something else in a column than in the others.
OF: dict[str, dict[str, Any]] = {
    "asnhr.Run.parameters": {"unit": _("nomor unit"), "kind": _("jenis impor")},
    "asnhr.ImportJob.options": {"unit": _("kode unit")},
}
# Numbers that count nothing: shown without separators.
IDENTIFIERS = frozenset({"analysis", "batch", "copy", "destruction", "line", "unit", "year", "graduated", "job_class"})
# Columns whose keys are not ours: headings of files that were imported, of answers to other systems.
FREE = frozenset({"asnhr.IdempotencyKey.headers", "positions.Finding.raw"})
# Columns that no page tells as they are stored: pages of their own do, by names of their own.
UNTOLD = frozenset(
    {
        "asnhr.ImportJob.changes", "asnhr.ImportJob.details", "asnhr.ImportJob.report",
        "positions.JobAnalysis.facts", "positions.NeedsResult.evidence", "positions.NeedsResult.signals",
    }
)  # fmt: skip
