from django.urls import path

from .compare_views import CompareCheckpoint, Growth
from .views import CheckpointFile, Integrity, Tool

AT = "settings/security/integrity/"

urlpatterns = [
    path(AT, Integrity.as_view(), name="integrity"),
    path(f"{AT}checkpoints/<slug:record>/", CheckpointFile.as_view(), name="integrity_checkpoint"),
    path(f"{AT}checkpoints/<slug:record>/since/<int:size>/", Growth.as_view(), name="integrity_growth"),
    path(f"{AT}compare/", CompareCheckpoint.as_view(), name="integrity_compare"),
    path(f"{AT}tools/<str:name>", Tool.as_view(), name="integrity_tool"),
]
