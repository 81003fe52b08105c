"""HTTP/1.1 with kept connections, as much of it as SDKs need.

werkzeug's own server closes each connection, and waits 10 ms before it does.
"""

import http.client
import socket
import socketserver
import sys
import traceback
from typing import NamedTuple


class Request(NamedTuple):
    method: str
    target: str
    headers: dict  # names in small letters
    body: bytes


class Answer(NamedTuple):
    status: int
    headers: list
    body: bytes

    def head(self):
        reason = http.client.responses.get(self.status, "-")
        lines = [f"HTTP/1.1 {self.status} {reason}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        if not any(name.lower() == "content-length" for name, _ in self.headers) and self.status not in (204, 304):
            lines.append(f"Content-Length: {len(self.body)}")
        return "".join(f"{line}\r\n" for line in [*lines, ""]).encode("latin-1")


class Cut(Exception):
    """The connection ends here, after these bytes."""

    def __init__(self, sent=b""):
        self.sent = sent


class Connection(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self):
        try:
            while request := self.read():
                try:
                    answer = self.server.gate(request)
                except Cut as cut:
                    self.wfile.write(cut.sent)
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                except Exception:
                    traceback.print_exc(file=sys.stderr)
                    answer = Answer(500, [("Content-Type", "text/plain")], traceback.format_exc().encode())
                self.wfile.write(answer.head() + (b"" if request.method == "HEAD" else answer.body))
                if request.headers.get("connection", "").lower() == "close":
                    return
        except OSError:
            pass  # the client has gone

    def read(self):
        """The next request; None when there is none."""
        line = self.rfile.readline().decode("latin-1").split()
        if len(line) != 3:
            return None
        headers = {}
        while (header := self.rfile.readline().decode("latin-1").strip()):
            name, _, value = header.partition(":")
            headers[name.lower()] = value.strip()
        if headers.get("expect", "").lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        return Request(line[0], line[1], headers, self.rfile.read(int(headers.get("content-length", 0))))


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, gate):
        super().__init__(("127.0.0.1", 0), Connection)
        self.gate = gate
        self.port = self.server_address[1]
