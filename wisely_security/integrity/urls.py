from django.urls import path

from .views import CheckpointFile, Integrity, Tool

AT = "settings/security/integrity/"

urlpatterns = [
    path(AT, Integrity.as_view(), name="integrity"),
    path(f"{AT}checkpoints/<slug:record>/", CheckpointFile.as_view(), name="integrity_checkpoint"),
    path(f"{AT}tools/<str:name>", Tool.as_view(), name="integrity_tool"),
]
