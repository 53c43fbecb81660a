"""Runs the web application: on this machine's loopback address, or where an entrance says."""

from __future__ import annotations

import errno
import socket

import uvicorn
from fastapi import FastAPI

from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.server.doors.address import LOOPBACK as HOST
from robot_fleet.server.doors.address import Entrance


def listen(port: int, host: str = HOST) -> socket.socket:
    """Return a listening socket; port 0 takes any free one.

    Raises
    ------
    RuntimeFailure : `runtime_port_busy`, `runtime_bad_address`.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # by its protocol asyncio knows that answers must not wait for the acknowledgement of what went before (40 ms)
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(128)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRNOTAVAIL:
            raise RuntimeFailure("runtime_bad_address", "this machine has no such address", host) from error
        message = f"port {port} is in use by another program; give another with --port"
        raise RuntimeFailure("runtime_port_busy", message, f"{host}:{port}") from error
    return listening


def make_server(app: FastAPI, entrance: Entrance | None = None) -> uvicorn.Server:
    """Return a server; run it by `await server.serve(sockets=[listen(port)])`, end it by `server.should_exit = True`.

    Whom a proxy speaks for is the doors' matter: they know whether there is one (`Doors.address`).

    The stream is not compressed: to a hundred consoles, five small frames a second are cheaper to send than to squeeze.
    """
    return uvicorn.Server(
        uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            proxy_headers=False,
            ssl_certfile=entrance.tls_cert if entrance is not None else None,
            ssl_keyfile=entrance.tls_key if entrance is not None else None,
            ws="websockets-sansio",
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=1,
        )
    )
