from django.apps import AppConfig


class Links(AppConfig):
    name = "benchmarks.peers.simple_history"
    label = "links"
