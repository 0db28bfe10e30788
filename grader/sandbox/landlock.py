"""Leave a process a few directories to read, and one to write, without namespaces.

Landlock (Linux 5.13 and later) lets an ordinary process give up the file system for good. It
guards opening, making, renaming and removing; it does not guard chmod and its like, which
`seccomp` answers with nothing done.
"""

import ctypes
import os
import stat
import struct
from collections.abc import Iterable

from . import kernel

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446  # the same on every architecture
_EXECUTE, _WRITE, _READ, _LIST = 1, 2, 4, 8
_MAKE_DEVICES = 1 << 6 | 1 << 11  # character and block devices
_FILE_RIGHTS = _EXECUTE | _WRITE | _READ | 1 << 14  # what can be said of a file, not a directory


def version() -> int:
    """Which Landlock this kernel has; 0 for none."""
    number = ctypes.CDLL(None).syscall(_CREATE, None, 0, 1)
    return max(0, int(number))


def restrict(read_only: Iterable[str], writable: Iterable[str], devices: Iterable[str]) -> None:
    """From here on only these paths can be opened."""
    ruleset, rights = _ruleset(version())
    for path in read_only:
        _allow(ruleset, path, rights & (_EXECUTE | _READ | _LIST))
    for path in writable:
        _allow(ruleset, path, rights & ~_MAKE_DEVICES & ~_EXECUTE)
    for path in devices:
        _allow(ruleset, path, rights & (_READ | _WRITE))
    kernel.no_new_privileges()
    kernel.syscall(_RESTRICT, "landlock_restrict_self", ruleset, 0)
    os.close(ruleset)


def _ruleset(abi: int) -> tuple[int, int]:
    """A new set of rules that handles every right this version knows, and those rights."""
    rights = (1 << 13) - 1
    for since, right in ((2, 13), (3, 14), (5, 15)):  # rename across, truncate, device ioctl
        rights |= (abi >= since) << right
    network, scope = 0b11 * (abi >= 4), 0b11 * (abi >= 6)  # TCP; abstract sockets and signals
    size = 8 if abi < 4 else 16 if abi < 6 else 24
    attributes = struct.pack("<QQQ", rights, network, scope)[:size]
    return kernel.syscall(_CREATE, "landlock_create_ruleset", attributes, size, 0), rights


def _allow(ruleset: int, path: str, rights: int) -> None:
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
        rights &= _FILE_RIGHTS
    rule = struct.pack("<Qi", rights, descriptor)
    kernel.syscall(_ADD_RULE, "landlock_add_rule", ruleset, 1, rule, 0)
    os.close(descriptor)
