"""What templates use to show numbers, days, icons and pills; the words live in asnhr/formats.py."""

import html
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from django import forms, template
from django.conf import settings
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from asnhr import formats

register = template.Library()

SPRITE = "vendor/bootstrap-icons/1.13.2/sprite.svg"

register.filter("tanggal", formats.day)
register.filter("sampai", formats.last_day)
register.filter("waktu", formats.moment)
register.filter("nip", formats.grouped_nip)
register.filter("rupiah", formats.rupiah)


@register.filter
def angka(value: object) -> str:
    """14351 → "14.351"; decimals keep their own places, at most four."""
    return formats.number(value)


@register.filter
def desimal(value: object, places: object = 4) -> str:
    """Decimal("1.064") → "1,0640"."""
    return formats.number(value, int(str(places)))


@register.filter
def persen(value: object, places: object = 1) -> str:
    """Decimal("97.2") → "97,2 %"; the value is in percent already."""
    return formats.DASH if value is None or value == "" else f"{formats.number(value, int(str(places)))}\u00a0%"


@register.filter
def item(mapping: Any, key: object) -> Any:
    """Return `mapping[key]`, or "" without it; for a form's field or a row's cell named by a variable."""
    try:
        return mapping[key]
    except (KeyError, IndexError, TypeError):
        return ""


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """Return an icon of the sprite: decorative, or spoken when `label` is given."""
    return _icon(_sprite(settings.STATIC_URL), name, label, f"icon {css}".strip())


@lru_cache(maxsize=4)
def _sprite(_static_url: str) -> str:
    return static(SPRITE)


@lru_cache(maxsize=512)
def _icon(sprite: str, name: str, label: str, css: str) -> SafeString:
    """The frame alone shows some thirty icons a page."""
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}#{}"/></svg>', css, label, sprite, name
        )
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>', css, sprite, name)


@register.simple_tag
def head_files() -> SafeString:
    """Return `_parts/assets.html`; nothing in it differs between pages or people, so it is made once a process."""
    return _assets(settings.STATIC_URL, settings.DEBUG)


@lru_cache(maxsize=4)
def _assets(_static_url: str, _debug: bool) -> SafeString:
    return render_to_string("_parts/assets.html")


def difference(holders: object, need: object) -> SafeString:
    """Return B − K as a pill: sign, number and, for screen readers, the word; a dash when either is unknown."""
    if holders is None or need is None or holders == "" or need == "":
        return format_html('<span class="tag">{}<span class="vh">{}</span></span>', formats.DASH, _("belum tersedia"))
    return _difference(Decimal(str(holders)) - Decimal(str(need)), get_language() or "id")


@lru_cache(maxsize=2048)
def _difference(gap: Decimal, _language: str) -> SafeString:
    tone, sign, word = "fit", "●", _("sesuai")
    if gap < 0:
        tone, sign, word = "short", "▼", _("kekurangan")
    elif gap > 0:
        tone, sign, word = "over", "▲", _("kelebihan")
    return format_html(
        '<span class="tag {}"><span aria-hidden="true">{}</span><span class="vh">{}</span> {}</span>',
        tone, sign, word, formats.number(abs(gap)),
    )  # fmt: skip


@register.simple_tag
def selisih(b: object, k: object) -> SafeString:
    """`{% selisih b k %}`: the pill of B − K."""
    return difference(b, k)


# Code of a state anywhere in the product → tone of its pill. Unknown codes are plain.
TONES = {
    "antre": "", "berjalan": "over", "selesai": "fit", "gagal": "short",
    "draf": "", "diajukan": "over", "diperiksa": "over", "dikembalikan": "gold", "disetujui": "fit",
    "ditetapkan": "fit", "ditolak": "short", "ditunda": "gold", "batal": "", "dibuka": "over", "ditutup": "",
    "aktif": "fit", "nonaktif": "", "kosong": "short", "lowong": "short", "terisi": "fit", "plt": "gold", "plh": "gold",
    "accepted": "fit", "warned": "gold", "rejected": "short", "skipped": "", "contoh": "gold", "terlambat": "short",
}  # fmt: skip


def pill(label: object, tone: str = "") -> SafeString:
    """Return `label` as a pill; tones: short, over, fit, gold, brand, or none."""
    return format_html('<span class="tag {}">{}</span>', tone, label)


@register.simple_tag
def status(code: object, label: object = "", tone: str = "") -> SafeString:
    """`{% status run.state run.get_state_display %}`: a pill whose tone follows the code."""
    return pill(label or code, tone or TONES.get(str(code).lower(), ""))


@register.simple_tag
def tag(label: object, tone: str = "") -> SafeString:
    """`{% tag "tenggat 28 Nov" "short" %}`."""
    return pill(label, tone)


@register.simple_tag
def bar(value: object, maximum: object, tone: str = "", label: str = "") -> SafeString:
    """Return a bar of `value` out of `maximum` as SVG, with the percentage as its spoken text."""
    try:
        top = float(str(maximum))
        share = 0.0 if top <= 0 else max(0.0, min(1.0, float(str(value)) / top))
    except ValueError:
        share = 0.0
    spoken = label or _("%(percent)s persen") % {"percent": round(share * 100)}
    fill = format_html('<rect class="fill {}" width="{}" height="8" rx="4"/>', tone, f"{share * 100:.1f}")
    return format_html(
        '<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<rect class="track" width="100" height="8" rx="4"/>{}</svg>',
        spoken,
        fill if share else "",
    )


