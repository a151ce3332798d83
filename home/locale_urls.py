"""Addresses below a language."""

from django.urls import path

from home.views import ContactView, LoginView, LogoutView

urlpatterns = [
    path("contact/", ContactView.as_view(), name="contact"),
    path("login/", LoginView.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
]
