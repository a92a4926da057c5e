"""The register of processing (catatan pemrosesan, UU 27/2022 article 31) as code: of every column of every table why it
is kept, of which class it is, and how long.

The app that owns a table declares it (`asnhr/privacy/ground.py`, `positions/privacy.py`, …), with a default of purpose
and retention for the table and exceptions by column. Every column is named: one that is not fails a test, so nobody
adds a column about people without saying why. `id` and `agency` need no word.

    holds("positions.Award", "hak", "arsip", person="employee__nip",
          ordinary="employee siasn_id code name year decree decree_on")
    nobody("struktur", "tetap", "positions.Seat: position number kind starts_on ends_on")

What stands behind " / " are the logins of who acted: personal data, kept as long as the row to account for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.translation import gettext_lazy as _

from asnhr.registry import Registry

holdings = Registry("table in the register of processing")

NONE, ORDINARY, SPECIFIC = "bukan", "umum", "spesifik"
CLASSES = {
    NONE: _("bukan data pribadi"), ORDINARY: _("data pribadi umum"), SPECIFIC: _("data pribadi spesifik"),
}  # fmt: skip
# UU 27/2022 article 4 paragraph 2, and what this product treats alike.
KINDS = {
    "anak": _("anak dan keluarga"), "kesehatan": _("kesehatan"), "keuangan": _("keuangan pribadi"),
    "pidana": _("catatan kejahatan"), "disiplin": _("hukuman disiplin"), "asesmen": _("penilaian dan asesmen"),
    "nik": _("NIK"),
}  # fmt: skip


@dataclass(frozen=True)
class Purpose:
    """Why data are processed, and what allows it (UU 27/2022 article 20)."""

    words: Any
    basis: Any


PURPOSES: dict[str, Purpose] = {
    "kepegawaian": Purpose(_("register pegawai dan manajemen ASN"), "UU 20/2023; PP 11/2017; PP 49/2018"),
    "jabatan": Purpose(_("analisis kebutuhan dan pengisian jabatan"), "PermenPANRB 1/2020; PP 11/2017 pasal 5-9"),
    "hak": Purpose(_("hak pegawai: pangkat, gaji, cuti, pensiun, penghargaan"), "PP 99/2000; PP 7/1977; PP 11/2017"),
    "keluarga": Purpose(_("tunjangan keluarga dan hak ahli waris"), "PP 7/1977; UU 11/1969"),
    "disiplin": Purpose(_("penegakan disiplin dan akibatnya bagi hak pegawai"), "PP 94/2021"),
    "kinerja": Purpose(_("penilaian kinerja"), "PP 30/2019; PermenPANRB 6/2022"),
    "pengembangan": Purpose(_("pendidikan dan pengembangan kompetensi"), "PP 11/2017 pasal 203-225"),
    "kontak": Purpose(_("menghubungi pegawai dan keadaan darurat"), "UU 20/2023; PP 11/2017"),
    "bukti": Purpose(_("bukti dari yang tercatat dalam berkas pegawai"), "PP 11/2017; UU 43/2009"),
    "mutu": Purpose(_("data yang benar dan mutakhir"), _("UU 27/2022 pasal 29; indikator kualitas data BKN")),
    "impor": Purpose(_("menerima dan membandingkan data SIASN dan berkas instansi"), "PP 11/2017; Perpres 95/2018"),
    "masuk": Purpose(_("akun, peran, dan keamanan masuk"), "UU 27/2022 pasal 35-39"),
    "jejak": Purpose(_("pertanggungjawaban: siapa berbuat apa"), _("UU 27/2022 pasal 31 dan 39; PP 71/2019")),
    "pdp": Purpose(_("hak pemilik data dan pelindungannya"), "UU 27/2022"),
    "kabar": Purpose(_("pemberitahuan tentang pekerjaan"), "PP 11/2017; PP 71/2019"),
    "sambungan": Purpose(_("pertukaran data dengan sistem lain"), "Perpres 95/2018; Perpres 39/2019"),
    "kerja": Purpose(_("menjalankan sistem"), "PP 71/2019"),
    "acuan": Purpose(_("acuan dan aturan nasional"), _("peraturan yang disebut tiap barisnya")),
    "struktur": Purpose(_("organisasi, jabatan dan beban kerja"), "PP 18/2016; PermenPANRB 1/2020, 45/2022"),
}  # fmt: skip


@dataclass(frozen=True)
class Keep:
    """How long, and what sees to the end: `rule` of the retention run (`asnhr.privacy.retention.rules`) or `task` of
    Celery; neither where `words` say what else ends it. `parameter`: the rulebook's number."""

    words: Any
    rule: str = ""
    task: str = ""
    parameter: str = ""


