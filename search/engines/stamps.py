"""Whether a small file that names what is live has been replaced, without opening it."""

from pathlib import Path

FileStamp = tuple[int, int, int]


def file_stamp(path: Path) -> FileStamp:
    """What differs once another file has taken this one's place. Raises OSError."""
    status = path.stat()
    return status.st_ino, status.st_mtime_ns, status.st_size
