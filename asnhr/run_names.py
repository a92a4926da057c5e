"""What a run of a kind is called: on pages, and in the trail, which reads Indonesian whoever asked."""

from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from asnhr import registry

# A kind that nobody named shows its code; a test holds this to the registered tasks.
KINDS = {
    "needs": _("Analisis kebutuhan jabatan"),
    "import": _("Impor berkas"),
    "quality": _("Kualitas data"),
    "agenda": _("Buku penjagaan"),
    "letters": _("Surat KGB"),
    "map": _("PDF peta jabatan"),
    "list_file": _("Berkas daftar"),
    "destruction": _("Pemusnahan data pribadi"),
    "own_copy": _("Salinan data sendiri"),
}


def kind_name(kind: str) -> Any:
    return KINDS.get(kind, kind)


def import_name(kind: str) -> str:
    """Return what files of a kind of import hold; the code of a kind that is no more."""
    return str(registry.importers.get(kind).title) if kind in registry.importers else kind


def reason_of(kind: str, pk: int) -> str:
    """Return the reason under which the trail keeps what a run writes; stored words are Indonesian."""
    with translation.override("id"):
        return f"{kind_name(kind)} #{pk}"
