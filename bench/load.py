"""A load generator: prepared requests over keep-alive connections, every answer compared with what it must hold.

One thread and one selector: what it costs is the same for both sides of a ratio. A closed loop (each connection sends
its next request when the answer is there) measures throughput; an open one (`per_second`) measures latency at a load
that both sides can bear.
"""

import selectors
import socket
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

READ = 1 << 16
PATIENCE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Request:
    """The bytes to send, and bytes that the answer must hold; its status must be 200."""

    content: bytes
    expected: bytes


@dataclass
class Result:
    """What a run measured. seconds: of the whole run; latencies: of each request, in seconds."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    wrong: list[bytes] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        """Right answers in a second."""
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        """Return the latency, in seconds, that `share` of the requests stayed below."""
        return sorted(self.latencies)[min(int(share * len(self.latencies)), len(self.latencies) - 1)]


class WrongAnswer(AssertionError):
    """An answer was not what it must be: the figures of such a run are worth nothing."""


def get(path: str, expected: bytes) -> Request:
    """Return a request for a page."""
    return Request(f"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode(), expected)


def post(path: str, body: bytes, expected: bytes, *, address: str = "192.0.2.1") -> Request:
    """Return a form's request, which seems to come from `address`."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"X-Forwarded-For: {address}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return Request(head.encode() + body, expected)


def drive(port: int, requests: Sequence[Request], *, connections: int, per_second: float = 0.0) -> Result:
    """Send all `requests` over `connections` and return what was measured. Raises WrongAnswer.

    per_second: begin so many in a second, evenly; without it, as fast as the answers come.
    """
    run = _Run(port, requests, connections, per_second)
    result = run.finish()
    if result.wrong:
        raise WrongAnswer(f"{len(result.wrong)} wrong answers, the first begins {result.wrong[0][:200]!r}")
    return result


class _Connection:
    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.request: Request | None = None
        self.began = 0.0
        self.answer = bytearray()
        self.length = -1

    def send(self, request: Request, began: float) -> None:
        self.request, self.began, self.length = request, began, -1
        self.answer.clear()
        self.socket.sendall(request.content)

    def read(self) -> bool:
        """Take what is there; return whether the answer is complete."""
        received = self.socket.recv(READ)
        if not received:
            raise WrongAnswer("the server closed a connection")
        self.answer += received
        if self.length < 0:
            end = self.answer.find(b"\r\n\r\n")
            if end < 0:
                return False
            head = bytes(self.answer[:end]).lower()
            start = head.index(b"content-length: ") + 16
            self.length = end + 4 + int(head[start:].split(b"\r\n", 1)[0])
        return len(self.answer) >= self.length

    def is_right(self) -> bool:
        assert self.request is not None
        return self.answer.startswith(b"HTTP/1.1 200") and self.request.expected in self.answer


class _Run:
    def __init__(self, port: int, requests: Sequence[Request], connections: int, per_second: float) -> None:
        self.waiting = deque(requests)
        self.idle = deque(_Connection(port) for _ in range(connections))
        self.interval = 1 / per_second if per_second else 0.0
        self.result = Result()
        self.selector = selectors.DefaultSelector()
        self.busy = 0

    def finish(self) -> Result:
        began = self.due = time.perf_counter()
        while self.waiting or self.busy:
            self._send_what_is_due()
            pause = max(self.due - time.perf_counter(), 0.0) if self.interval and self.waiting else PATIENCE_SECONDS
            ready = self.selector.select(pause)
            if not ready and not self.interval:
                raise WrongAnswer(f"no answer for {PATIENCE_SECONDS} seconds")
            for key, _ in ready:
                self._take(key.data)
        self.result.seconds = time.perf_counter() - began
        for connection in self.idle:
            connection.socket.close()
        return self.result

    def _send_what_is_due(self) -> None:
        while self.waiting and self.idle and (not self.interval or time.perf_counter() >= self.due):
            connection = self.idle.popleft()
            # Latency counts from when the request was due, so that a stalled server cannot hide what waits.
            began = self.due if self.interval else time.perf_counter()
            self.due += self.interval
            self.selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.send(self.waiting.popleft(), began)
            self.busy += 1

    def _take(self, connection: _Connection) -> None:
        if not connection.read():
            return
        self.selector.unregister(connection.socket)
        self.busy -= 1
        if connection.is_right():
            self.result.latencies.append(time.perf_counter() - connection.began)
        else:
            self.result.wrong.append(bytes(connection.answer))
        self.idle.append(connection)
