"""The building blocks of an article's body."""

from django.db import models
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.images.blocks import ImageBlock

TEXT_FEATURES = [
    "bold",
    "italic",
    "code",
    "strikethrough",
    "superscript",
    "subscript",
    "link",
    "document-link",
    "ol",
    "ul",
    "blockquote",
    "hr",
]
CELL_FEATURES = ["bold", "italic", "code", "link", "ol", "ul"]


class CalloutKind(models.TextChoices):
    """What a callout wants from the reader."""

    NOTE = "note", _("Note")
    TIP = "tip", _("Tip")
    IMPORTANT = "important", _("Important")
    WARNING = "warning", _("Warning")
    CAUTION = "caution", _("Caution")


class HeadingLevel(models.TextChoices):
    """Levels below the page's own heading."""

    H2 = "h2", "H2"
    H3 = "h3", "H3"
    H4 = "h4", "H4"


class HeadingValue(blocks.StructValue):
    """A heading with an address of its own."""

    @property
    def identifier(self) -> str:
        """The anchor: the given one, else made from the text (Japanese letters stay)."""
        return self.get("anchor") or slugify(self.get("text") or "", allow_unicode=True)


class HeadingBlock(blocks.StructBlock):
    """A section heading that can be linked to."""

    text = blocks.CharBlock(label=_("Text"))
    level = blocks.ChoiceBlock(
        choices=HeadingLevel.choices, default=HeadingLevel.H2, label=_("Level")
    )
    anchor = blocks.CharBlock(
        required=False,
        label=_("Anchor"),
        help_text=_("The part behind # in a link to this heading; empty: made from the text."),
    )

    class Meta:
        icon = "title"
        label = _("Heading")
        template = "kb/blocks/heading.html"
        value_class = HeadingValue


class CodeBlock(blocks.StructBlock):
    """Text to be copied as it stands."""

    language = blocks.CharBlock(required=False, label=_("Language"))
    code = blocks.TextBlock(label=_("Code"))

    class Meta:
        icon = "code"
        label = _("Code")
        template = "kb/blocks/code.html"


class VideoBlock(blocks.StructBlock):
    """A video by link; nothing is loaded from elsewhere until the reader follows it."""

    url = blocks.URLBlock(label=_("Address"))
    title = blocks.CharBlock(required=False, label=_("Title"))

    class Meta:
        icon = "media"
        label = _("Video link")
        template = "kb/blocks/video.html"


class MissingImageBlock(blocks.StructBlock):
    """The description of a picture that an import did not have."""

    alt = blocks.CharBlock(label=_("Description"))

    class Meta:
        icon = "image"
        label = _("Missing image")
        template = "kb/blocks/missing_image.html"


class CalloutBlock(blocks.StructBlock):
    """A remark set apart from the text."""

    kind = blocks.ChoiceBlock(
        choices=CalloutKind.choices, default=CalloutKind.NOTE, label=_("Kind")
    )
    text = blocks.RichTextBlock(features=TEXT_FEATURES, label=_("Text"))

    class Meta:
        icon = "info-circle"
        label = _("Callout")
        template = "kb/blocks/callout.html"


class TableBlock(TypedTableBlock):
    """Rows and columns; every cell holds formatted text."""

    def __init__(self, **kwargs: object) -> None:
        cell = blocks.RichTextBlock(features=CELL_FEATURES, required=False, label=_("Text"))
        super().__init__([("text", cell)], **kwargs)

    class Meta:
        icon = "table"
        label = _("Table")
        template = "kb/blocks/table.html"


class DetailBlock(blocks.StreamBlock):
    """What may stand inside a step or a collapsible section."""

    paragraph = blocks.RichTextBlock(features=TEXT_FEATURES, label=_("Text"))
    heading = HeadingBlock()
    callout = CalloutBlock()
    image = ImageBlock(required=False, template="kb/blocks/image.html", label=_("Image"))
    missing_image = MissingImageBlock()
    table = TableBlock(required=False)
    code = CodeBlock()
    video = VideoBlock()


class StepsBlock(blocks.StructBlock):
    """What to do, in order."""

    start = blocks.IntegerBlock(default=1, min_value=0, label=_("First number"))
    steps = blocks.ListBlock(DetailBlock(), label=_("Steps"))

    class Meta:
        icon = "list-ol"
        label = _("Steps")
        template = "kb/blocks/steps.html"


class CollapsibleBlock(blocks.StructBlock):
    """A section that opens on request."""

    title = blocks.CharBlock(label=_("Title"))
    content = DetailBlock(label=_("Content"))

    class Meta:
        icon = "collapse-down"
        label = _("Collapsible section")
        template = "kb/blocks/collapsible.html"


class InternalNoteBlock(blocks.StructBlock):
    """For colleagues: shown to staff only and never indexed."""

    text = blocks.RichTextBlock(features=TEXT_FEATURES, label=_("Text"))

    class Meta:
        icon = "lock"
        label = _("Internal note (staff only)")
        template = "kb/blocks/internal_note.html"


class ArticleBody(DetailBlock):
    """Everything an article's body may hold."""

    steps = StepsBlock()
    collapsible = CollapsibleBlock()
    related_article = blocks.PageChooserBlock(
        page_type="kb.Article", template="kb/blocks/related_article.html", label=_("Article")
    )
    internal_note = InternalNoteBlock()
