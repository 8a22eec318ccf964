from django.urls import path

from . import views

urlpatterns = [
    path("settings/<people_section:section>/login-activity/", views.LoginActivityPage.as_view(), name="login_activity"),
    path(
        "settings/<people_section:section>/login-activity/download/",
        views.LoginActivityDownload.as_view(),
        name="login_activity_download",
    ),
    path(
        "settings/<people_section:section>/login-activity/chart/",
        views.LoginActivityChart.as_view(),
        name="login_activity_chart",
    ),
    path(
        "settings/<people_section:section>/login-activity/<uuid:pk>/",
        views.LoginActivityEvent.as_view(),
        name="login_activity_event",
    ),
]
