"""The server listens for others only behind users and TLS."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.server.doors.address import Entrance


def certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate of its own and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "fleet.example")])
    now = datetime.datetime.now(datetime.UTC)
    until = now + datetime.timedelta(days=1)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, until)
    cert = made.sign(key, hashes.SHA256())
    pem, private = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    paths = folder / "cert.pem", folder / "key.pem"
    paths[0].write_bytes(cert.public_bytes(pem))
    paths[1].write_bytes(key.private_bytes(pem, private, serialization.NoEncryption()))
    return paths


@pytest.mark.parametrize("bind", ["127.0.0.1", "127.0.0.9", "::1"])
def test_this_machine_needs_nothing(bind: str) -> None:
    Entrance(bind).check(has_users=False)


@pytest.mark.parametrize(
    ("entrance", "has_users", "code"),
    [
        (Entrance("0.0.0.0"), False, "runtime_bind_without_users"),
        (Entrance("::", behind_proxy=True), False, "runtime_bind_without_users"),
        (Entrance("127.0.0.1", behind_proxy=True), False, "runtime_bind_without_users"),
        (Entrance("192.168.0.7"), True, "runtime_bind_without_tls"),
        (Entrance("fleet.example"), True, "runtime_bad_address"),
        (Entrance("0.0.0.0", Path("cert.pem")), True, "runtime_tls_unusable"),
        (Entrance("0.0.0.0", Path("none.pem"), Path("none.pem")), True, "runtime_tls_unusable"),
    ],
)
def test_what_is_refused(entrance: Entrance, has_users: bool, code: str) -> None:
    with pytest.raises(RuntimeFailure) as error:
        entrance.check(has_users=has_users)
    assert error.value.code == code


def test_others_are_served_behind_users_and_tls(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    Entrance("0.0.0.0", cert, key).check(has_users=True)
    Entrance("0.0.0.0", behind_proxy=True).check(has_users=True)
    with pytest.raises(RuntimeFailure, match="not a certificate and its key"):
        Entrance("0.0.0.0", key, key).check(has_users=True)


def test_this_machines_own_verbs_find_it_wherever_it_listens() -> None:
    assert Entrance().hosts == ("127.0.0.1",)
    assert Entrance("0.0.0.0").hosts == ("0.0.0.0",)
    assert Entrance("192.168.0.7").hosts == ("127.0.0.1", "192.168.0.7")
