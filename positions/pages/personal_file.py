"""Documents, contacts and the photo of a person: listed, taken in, opened with a trace."""

from typing import Any

from csp.decorators import csp_replace
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from asnhr import dates
from asnhr.audit import history
from asnhr.errors import NotAllowed, RuleBroken
from asnhr.files import content, scanning
from asnhr.pages.days import follows_day
from positions import permissions
from positions.forms import DayInput, DocumentForm
from positions.models import Employee, EmployeeContact, EmployeeDocument, EmployeePhoto
from positions.pages import doors
from positions.queries import personal_file as queries
from positions.queries import register
from positions.services import contacts, documents, reasons

SCAN_TONES = {"belum": "gold", "bersih": "fit", "virus": "short"}
# What a browser may do with a file that somebody handed in: nothing but keep it.
SEALED: dict[str, Any] = {"default-src": ["'none'"], "sandbox": True}

# Names of the kinds and of the limits, as the database keeps them.
STORED = (
    gettext_noop("SK CPNS"),
    gettext_noop("SK PNS"),
    gettext_noop("SK dan perjanjian kerja PPPK"),
    gettext_noop("Surat pernyataan melaksanakan tugas (SPMT)"),
    gettext_noop("SK kenaikan pangkat"),
    gettext_noop("SK kenaikan gaji berkala"),
    gettext_noop("SK jabatan"),
    gettext_noop("Berita acara pelantikan"),
    gettext_noop("Ijazah"),
    gettext_noop("Transkrip nilai"),
    gettext_noop("Surat pencantuman gelar"),
    gettext_noop("Sertifikat diklat"),
    gettext_noop("Sertifikat kursus"),
    gettext_noop("Dokumen penetapan angka kredit (PAK)"),
    gettext_noop("SK penetapan angka kredit"),
    gettext_noop("Sasaran kinerja pegawai (SKP)"),
    gettext_noop("Evaluasi kinerja"),
    gettext_noop("Piagam penghargaan"),
    gettext_noop("SK cuti di luar tanggungan negara"),
    gettext_noop("SK tugas belajar"),
    gettext_noop("Kartu pegawai"),
    gettext_noop("Keputusan hukuman disiplin"),
    gettext_noop("KTP"),
    gettext_noop("Kartu keluarga"),
    gettext_noop("Akta kelahiran"),
    gettext_noop("Akta nikah atau cerai"),
    gettext_noop("NPWP"),
    gettext_noop("Surat keterangan kesehatan"),
    gettext_noop("Dokumen lain"),
    gettext_noop("Ukuran terbesar dokumen pegawai"),
    gettext_noop("Halaman terbanyak dokumen pegawai"),
    gettext_noop("Ukuran terbesar foto pegawai yang diunggah"),
    gettext_noop("Pengaturan produk: batas berkas yang diunggah"),
    gettext_noop("halaman"),
)


def person_of(request: HttpRequest, pk: int) -> Employee:
    """The person that the user may see: in scope, or the own record."""
    people = register.employees_visible(request.user).select_related("unit", "agency")
    return doors.found(people, pk=pk)


def crumbs(request: HttpRequest, person: Employee, *more: tuple[str, str]) -> list[tuple[str, str]]:
    if permissions.may(request.user, "view_register"):
        start = [(_("Pegawai"), ""), (_("Daftar pegawai"), reverse("employee-list"))]
        return [*start, (person.full_name, reverse("employee-detail", args=[person.pk])), *more]
    return [(_("Data saya"), reverse("employee-own")), *more]


