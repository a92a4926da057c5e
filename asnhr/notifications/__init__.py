"""Notifications: events written with the change (outbox), told in the application, by mail and to webhooks.

`service.notify` is the one call of services. docs/peristiwa.md lists the events, docs/decisions/ says why it is so.
"""
