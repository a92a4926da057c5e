"""What each role does, by keyboard alone: from the sign-in through the search to the thing that the role is there for.

One city and one analysis for all of them; every person signs in by the form in a browser of their own, so that what
one decides is what the next one reads.
"""

import re

import pytest

from asnhr.dates import today
from asnhr.models import DataIncident, RoleAssignment, RoleRequest
from asnhr.scope import agency_scope
from positions.models import Decision, Employee, Unit
from tests.browser.test_journey import person, sign_in
from tests.factories.asnhr import AgencyFactory
from tests.factories.positions import EmployeeFactory, IncumbencyFactory, PositionFactory
from tests.positions.needs_pages import analyse, small_city
from tests.roles import user_with

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


class Hands:
    """A person at the keyboard: no click, no jump to a thing that the keys do not lead to."""

    def __init__(self, page, url: str, user) -> None:
        self.page, self.url = page, url
        sign_in(page, url, user)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def find(self, text: str, wanted: str) -> None:
        """Open `wanted` by the search; the arrows lead to it."""
        self.press("Control+k")
        self.type(text)
        option = self.page.locator("#pencari [role=option]", has_text=wanted).first
        option.wait_for()
        for _step in range(25):
            if option.get_attribute("aria-selected") == "true":
                break
            self.press("ArrowDown")
        target = option.get_attribute("href")
        self.press("Enter")
        self.page.wait_for_url(self.url + target)

    def finds_nothing(self, text: str) -> bool:
        self.press("Control+k")
        self.type(text)
        self.page.locator("#pencari .finder-none, #pencari [role=option]").first.wait_for()
        found = self.page.locator("#pencari a[role=option]").count()
        self.press("Escape")
        return found == 0

    def tab_to(self, selector: str, most: int = 150) -> None:
        """Go on with Tab until the element has the focus; fails when Tab never comes there."""
        for _step in range(most):
            self.press("Tab")
            if self.page.evaluate("(s) => document.activeElement.matches(s)", selector):
                return
        raise AssertionError(f"Tab does not lead to {selector} on {self.page.url}")

    def skip_to_content(self) -> None:
        self.press("Tab", "Enter")

    def arrives(self, path: str) -> None:
        # A redirect keeps the mark in the page to which the skip link led.
        self.page.wait_for_url(re.compile(re.escape(self.url + path) + "(#.*)?$"))

    def sees(self, text: str) -> None:
        self.page.locator("main").get_by_text(text).filter(visible=True).first.wait_for()


def open_first_result(hands: Hands, analysis) -> None:
    """Go to the first post of an analysis: its result, basis and decision."""
    hands.find("analisis kebutuhan", "Kebutuhan jabatan")
    hands.skip_to_content()
    hands.tab_to(f"a[href='/analisis/{analysis.pk}/']")
    hands.press("Enter")
    hands.page.wait_for_url(f"**/analisis/{analysis.pk}/")
    hands.skip_to_content()
    hands.tab_to(f"a[href^='/analisis/{analysis.pk}/jabatan/']:not([href*=format])")
    hands.press("Enter")
    hands.page.wait_for_url(re.compile("/jabatan/"))
    hands.skip_to_content()
    hands.tab_to("tbody a")
    hands.press("Enter")
    hands.page.wait_for_url(re.compile(r"/jabatan/\d+/"))
    hands.skip_to_content()


@pytest.fixture
def register():
    agency = AgencyFactory()
    made = small_city(agency)
    made.agency = agency
    with agency_scope(agency):
        made.person = EmployeeFactory(agency=agency, unit=made.belawan, name="Rosmawati Siregar")
        made.other = EmployeeFactory(agency=agency, unit=made.centre, name="Hotmaida Lubis")
    return made


@pytest.fixture
def city(register):
    register.analysis = analyse(register.agency, today())
    return register


