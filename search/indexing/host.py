"""This host: the folder of its index and the mark that tells it from other hosts."""

import logging
import os
from pathlib import Path
from uuid import uuid4

from django.conf import settings

logger = logging.getLogger(__name__)


def index_folder() -> Path:
    """The folder of this host's index, for this user's eyes only."""
    folder: Path = settings.INDEX_DIR
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def host_mark() -> str:
    """A random name that lies in the index folder: a folder that was lost is a new index."""
    path = index_folder() / "mark"
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        draft = path.with_name(f"mark.{os.getpid()}.{uuid4().hex}")
        draft.write_text(uuid4().hex, encoding="ascii")
        try:
            os.link(draft, path)  # fails where another process was first; a rename would not
        except FileExistsError:
            logger.debug("another process has marked the index folder")
        finally:
            draft.unlink()
        return path.read_text(encoding="ascii")
