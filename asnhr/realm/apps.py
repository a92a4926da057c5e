from django.apps import AppConfig


class RealmConfig(AppConfig):
    """Carries no models: allauth finds the provider of a realm in the `provider` module of an installed app."""

    name = "asnhr.realm"
    label = "asnhr_realm"