def test_every_role_does_its_work_by_keyboard(city, live_server, new_page):
    agency, url = city.agency, live_server.url

    def at_work(role, *units):
        return Hands(new_page(), url, person(agency, role, *units))

    # Pegawai: the own record, and nobody else's.
    user = person(agency, "pegawai")
    user.nip = city.person.nip
    user.save()
    hands = Hands(new_page(), url, user)
    hands.find("rosmwati", "Rosmawati Siregar")
    hands.sees("Kecamatan Medan Belawan")
    assert hands.finds_nothing("hotmaida")

    # Admin unit: people of the own district alone.
    hands = at_work("admin_unit", city.belawan)
    hands.find("daftar pegawai", "Daftar pegawai")
    hands.skip_to_content()
    hands.tab_to("#id_q")
    hands.type("siregar")
    hands.sees("Rosmawati Siregar")
    assert hands.finds_nothing("hotmaida")

    # Bagian Organisasi: the map, a post beside it, and a new name for a district.
    hands = at_work("bagian_organisasi")
    hands.find("peta jabatan", "Peta jabatan")
    hands.skip_to_content()
    hands.tab_to("svg.map a.post")
    hands.find("medan kota", "Kecamatan Medan Kota")
    hands.skip_to_content()
    hands.tab_to("a[href$='/nama/']")
    hands.press("Enter")
    hands.page.wait_for_url("**/nama/")
    hands.skip_to_content()
    hands.tab_to("[name=name]")
    hands.press("Control+a")
    hands.type("Kecamatan Medan Timur")
    hands.tab_to("[name=decree]")
    hands.type("Perda 1/2026")
    # Each part of a day is a stop of its own; the first of January reads alike in every order.
    hands.tab_to("[name=decree_on]")
    hands.type("01012026")
    hands.press("Enter")
    hands.sees("Belum ada yang disimpan.")
    hands.tab_to("button[value=simpan]")
    hands.press("Enter")
    hands.arrives(f"/unit/{city.centre.pk}/")
    hands.sees("Kecamatan Medan Timur")
    with agency_scope(agency):
        assert Unit.objects.get(pk=city.centre.pk).name == "Kecamatan Medan Timur"

    # Staf BKD: the result of a post, its basis, and the decision with a reason.
    hands = at_work("staf_bkd")
    open_first_result(hands, city.analysis)
    hands.tab_to("[name=reason]")
    hands.type("Beban tiga orang, pemangku satu.")
    hands.tab_to("button[value=setuju]")
    hands.press("Enter")
    hands.sees("1 rekomendasi disetujui.")
    with agency_scope(agency):
        assert Decision.objects.count() == 1

    # PPK: reads what was decided and why, and decides otherwise.
    mayor = person(agency, "ppk")
    hands = Hands(new_page(), url, mayor)
    open_first_result(hands, city.analysis)
    hands.sees("Beban tiga orang, pemangku satu.")
    hands.tab_to("[name=reason]")
    hands.type("Menunggu anggaran tahun depan.")
    hands.tab_to("button[value=tunda]")
    hands.press("Enter")
    hands.sees("1 rekomendasi ditunda.")
    with agency_scope(agency):
        last = Decision.objects.select_related("line").order_by("-pk").first()
    assert (last.verdict, last.line.state, last.decided_by) == ("tunda", "tunda", mayor)

    # Auditor: the trail of today's change, filtered by keys, and one entry.
    hands = at_work("auditor")
    hands.find("jejak audit", "Jejak audit")
    hands.skip_to_content()
    hands.tab_to("#id_tabel")
    hands.press("Tab")
    hands.tab_to("tbody a")
    hands.press("Enter")
    hands.page.wait_for_url(re.compile(r"/jejak/\d+/"))

    # Admin daerah: the admin by the search, and a person there.
    hands = at_work("admin_daerah")
    hands.find("admin", "Admin")
    hands.page.wait_for_url(f"{url}/admin/")
    hands.tab_to("a[href='/admin/positions/employee/']", most=400)
    hands.press("Enter")
    hands.arrives("/admin/positions/employee/")
    hands.tab_to("#searchbar")
    hands.type("hotmaida")
    hands.press("Enter")
    hands.page.wait_for_url("**/admin/positions/employee/?q=hotmaida*")
    hands.skip_to_content()
    hands.tab_to(f"a[href^='/admin/positions/employee/{city.other.pk}/change/']")
    hands.press("Enter")
    hands.page.wait_for_url(f"**/admin/positions/employee/{city.other.pk}/change/?*")
    assert hands.page.locator("[name=name], .field-name .readonly").first.is_visible()

    # Pusat: the sums of agencies, no person.
    hands = at_work("pusat")
    hands.find("rekapitulasi", "Rekapitulasi")
    hands.sees(agency.name)
    assert hands.finds_nothing("rosmawati")