KEEPS: dict[str, Keep] = {
    "tetap": Keep(_("selama berlaku, lalu arsip instansi; tidak tentang orang")),
    "arsip": Keep(_("arsip kepegawaian: selama bekerja, sesudahnya menurut jadwal retensi arsip instansi")),
    "kontak": Keep(_("sampai berakhir atau pegawai keluar, lalu masa simpannya"), "kontak",
                   parameter="retention.contacts_months"),
    "identitas": Keep(_("selama bekerja, lalu masa simpannya"), "identitas", parameter="retention.identity_months"),
    "foto": Keep(_("selama bekerja, lalu masa simpannya"), "foto", parameter="retention.photo_months"),
    "keluarga": Keep(_("selama bekerja, lalu masa simpannya"), "keluarga", parameter="retention.family_months"),
    "disiplin": Keep(_("selama bekerja, lalu masa simpannya"), "disiplin", parameter="retention.discipline_months"),
    "dokumen": Keep(_("selama bekerja, lalu masa simpannya"), "dokumen", parameter="retention.documents_months"),
    "usul": Keep(_("sampai diputuskan, lalu masa simpannya"), "usul", parameter="retention.requests_months"),
    "keterangan": Keep(_("sampai didengar, lalu masa simpannya"), "keterangan", parameter="retention.hearings_months"),
    "keberatan": Keep(_("sampai dijawab, lalu masa simpannya"), "keberatan", parameter="retention.objections_months"),
    "jejak": Keep(_("jejak tetap; nilai rahasianya dimusnahkan setelah masa simpannya"), "jejak",
                  parameter="retention.trail_months"),
    "salinan": Keep(_("sampai masa berlakunya"), task="asnhr.tasks.purge_expired", parameter="retention.copy_days"),
    "sesi": Keep(_("sampai sesi atau kodenya berakhir"), task="asnhr.tasks.purge_expired"),
    "impor": Keep(_("berkas dan nilai orang sampai masa simpan berkas impor"), task="asnhr.tasks.purge_imports",
                  parameter="imports.keep_days"),
    "kabar": Keep(_("90 hari sesudah dibaca, setahun bila tidak"), task="asnhr.tasks.purge_notifications"),
    "sehari": Keep(_("satu hari"), task="asnhr.tasks.purge_idempotency_keys"),
    "akun": Keep(_("selama akun ada; akun tanpa peran tidak dapat membuka apa pun")),
    "hitungan": Keep(_("sampai hitungan atau berkas berikutnya menggantikannya")),
    "acuan": Keep(_("selama berlaku; bukan tentang orang")),
}  # fmt: skip


@dataclass(frozen=True)
class Holding:
    """What is declared of one table. `person`: the path to the NIP of whom a row is about (`login`: to the login of
    whom it belongs to), by which own copies and holds find rows; without either, `why` no row is about one person.

    `asks`: the permission beside the ordinary right without which nobody reads the specific columns. `looks`: where
    each look is written down (dotted name). `apart`: columns that ask another one and are logged elsewhere. `clear`:
    specific columns that are not encrypted, and why: keyed hashes beside encrypted ones.
    """

    model: str
    purpose: str
    keep: str
    classes: Mapping[str, str]
    kinds: Mapping[str, str] = field(default_factory=dict)
    actors: frozenset[str] = frozenset()
    purposes: Mapping[str, str] = field(default_factory=dict)
    keeps: Mapping[str, str] = field(default_factory=dict)
    clear: Mapping[str, Any] = field(default_factory=dict)
    person: str = ""
    login: str = ""
    asks: str = ""
    looks: str = ""
    apart: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    why: Any = ""

    @property
    def model_class(self) -> type[models.Model]:
        return apps.get_model(self.model)

    @property
    def name(self) -> str:
        return str(self.model_class._meta.verbose_name)

    def purpose_of(self, column: str) -> str:
        return "jejak" if column in self.actors else self.purposes.get(column, self.purpose)

    def keep_of(self, column: str) -> str:
        return self.keeps.get(column, self.keep)

    def asks_of(self, column: str) -> str:
        return self.apart[column][0] if column in self.apart else self.asks

    def looks_of(self, column: str) -> str:
        return self.apart[column][1] if column in self.apart else self.looks

    @property
    def specific(self) -> list[str]:
        return [name for name, each in self.classes.items() if each == SPECIFIC]

    @property
    def is_personal(self) -> bool:
        """Whether rows are about people: more than who acted."""
        return any(each != NONE and name not in self.actors for name, each in self.classes.items())


