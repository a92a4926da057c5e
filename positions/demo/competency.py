"""The competency dictionary, later standards and equalised posts of the demo (DATA CONTOH): a few by the product's own
services in every state, the moves of people set-based. The agency's scope must be open, the users there."""

from datetime import date

from django.db import connection

from asnhr import access
from asnhr.models import Agency, User
from positions.models import Job, TechnicalCompetency, TechnicalCompetencyVersion
from positions.services import dictionary, standards
from positions.services.decree import Decree

SOURCE = "Rumusan contoh (DATA CONTOH), bukan kutipan kamus kementerian"
FIRST = Decree("061/220/CONTOH/2024", date(2024, 1, 2), date(2024, 1, 2))
LATER = Decree("061/318/CONTOH/2025", date(2025, 6, 2), date(2025, 7, 1))
# Code, name, affair, and what the competency is about, in the words of the five levels.
TECHNICAL = (
    ("T.ORG.01", "Analisis jabatan dan beban kerja", "Organisasi dan tata laksana", "analisis jabatan dan beban kerja"),
    ("T.SDM.01", "Manajemen talenta ASN", "Kepegawaian", "pemetaan dan pengembangan talenta"),
    ("T.ARS.01", "Pengelolaan arsip dinamis", "Kearsipan", "pengelolaan arsip dinamis"),
    ("T.KEU.01", "Pengelolaan keuangan daerah", "Keuangan", "penatausahaan keuangan daerah"),
    ("T.YAN.01", "Pelayanan administrasi kecamatan", "Pemerintahan umum", "pelayanan administrasi warga"),
    ("T.AUD.01", "Audit internal pemerintah", "Pengawasan", "audit internal"),
)
STEPS = (
    "Memahami dasar dan melaksanakan {what} menurut prosedur dengan arahan.",
    "Melaksanakan {what} secara mandiri dan mendampingi rekan kerja.",
    "Menyusun rencana {what} unit kerja dan memperbaiki cara kerjanya.",
    "Mengembangkan metode {what} lintas unit dan membina pelaksananya.",
    "Merumuskan kebijakan {what} dan menjadi rujukan di luar instansi.",
)
# Of each level its own: what is seen of a person who has reached it.
INDICATORS = (
    ("Menyebutkan dasar hukum dan istilah {what}.", "Mengerjakan {what} menurut prosedur tertulis dengan arahan."),
    ("Menyelesaikan {what} tanpa arahan dan tepat waktu.", "Membantu rekan kerja yang kesulitan dalam {what}."),
    ("Menyusun rencana dan jadwal {what} unit kerja.", "Menemukan penyebab hambatan {what} dan memperbaikinya."),
    ("Menyusun pedoman {what} yang dipakai beberapa unit.", "Membimbing dan menilai pelaksana {what} lintas unit."),
    ("Menyusun naskah kebijakan {what} tingkat daerah.", "Dimintai pendapat oleh instansi lain tentang {what}."),
)
# Structural posts that became functional ones of a kind that fits, with who held them: of people long in their post,
# two a unit at most.
EQUALISED_ON, EQUALISED_BY, SIGNED_ON = date(2022, 1, 1), "Peraturan Wali Kota 85/CONTOH/2021", date(2021, 12, 30)
MOST = 24
FITTING = ("JF-PERENCANA-MU", "JF-ANALIS-KEBIJAKAN-MU", "JF-ANALIS-SDMA-MU", "JF-AKPD-MU", "JF-PPBJ-MU")
CHOSEN = """
CREATE TEMP TABLE demo_equalised ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY c.unit_code, c.incumbency_id) AS n, c.*, o.id AS job_id
FROM (
    SELECT i.id AS incumbency_id, i.employee_id, i.starts_on AS since, p.id AS position_id, p.unit_id,
        u.code AS unit_code, row_number() OVER (PARTITION BY p.unit_id ORDER BY i.id) AS place
    FROM positions_incumbency i
    JOIN positions_position p ON p.agency_id = i.agency_id AND p.id = i.position_id
    JOIN positions_unit u ON u.agency_id = p.agency_id AND u.id = p.unit_id
    JOIN positions_job j ON j.agency_id = p.agency_id AND j.id = p.job_id
    WHERE i.agency_id = %(agency)s AND i.kind = 'definitif' AND i.ends_on IS NULL AND j.code = ANY (%(fitting)s)
        AND i.starts_on BETWEEN DATE '2012-01-01' AND DATE '2021-06-30' AND u.starts_on < i.starts_on
        AND p.starts_on < i.starts_on
) c
JOIN positions_job o ON o.agency_id = %(agency)s
    AND o.code = CASE c.place WHEN 1 THEN 'JS-KASUBBAG' WHEN 2 THEN 'JS-KASI' END
WHERE NOT EXISTS (SELECT FROM positions_position x WHERE x.agency_id = o.agency_id AND x.unit_id = c.unit_id
    AND x.job_id = o.id)
ORDER BY c.unit_code, c.incumbency_id LIMIT %(most)s
"""
POSTS = """
INSERT INTO positions_position (agency_id, code, unit_id, job_id, is_head, by_duty, growth, "order", successor_id,
    closing_decree, closing_decree_on, closing_kind, starts_on, ends_on)
SELECT %(agency)s, c.unit_code || '-SETARA-' || c.n, c.unit_id, c.job_id, false, false, 0, 9000 + c.n, c.position_id,
    %(decree)s, %(signed)s, 'disetarakan', c.since, %(day)s
FROM demo_equalised c
"""
SEATS = """
INSERT INTO positions_seat (agency_id, position_id, number, kind, starts_on, ends_on)
SELECT %(agency)s, p.id, 1, 'formasi', p.starts_on, p.ends_on
FROM demo_equalised c
JOIN positions_position p ON p.agency_id = %(agency)s AND p.code = c.unit_code || '-SETARA-' || c.n
"""
# What somebody held before the decree was the structural post; the functional one begins with it.
SINCE = """
UPDATE positions_incumbency i SET starts_on = %(day)s, decree = %(decree)s, decree_on = %(signed)s
FROM demo_equalised c WHERE i.agency_id = %(agency)s AND i.id = c.incumbency_id
"""
HELD = """
INSERT INTO positions_incumbency (agency_id, position_id, seat_id, employee_id, kind, decree, starts_on, ends_on)
SELECT %(agency)s, p.id, s.id, c.employee_id, 'definitif', '821.24/' || c.n || '/CONTOH', c.since, %(day)s
FROM demo_equalised c
JOIN positions_position p ON p.agency_id = %(agency)s AND p.code = c.unit_code || '-SETARA-' || c.n
JOIN positions_seat s ON s.agency_id = p.agency_id AND s.position_id = p.id
"""
# Posts of the units that were merged went on in the same job of the unit that took them in. One in eight is still to
# be recorded by an officer.
FOLLOWED = """
WITH followed AS (
    SELECT old.id, new.id AS successor_id, former.closing_decree, former.closing_decree_on,
        count(*) OVER (PARTITION BY new.id) AS shared
    FROM positions_position old
    JOIN positions_unit former ON former.agency_id = old.agency_id AND former.id = old.unit_id
    JOIN positions_unit heir ON heir.agency_id = former.agency_id AND heir.id = former.successor_id
    CROSS JOIN LATERAL (
        SELECT p.id FROM positions_position p
        JOIN positions_unit u ON u.agency_id = p.agency_id AND u.id = p.unit_id AND u.path <@ heir.path
        WHERE p.agency_id = old.agency_id AND p.job_id = old.job_id AND p.id <> old.id AND p.starts_on <= old.ends_on
            AND (p.ends_on IS NULL OR p.ends_on > old.ends_on)
        ORDER BY u.id <> heir.id, p.id LIMIT 1
    ) new
    WHERE old.agency_id = %(agency)s AND old.ends_on = former.ends_on AND former.closing_decree <> ''
        AND old.closing_kind = ''
)
UPDATE positions_position p SET successor_id = f.successor_id, closing_decree = f.closing_decree,
    closing_decree_on = f.closing_decree_on,
    closing_kind = CASE WHEN f.shared > 1 THEN 'dilebur' ELSE 'dipindahkan' END
FROM followed f WHERE p.agency_id = %(agency)s AND p.id = f.id AND abs(hashtext(p.code)) %% 8 <> 0
"""


