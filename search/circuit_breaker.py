"""A circuit breaker: nobody waits for a service that is known to be down."""

import logging
import threading
import time

logger = logging.getLogger(__name__)

RETRY_SECONDS = 5.0


class CircuitBreaker:
    """Closed: calls pass. Open: none does for ``retry_seconds``, then one at a time (half-open).

    ``service`` and ``meanwhile`` are for the log: what is away, and what happens without it.
    """

    def __init__(self, service: str, meanwhile: str, retry_seconds: float = RETRY_SECONDS) -> None:
        self._service = service
        self._meanwhile = meanwhile
        self._retry_seconds = retry_seconds
        self._lock = threading.Lock()
        self._open_until = 0.0
        self.reason = ""

    @property
    def is_open(self) -> bool:
        """Whether the last call that went through failed."""
        return bool(self.reason)

    def admits(self) -> bool:
        """Whether a call may go through now; while open, admitting one postpones the next."""
        with self._lock:
            if not self.reason:
                return True
            now = time.monotonic()
            if now < self._open_until:
                return False
            self._open_until = now + self._retry_seconds
            return True

    def succeeded(self) -> None:
        """Close."""
        with self._lock:
            was_open, self.reason = self.is_open, ""
        if was_open:
            logger.warning("%s is back", self._service, extra={"event": f"{self._service}_back"})

    def failed(self, reason: str) -> None:
        """Open, or stay open."""
        with self._lock:
            was_open, self.reason = self.is_open, reason
            self._open_until = time.monotonic() + self._retry_seconds
        if not was_open:
            logger.error(
                "%s does not answer, %s: %s",
                self._service,
                self._meanwhile,
                reason,
                extra={"event": f"{self._service}_lost"},
            )
