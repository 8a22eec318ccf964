from django.urls import path

from . import views

AT = "settings/security/audit-trail/"

urlpatterns = [
    path(AT, views.AuditTrailPage.as_view(), name="audit_trail"),
    path(f"{AT}download/", views.AuditTrailDownload.as_view(), name="audit_trail_download"),
    path(f"{AT}chart/", views.AuditTrailChart.as_view(), name="audit_trail_chart"),
    path(f"{AT}coverage/", views.Coverage.as_view(), name="audit_trail_coverage"),
    path(f"{AT}<uuid:pk>/", views.AuditTrailEvent.as_view(), name="audit_trail_event"),
]
