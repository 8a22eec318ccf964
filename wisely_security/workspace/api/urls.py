from django.urls import path

from . import views

urlpatterns = [
    path("audit-events", views.audit_events, name="api_audit_events"),
    path("openapi.json", views.openapi, name="api_description"),
]
