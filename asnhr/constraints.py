"""What a constraint of the database means to a person: one table, name of the constraint -> sentence.

The ground floor's stand here, an app above registers its own (`registry.constraints`); a test holds that every
constraint of every model has one. PostgreSQL's own words (English, with values of the row) are never shown.
"""

from django.db import IntegrityError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr import registry

NOT_NULL, FOREIGN_KEY = "23502", "23503"  # SQLSTATE

for name, sentence in {
    "parameter_ends_after_it_starts": gettext_lazy("Tanggal berakhir parameter harus sesudah tanggal mulai."),
    "parameter_one_value_a_day": gettext_lazy("Parameter ini sudah bernilai pada rentang tanggal tersebut."),
    "parameter_numbers_have_bounds": gettext_lazy("Parameter bilangan wajib punya nilai terendah dan tertinggi."),
    "agency_parameter_accepted": gettext_lazy("Nilai ini di luar yang diperbolehkan untuk parameter tersebut."),
    "agency_parameter_ends_after_it_starts": gettext_lazy(
        "Tanggal berakhir pengaturan instansi harus sesudah tanggal mulai."
    ),
    "agency_parameter_one_value_a_day": gettext_lazy(
        "Instansi sudah mengatur parameter ini pada rentang tanggal tersebut."
    ),
    "role_ends_after_it_starts": gettext_lazy("Tanggal berakhir harus sesudah tanggal mulai."),
    "role_revoked_whole": gettext_lazy("Pencabutan peran wajib menyebut kapan dan alasannya."),
    "role_once_open": gettext_lazy("Pengguna ini sudah memegang peran tersebut."),
    "role_not_from_oneself": gettext_lazy("Tidak seorang pun memberi peran kepada dirinya sendiri."),
    "role_deciding_by_two": gettext_lazy("Peran yang memutuskan diberikan lewat permintaan yang disetujui orang lain."),
    "role_request_used_once": gettext_lazy("Permintaan ini sudah menjadi peran."),
    "role_request_kept": gettext_lazy("Permintaan peran diputuskan satu kali, oleh orang yang bertindak."),
    "role_request_by_office": gettext_lazy("Peran ini bukan kewenangan jabatan Anda."),
    "role_request_deciding_role": gettext_lazy("Peran ini tidak diberikan lewat permintaan."),
    "role_request_not_for_oneself": gettext_lazy("Peran untuk diri sendiri diminta oleh orang lain."),
    "role_request_two_people": gettext_lazy("Permintaan peran diputuskan oleh orang lain."),
    "role_request_decided_whole": gettext_lazy("Keputusan wajib menyebut siapa yang memutuskan dan kapan."),
    "role_request_ends_after_start": gettext_lazy("Tanggal berakhir harus sesudah tanggal mulai."),
    "role_request_one_waiting": gettext_lazy("Permintaan yang sama masih menunggu persetujuan."),
    "user_nip_once": gettext_lazy("NIP ini sudah punya akun."),
    "api_client_has_scopes": gettext_lazy("Pilih sedikitnya satu cakupan."),
    "api_client_revoked_whole": gettext_lazy("Pencabutan wajib menyebut kapan."),
    "api_client_once": gettext_lazy("Klien ini sudah tercatat."),
    "api_client_owner_once": gettext_lazy("Akun sistem ini sudah punya klien."),
    "api_client_name_once": gettext_lazy("Sudah ada klien dengan nama ini."),
    "run_one_open_of_a_kind": gettext_lazy("Pekerjaan yang sama sedang berjalan."),
    "national_rows_stay": gettext_lazy("Instansi dan baris acuan nasional tidak dihapus dan kuncinya tetap."),
    "run_done_within_total": gettext_lazy("Kemajuan pekerjaan melebihi jumlahnya."),
    "idempotency_key_once": gettext_lazy("Kunci idempotensi ini sudah dipakai."),
    "idempotency_expires_later": gettext_lazy("Kunci idempotensi berakhir sesudah dibuat."),
    "idempotency_keeps_success": gettext_lazy("Hanya jawaban yang berhasil yang disimpan."),
    "saved_filter_name_once": gettext_lazy("Saringan dengan nama ini sudah ada pada daftar ini."),
    "saved_filter_one_default": gettext_lazy("Satu daftar punya paling banyak satu saringan awal."),
    "saved_filter_has_name": gettext_lazy("Saringan tersimpan wajib bernama dan berisi."),
    "audit_append_only": gettext_lazy("Jejak audit hanya dapat ditambah; tabel ini tidak dikosongkan."),
    "audit_seal_number_once": gettext_lazy("Mata rantai audit ini sudah ada."),
    "audit_seal_entry_once": gettext_lazy("Catatan audit ini sudah disegel."),
    "audit_seal_numbers_from_1": gettext_lazy("Mata rantai audit dihitung mulai dari 1."),
    "audit_head_once_a_day": gettext_lazy("Kepala rantai audit hari ini sudah diambil."),
    "audit_proof_holds_without_faults": gettext_lazy("Pembuktian yang utuh tidak memuat temuan, yang lain memuatnya."),
    "audit_opening_two_people": gettext_lazy("Permintaan sendiri diputuskan oleh orang lain."),
    "audit_opening_decided_whole": gettext_lazy("Keputusan wajib menyebut siapa yang memutuskan dan kapan."),
    "audit_opening_approved_for_a_time": gettext_lazy("Persetujuan berlaku untuk waktu tertentu."),
    "audit_opening_one_waiting": gettext_lazy("Permintaan yang sama masih menunggu persetujuan."),
    "legal_hold_nip_18_digits": gettext_lazy("NIP harus 18 angka."),
    "legal_hold_has_reason": gettext_lazy("Penahanan wajib menyebut dasar dan alasan."),
    "legal_hold_lifted_whole": gettext_lazy("Pencabutan penahanan wajib menyebut oleh siapa, kapan, dan alasannya."),
    "legal_hold_one_open": gettext_lazy("Data pegawai ini sudah ditahan dari pemusnahan."),
    "destruction_two_people": gettext_lazy("Yang menyetujui pemusnahan bukan yang mengusulkan."),
    "destruction_steps_whole": gettext_lazy("Setiap langkah pemusnahan wajib menyebut siapa, kapan, dan alasannya."),
    "destruction_done_has_proof": gettext_lazy("Pemusnahan yang selesai wajib punya sidik berita acara."),
    "destruction_one_open": gettext_lazy("Masih ada pemusnahan yang belum selesai."),
    "destruction_stays": gettext_lazy("Berita acara pemusnahan tidak diubah lagi setelah diusulkan."),
    "destruction_rule_once": gettext_lazy("Aturan ini sudah ada dalam pemusnahan tersebut."),
    "destruction_counts_whole": gettext_lazy("Rincian pemusnahan wajib menyebut banyaknya."),
    "incident_has_words": gettext_lazy("Insiden wajib berjudul dan diuraikan."),
    "incident_says_data": gettext_lazy("Pilih sedikitnya satu jenis data yang terungkap."),
    "incident_known_after_it_happened": gettext_lazy("Insiden diketahui sesudah terjadi."),
    "incident_told_after_known": gettext_lazy("Pemberitahuan dilakukan sesudah insiden diketahui."),
    "incident_closed_whole": gettext_lazy(
        "Insiden ditutup setelah penanganannya ditulis, dan lembaga serta pemilik data diberi tahu."
    ),
    "own_copy_file_whole": gettext_lazy("Salinan data wajib lengkap: berkas, sidik, ukuran, dan masa berlakunya."),
}.items():
    registry.constraints.register(name, sentence)


def sentence_of(error: IntegrityError) -> str:
    """Return what went wrong, in the language of the request, naming a constraint that the table does not know."""
    sentence, values = cause_of(error)
    return sentence % values if values else sentence


def cause_of(error: IntegrityError) -> tuple[str, dict[str, str]]:
    """Return what went wrong as a sentence and, apart from it, the values in it."""
    diagnosis = getattr(error.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", None) or ""
    if name in registry.constraints:
        return str(registry.constraints.get(name)), {}
    state = getattr(error.__cause__, "pgcode", None)
    if state == FOREIGN_KEY:
        return _("Data yang dirujuk tidak ada, atau masih dipakai data lain (aturan %(name)s)."), {"name": name}
    if state == NOT_NULL:
        column = getattr(diagnosis, "column_name", None) or "?"
        return _("Isian wajib kosong (kolom %(name)s)."), {"name": column}
    if name:
        return _("Data ini bertentangan dengan data lain di register (aturan %(name)s)."), {"name": name}
    return _("Data ini bertentangan dengan data lain di register; tidak ada yang tersimpan."), {}
