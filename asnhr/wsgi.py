"""WSGI entry point of the web processes."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "asnhr.settings.local")

application = get_wsgi_application()
# All that requests need, before gunicorn forks (--preload): the workers share it, and no first request waits for it.
get_resolver().url_patterns  # noqa: B018  a cached property that imports the pages
gc.collect()
# What stays for good is not looked through again: its pages stay shared, and rows that refer to each other, a page's or
# an export's, are collected soon after they were last needed instead of after they have grown with the whole of it.
gc.freeze()
