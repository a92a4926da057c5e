"""Documents, photos, contacts and proposed corrections of the demo, by the product's own services: real files, each
marked DATA CONTOH, encrypted like any others. Call inside the agency's scope, after the users are there."""

from datetime import date, timedelta
from io import BytesIO
from random import Random

import typst
from django.db.models import QuerySet
from PIL import Image, ImageDraw

from asnhr import access
from asnhr.crypto import lookup_hash
from asnhr.files import photos
from asnhr.models import Agency, User
from positions.demo import story
from positions.models import DocumentKind, Employee, EmployeeContact, Incumbency, Unit, YearlyPredicate
from positions.services import corrections, documents
from positions.services.documents import Upload

WITH_DOCUMENTS, WITH_PHOTO, WITH_CONTACTS = 12, 8, 400
STREETS = ("Jalan Veteran", "Jalan Selebes", "Jalan Sumatera", "Jalan Kapten Raden Sulian", "Jalan Pelabuhan Raya")
SKIN = ("#8d5b3c", "#a56b46", "#c58c64", "#7b4b2f")
CLOTH = ("#5b4a1f", "#7a6a35", "#33415c", "#4c3b2a")
PAPERS = {"sk_cpns": "821.12", "sk_pns": "821.13", "sk_jabatan": "821.24", "ijazah": "IJ"}
SHEET = """
#set page(paper: "a5", margin: 2cm)
#set text(size: 11pt)
#align(center)[*DATA CONTOH* \\ #v(1em) #upper[{kind}] \\ Nomor {number}]
#v(2em)
Dokumen rekaan untuk peragaan; bukan keputusan siapa pun.
#v(1em)
Nama: {name}
"""


def paper(kind: str, number: str, name: str) -> bytes:
    """Return a one-page PDF."""
    made: bytes = typst.compile(SHEET.format(kind=kind, number=number, name=name).encode())
    return made


def portrait(number: int) -> bytes:
    """Return a drawn portrait: nobody's face."""
    random = Random(number)  # noqa: S311  the same picture for the same person
    image = Image.new("RGB", (photos.WIDTH, photos.HEIGHT), "#b3261e" if number % 2 else "#1f4e9e")
    draw = ImageDraw.Draw(image)
    draw.ellipse((40, 430, 440, 900), fill=random.choice(CLOTH))
    draw.rectangle((205, 360, 275, 470), fill=(skin := random.choice(SKIN)))
    draw.ellipse((140, 130, 340, 400), fill=skin)
    draw.pieslice((130, 105, 350, 330), 180, 360, fill="#1c1410")
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def load(agency: Agency, day: date) -> None:
    """Give the district's people contacts, some of them documents and a photo, and three requests their states."""
    place = story.DISTRICT if agency.code == story.MEDAN else "1571.K01"
    unit = Unit.objects.get(agency=agency, code=place)
    people = Employee.objects.filter(agency=agency, unit__path__under=unit.path, exits_on__isnull=True)
    people = people.select_related("unit", "agency").order_by("pk")
    _contacts(agency, people, day)
    officer = _acting(agency, f"staf_bkd.{agency.code}", day)
    kinds = DocumentKind.objects.in_bulk()
    # The demo's employee, whose file is opened first, and others.
    own = User.objects.filter(username=f"pegawai.{agency.code}").values_list("nip", flat=True).first()
    some = [*people.filter(nip=own or ""), *people.exclude(nip=own or "")[:WITH_DOCUMENTS]]
    for place_in_list, person in enumerate(some):
        for kind, prefix in PAPERS.items():
            number = f"{prefix}/{100 + place_in_list}/{agency.code}/2019"
            data = paper(kinds[kind].name, number, person.full_name)
            upload = Upload(kinds[kind], f"{kind}.pdf", data, number, date(2019, 1, 1 + place_in_list), "Data contoh")
            documents.add(actor=officer, employee=person, upload=upload)
        if place_in_list < WITH_PHOTO:
            data = portrait(place_in_list)
            documents.set_photo(actor=officer, employee=person, filename="foto.png", data=data)
    if agency.code == story.MEDAN:
        _requests(agency, officer, kinds, day)