def holds(
    model: str,
    purpose: str,
    keep: str,
    *,
    ordinary: str = "",
    plain: str = "",
    specific: Mapping[str, str] | None = None,
    actors: str = "",
    purposes: Mapping[str, str] | None = None,
    keeps: Mapping[str, str] | None = None,
    clear: Mapping[str, Any] | None = None,
    **more: Any,
) -> None:
    """Declare a table about people. `specific`, `purposes`, `keeps`, `clear`: kind, code or reason → columns' names."""
    kinds = _spread(specific or {})
    classes = {name: NONE for name in plain.split()}
    classes |= {name: ORDINARY for name in f"{ordinary} {actors}".split()} | dict.fromkeys(kinds, SPECIFIC)
    named = [*plain.split(), *ordinary.split(), *actors.split(), *kinds]
    _check(model, named, {purpose, *(purposes or {})}, {keep, *(keeps or {})}, set(specific or {}))
    holdings.register(
        model,
        Holding(
            model, purpose, keep, classes, kinds, frozenset(actors.split()), _spread(purposes or {}),
            _spread(keeps or {}), _reasons(clear or {}), **more,
        ),
    )  # fmt: skip


def nobody(purpose: str, keep: str, *tables: str) -> None:
    """Declare tables that are not about people: "app.Model: columns / logins of who acted"."""
    for each in tables:
        model, _colon, columns = each.partition(":")
        plain, _slash, actors = columns.partition(" / ")
        holds(model.strip(), purpose, keep, plain=plain, actors=actors)


def _spread(groups: Mapping[str, str]) -> dict[str, str]:
    return {name: code for code, names in groups.items() for name in names.split()}


def _reasons(reasons: Mapping[str, Any]) -> dict[str, Any]:
    """Names → reason, spread; the reason may be a lazy text, so the names are the key here."""
    return {name: reason for names, reason in reasons.items() for name in names.split()}


def _check(model: str, named: list[str], purposes: set[str], keeps: set[str], kinds: set[str]) -> None:
    twice = sorted({name for name in named if named.count(name) > 1})
    unknown = sorted((purposes - PURPOSES.keys()) | (keeps - KEEPS.keys()) | (kinds - KINDS.keys()))
    if twice or unknown:
        raise ValueError(f"{model}: named twice: {twice}; unknown: {unknown}")


def columns_of(model: type[models.Model]) -> list[str]:
    """Return the columns that must be declared: all but the key and the agency; links of many to many stand in their
    own tables."""
    return [each.name for each in model._meta.local_fields if not each.primary_key and each.name != "agency"]


def undeclared() -> list[str]:
    """Return a sentence for each column of an installed table that nobody declared, and each declared that is gone."""
    problems = []
    for model in apps.get_models(include_auto_created=True):
        label = model._meta.label
        columns = [name for name in columns_of(model) if model._meta.managed]
        if label not in holdings:
            problems.append(
                f"{label}: say why it is kept, its class and for how long (holds or nobody of"
                f" asnhr.privacy.declared) in the privacy module of its app; columns: {' '.join(columns)}"
            )
            continue
        known = holdings.get(label).classes
        problems += [
            f"{label}.{name}: name its class (plain, ordinary, specific or who acted) in the declaration of {label}"
            for name in columns
            if name not in known
        ]
        problems += [f"{label}.{name}: declared, but no column" for name in known if name not in columns]
    return problems