def sealed(data: bytes, media_type: str, **headers: str) -> HttpResponse:
    """Return a handed-in file: its own type, no guessing, no frame, not for other sites."""
    response = HttpResponse(data, content_type=media_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Referrer-Policy"] = "no-referrer"
    for name, value in headers.items():
        response[name] = value
    return response


# Documents


@doors.needs("view_own", "edit_register", "view_audit")
@require_safe
@follows_day
def employee_documents(request: HttpRequest, pk: int) -> HttpResponse:
    """The documents of a file; six queries at any size. What is said of specific ones of others is a logged look."""
    person = person_of(request, pk)
    user = request.user
    is_own = permissions.is_own_file(user, person)
    rows = queries.documents_of(user, person, request.as_of)  # type: ignore[attr-defined]
    if not is_own:
        documents.note_looks([row.pk for row in rows if row.kind.is_specific])
    may_add = permissions.may_edit_people(user, person.unit) and not permissions.is_theirs(user, person)
    context = {
        "person": person,
        "rows": [
            {"row": row, "tone": SCAN_TONES[row.scan], "may_open": permissions.may_open_document(user, row),
             "may_remove": may_add and row.request_id is None}
            for row in rows
        ],
        "may_add": may_add,
        "history_table": history.table_followed(EmployeeDocument, user, own=is_own),
        "may_propose": permissions.may_propose(user, person),
        "has_scanner": scanning.is_configured(),
        "crumbs": crumbs(request, person, (_("Dokumen"), "")),
    }  # fmt: skip
    return render(request, "positions/document_list.html", context)


@doors.needs("edit_register")
@require_http_methods(["GET", "HEAD", "POST"])
def employee_document_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a document into a file."""
    person = person_of(request, pk)
    kinds = list(documents.kinds_for(request.user, person))
    if not kinds:
        own = permissions.is_theirs(request.user, person)
        said = _("Dokumen sendiri diserahkan lewat usul perbaikan.") if own else _("Pegawai ini di luar unit Anda.")
        raise PermissionDenied(said)
    limits = documents.limits_of(person.agency_id, request.as_of)  # type: ignore[attr-defined]
    form = DocumentForm(request.POST or None, request.FILES or None, kinds=kinds, limits=limits)
    back = reverse("employee-documents", args=[pk])
    if request.method == "POST" and form.is_valid():
        made = doors.attempt(request, form, documents.add, employee=person, upload=form.upload())
        if made is not None:
            messages.success(request, _("%(kind)s tersimpan dalam berkas %(name)s.")
                             % {"kind": made.kind, "name": person.full_name})  # fmt: skip
            return redirect(back)
    context = {
        "form": form,
        "heading": _("Dokumen baru %(name)s") % {"name": person.full_name},
        "lead": _("Isi berkas diperiksa dan disimpan tersandi; setiap pembukaan tercatat."),
        "cancel_url": back,
        "crumbs": crumbs(request, person, (_("Dokumen"), back), (_("Baru"), "")),
    }
    return render(request, "positions/form_page.html", context, status=422 if form.errors else 200)


def _document(request: HttpRequest, pk: int) -> EmployeeDocument:
    rows = EmployeeDocument.objects.visible_to(request.user)
    return doors.found(rows.select_related("kind", "request", "employee__unit", "employee__agency"), pk=pk)


@never_cache
@csp_replace(SEALED)
@doors.needs("view_own", "edit_register")
@require_safe
def document_open(request: HttpRequest, pk: int) -> HttpResponse:
    """The file itself, always to be kept, never shown by the browser; who opened it is written down."""
    row = _document(request, pk)
    try:
        data = documents.read(actor=request.user, document=row)
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except RuleBroken as broken:
        messages.error(request, str(broken))
        return redirect("employee-documents", row.employee_id)
    disposition = content_disposition_header(True, row.filename) or "attachment"
    return sealed(data, row.media_type, **{"Content-Disposition": disposition})


class RemovalForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Alasan"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Misalnya: salah unggah, milik orang lain. Alasan tetap tercatat."),
    )  # fmt: skip

    def __init__(self, *arguments: Any, coded: bool, **named: Any) -> None:
        super().__init__(*arguments, **named)
        if coded:
            self.fields["reason"] = forms.ChoiceField(
                label=_("Alasan"), choices=[("", "—"), *reasons.REASONS.items()],
                help_text=_("Tercatat di jejak audit bersama nama Anda."),
            )  # fmt: skip


@doors.needs("edit_register")
@require_http_methods(["GET", "HEAD", "POST"])
def document_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Destroy a document's file, with a reason."""
    row = _document(request, pk)
    if not permissions.may_edit_people(request.user, row.employee.unit):
        raise PermissionDenied(_("Pegawai ini di luar unit Anda."))
    form = RemovalForm(request.POST or None, coded=bool(row.kind.permission))
    back = reverse("employee-documents", args=[row.employee_id])
    if request.method == "POST" and form.is_valid():
        if doors.attempt(request, form, documents.remove, document=row, **form.cleaned_data) is not None:
            messages.success(request, _("%(kind)s dihapus dari berkas.") % {"kind": row.kind})
            return redirect(back)
    context = {
        "form": form,
        "danger": True,
        "heading": _("Hapus %(kind)s") % {"kind": row.kind},
        "lead": _("Berkas %(file)s dimusnahkan dan tidak dapat dikembalikan.") % {"file": row.filename},
        "submit_label": _("Hapus berkas"),
        "cancel_url": back,
        "crumbs": crumbs(request, row.employee, (_("Dokumen"), back), (_("Hapus"), "")),
    }
    return render(request, "positions/form_page.html", context, status=422 if form.errors else 200)


# Photo


@csp_replace(SEALED)
@doors.needs("view_register", "view_own")
@require_safe
def employee_photo(request: HttpRequest, pk: int) -> HttpResponse:
    """The photo of a person that the user may see; its address changes with the picture."""
    rows = EmployeePhoto.objects.visible_to(request.user).select_related("employee__agency")
    row = doors.found(rows, employee_id=pk)
    try:
        data = documents.photo_data(row)
    except RuleBroken as broken:
        raise Http404(str(broken)) from broken
    return sealed(data, "image/jpeg", **{"Content-Disposition": "inline", "Cache-Control": "private, max-age=3600"})


class PhotoForm(forms.Form):
    file = forms.FileField(label=gettext_lazy("Foto"), max_length=200)

    def __init__(self, *arguments: Any, limits: documents.Limits, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.limits = limits
        self.fields["file"].help_text = _(
            "JPEG atau PNG, paling besar %(mb)d MB. Lokasi, waktu, dan keterangan kamera dibuang."
        ) % {"mb": limits.photo // 1024 // 1024}

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        try:
            content.check_size(file.size, self.limits.photo)
        except RuleBroken as problem:
            raise forms.ValidationError(str(problem)) from problem
        return file


@doors.needs("view_own", "edit_register")
@require_http_methods(["GET", "HEAD", "POST"])
def employee_photo_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Put or take away a photo: the person's own, or by who edits people of the unit."""
    person = person_of(request, pk)
    if not permissions.may_keep_photo(request.user, person):
        raise PermissionDenied(_("Pegawai ini di luar unit Anda."))
    limits = documents.limits_of(person.agency_id, request.as_of)  # type: ignore[attr-defined]
    back = reverse("employee-detail", args=[pk])
    taking_away = "remove" in request.POST
    sent = request.method == "POST" and not taking_away
    form = PhotoForm(request.POST if sent else None, request.FILES if sent else None, limits=limits)
    if request.method == "POST":
        if taking_away:
            doors.attempt(request, None, _removed, employee=person)
            return redirect(back)
        if form.is_valid():
            file = form.cleaned_data["file"]
            facts = {"employee": person, "filename": file.name, "data": file.read()}
            if doors.attempt(request, form, documents.set_photo, **facts) is not None:
                messages.success(request, _("Foto %(name)s diganti.") % {"name": person.full_name})
                return redirect(back)
    photo = EmployeePhoto.objects.visible_to(request.user).select_related("employee").filter(employee=person).first()
    context = {
        "person": person,
        "form": form,
        "photo": queries.summary(request.user, person, dates.today()).photo,
        "history_url": history.address_of(photo, request.user) if photo else "",
        "cancel_url": back,
        "crumbs": crumbs(request, person, (_("Foto"), "")),
    }
    return render(request, "positions/employee_photo.html", context, status=422 if form.errors else 200)


def _removed(**arguments: Any) -> bool:
    documents.remove_photo(**arguments)
    return True


# Contacts


class ContactForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("Jenis"), choices=EmployeeContact.Kind.choices)
    value = forms.CharField(label=gettext_lazy("Isi"), max_length=contacts.LONGEST)
    label = forms.CharField(
        label=gettext_lazy("Keterangan"), max_length=100, required=False,
        help_text=gettext_lazy("Kontak darurat: nama dan hubungannya."),
    )  # fmt: skip
    starts_on = forms.DateField(
        label=gettext_lazy("Berlaku mulai"), widget=DayInput(), input_formats=["%Y-%m-%d", "%d-%m-%Y"]
    )
    is_open = forms.BooleanField(
        label=gettext_lazy("Tampilkan kepada semua pembaca register"), required=False,
        help_text=gettext_lazy("Hanya kontak dinas."),
    )  # fmt: skip


@never_cache
@doors.needs("view_register", "view_own")
@require_safe
@follows_day
def employee_contacts(request: HttpRequest, pk: int) -> HttpResponse:
    """Addresses, telephone numbers and e-mails of the day; restricted ones of others are written down as read."""
    person = person_of(request, pk)
    user = request.user
    is_own = permissions.is_own_file(user, person)
    may_edit = permissions.may_edit_people(user, person.unit)
    context = {
        "person": person,
        "rows": contacts.read_contacts(actor=user, employee=person, day=request.as_of),  # type: ignore[attr-defined]
        "sees_restricted": is_own or may_edit,
        "is_own": is_own,
        "history_table": history.table_followed(EmployeeContact, user, own=is_own),
        "may_edit": may_edit,
        "may_propose": permissions.may_propose(user, person),
        "crumbs": crumbs(request, person, (_("Kontak"), "")),
    }
    return render(request, "positions/contact_list.html", context)


@doors.needs("edit_register")
@require_http_methods(["GET", "HEAD", "POST"])
def employee_contact_new(request: HttpRequest, pk: int) -> HttpResponse:
    person = person_of(request, pk)
    if not permissions.may_edit_people(request.user, person.unit):
        raise PermissionDenied(_("Pegawai ini di luar unit Anda."))
    form = ContactForm(request.POST or None, initial={"starts_on": request.as_of})  # type: ignore[attr-defined]
    back = reverse("employee-contacts", args=[pk])
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        kinds = EmployeeContact.Sensitivity
        facts["sensitivity"] = kinds.OPEN if facts.pop("is_open") else kinds.RESTRICTED
        if doors.attempt(request, form, contacts.add_contact, employee=person, **facts) is not None:
            messages.success(request, _("Kontak %(name)s tersimpan.") % {"name": person.full_name})
            return redirect(back)
    context = {
        "form": form,
        "heading": _("Kontak baru %(name)s") % {"name": person.full_name},
        "lead": _("Alamat baru menggantikan alamat sejenis sejak hari itu."),
        "cancel_url": back,
        "crumbs": crumbs(request, person, (_("Kontak"), back), (_("Baru"), "")),
    }
    return render(request, "positions/form_page.html", context, status=422 if form.errors else 200)


class EndForm(forms.Form):
    ends_on = forms.DateField(
        label=gettext_lazy("Tidak berlaku mulai"), widget=DayInput(), input_formats=["%Y-%m-%d", "%d-%m-%Y"]
    )


@doors.needs("edit_register")
@require_http_methods(["GET", "HEAD", "POST"])
def contact_end(request: HttpRequest, pk: int) -> HttpResponse:
    rows = EmployeeContact.objects.visible_to(request.user).select_related("employee__unit", "employee__agency")
    row = doors.found(rows, pk=pk)
    if not permissions.may_edit_people(request.user, row.employee.unit):
        raise PermissionDenied(_("Pegawai ini di luar unit Anda."))
    form = EndForm(request.POST or None, initial={"ends_on": request.as_of})  # type: ignore[attr-defined]
    back = reverse("employee-contacts", args=[row.employee_id])
    if request.method == "POST" and form.is_valid():
        if doors.attempt(request, form, contacts.end_contact, contact=row, **form.cleaned_data) is not None:
            messages.success(request, _("Kontak %(name)s diakhiri.") % {"name": row.employee.full_name})
            return redirect(back)
    context = {
        "form": form,
        "heading": _("Akhiri %(kind)s") % {"kind": row.get_kind_display()},
        "lead": row.employee.full_name,
        "submit_label": _("Akhiri"),
        "cancel_url": back,
        "crumbs": crumbs(request, row.employee, (_("Kontak"), back), (_("Akhiri"), "")),
    }
    return render(request, "positions/form_page.html", context, status=422 if form.errors else 200)
