from django.urls import path

from .runs.views import RunFile, RunPage
from .saved_views.views import DeleteView, EditView, SavedViews, SaveView

VIEWS_AT = "settings/security/saved-views/"
RUNS_AT = "settings/security/reports/"

urlpatterns = [
    path(VIEWS_AT, SavedViews.as_view(), name="saved_views"),
    path(f"{VIEWS_AT}add/", SaveView.as_view(), name="saved_view_add"),
    path(f"{VIEWS_AT}<uuid:pk>/", EditView.as_view(), name="saved_view_edit"),
    path(f"{VIEWS_AT}<uuid:pk>/delete/", DeleteView.as_view(), name="saved_view_delete"),
    path(f"{RUNS_AT}<uuid:pk>/", RunPage.as_view(), name="report_run"),
    path(f"{RUNS_AT}<uuid:pk>/file/", RunFile.as_view(), name="report_run_file"),
]
