"""Bodies of the API, bounded before they are read into objects: too large 413, nested too deep or not JSON 400."""

from typing import IO, Any, cast

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions, parsers, status

from asnhr.imports.reader import MAX_FILE_BYTES

# The deepest body of the API has three levels; beyond this nobody means well.
MAX_DEPTH = 32
# Beside the file: the other fields and the wrapping of a multipart body, in bytes.
FORM_BYTES = 1024 * 1024


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = gettext_lazy("Isi permintaan terlalu besar.")
    default_code = "too_large"


class _Bounded:
    """A body of which no more than `limit` bytes are read."""

    def __init__(self, stream: Any, limit: int) -> None:
        self._stream, self._left = stream, limit

    def read(self, size: int = -1) -> bytes:
        wanted = self._left + 1 if size is None or size < 0 else min(size, self._left + 1)
        data: bytes = self._stream.read(wanted)
        self._left -= len(data)
        if self._left < 0:
            raise TooLarge
        return data


def _bounded(stream: Any) -> IO[Any]:
    return cast(IO[Any], _Bounded(stream, settings.DATA_UPLOAD_MAX_MEMORY_SIZE))


class JSONParser(parsers.JSONParser):
    """As DRF's, within `DATA_UPLOAD_MAX_MEMORY_SIZE` bytes (which DRF itself never looks at) and MAX_DEPTH levels."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            data = super().parse(_bounded(stream), media_type, parser_context)
        except RecursionError:
            raise _too_deep() from None
        except exceptions.ParseError:
            # DRF passes on the decoder's own words.
            raise exceptions.ParseError(_("Isi bukan JSON yang sah.")) from None
        _check_depth(data)
        return data


class FormParser(parsers.FormParser):
    """As DRF's, within `DATA_UPLOAD_MAX_MEMORY_SIZE` bytes."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        return super().parse(_bounded(stream), media_type, parser_context)


class MultiPartParser(parsers.MultiPartParser):
    """As DRF's; a body that announces more than the largest import is not read at all."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        announced = str((parser_context or {})["request"].META.get("CONTENT_LENGTH") or 0)
        if announced.isdecimal() and int(announced[:20]) > MAX_FILE_BYTES + FORM_BYTES:
            raise TooLarge
        try:
            return super().parse(stream, media_type, parser_context)
        except exceptions.ParseError:
            raise exceptions.ParseError(_("Isi bukan multipart/form-data yang sah.")) from None


def of_suspicious(error: SuspiciousOperation) -> exceptions.APIException:
    """Return what Django's own limits (bytes, number of fields or files) mean as an answer."""
    return TooLarge() if isinstance(error, RequestDataTooBig) else exceptions.ParseError()


def _too_deep() -> exceptions.ParseError:
    return exceptions.ParseError(_("Isi JSON bertingkat lebih dari %(depth)d.") % {"depth": MAX_DEPTH})


def _check_depth(data: Any) -> None:
    """Raise ParseError for more than MAX_DEPTH levels of lists and objects; level by level, so nothing recurses."""
    level = [data] if isinstance(data, list | dict) else []
    for _depth in range(MAX_DEPTH):
        level = [
            each
            for holder in level
            for each in (holder.values() if isinstance(holder, dict) else holder)
            if isinstance(each, list | dict)
        ]
        if not level:
            return
    raise _too_deep()
