"""Cursor paging: the same cost on page 1 and page 2,000, and no row skipped or repeated while rows are added."""

from rest_framework.pagination import CursorPagination


class CursorPages(CursorPagination):
    """`?cursor=…&page_size=50` (at most 500). The view's queryset order must end in a unique column."""

    page_size = 50
    max_page_size = 500
    page_size_query_param = "page_size"
    ordering = "pk"