def test_heads_keepers_deputies_and_guards_of_data_work_by_keyboard(register, live_server, new_page):
    agency, url = register.agency, live_server.url
    with agency_scope(agency):
        head = EmployeeFactory(agency=agency, unit=register.belawan, name="Tiurma Manalu")
        seat = PositionFactory(agency=agency, unit=register.belawan, is_head=True)
        IncumbencyFactory(agency=agency, position=seat, employee=head)

    # Atasan, by the seat alone: the people below, one of them whole, and nobody else.
    user = person(agency, "pegawai")
    user.nip = head.nip
    user.save()
    hands = Hands(new_page(), url, user)
    hands.find("bawahan", "Bawahan saya")
    hands.skip_to_content()
    with agency_scope(agency):
        people = Employee.objects.filter(unit=register.belawan).exclude(pk=head.pk)
        expected = sorted(each.full_name for each in people)
    shown = hands.page.locator("main table tbody th a")
    assert sorted(shown.all_inner_texts()) == expected
    hands.tab_to(f"a[href='/pegawai/{register.person.pk}/']")
    hands.press("Enter")
    hands.arrives(f"/pegawai/{register.person.pk}/")
    hands.sees("Kecamatan Medan Belawan")
    assert hands.finds_nothing("hotmaida")

    # Pengelola kepegawaian: a wrong name of a person of the own office is put right.
    hands = Hands(new_page(), url, person(agency, "pengelola_kepegawaian", register.belawan))
    hands.find("rosmawati", "Rosmawati Siregar")
    hands.skip_to_content()
    hands.tab_to("a[href$='/ubah/']")
    hands.press("Enter")
    hands.page.wait_for_url("**/ubah/")
    hands.skip_to_content()
    hands.tab_to("[name=name]")
    hands.press("Control+a")
    hands.type("Rosmawati br. Siregar")
    hands.press("Enter")
    hands.arrives(f"/pegawai/{register.person.pk}/")
    with agency_scope(agency):
        assert Employee.objects.get(pk=register.person.pk).name == "Rosmawati br. Siregar"
    assert hands.finds_nothing("hotmaida")

    # PyB: a deciding role that somebody asked for is given, with a reason.
    asker, candidate = person(agency, "admin_daerah"), user_with(agency, "pegawai")
    with agency_scope(agency):
        asked = RoleRequest.objects.create(
            agency=agency, user=candidate, role="staf_bkd", starts_on=today(), reason="Mutasi", requested_by=asker
        )
    deputy = person(agency, "pyb")
    hands = Hands(new_page(), url, deputy)
    hands.find("peran pengguna", "Peran pengguna")
    hands.skip_to_content()
    hands.tab_to("a[href='/peran/permintaan/']")
    hands.press("Enter")
    hands.arrives("/peran/permintaan/")
    hands.skip_to_content()
    hands.tab_to(f"a[href='/peran/permintaan/{asked.pk}/']")
    hands.press("Enter")
    hands.arrives(f"/peran/permintaan/{asked.pk}/")
    hands.skip_to_content()
    hands.tab_to("[name=approve]")
    hands.type("Setujui")
    hands.tab_to("[name=reason]")
    hands.type("Sesuai SK mutasi.")
    hands.tab_to("form button.primary")
    hands.press("Enter")
    hands.sees("Disetujui")
    with agency_scope(agency):
        asked.refresh_from_db()
        assert (asked.verdict, asked.decided_by) == ("disetujui", deputy)
        assert RoleAssignment.objects.filter(agency=agency, user=candidate, role="staf_bkd", ends_on=None).exists()

    # Petugas pelindungan data: an incident is written down and its clock runs; nobody's record is open.
    guard = person(agency, "petugas_pdp")
    hands = Hands(new_page(), url, guard)
    hands.find("insiden data", "Insiden data")
    hands.skip_to_content()
    hands.tab_to("a[href$='/insiden/baru/']")
    hands.press("Enter")
    hands.arrives("/data-pribadi/insiden/baru/")
    hands.skip_to_content()
    hands.tab_to("[name=title]")
    hands.type("Surel salah alamat")
    hands.tab_to("[name=what]")
    hands.type("Daftar gaji terkirim ke unit lain.")
    hands.tab_to("[name=data]")
    hands.press("Space")
    hands.tab_to("form button.primary")
    hands.press("Enter")
    hands.page.wait_for_url(re.compile(r"/insiden/\d+/"))
    hands.sees("Insiden dicatat.")
    with agency_scope(agency):
        incident = DataIncident.objects.get(agency=agency)
    assert (incident.title, incident.recorded_by, len(incident.data)) == ("Surel salah alamat", guard, 1)
    assert hands.finds_nothing("rosmawati")
