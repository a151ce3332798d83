"""How gunicorn serves Annai, for `scripts/serve` and the container image alike.

PORT, WEB_CONCURRENCY (processes) and, behind a proxy, FORWARDED_ALLOW_IPS come from the
environment.
"""

import gc
import os
import re
from importlib import import_module
from pathlib import Path
from typing import Any

from gunicorn.glogging import Logger

# What a log must not keep: questions (all that follows a `?`), and the signed part of a private
# link, with which anybody could open it.
_CONFIDENTIAL = re.compile(r"\?.*|(?<=/requests/)[^/?]+|[^/?]+:[\w-]{20,}")


class DiscreetLogger(Logger):  # type: ignore[misc]
    """Writes no query string and no private link, neither for a request nor for its failure."""

    def atoms(
        self, resp: Any, req: Any, environ: dict[str, Any], request_time: Any
    ) -> dict[str, Any]:
        """The values an access log line is made of, with a path that may be kept."""
        atoms: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        atoms["U"] = _CONFIDENTIAL.sub("…", str(atoms["U"]))
        return atoms

    def exception(self, msg: object, *args: object, **kwargs: Any) -> None:
        """A failure outside Django; gunicorn would write the whole address that led to it."""
        super().exception(msg, *(_CONFIDENTIAL.sub("…", str(arg)) for arg in args), **kwargs)


def when_ready(server: Any) -> None:
    """Before the first fork: load what is shared, and keep the collector off it, or each process
    copies it."""
    import_module("search.embedding").prepare()  # not before the application: Django is set up
    import_module("search.analysis.english_words").everyday_words()
    gc.freeze()


bind = f"127.0.0.1:{os.environ.get('PORT') or 8000}"
wsgi_app = "config.wsgi:application"
# Loaded once, then forked: the dictionaries of the analysis are shared, not held by each process.
preload_app = True
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
threads = 4
# Heartbeats on a memory disk where there is one: a slow disk must not look like a hung process.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
# The most it takes. A question is part of the address, nine bytes for a kana: the 800 characters
# that the box takes fit, and its first sentences say what is wanted.
limit_request_line = 8190
# Two instances of one person would fight over its path, and nothing here uses it.
control_socket_disable = True

logger_class = DiscreetLogger
accesslog = "-"
# Method, path, status, bytes, milliseconds. The referring page is left out because its address
# holds the question too; the browser's name because with the address it makes a person.
access_log_format = '%(h)s "%(m)s %(U)s" %(s)s %(b)s %(M)sms'
