"""What the documents promise to list is listed."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from search.log.events import EventAction

ROOT = Path(settings.BASE_DIR)
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
OPERATORS = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
PACKAGES = sorted(
    path.parent.relative_to(ROOT)
    for pattern in ("*/__init__.py", "search/*/__init__.py")
    for path in ROOT.glob(pattern)
    if path.parent.name not in ("tests", "templatetags") and not path.parent.name.startswith(".")
)
COMMANDS = sorted(
    path.stem
    for path in ROOT.glob("*/**/management/commands/*.py")
    if path.stem != "__init__" and ".venv" not in path.parts
)
SETTINGS = sorted(
    set(
        re.findall(
            r"""(?:boolean|choice|positive_integer|env\.\w+)\(\s*"([A-Z][A-Z_]+)\"""",
            "".join(
                (ROOT / "config" / name).read_text(encoding="utf-8")
                for name in ("settings.py", "environment.py")
            ),
        )
    )
)


@pytest.mark.parametrize("package", PACKAGES, ids=str)
def test_every_package_is_on_the_map(package):
    assert f"{package.name}/" in ARCHITECTURE


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_named(command):
    assert f"`{command}`" in ARCHITECTURE


@pytest.mark.parametrize("setting", SETTINGS)
def test_every_setting_is_explained(setting):
    assert f"`{setting}`" in OPERATORS


@pytest.mark.parametrize("action", list(EventAction))
def test_every_event_action_is_explained(action):
    assert f"`{action}`" in ARCHITECTURE


def test_the_lists_are_not_empty():
    assert len(PACKAGES) > 8
    assert len(COMMANDS) > 8
    assert len(SETTINGS) > 20
