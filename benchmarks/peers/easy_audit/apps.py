from django.apps import AppConfig


class Links(AppConfig):
    name = "benchmarks.peers.easy_audit"
    label = "links"
