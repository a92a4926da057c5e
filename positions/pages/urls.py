from typing import Any

from positions.pages import analysis_urls, register_urls

urlpatterns: list[Any] = [*register_urls.urlpatterns, *analysis_urls.urlpatterns]
