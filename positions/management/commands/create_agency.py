"""`manage.py create_agency --code 1275 --name "Pemerintah Kota Binjai" --kind kota --admin-username admin.1275`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from asnhr import dates
from asnhr.errors import RuleBroken
from asnhr.management.language import LanguageCommand
from asnhr.models import Agency
from positions.services import agencies


class Command(LanguageCommand):
    help = "Membuat instansi sungguhan dengan jadwal analisis triwulanan dan admin pertamanya (hanya operator)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--code", required=True, help="kode wilayah Kemendagri tanpa titik, mis. 1275")
        parser.add_argument("--name", required=True, help="nama resmi, mis. Pemerintah Kota Binjai")
        parser.add_argument("--kind", required=True, choices=Agency.Kind.values)
        parser.add_argument("--short-name", default="", help="sebutan pendek; bawaan: nama tanpa Pemerintah Kota")
        parser.add_argument("--personnel-office", default="", help="sebutan BKD, mis. BKPSDM")
        parser.add_argument("--admin-username", default="", help="nama pengguna admin daerah pertama")

    def handle(self, *args: Any, **options: Any) -> None:
        asked = ("code", "name", "kind", "short_name", "personnel_office", "admin_username")
        try:
            made = agencies.create_agency(today=dates.today(), **{name: options[name] for name in asked})
        except RuleBroken as problem:
            raise CommandError(str(problem)) from problem
        words = {"code": made.agency.code, "name": made.agency.name, "day": f"{made.schedule.next_on:%d-%m-%Y}"}
        self.stdout.write(
            _("Instansi %(code)s %(name)s dibuat.") % words
            if made.is_new
            else _("Instansi %(code)s %(name)s sudah ada; tidak diubah.") % words
        )
        if made.schedule.is_active:
            every = {"n": made.schedule.every_months, "day": words["day"]}
            self.stdout.write(_("Analisis berjalan sendiri setiap %(n)s bulan, berikutnya %(day)s.") % every)
        if made.password is not None:
            self.stdout.write(f"username: {options['admin_username']}\npassword: {made.password}")
            self.stdout.write(_("Kata sandi ini hanya ditampilkan sekali; gantilah setelah masuk."))
        elif options["admin_username"]:
            self.stdout.write(_("Akun %(name)s sudah memegang peran itu.") % {"name": options["admin_username"]})
