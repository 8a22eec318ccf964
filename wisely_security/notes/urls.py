from django.urls import path

from . import views

AT = "settings/security/notes/"

urlpatterns = [
    path(f"{AT}<uuid:pk>/", views.NotePage.as_view(), name="note"),
    path(f"{AT}<uuid:pk>/edit/", views.EditNote.as_view(), name="note_edit"),
    path(f"{AT}<uuid:pk>/delete/", views.DeleteNote.as_view(), name="note_delete"),
    path(f"{AT}<slug:record>/<uuid:event>/add/", views.AddNote.as_view(), name="note_add"),
]
