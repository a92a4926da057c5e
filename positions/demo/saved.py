"""Filters that the demo's officers have saved under a name."""

from asnhr.models import Agency, RoleAssignment, SavedFilter

# Role -> (list, name, filter).
SAVED = {
    "staf_bkd": (
        ("employee-list", "PPPK (contoh)", "status=PPPK&aktif=true"),
        ("agenda-list", "KGB (contoh)", "jenis=kgb"),
    ),
    "bagian_organisasi": (("position-list", "Kekurangan (contoh)", "selisih=kurang"),),
    "admin_daerah": (
        ("position-list", "Formasi lowong (contoh)", "terisi=false"),
        ("finding-list", "Belum selesai (contoh)", "selesai=false"),
    ),
}  # fmt: skip


def load(agency: Agency) -> None:
    """Save them for whoever holds the role, none as a list's first view. Inside the agency's scope."""
    held = RoleAssignment.objects.filter(agency=agency, role__in=SAVED).order_by("pk").values_list("role", "user_id")
    SavedFilter.objects.bulk_create(
        SavedFilter(agency=agency, user_id=user_id, page=page, name=name, query=query)
        for role, user_id in dict.fromkeys(held)
        for page, name, query in SAVED[role]
    )
