"""Wiring of articles into Wagtail."""

from wagtail import hooks
from wagtail.rich_text.feature_registry import FeatureRegistry

from kb.rich_text import KnownPageLinkHandler


# After Wagtail's own hook (order 0), whose handler this one replaces.
@hooks.register("register_rich_text_features", order=10)
def register_page_links(features: FeatureRegistry) -> None:
    """Page links of an article are resolved together."""
    features.register_link_type(KnownPageLinkHandler)