def load(agency: Agency, day: date) -> None:
    drafter, decider = (_acting(agency, f"{role}.{agency.code}", day) for role in ("bagian_organisasi", "pyb"))
    if drafter and decider:
        known = _dictionary(drafter, decider)
        _standards(agency, drafter, decider, known)
    else:
        _taken_over(agency)
    values = {
        "agency": agency.pk, "most": MOST, "day": EQUALISED_ON, "decree": EQUALISED_BY, "signed": SIGNED_ON,
        "fitting": list(FITTING),
    }  # fmt: skip
    with connection.cursor() as cursor:
        for statement in (CHOSEN, POSTS, SEATS, SINCE, HELD, "DROP TABLE demo_equalised", FOLLOWED):
            cursor.execute(statement, values)


def _acting(agency: Agency, username: str, day: date) -> User | None:
    user = User.objects.filter(username=username).first()
    if user is not None:
        user.access = access.resolve(user, agency.pk, day)
    return user


def _taken_over(agency: Agency) -> None:
    """An agency without logins of who drafts and decides: the dictionary as it was before, in force."""
    rows = [TechnicalCompetency(agency=agency, code=code, name=name, affair=affair)
            for code, name, affair, _what in TECHNICAL]  # fmt: skip
    TechnicalCompetency.objects.bulk_create(rows)
    TechnicalCompetencyVersion.objects.bulk_create(
        TechnicalCompetencyVersion(
            agency=agency, competency=row, number=1, state="ditetapkan", decree=FIRST.number,
            decree_on=FIRST.decided_on, starts_on=FIRST.starts_on, source=SOURCE, definition=_definition(what),
            levels={str(level): {"text": text, "indicators": told} for level, (text, told) in _levels(what).items()},
        )
        for row, (_code, _name, _affair, what) in zip(rows, TECHNICAL, strict=True)
    )  # fmt: skip


