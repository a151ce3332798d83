"""Pictures of the source as images of the library."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.files.images import ImageFile
from PIL import Image
from wagtail.images import get_image_model
from wagtail.utils.file import hash_filelike

from kb.import_export.blocks import Block

TITLE_LENGTH = 255
EXTENSIONS = {".avif", ".gif", ".jpg", ".jpeg", ".png", ".webp"}


@dataclass
class ImageLibrary:
    """Saves each picture once: the same content is the same image, whatever its name."""

    root: Path
    _ids: dict[str, int | None] = field(default_factory=dict)

    def image_id(self, path: str, title: str) -> int | None:
        """The id of the image for a file of the source; None for what is no usable picture."""
        if path not in self._ids:
            self._ids[path] = self._saved(self.root / path, title)
        return self._ids[path]

    def _saved(self, file: Path, title: str) -> int | None:
        if file.suffix.lower() not in EXTENSIONS:
            return None
        model = get_image_model()
        with file.open("rb") as content:
            digest = hash_filelike(content)
            known = model.objects.filter(file_hash=digest).first()
            if known is not None:
                return int(known.pk)
            if not _is_picture(file):
                return None
            picture = ImageFile(content, name=file.name)
            image = model(title=(title or file.stem)[:TITLE_LENGTH], file=picture)
            image.file_size, image.file_hash = file.stat().st_size, digest
            image.save()
        return int(image.pk)

    def resolve(self, block: Block) -> Block:
        """An ``image`` block with its picture's id; its description alone without a picture."""
        value: dict[str, Any] = block["value"]
        image_id = self.image_id(value["image"]["source"], value["alt_text"])
        if image_id is None:
            return {"type": "missing_image", "value": {"alt": value["alt_text"] or "–"}}
        return {"type": "image", "value": {**value, "image": image_id}}


def _is_picture(file: Path) -> bool:
    """Whether the whole file can be decoded: Wagtail fails on one that breaks off."""
    try:
        with Image.open(file) as picture:
            picture.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return False
    return True
