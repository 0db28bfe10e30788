"""Ask Linux for what the standard library has no words for: namespaces, mounts, capabilities.

Each function is one system call, and raises OSError with its name when the kernel refuses.
"""

import ctypes
import os
import platform
from pathlib import Path

NEW_MOUNTS, NEW_CGROUP, NEW_HOSTNAME, NEW_IPC = 0x0002_0000, 0x0200_0000, 0x0400_0000, 0x0800_0000
NEW_USER, NEW_PIDS, NEW_NETWORK = 0x1000_0000, 0x2000_0000, 0x4000_0000

READ_ONLY, NO_SUID, NO_DEVICES, NO_EXEC, REMOUNT, BIND, RECURSIVE, PRIVATE = (
    0x1, 0x2, 0x4, 0x8, 0x20, 0x1000, 0x4000, 0x4_0000,
)  # fmt: skip
DETACH = 2  # unmount now, for everyone, even if somebody stands in it

_DIE_WITH_PARENT, _DUMPABLE, _DROP_BOUNDING, _NO_NEW_PRIVILEGES = 1, 4, 24, 38
_LAST_CAPABILITY = 40

# System calls without a function in the C library.
_NUMBERS = {
    "x86_64": {"pivot_root": 155, "capset": 126},
    "aarch64": {"pivot_root": 41, "capset": 91},
}
_HUGE_PAGE, _COLLAPSE = 2 << 20, 25
_libc = ctypes.CDLL(None, use_errno=True)


def checked(result: int, what: str) -> int:
    """The result of a system call, or the OSError it stands for."""
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")
    return result


def syscall(number: int, what: str, *arguments: object) -> int:
    return checked(_libc.syscall(ctypes.c_long(number), *arguments), what)


def prctl(option: int, value: int, address: int = 0) -> None:
    """Change something about this process; the manual of prctl says what."""
    words = [ctypes.c_ulong(word) for word in (value, address, 0, 0)]
    checked(_libc.prctl(option, *words), f"prctl {option}")


def unshare(flags: int) -> None:
    checked(_libc.unshare(flags), f"unshare {flags:#x}")


def join_namespace(descriptor: int, flag: int) -> None:
    checked(_libc.setns(descriptor, flag), "setns")


def mount(source: str | None, target: str, kind: str | None, flags: int, options: str = "") -> None:
    encoded = [None if word is None else os.fsencode(word) for word in (source, target, kind)]
    result = _libc.mount(*encoded, ctypes.c_ulong(flags), options.encode())
    checked(result, f"mount {source} on {target}")


def unmount(target: str) -> None:
    checked(_libc.umount2(os.fsencode(target), DETACH), f"umount {target}")


def pivot_root(new: str, old: str) -> None:
    number = _NUMBERS[platform.machine()]["pivot_root"]
    syscall(number, "pivot_root", os.fsencode(new), os.fsencode(old))


def die_with_parent() -> None:
    """Be killed by the kernel when the parent is gone."""
    prctl(_DIE_WITH_PARENT, 9)


def set_dumpable(yes: bool) -> None:
    """Say whether another process of the same user may look into this one."""
    prctl(_DUMPABLE, int(yes))


def no_new_privileges() -> None:
    prctl(_NO_NEW_PRIVILEGES, 1)


def bound_capabilities() -> None:
    """Whatever this process or its children run from now on, it gains no power of root."""
    for capability in range(_LAST_CAPABILITY + 1):
        try:
            prctl(_DROP_BOUNDING, capability)
        except OSError:
            break  # an ordinary user had none to drop, or the kernel knows no more


def drop_capabilities() -> None:
    """Give up every power of root that this process has."""
    header = (ctypes.c_uint32 * 2)(0x2008_0522, 0)  # version 3, this process
    nothing = (ctypes.c_uint32 * 6)()
    syscall(_NUMBERS[platform.machine()]["capset"], "capset", header, nothing)


def written_memory() -> list[range]:
    """The addresses of the memory that this process may have written, but for its stack."""
    found = []
    for line in Path("/proc/self/maps").read_text().splitlines():
        span, access, *_, name = f"{line} ".split(" ", 5)
        if access.startswith("rw") and name.strip() in ("", "[heap]"):
            found.append(range(*(int(word, 16) for word in span.split("-"))))
    return found


def gather_in_huge_pages(memory: list[range]) -> None:
    """Put it into huge pages, where the kernel can (6.1).

    A fork copies an entry for each page, and its end takes each away again: here there are 500
    times fewer, which halves both.
    """
    for span in memory:
        first, last = -(-span.start // _HUGE_PAGE), span.stop // _HUGE_PAGE
        for page in range(first, last):
            at, size = ctypes.c_void_p(page * _HUGE_PAGE), ctypes.c_size_t(_HUGE_PAGE)
            _libc.madvise(at, size, _COLLAPSE)
