"""Runs the web application on this machine's loopback address."""

from __future__ import annotations

import socket

import uvicorn
from fastapi import FastAPI

from robot_fleet.core.errors import RuntimeFailure

HOST = "127.0.0.1"


def listen(port: int) -> socket.socket:
    """Return a listening socket; port 0 takes any free one.

    Raises
    ------
    RuntimeFailure : `runtime_port_busy`.
    """
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
        listening.listen(128)
    except OSError as error:
        listening.close()
        message = f"port {port} is in use by another program; give another with --port"
        raise RuntimeFailure("runtime_port_busy", message, f"{HOST}:{port}") from error
    return listening


def make_server(app: FastAPI) -> uvicorn.Server:
    """Return a server; run it by `await server.serve(sockets=[listen(port)])`, end it by `server.should_exit = True`.

    The stream is not compressed: to a hundred consoles, five small frames a second are cheaper to send than to squeeze.
    """
    return uvicorn.Server(
        uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            ws="websockets-sansio",
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=1,
        )
    )