@register.simple_tag
def jumlah(count: int, one: str, many: str = "") -> str:
    """`{% jumlah 12 "jabatan" %}` → "12 jabatan"; the second word serves languages with a plural."""
    return f"{formats.number(count)} {ngettext(one, many or one, count)}"


@register.simple_tag(takes_context=True)
def params(context: dict[str, Any], **changes: object) -> str:
    """`{% params hal=2 %}`: the query of this page with changes; None or "" removes. Begins with "?"."""
    query = context["request"].GET.copy()
    for key, value in changes.items():
        if value is None or value == "":
            query.pop(key, None)
        elif isinstance(value, list | tuple):
            query.setlist(key, [str(each) for each in value])
        else:
            query[key] = str(value)
    return "?" + query.urlencode()


@register.simple_tag(takes_context=True)
def hidden_params(context: dict[str, Any], *without: str) -> SafeString:
    """Hidden fields that carry this page's query through a GET form, except the named ones."""
    request = context.get("request")
    fields = [] if request is None else [
        format_html('<input type="hidden" name="{}" value="{}">', key, value)
        for key, values in request.GET.lists() if key not in without for value in values
    ]  # fmt: skip
    return mark_safe("".join(fields))  # noqa: S308  each part was escaped by format_html


@register.simple_tag(takes_context=True)
def theme_attr(context: dict[str, Any]) -> SafeString:
    """` data-theme="dark"` from the cookie; nothing when the system decides. Unknown values are dropped."""
    request = context.get("request")
    theme = request.COOKIES.get("theme") if request is not None else None
    return format_html(' data-theme="{}"', theme) if theme in ("light", "dark") else SafeString("")


@register.simple_tag
def sample_logins() -> str:
    """Return where the demo's logins stand; "" in production and where there are none."""
    path = settings.SAMPLE_LOGINS_HINT
    return path if path and Path(path).is_file() else ""


@register.simple_tag
def realm() -> str:
    """Return the name of the realm that also lets people in; "" when there is none."""
    return str(settings.OIDC_NAME) if settings.OIDC_SERVER else ""


@register.filter
def error_links(form: Any) -> Iterator[tuple[str, str, str]]:
    """Each error of a form as (id of the field, label, message), for the summary that links to fields."""
    for bound in form:
        for message in bound.errors:
            yield bound.id_for_label or bound.auto_id, str(bound.label), str(message)


@register.filter
def is_check(bound: Any) -> bool:
    """Whether a bound field is one checkbox (its label stands beside, not above)."""
    return getattr(bound.field.widget, "input_type", "") == "checkbox" and not is_group(bound)


@register.filter
def is_group(bound: Any) -> bool:
    """Whether a bound field is a group of boxes or radios (it gets a fieldset)."""
    return bool(getattr(bound.field.widget, "use_fieldset", False)) and not bound.is_hidden


@register.filter
def control(bound: Any) -> SafeString:
    """Return the bound field's control as `{{ field }}` does: drop-downs and plain inputs without a template of their
    own for every option, which costs a list page with a hundred units a tenth of its time."""
    widget = bound.field.widget
    if type(widget) not in _PLAIN:
        return mark_safe(str(bound))  # noqa: S308  Django rendered it
    attrs = {**widget.attrs, **bound.build_widget_attrs({}, widget)}
    if bound.auto_id:
        attrs.setdefault("id", bound.auto_id)
    if bound.field.localize:
        widget.is_localized = True
    value = widget.format_value(bound.value())
    if not isinstance(widget, forms.Select):
        given = {"type": widget.input_type, "name": bound.html_name}
        return _safe(f"<input{_attributes(given | ({} if value is None else {'value': value}) | attrs)}>")
    chosen = {value} if isinstance(value, str) else set(value)
    options: list[str] = []
    for key, label in widget.choices:
        if isinstance(label, list | tuple):
            options.append(f'<optgroup label="{_text(key)}">')
            options += [_option(each, text, chosen) for each, text in label]
            options.append("</optgroup>")
        else:
            options.append(_option(key, label, chosen))
    return _safe(f"<select{_attributes({'name': bound.html_name} | attrs)}>{''.join(options)}</select>")


_PLAIN = (forms.Select, forms.NullBooleanSelect, forms.TextInput, forms.NumberInput)


def _text(value: object) -> str:
    """Return what Django's `escape` does, without its look for lazy texts: a drop-down asks two hundred times."""
    return html.escape(str(value))


def _safe(text: str) -> SafeString:
    return mark_safe(text)  # noqa: S308  every part was escaped by _text


def _option(key: object, label: object, chosen: set[str]) -> str:
    text = "" if key is None else str(key)
    mark = " selected" if text in chosen else ""
    return f'<option value="{_text(text)}"{mark}>{_text(label)}</option>'


def _attributes(attrs: Mapping[str, object]) -> str:
    """Return attributes as Django writes them: True stands alone, False and None are left out."""
    return "".join(
        f" {_text(name)}" if value is True else f' {_text(name)}="{_text(value)}"'
        for name, value in attrs.items()
        if value is not None and value is not False
    )
