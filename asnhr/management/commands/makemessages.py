"""Django's own `makemessages`, which also knows what `asnhr.formats.counted` marks."""

from django.core.management.commands import makemessages


class Command(makemessages.Command):
    # The one text is the singular and the plural at once: Indonesian writes both alike.
    xgettext_options = [*makemessages.Command.xgettext_options, "--keyword=counted:1,1"]