def _contacts(agency: Agency, people: QuerySet[Employee], day: date) -> None:
    kinds, rows = EmployeeContact.Kind, []
    for number, person in enumerate(people[:WITH_CONTACTS]):
        told = [
            (kinds.HOME, f"{STREETS[number % len(STREETS)]} No. {1 + number}", ""),
            (kinds.EMERGENCY, f"0813 0000 {number:04}", "Keluarga serumah"),
        ]
        if number % 5 == 0:
            told.append((kinds.OFFICE_TELEPHONE, f"061 000 {number:04}", ""))
        for kind, value, label in told:
            open_to_all = kind in EmployeeContact.OFFICIAL
            rows.append(EmployeeContact(
                agency=agency, employee=person, kind=kind, value=value, value_hash=lookup_hash(value), label=label,
                sensitivity="umum" if open_to_all else "terbatas", starts_on=day - timedelta(days=700),
            ))  # fmt: skip
    EmployeeContact.objects.bulk_create(rows)


def _acting(agency: Agency, username: str, day: date) -> User:
    user = User.objects.get(username=username)
    user.access = access.resolve(user, agency.pk, day)
    return user


def _requests(agency: Agency, officer: User, kinds: dict[str, DocumentKind], day: date) -> None:
    """What the demo's employee proposed: one accepted, one refused, the rest waiting."""
    owner = _acting(agency, f"pegawai.{agency.code}", day)
    person = Employee.objects.select_related("unit", "agency").get(agency=agency, nip=owner.nip)
    evidence = [
        Upload(kinds["lain"], "kursus.pdf", paper("Sertifikat kursus", "KUR/7", person.full_name), "KUR/7", day)
    ]
    accepted = corrections.propose(
        actor=owner, employee=person, target="surel", values={"email": "nadia.contoh@example.org"},
        explanation="Surel pribadi saya berganti.", finding="COM_6",
    )  # fmt: skip
    corrections.accept(actor=officer, change=accepted, reason="Sesuai dengan MyASN.")
    refused = corrections.propose(
        actor=owner, employee=person, target="berkas", values={}, explanation="SK jabatan saya.", evidence=evidence
    )
    corrections.refuse(actor=officer, change=refused, reason="Yang terlampir sertifikat kursus, bukan SK jabatan.")
    certificate = Upload(
        kinds["sertifikat_kursus"], "kursus.pdf", paper("Sertifikat kursus", "KUR/7/2025", person.full_name),
        "KUR/7/2025", day,
    )  # fmt: skip
    corrections.propose(
        actor=owner, employee=person, target="diklat",
        values={"kind": "11", "name": "Pengembangan Aplikasi Layanan Publik", "organiser": "Kursus Contoh",
                "number": "KUR/7/2025", "year": day.year, "hours": 40},
        explanation="Kursus yang saya selesaikan belum tercatat.", evidence=[certificate],
    )  # fmt: skip
    corrections.propose(
        actor=owner, employee=person, target="telepon", values={"phone": "0812 0000 7777"},
        explanation="Nomor telepon genggam saya belum tercatat.", finding="COM_7",
    )  # fmt: skip
    _wrong_rows(owner, person, kinds, day)


def _wrong_rows(owner: User, person: Employee, kinds: dict[str, DocumentKind], day: date) -> None:
    """A post whose decree is written wrongly, and a predicate that is somebody else's; both wait."""
    posts = Incumbency.objects.filter(agency_id=person.agency_id, employee=person, ends_on=None)
    if post := posts.order_by("starts_on", "pk").first():
        number = f"{post.decree or 'SK/1'}/PEG"
        decree = Upload(kinds["sk_jabatan"], "sk.pdf", paper("SK jabatan", number, person.full_name), number, day)
        corrections.propose(
            actor=owner, employee=person, target="jabatan", object_id=post.pk,
            values={"decree": number, "decree_on": post.starts_on, "starts_on": post.starts_on},
            explanation="Nomor SK jabatan saya tercatat kurang lengkap.", evidence=[decree],
        )  # fmt: skip
    predicates = YearlyPredicate.objects.filter(agency_id=person.agency_id, employee=person)
    if predicate := predicates.order_by("year").first():
        goals = Upload(kinds["skp"], "skp.pdf", paper("SKP", f"SKP/{predicate.year}", person.full_name), "", day)
        corrections.propose(
            actor=owner, employee=person, target="kinerja", object_id=predicate.pk, values={}, removes=True,
            explanation=f"Predikat {predicate.year} ini milik pegawai lain yang bernama sama.", evidence=[goals],
        )  # fmt: skip
