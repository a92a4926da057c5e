"""The embedded stack of `make run`: same code as production, served on this machine only."""

from asnhr.settings.base import *  # noqa: F403
from asnhr.settings.base import ALLOWED_HOSTS, PUBLIC_URL, SECRET_KEY, env

ALLOWED_HOSTS = ALLOWED_HOSTS or ["127.0.0.1", "localhost", "[::1]"]
# Commands that need no stack (makemigrations --check, compilemessages) run with a key that signs nothing.
SECRET_KEY = SECRET_KEY or "tanpa-stack-tidak-menandatangani-apa-pun"
# Links in e-mail lead to this machine.
PUBLIC_URL = PUBLIC_URL or f"http://127.0.0.1:{env('PORT', default='8000')}"
