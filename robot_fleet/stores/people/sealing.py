"""Sealing with AES-256-GCM, and the keys: a master key in a file, and one key for each data class of each person.

The person's keys are wrapped by the master key and lie in a folder, one small file each, apart from what they seal.
Destroying a file is erasure: copies of the sealed data, wherever they are, cannot be opened any more.
"""

from __future__ import annotations

import hmac
import os
import stat
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from robot_fleet.core.errors import StoreError

KEY_BYTES = 32
_NONCE_BYTES = 12
_OWNER_ALONE = 0o600


def seal(key: bytes, plain: bytes, about: str) -> bytes:
    """Return what only `unseal` with the same key and the same `about` opens: a fresh nonce, then the sealed text."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, about.encode())


def unseal(key: bytes, sealed: bytes, about: str) -> bytes:
    """Return what was sealed.

    Raises
    ------
    StoreError : `store_people_damaged` if key, text or `about` is not the one it was sealed with.
    """
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], about.encode())
    except (InvalidTag, ValueError):
        message = "a sealed record does not open: it was changed, or belongs to another store"
        raise StoreError("store_people_damaged", message, about) from None


def derived(master: bytes, use: str) -> bytes:
    """Return the key that a master key stands for in one use; no two uses share one."""
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=use.encode()).derive(master)


def make_master_key(path: Path) -> None:
    """Write a new master key for its owner alone. An existing one is never replaced: all would be lost.

    Raises
    ------
    StoreError : `store_people_exists`, `store_people_unusable`.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_new(path, AESGCM.generate_key(KEY_BYTES * 8))
    except FileExistsError:
        raise StoreError("store_people_exists", "there is a master key here; it is left as it is", str(path)) from None
    except OSError as error:
        raise unusable(error, path) from error


def read_master_key(path: Path) -> bytes:
    """Return the master key.

    Raises
    ------
    StoreError : `store_people_key_missing`, `store_people_key_exposed`, `store_people_key_malformed`,
        `store_people_unusable`.
    """
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            key = file.read(KEY_BYTES + 1)
    except FileNotFoundError:
        message = "no master key here; make one with ./fleet person init, or name it with --key"
        raise StoreError("store_people_key_missing", message, str(path)) from None
    except OSError as error:
        raise unusable(error, path) from error
    if mode & 0o077:
        message = f"others can read the master key (mode {mode:o}); chmod 600 it, and think of who may have read it"
        raise StoreError("store_people_key_exposed", message, str(path))
    if len(key) != KEY_BYTES:
        raise StoreError("store_people_key_malformed", f"a master key is {KEY_BYTES} bytes", str(path))
    return key


class KeyRing:
    """The keys of people.

    Parameters
    ----------
    folder : where they lie; made if it is missing.
    master : what wraps them.

    Raises
    ------
    StoreError : `store_people_unusable`, from every method too.
    """

    def __init__(self, folder: Path, master: bytes) -> None:
        self._folder = folder
        self._wrapping = derived(master, "wrapping")
        self._marking = derived(master, "marking")
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise unusable(error, folder) from error

    def mark(self, text: str) -> bytes:
        """Return a mark by which a text can be looked up that is written nowhere."""
        return hmac.digest(self._marking, text.encode(), sha256)

    def make(self, name: str) -> bytes:
        """Return the key of this name, a new one if there is none; `settle` before it is relied on."""
        found = self.get(name)
        if found is not None:
            return found
        key = AESGCM.generate_key(KEY_BYTES * 8)
        try:
            fresh = self._folder / f".{name}"  # what a power cut left of it is written anew
            fresh.unlink(missing_ok=True)
            _write(fresh, seal(self._wrapping, key, name))
            fresh.rename(self._folder / name)
        except OSError as error:
            raise unusable(error, self._folder) from error
        return key

    def get(self, name: str) -> bytes | None:
        """Return the key of this name; None if there is none, or no longer. Raises `store_people_damaged`."""
        try:
            wrapped = (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise unusable(error, self._folder) from error
        # Zeros are a key whose removal was cut short.
        return unseal(self._wrapping, wrapped, name) if any(wrapped) else None

    def destroy(self, name: str) -> None:
        """Overwrite and remove the key of this name; there need not be one."""
        path = self._folder / name
        try:
            with path.open("r+b") as file:
                file.write(bytes(path.stat().st_size))
                file.flush()
                os.fsync(file.fileno())
            path.unlink()
        except FileNotFoundError:
            return
        except OSError as error:
            raise unusable(error, self._folder) from error

    def settle(self) -> None:
        """Have on disk which keys there are."""
        try:
            _keep(self._folder)
        except OSError as error:
            raise unusable(error, self._folder) from error


def write_new(path: Path, content: bytes) -> None:
    """Write a file that is not there yet, for its owner alone; it is on disk when this returns. Raises OSError."""
    _write(path, content)
    _keep(path.parent)


def _write(path: Path, content: bytes) -> None:
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _OWNER_ALONE)
    with open(number, "wb") as file:  # noqa: PTH123 - a descriptor
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def unusable(error: OSError, path: Path) -> StoreError:
    """Return the error of a file that cannot be read or written."""
    message = f"data of people cannot be read or written ({error.strerror}); make room, or give the files back"
    return StoreError("store_people_unusable", message, str(path))


def _keep(folder: Path) -> None:
    """Have the names in a folder on disk."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(number)
    finally:
        os.close(number)