def _definition(what: str) -> str:
    return f"Kemampuan melaksanakan dan mengembangkan {what}."


def _levels(what: str) -> dict[int, tuple[str, list[str]]]:
    return {
        level: (step.format(what=what), [each.format(what=what) for each in seen])
        for level, (step, seen) in enumerate(zip(STEPS, INDICATORS, strict=True), 1)
    }


def _dictionary(drafter: User, decider: User) -> list[TechnicalCompetency]:
    """All but the last two are in force; those wait for a decision and for more words."""
    found = []
    for number, (code, name, affair, what) in enumerate(TECHNICAL):
        made = dictionary.add(actor=drafter, code=code, name=name, affair=affair)
        dictionary.change(
            actor=drafter, version=made, definition=_definition(what), levels=_levels(what), source=SOURCE
        )
        left = len(TECHNICAL) - number
        if left > 1:
            dictionary.submit(actor=drafter, version=made)
        if left > 2:
            dictionary.decide(actor=decider, version=made, decree=FIRST)
            found.append(made.competency)
    return found


def _standards(agency: Agency, drafter: User, decider: User, known: list[TechnicalCompetency]) -> None:
    """Second versions with technical competencies and requirements: two in force, one submitted, one returned."""
    jobs = Job.objects.filter(agency=agency, level__in=("ADMINISTRATOR", "PENGAWAS", "AHLI_MUDA"), standards__number=1)
    for number, job in enumerate(jobs.order_by("level", "code", "pk")[:4]):
        made = standards.start(actor=drafter, job=job)
        levels = {line.of.code: line.level for line in made.competencies.select_related("competency", "technical")}
        technical = {each.code: min(5, max(levels.values()) + 1) for each in known[number % 2 : number % 2 + 3]}
        requirements = {
            "pelatihan_manajerial": [("Pelatihan kepemimpinan sesuai jenjang", "mutlak")],
            "pelatihan_teknis": [(f"Pelatihan {known[0].name.lower()}", "penting")],
            "pengalaman": [("Dua tahun pada bidang tugas yang berkaitan", "penting")],
            "indikator": [("Capaian sasaran unit paling rendah 90 persen", ""), ("Nilai survei kepuasan layanan", "")],
        }  # fmt: skip
        standards.change(
            actor=drafter, standard=made, levels=levels | technical, requirements=requirements,
            affair=known[number % 2].affair,
        )  # fmt: skip
        standards.submit(actor=drafter, standard=made)
        if number < 2:
            standards.decide(actor=decider, standard=made, decree=LATER)
        elif number == 3:
            standards.send_back(actor=decider, standard=made, reason="Tambahkan pelatihan fungsional yang disyaratkan.")
