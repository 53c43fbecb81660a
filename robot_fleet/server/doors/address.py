"""Where the server may listen: on this machine as it likes, to others only behind a lock."""

from __future__ import annotations

import ipaddress
import ssl
from dataclasses import dataclass
from pathlib import Path

from robot_fleet.core.errors import RuntimeFailure

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Entrance:
    """Where and how the server is reached.

    Parameters
    ----------
    bind : address to listen on; names are not looked up.
    tls_cert, tls_key : PEM files of the certificate (chain) and its key; None for plain HTTP.
    behind_proxy : whether a proxy in front of it speaks TLS, and says in `X-Forwarded-For` for whom it asks.
    """

    bind: str = LOOPBACK
    tls_cert: Path | None = None
    tls_key: Path | None = None
    behind_proxy: bool = False

    @property
    def tls(self) -> bool:
        """Whether the server itself speaks TLS."""
        return self.tls_cert is not None

    @property
    def secure(self) -> bool:
        """Whether browsers reach it over TLS alone."""
        return self.tls or self.behind_proxy

    @property
    def outside(self) -> bool:
        """Whether others than this machine can reach it."""
        return self.behind_proxy or not ipaddress.ip_address(self.bind).is_loopback

    @property
    def hosts(self) -> tuple[str, ...]:
        """The addresses to listen on: this machine's own verbs always find it on the loopback address."""
        address = ipaddress.ip_address(self.bind)
        return (self.bind,) if address.is_unspecified or self.bind == LOOPBACK else (LOOPBACK, self.bind)

    def check(self, *, has_users: bool) -> None:
        """See that nobody comes in from outside unasked or overheard.

        Raises
        ------
        RuntimeFailure : `runtime_bad_address`, `runtime_bind_without_users`, `runtime_bind_without_tls`,
            `runtime_tls_unusable`.
        """
        try:
            ipaddress.ip_address(self.bind)
        except ValueError:
            message = f"expected an IP address of this machine such as 127.0.0.1 or 0.0.0.0, got {self.bind!r}"
            raise RuntimeFailure("runtime_bad_address", message, "--bind") from None
        if (self.tls_cert is None) != (self.tls_key is None):
            raise RuntimeFailure("runtime_tls_unusable", "--tls-cert and --tls-key belong together", "--tls-cert")
        if self.tls_cert is not None and self.tls_key is not None:
            _check_files(self.tls_cert, self.tls_key)
        if self.outside and not has_users:
            message = "it would let anybody in: make users first, with ./fleet user init"
            raise RuntimeFailure("runtime_bind_without_users", message, f"--bind {self.bind}")
        if self.outside and not self.secure:
            message = "passwords would be overheard: give --tls-cert and --tls-key, or --behind-proxy where one has TLS"
            raise RuntimeFailure("runtime_bind_without_tls", message, f"--bind {self.bind}")


def _check_files(cert: Path, key: Path) -> None:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert, key, password="")
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or "no such form"
        message = f"not a certificate and its key in PEM, without a password ({reason})"
        raise RuntimeFailure("runtime_tls_unusable", message, f"{cert} {key}") from error
