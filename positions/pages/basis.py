"""The basis of a result (Dasar perhitungan): inputs, steps, the row that fired, legal basis, the agency's limits."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asnhr import formats, queries
from positions.models import NeedsResult, WorkloadSheet
from positions.pages import words
from positions.rules.numbers import round_half_up

SHEET_STATES = dict(WorkloadSheet.State.choices)
ORIGINS = {queries.OWN: gettext_lazy("ditetapkan instansi"), queries.SUPPOSED: gettext_lazy("pengandaian")}


def decimal(value: Any, places: int | None = 4) -> str:
    """Return a figure kept as text in the evidence, as officers write it."""
    if value is None:
        return formats.DASH
    try:
        return formats.number(Decimal(str(value)), places)
    except InvalidOperation:
        return str(value)


def percent(value: Any) -> str:
    if value is None:
        return formats.DASH
    return f"{formats.number(round_half_up(Decimal(str(value)) * 100, 1))}\u00a0%"


def yes_no(value: Any) -> str:
    return _("ya") if value else _("tidak")


FIGURES: dict[str, tuple[Any, Any]] = {
    "n": (gettext_lazy("Kebutuhan N (belum dibulatkan)"), decimal),
    "k": (gettext_lazy("K dipakai"), formats.number),
    "b": (gettext_lazy("Bezetting B"), formats.number),
    "f": (gettext_lazy("Formasi ditetapkan belum terisi (F)"), formats.number),
    "source": (gettext_lazy("Sumber kebutuhan"), words.source),
    "n_before": (gettext_lazy("N pada analisis pembanding"), decimal),
    "digital_share": (gettext_lazy("Menit tugas yang dapat didigitalkan"), percent),
    "has_goal": (gettext_lazy("Terhubung ke sasaran"), yes_no),
    "goals_mapped_share": (gettext_lazy("Jabatan unit yang sudah terpetakan ke sasaran"), percent),
    "newly_linked_goal": (gettext_lazy("Sasaran baru terhubung"), yes_no),
    "vacant_days": (gettext_lazy("Lowong (hari)"), formats.number),
    "acting_days": (gettext_lazy("Plt sudah (hari)"), formats.number),
    "leaving": (gettext_lazy("Pemangku keluar dalam 12 bulan"), formats.number),
    "leaving_urgent": (gettext_lazy("Pemangku keluar dalam 6 bulan"), formats.number),
    "has_fault": (gettext_lazy("ABK bertanda salah"), yes_no),
    "stale": (gettext_lazy("ABK terlalu tua"), yes_no),
    "is_service": (gettext_lazy("Guru atau tenaga kesehatan"), yes_no),
    "k1": (gettext_lazy("K tahun ini (akhir tahun)"), formats.number),
    "b1": (gettext_lazy("B tahun ini (akhir tahun)"), formats.number),
    "k2": (gettext_lazy("K tahun depan"), formats.number),
    "b2": (gettext_lazy("B tahun depan"), formats.number),
    "rin": (gettext_lazy("Redistribusi masuk (Rin)"), formats.number),
    "rout": (gettext_lazy("Redistribusi keluar (Rout)"), formats.number),
    "below": (gettext_lazy("Pemangku di bawah syarat pendidikan"), formats.number),
}


def of_result(result: NeedsResult, parameters: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return what templates/_parts/basis.html shows. `parameters`: `analysis.parameters["values"]`."""
    if result.restricted:
        rule = words.reason(result.reason)
        return {"inputs": [], "steps": [], "rule": rule, "legal_basis": "", "own": [], "open": True}
    evidence = result.evidence
    decision = evidence.get("decision", {})
    figures = decision.get("figures", {})
    inputs = [(FIGURES[name][0], FIGURES[name][1](value)) for name, value in figures.items() if name in FIGURES]
    limits = [parameters[code] for code in sorted(decision.get("limits", {})) if code in parameters]
    need = evidence.get("need", {})
    # A setting of the product is not law: it stands among the agency's own limits.
    laws = [limit["legal_basis"] for limit in limits if limit["mark"] != "D"]
    bases = list(dict.fromkeys(each for each in (need.get("legal_basis"), *laws) if each))
    return {
        "inputs": inputs,
        "steps": [*need_steps(result, need), *supply_steps(result, evidence), *move_steps(result, evidence)],
        "rule": _("Baris %(row)s (%(code)s): %(words)s. Prioritas %(priority)s.")
        % {
            "row": result.row, "code": result.reason, "words": words.ROWS[result.row], "priority": result.priority,
        },
        "legal_basis": "; ".join(_(each) for each in bases),
        **by_origin(limits),
        "open": True,
    }  # fmt: skip


