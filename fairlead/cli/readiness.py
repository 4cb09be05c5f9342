"""Whether a port is free, and whether a server answers on it."""

import errno
import json
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable

from fairlead.cli.trouble import Trouble

# Long enough for what a killed start has left to let go of the port.
PORT_SECONDS = 3.0
READY_SECONDS = 60.0
# A proxy of the environment has no business between us and ourselves.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def address(host: str, port: int) -> str:
    """The URL under which a server that listens there is reached from this machine."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - nothing is bound here
    return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"


def require_port(port: int) -> None:
    """Raise Trouble for what is no port."""
    if not 0 < port < 65536:
        raise Trouble(f"There is no port {port}: choose a --port from 1 to 65535.")


def await_port(host: str, port: int) -> None:
    """Return once the port is free. Raises Trouble when it stays taken, or cannot be ours."""
    deadline = time.monotonic() + PORT_SECONDS
    while True:
        try:
            return _try(host, port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                raise Trouble(_explain(host, port, error)) from None
        time.sleep(0.1)


def await_ready(url: str, meanwhile: Callable[[], None]) -> None:
    """Return once /readyz/ says that all parts are ready, doing `meanwhile` between the tries. Raises Trouble."""
    deadline = time.monotonic() + READY_SECONDS
    while (state := _state(url)) != "ready":
        if time.monotonic() > deadline:
            raise Trouble(f"Not ready after {READY_SECONDS:.0f} s ({state}).")
        meanwhile()
        time.sleep(0.05)


def _try(host: str, port: int) -> None:
    family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as probe:
        # As the server will; a port that is only cooling down is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(place)
        probe.listen(1)


def _explain(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} of {host} is in use: stop what uses it, or choose another --port."
    if error.errno == errno.EACCES:
        return f"Port {port} may not be used by this user: choose a --port above 1023."
    return (
        f"Cannot listen on {host} port {port} ({error.strerror or error}): choose another --host or --port."
    )


def _state(url: str) -> str:
    try:
        with _opener.open(f"{url}/readyz/", timeout=5) as answer:
            return str(json.load(answer)["status"])
    except urllib.error.HTTPError as error:
        return f"status {error.code}"
    except (OSError, ValueError):
        return "no answer"
