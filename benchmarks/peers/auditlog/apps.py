from django.apps import AppConfig


class Links(AppConfig):
    name = "benchmarks.peers.auditlog"
    label = "links"
