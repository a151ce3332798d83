"""The suite. What stands here runs before Django reads its settings: pytest-django does that
before any conftest, but after the plugin `tests.services` has been imported (`-p` in pyproject)."""

import atexit
import os
import shutil
import tempfile

# Nothing a test writes may land in the checkout or in somebody's portal.
os.environ["ANNAI_DATA_DIR"] = tempfile.mkdtemp(prefix="annai-tests-")
atexit.register(shutil.rmtree, os.environ["ANNAI_DATA_DIR"], ignore_errors=True)
os.environ.setdefault("ANNAI_LOG_LEVEL", "WARNING")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright runs an event loop
for unwanted in ("ELASTICSEARCH_URL", "ELASTICSEARCH_API_KEY", "ANNAI_ENV"):
    os.environ.pop(unwanted, None)