def by_origin(limits: list[dict[str, Any]], *, with_defaults: bool = True) -> dict[str, list[str]]:
    """Return limits in words: what the agency set itself, what a what-if analysis supposes, what is still the national
    default, and what is the nation's alone to set."""
    groups: dict[str, list[str]] = {"own": [], "supposed": [], "defaults": [], "fixed": []}
    names = {queries.OWN: "own", queries.SUPPOSED: "supposed"}
    for limit in limits:
        left = "defaults" if limit.get("may_set", True) else "fixed"
        groups[names.get(limit["origin"], left)].append(limit_line(limit))
    return groups if with_defaults else groups | {"defaults": [], "fixed": []}


def limit_line(limit: dict[str, Any]) -> str:
    """Return a limit with its value and whose it is."""
    left = _("nilai bawaan, boleh diatur instansi") if limit.get("may_set", True) else _("ketentuan nasional")
    origin = ORIGINS.get(limit["origin"], left)
    decree = f", {limit['decree']}" if limit.get("decree") else ""
    if limit["unit"].startswith("pangsa"):
        return f"{_(limit['name'])}: {percent(limit['value'])} ({origin}{decree})"
    return f"{_(limit['name'])}: {decimal(limit['value'], None)} {_(limit['unit'])} ({origin}{decree})"


def need_steps(result: NeedsResult, need: dict[str, Any]) -> list[str]:
    """Return how N and K came about, by source."""
    steps: list[str] = []
    n, k = decimal(need.get("need")), formats.number(result.k_used)
    match result.source:
        case "ABK":
            for minutes, load in sorted(need.get("loads", {}).items()):
                steps.append(
                    _("Beban setahun %(load)s menit ÷ waktu kerja efektif %(minutes)s menit = %(need)s.")
                    % {
                        "load": decimal(load, None), "minutes": decimal(minutes, None),
                        "need": decimal(Decimal(str(load)) / Decimal(str(minutes))),
                    }
                )  # fmt: skip
            rounding = _("selalu ke atas") if need.get("rounding") == "ceil" else _("setengah ke atas")
            steps.append(
                _("N = %(n)s, dibulatkan %(rounding)s menjadi K = %(k)s.") % {"n": n, "rounding": rounding, "k": k}
            )
        case "ABK_KES":
            steps.append(
                _(
                    "Beban tugas pokok %(main)s menit ÷ (waktu kerja tersedia %(year)s − penunjang %(support)s) ="
                    " N %(n)s, K = %(k)s."
                )
                % {
                    "main": decimal(need.get("main"), None), "year": decimal(need.get("minutes_per_year"), None),
                    "support": decimal(need.get("support"), None), "n": n, "k": k,
                }
            )  # fmt: skip
        case "FORMULA_JF":
            steps.append(
                _("Hasil rumus instansi pembina: %(n)s (%(decree)s), K = %(k)s.")
                % {"n": n, "decree": need.get("formula_decree", formats.DASH), "k": k}
            )
        case "TETAP_SATU":
            steps.append(_("Jabatan manajerial atau kepala: satu orang setiap formasi, K = %(k)s.") % {"k": k})
        case "PETA_DITETAPKAN":
            decree = _("tercetak pada peta jabatan, tanpa keputusan") if need.get("printed") else need.get("decree", "")
            steps.append(_("K ditetapkan %(k)s (%(decree)s).") % {"k": k, "decree": decree})
        case _:
            steps.append(_("Tidak ada sumber kebutuhan: data belum tersedia, bukan 0."))
    if need.get("year"):
        steps.append(
            _("ABK %(year)s, keadaan %(state)s, %(tasks)s tugas%(sample)s.")
            % {
                "year": need["year"], "state": str(SHEET_STATES.get(need.get("state"), "")).lower(),
                "tasks": formats.number(need.get("tasks")),
                "sample": _(" (contoh)") if need.get("sample") else "",
            }
        )  # fmt: skip
    if need.get("faults"):
        steps.append(_("Lembar ABK bertanda: %(faults)s.") % {"faults": ", ".join(need["faults"])})
    return steps


