"""Content security policy: strict for readers, workable for the Wagtail admin."""

from csp.middleware import CSPMiddleware, PolicyParts
from django.http import HttpRequest, HttpResponseBase

SELF = "'self'"
PUBLIC = {
    "default-src": ["'none'"],
    "script-src": [SELF],
    "style-src": [SELF],
    "img-src": [SELF, "data:"],
    "font-src": [SELF],
    "connect-src": [SELF],
    "form-action": [SELF],
    "frame-ancestors": [SELF],
    "base-uri": ["'none'"],
    "manifest-src": [SELF],
}
# Wagtail's editor writes inline styles and scripts and shows avatars from elsewhere; it cannot
# run under the public policy (checked with Wagtail 8.0).
ADMIN = PUBLIC | {
    "default-src": [SELF],
    "script-src": [SELF, "'unsafe-inline'", "'unsafe-eval'"],
    "style-src": [SELF, "'unsafe-inline'"],
    "img-src": [SELF, "data:", "blob:", "https:"],
    "frame-src": [SELF],
}


# What a help site has no use for.
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """django-csp with the policy chosen by path, and the permissions policy beside it."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Add both headers."""
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        return super().process_response(request, response)

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        """The admin's policy below /admin/, the public one elsewhere; none is report-only."""
        parts = super().get_policy_parts(request, response, report_only)
        if not report_only:
            parts.config = ADMIN if request.path.startswith("/admin/") else PUBLIC
        return parts
