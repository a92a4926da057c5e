"""What the ground floor's part of personal data is at start-up: its declarations and its pages of the admin."""

from importlib import import_module

import_module("asnhr.privacy.ground")
import_module("asnhr.privacy.admin")