def supply_steps(result: NeedsResult, evidence: dict[str, Any]) -> list[str]:
    """Return how B, the outflow and the projection came about."""
    supply, projection = evidence.get("supply", {}), evidence.get("projection", {})
    steps = []
    if supply.get("printed"):
        steps.append(
            _("B = %(b)s sebagaimana tercetak pada peta jabatan; belum ada pegawai perangkat daerah ini yang diimpor.")
            % {"b": formats.number(result.b)}
        )
    elif supply:
        steps.append(
            (
                _("B = %(b)s pemangku yang dihitung, termasuk %(part)s PPPK paruh waktu; formasi %(seats)s.")
                if words.part_time_in_b(result.analysis)
                else _("B = %(b)s pemangku yang dihitung; PPPK paruh waktu %(part)s di luar B; formasi %(seats)s.")
            )
            % {
                "b": formats.number(result.b), "part": formats.number(result.b_part_time),
                "seats": formats.number(supply.get("seats")),
            }
        )  # fmt: skip
    if result.effectiveness is not None:
        steps.append(
            _("EJ = N ÷ B = %(n)s ÷ %(b)s = %(ej)s, tingkat %(grade)s.")
            % {
                "n": decimal(result.need), "b": formats.number(result.b), "ej": decimal(result.effectiveness),
                "grade": result.grade,
            }
        )  # fmt: skip
        if not words.is_measured(result.source):
            steps.append(
                _(
                    "EJ ini membandingkan kebutuhan dengan pemangku; beban kerja jabatan ini tidak diukur, maka EJ ini"
                    " tidak masuk efektivitas unit (EU)."
                )
            )
    if projection:
        steps.append(
            _(
                "Proyeksi: K_t = bulat(N × (1 + %(growth)s)^t); B_t = B_t−1 − keluar + masuk; keluar lima tahun"
                " %(out)s; masuk %(joining)s (TMT yang sudah diketahui, di luar F)."
            )
            % {
                "growth": decimal(projection.get("growth"), None),
                "out": ", ".join(str(each) for each in result.outflow),
                "joining": ", ".join(str(each) for each in projection.get("joining", [0] * len(result.outflow))),
            }
        )
    return steps


def move_steps(result: NeedsResult, evidence: dict[str, Any]) -> list[str]:
    moves = evidence.get("moves", {})
    if not (moves.get("want") or moves.get("offer")):
        return []
    return [
        _("Redistribusi di dalam instansi: perlu %(want)s, dapat melepas %(offer)s; masuk %(rin)s, keluar %(rout)s.")
        % {name: formats.number(moves.get(name, 0)) for name in ("want", "offer", "rin", "rout")}
    ]


def signal_lines(result: NeedsResult) -> list[dict[str, Any]]:
    """Return each signal with its name, tone and the sentence with its evidence."""
    lines = []
    for signal in result.signals:
        code, shown = signal["code"], {}
        for name, value in signal["evidence"].items():
            if name in words.SHARES or (name == "limit" and code in ("MEMUDAR", "TUMBUH", "TANPA_SASARAN")):
                shown[name] = percent(value)
            elif name == "source":
                shown[name] = words.source(value)
            else:
                shown[name] = decimal(value, None)
        sentence = str(words.SIGNAL_SENTENCES.get(code, ""))
        lines.append(
            {
                "code": code, "name": words.SIGNALS.get(code, code), "tone": words.SIGNAL_TONES.get(code, ""),
                "sentence": sentence % shown,
            }
        )  # fmt: skip
    return lines
