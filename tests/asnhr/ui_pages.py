"""Pages for the tests of the frame: a list of employees and the home page with every part filled."""

import django_filters
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path

from asnhr.pages import charts
from asnhr.pages.tables import Column, TablePage
from asnhr.templatetags.asnhr_ui import difference, pill
from asnhr.urls import handler400, handler403, handler404, handler500
from asnhr.urls import urlpatterns as real_urls
from positions.models import Employee

__all__ = ["handler400", "handler403", "handler404", "handler500"]


class EmployeeFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="Nama atau NIP", field_name="name", lookup_expr="icontains")
    status = django_filters.ChoiceFilter(label="Status", choices=[("PNS", "PNS"), ("PPPK", "PPPK")])
    known = django_filters.BooleanFilter(label="NIK tervalidasi", field_name="nik_validated")
    born = django_filters.DateFromToRangeFilter(label="Tanggal lahir", field_name="birth_date")

    class Meta:
        model = Employee
        fields = ()


class EmployeeList(TablePage):
    title = "Daftar pegawai"
    lead = "Semua pegawai aktif dalam cakupan Anda pada tanggal yang dipilih."
    noun = "pegawai"
    permission = "view_register"
    filterset_class = EmployeeFilter
    first_filters = ("q", "status")
    order_by = ("name",)
    empty_text = "Impor ekspor SIASN atau nominatif untuk mengisi daftar ini."
    columns = (
        Column("nama", "Nama", "name", sort="name", url=lambda row: f"/pegawai/{row.pk}/", sub="unit.name", fixed=True),
        Column("nip", "NIP", "nip", kind="nip", sort="nip"),
        Column("status", "Status", "status", html=lambda row: pill(row.status, "brand")),
        Column("golongan", "Golongan", "rank", kind="num", sort="rank"),
        Column("lahir", "Tanggal lahir", "birth_date", kind="date", sort="birth_date"),
        Column("selisih", "±", lambda row: -1, kind="num", html=lambda row: difference(3, 4)),
        Column("cpns", "TMT CPNS", "cpns_on", kind="date", hidden=True),
    )

    def queryset(self, request: HttpRequest):
        return Employee.objects.visible_to(request.user).select_related("unit")


HOME = {
    "greeting": "Selamat pagi",
    "summary": "Analisis kebutuhan jabatan triwulan IV selesai tadi malam: 12 rekomendasi menunggu keputusan.",
    "actions": [{"url": "#", "label": "Impor data"}, {"url": "#", "label": "Buka hasil analisis", "primary": True}],
    "figures": [
        {"label": "Pegawai aktif", "value": 14351, "detail": "9.726 PNS · 4.625 PPPK", "url": "#"},
        {"label": "Jabatan terisi", "text": "97,2 %", "detail": "▼ 412 jabatan lowong", "tone": "short", "url": "#"},
        {"label": "Pensiun 12 bulan", "value": 388, "detail": "27 hanya satu pemangku", "url": "#"},
        {"label": "Kualitas data (IKD)", "text": "96,8", "detail": "▲ 0,6 sejak September", "tone": "fit", "url": "#"},
    ],
    "todo": [
        {"label": "Putuskan 12 rekomendasi analisis triwulan IV", "url": "#", "tag": "tenggat 28 Nov", "tone": "short",
         "detail": "Dinas Kesehatan 5, Kec. Medan Belawan 3, lainnya 4"},
        {"label": "Antrean pemetaan jabatan: 8 nama belum dikenali", "url": "#", "tag": "impor 20 Nov", "tone": "gold",
         "detail": "Berkas nominatif_november.xlsx, 14.351 baris"},
        {"label": "Plt. Sekretaris Kecamatan Medan Belawan hari ke-165", "url": "#", "tag": "batas 16 hari lagi",
         "tone": "short", "detail": "Tidak dapat diperpanjang lagi"},
    ],
    "shortage_rows": [
        {"unit": unit, "url": "#", "need": need, "holders": holders, "shortage": max(0, need - holders),
         "surplus": max(0, holders - need), "filled": min(need, holders)}
        for unit, need, holders in [
            ("Dinas Kesehatan", 2114, 1930), ("Dinas Pendidikan", 6480, 6391), ("RSUD Dr. Pirngadi", 812, 759),
            ("Badan Pendapatan Daerah", 118, 97), ("Dinas Perhubungan", 240, 266),
        ]
    ],
}  # fmt: skip
STEPS = [
    charts.Step("Analisis", "−412 / +138", "kekurangan / kelebihan", "#"),
    charts.Step("Tempatkan", "71,4 %", "kesesuaian optimal", "#"),
    charts.Step("Kembangkan", "", "memenuhi 20 JP", "#"),
    charts.Step("Evaluasi", "94 %", "predikat ≥ Baik", "#"),
    charts.Step("Sesuaikan", "2", "kebijakan jatuh tempo", "#"),
]


@login_required
def full_home(request: HttpRequest) -> HttpResponse:
    years = [charts.Bar(year, value, "gold" if year == 2026 else "brand") for year, value in
             zip(range(2026, 2032), (61, 388, 421, 502, 467, 533), strict=True)]  # fmt: skip
    context = HOME | {
        "reads_register": True,
        "loop_svg": charts.loop(STEPS, centre="Siklus jabatan", below="triwulan IV 2026"),
        "retirement_svg": charts.bar_chart(years, title="Pensiun per tahun", unit="orang"),
    }
    return render(request, "home.html", context)


@login_required
def parts(request: HttpRequest) -> HttpResponse:
    """Charts and page parts side by side."""
    from asnhr.models import Run

    context = {
        "basis": {
            "inputs": [("Beban setahun", "9.075 menit"), ("Waktu kerja efektif", "75.000 menit")],
            "steps": ["9.075 ÷ 75.000 = 0,1210 orang", "dibulatkan 0"],
            "rule": "baris 5 (BEBAN_MEMUDAR)",
            "legal_basis": "PermenPANRB 1/2020",
            "own": ["ambang 0,5"],
            "open": True,
        },
        "run": Run(kind="needs", state="berjalan", done=120, total=480, step="Menghitung kebutuhan"),
        "progress_url": "/uji/kosong/",
        "years_svg": charts.need_and_holders(
            [2026, 2027, 2028, 2029, 2030, 2031],
            [120] * 6,
            [112, 108, 101, 95, 92, 84],
            title="Kebutuhan dan bezetting",
        ),
        "stack_svg": charts.stacked_bars(
            [("Dinas Kesehatan", [120, 40, 8]), ("Dinas Pendidikan", [80, 90, 2])],
            [("sesuai", "brand"), ("kekurangan", "short"), ("kelebihan", "over")],
            title="Kesesuaian",
        ),
        "spark": charts.sparkline([4, 6, 5, 9, 12], title="Beban"),
    }
    return render(request, "asnhr_test_parts.html", context)


@login_required
def messages_of_every_level(request: HttpRequest) -> HttpResponse:
    for level in (messages.INFO, messages.SUCCESS, messages.WARNING, messages.ERROR):
        messages.add_message(request, level, f"Jabatan AN-012 diperbarui ({level}).")
    return render(request, "asnhr_test_parts.html")


def still_running(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=204)


urlpatterns = [
    path("uji/kosong/", still_running),
    path("uji/pesan/", messages_of_every_level),
    path("uji/pegawai/", EmployeeList.as_view(), name="test-employee-list"),
    path("uji/beranda/", full_home, name="test-home"),
    path("uji/bagian/", parts, name="test-parts"),
    path("", include(real_urls)),
]
