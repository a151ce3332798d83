"""Readers that turn the environment into typed settings and stop the start on a bad value."""

import os
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

env = environ.Env()


def choice(name: str, default: str, allowed: set[str]) -> str:
    """Read ``name``. Raises ImproperlyConfigured, with name and value, if not in ``allowed``."""
    value: str = env.str(name, default=default)
    if value not in allowed:
        raise ImproperlyConfigured(f"{name}={value!r}: must be one of {', '.join(sorted(allowed))}")
    return value


def positive_integer(name: str, default: int) -> int:
    """Read a whole number above zero; the error shows name and value."""
    text = env.str(name, default=str(default))
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise ImproperlyConfigured(f"{name}={text!r}: must be a whole number above zero")
    return int(text)


def boolean(name: str, default: bool) -> bool:
    """Read yes or no; a misspelt value stops the start instead of meaning "no"."""
    text = env.str(name, default=str(default)).strip().lower()
    if text in {"1", "true", "yes", "on"}:
        return True
    if text in {"0", "false", "no", "off", ""}:
        return False
    raise ImproperlyConfigured(f"{name}={text!r}: must be true or false")


def embedder(name: str, default: str) -> str:
    """Read ``bundled``, ``off`` or an HTTP address; a misspelt word is none of them."""
    value: str = env.str(name, default=default)
    if value not in {"bundled", "off"} and not value.startswith(("http://", "https://")):
        raise ImproperlyConfigured(f"{name}: must be bundled, off, or an http(s) address")
    return value


def data_folder(default: Path) -> Path:
    """The folder of everything this instance writes; created if absent."""
    folder = Path(env.str("ANNAI_DATA_DIR", default=str(default))).expanduser().resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def secret_key(folder: Path, *, production: bool) -> str:
    """``SECRET_KEY``, or one generated once into ``folder`` (mode 0600).

    Raises ImproperlyConfigured in production, where several hosts must share one key.
    """
    key: str = env.str("SECRET_KEY", default="")
    if key:
        return key
    if production:
        raise ImproperlyConfigured(
            "SECRET_KEY is not set: production does not start on a generated key"
        )
    path = folder / "secret-key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="utf-8")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(get_random_secret_key())
    return path.read_text(encoding="utf-8")
