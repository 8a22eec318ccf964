from django.contrib import admin
from django.urls import include, path

from .core import errors
from .tenancy.views import refusal

urlpatterns = [
    path("", include("wisely_security.tenancy.views.urls")),
    path("", include("login_activity.report.urls")),
    path("", include("audit_trail.report.urls")),
    path("", include("wisely_security.workspace.pages.urls")),
    path("", include("wisely_security.integrity.urls")),
    path("", include("wisely_security.findings.urls")),
    path("", include("wisely_security.investigation.urls")),
    path("", include("wisely_security.scheduled_reports.urls")),
    path("", include("wisely_security.notes.urls")),
    path("api/v1/", include("wisely_security.workspace.api.urls")),
    path("admin/", admin.site.urls),
]

handler400 = errors.bad_request
handler403 = refusal.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
