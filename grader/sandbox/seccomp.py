"""Refuse every system call that a submission has no business with.

The kernel runs a tiny program (classic BPF) before each system call of the process. We assemble
it here, 8 bytes an instruction, rather than through libseccomp: its one Python binding on PyPI
rests since 2021, the library itself is missing on a bare machine, and a list of names with a
dozen conditions on arguments needs a page.
"""

import ctypes
import errno
import platform
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from . import kernel
from .syscalls import ALLOWED, PRETENDED, PROCESSES

_ARCHITECTURES = {"x86_64": (0, 0xC000_003E), "aarch64": (1, 0xC000_00B7)}

# Instructions: load a word of the call's description, mask it, jump if equal, answer.
_LOAD, _AND, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x54, 0x15, 0x06
_ALLOW, _KILL, _ERROR = 0x7FFF_0000, 0x8000_0000, 0x0005_0000
_AT_NUMBER, _AT_ARCHITECTURE, _AT_ARGUMENTS = 0, 4, 16

_THREAD, _NEW_NAMESPACES = 0x0001_0000, 0x7E02_0000
_SECCOMP_MODE_FILTER, _PR_SET_SECCOMP = 2, 22


class _Program(ctypes.Structure):
    """How the kernel is told a program: its instructions' number and address."""

    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_void_p))


@dataclass(frozen=True)
class Condition:
    """An argument of a call, masked, must be one of the values."""

    argument: int
    values: tuple[int, ...]
    mask: int = 0xFFFF_FFFF


def conditions(processes: bool, pid: int) -> dict[str, list[Condition]]:
    """What must hold for the calls that are allowed in part."""
    fcntl = (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030)  # copies, flags, locks; not signals by SIGIO
    ioctl = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)  # isatty, sizes, blocking, on exec
    held = {
        "clone": [Condition(0, (_THREAD,), _THREAD)],
        "kill": [Condition(0, (pid,))],
        "tgkill": [Condition(0, (pid,))],
        "prlimit64": [Condition(0, (0, pid))],
        "fcntl": [Condition(1, fcntl)],
        "ioctl": [Condition(1, ioctl)],
        # A stream pair of its own (asyncio needs one); a datagram could be sent to any address.
        "socketpair": [Condition(0, (1,)), Condition(1, (1,), 0xF)],
    }
    if processes:  # alone in its namespace, it may signal whom it sees
        held |= {"clone": [Condition(0, (0,), _NEW_NAMESPACES)], "kill": [], "tgkill": []}
    return held


@cache
def program(processes: bool, pid: int) -> bytes:
    """The filter for one submission, whose own process number is `pid`."""
    column, architecture = _ARCHITECTURES[platform.machine()]
    held = conditions(processes, pid)
    code = [
        _instruction(_LOAD, _AT_ARCHITECTURE),
        _instruction(_JUMP_IF_EQUAL, architecture, 1, 0),
        _instruction(_RETURN, _KILL),
        _instruction(_LOAD, _AT_NUMBER),
    ]
    allowed = ALLOWED | PROCESSES if processes else ALLOWED
    for name, numbers in allowed.items():
        code += _rule(numbers[column], _accept_if(held.get(name, [])))
    for numbers in PRETENDED.values():
        code += _rule(numbers[column], [_instruction(_RETURN, _ERROR)])  # error 0 is success
    # glibc asks for clone3 first and falls back to clone only if the kernel does not know it.
    code += _rule(435, [_instruction(_RETURN, _ERROR | errno.ENOSYS)])
    return b"".join([*code, _instruction(_RETURN, _ERROR | errno.EPERM)])


def install(filter_program: bytes) -> None:
    """Put the filter on this process and all its future threads; it cannot be taken off."""
    kernel.no_new_privileges()
    code = ctypes.create_string_buffer(filter_program, len(filter_program))
    header = _Program(len(filter_program) // 8, ctypes.addressof(code))
    kernel.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.addressof(header))


def _instruction(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("<HBBI", code, if_true, if_false, value)


def _rule(number: int | None, body: list[bytes]) -> list[bytes]:
    """The body, run for this call alone."""
    if number is None:
        return []
    return [_instruction(_JUMP_IF_EQUAL, number, 0, len(body)), *body]


def _accept_if(held: Iterable[Condition]) -> list[bytes]:
    code: list[bytes] = []
    for condition in held:
        code.append(_instruction(_LOAD, _AT_ARGUMENTS + 8 * condition.argument))
        code.append(_instruction(_AND, condition.mask))
        for left, value in reversed(list(enumerate(reversed(condition.values)))):
            code.append(_instruction(_JUMP_IF_EQUAL, value & 0xFFFF_FFFF, left + 1, 0))
        code.append(_instruction(_RETURN, _ERROR | errno.EPERM))
    return [*code, _instruction(_RETURN, _ALLOW)]
