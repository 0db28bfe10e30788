"""Shut a process in: the levels, what each is made of, and which this machine can give.

L3  namespaces, seccomp, limits. The zygote moves into a read-only room once; each submission gets
    process numbers and a scratch directory of its own in it.
L2  Landlock, seccomp, limits. No namespaces, so it works in Docker and on Ubuntu without set-up.
none  only limits. Never chosen by us: `--unsafe-no-sandbox` alone leads here.

bubblewrap could furnish the room, but not shut in a child forked later from what lives there, which
takes the same calls again; so it would be one more thing to install, and save a dozen lines.
"""

import contextlib
import enum
import os
import resource
import tempfile
from dataclasses import dataclass

from . import kernel, landlock, seccomp
from .limits import MEGABYTE, Limits, lower

NOBODY = 65534  # whom root becomes before it runs anything of a student's
_DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")
_SYSTEM = (
    "/usr", "/lib", "/lib64", "/bin", "/etc/fonts", "/etc/ld.so.cache", "/etc/localtime",
    "/etc/alternatives",
)  # fmt: skip
_FIRST = 1  # the number of a submission's process in its own process numbers
_KEPT = "/kept"  # a second way to what lies in /tmp
_ROOM_NAMESPACES = (
    kernel.NEW_PIDS | kernel.NEW_NETWORK | kernel.NEW_IPC | kernel.NEW_HOSTNAME | kernel.NEW_CGROUP
)


class Level(enum.Enum):
    """How well a submission is shut in."""

    NAMESPACES = "L3"
    LANDLOCK = "L2"
    NONE = "none"


@dataclass(frozen=True)
class Room:
    """The directories that can be read from inside, and those within them that cannot."""

    readable: tuple[str, ...]
    links: tuple[tuple[str, str], ...] = ()  # other names of readable paths
    hidden: tuple[str, ...] = ()

    @classmethod
    def with_system(cls, readable: list[str], hidden: list[str]) -> "Room":
        """A room with the system's libraries and fonts and what else is named, outer ones first."""
        there = [path for path in (*_SYSTEM, *readable) if os.path.exists(path)]
        real = {path: os.path.realpath(path) for path in there}
        links = tuple((path, target) for path, target in real.items() if path != target)
        hide = tuple(os.path.realpath(path) for path in hidden)
        return cls(tuple(sorted(set(real.values()))), links, hide)

    def beneath_scratch(self) -> "Room":
        """What of it lies in /tmp, which becomes a submission's own: a course tried out there."""
        readable = tuple(path for path in self.readable if path.startswith("/tmp/"))
        return Room(readable, tuple(link for link in self.links if link[0].startswith("/tmp/")))


# ---- L3, once: the zygote moves into the room -----------------------------------------------


def move_in(room: Room) -> int:
    """Leave the machine's file system, network and process numbers for the room.

    Returns, in the process that lives there, a descriptor of its process-number namespace; the
    process that called stays outside and only waits. Root mounts first and gives itself up next;
    an ordinary user needs a user namespace of its own to be allowed to mount.
    """
    proc = os.open("/proc", os.O_PATH | os.O_DIRECTORY)
    if os.getuid() == 0:
        kernel.unshare(kernel.NEW_MOUNTS)
        _furnish(room)
        _become_nobody()
        _own_namespaces(proc, kernel.NEW_MOUNTS)
    else:
        _own_namespaces(proc, kernel.NEW_MOUNTS)
        _furnish(room)
    resident = os.fork()
    if resident:
        _wait_for(resident)
    kernel.die_with_parent()
    numbers = os.open("self/ns/pid", os.O_RDONLY | os.O_CLOEXEC, dir_fd=proc)
    os.close(proc)
    kernel.bound_capabilities()
    seccomp.program(False, _FIRST)  # remembered by all that are forked here
    return numbers


def _own_namespaces(proc: int, more: int) -> None:
    """New namespaces that belong to this user, who is called 1000 in there."""
    user, group = os.getuid(), os.getgid()
    kernel.unshare(kernel.NEW_USER | _ROOM_NAMESPACES | more)
    for file, text in (
        ("setgroups", "deny"), ("uid_map", f"1000 {user} 1"), ("gid_map", f"1000 {group} 1"),
    ):  # fmt: skip
        descriptor = os.open(f"self/{file}", os.O_WRONLY, dir_fd=proc)
        os.write(descriptor, text.encode())
        os.close(descriptor)


def _become_nobody() -> None:
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    kernel.set_dumpable(True)  # or /proc/self/uid_map would still be root's


def _wait_for(resident: int) -> None:
    _, status = os.waitpid(resident, 0)
    reap_all()
    os._exit(min(255, abs(os.waitstatus_to_exitcode(status))))


def reap_all() -> None:
    """Wait for what else was forked here, so that its use of the machine is accounted for."""
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()


def _furnish(room: Room) -> None:
    """Make the room in memory, read-only, and make it the root directory."""
    kernel.mount(None, "/", None, kernel.RECURSIVE | kernel.PRIVATE)
    base = tempfile.gettempdir()  # covered by the room in this namespace alone
    kernel.mount("room", base, "tmpfs", kernel.NO_SUID | kernel.NO_DEVICES, "size=1m,mode=755")
    os.chdir(base)
    os.mkdir("old")
    kernel.pivot_root(".", "old")
    os.chdir("/")
    for path in (*room.readable, *_DEVICES):
        _show("/old" + path, path)
    for path, target in room.links:
        _link(path, target)
    for path in room.hidden:
        if os.path.isdir(path):
            kernel.mount("hidden", path, "tmpfs", kernel.READ_ONLY, "mode=0")
    os.makedirs("/tmp", exist_ok=True)
    for path in room.beneath_scratch().readable:
        _show(path, _KEPT + path)
    kernel.unmount("/old")
    os.rmdir("/old")
    flags = kernel.REMOUNT | kernel.BIND | kernel.READ_ONLY | kernel.NO_SUID | kernel.NO_DEVICES
    kernel.mount(None, "/", None, flags)


def _show(source: str, path: str) -> None:
    """Let the room have a directory, file or device, at this path."""
    if os.path.exists(path):
        return  # part of one that is there already
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if os.path.isdir(source):
        os.mkdir(path)
    else:
        os.close(os.open(path, os.O_CREAT))
    _bind(source, path)


def _link(path: str, target: str) -> None:
    if not os.path.lexists(path):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        os.symlink(target, path)


def _bind(source: str, path: str) -> None:
    kernel.mount(source, path, None, kernel.BIND | kernel.RECURSIVE)
    # A user namespace may add to the restrictions of a mount, never take one away: keep them.
    kept = os.statvfs(path).f_flag & (os.ST_NOSUID | os.ST_NODEV | os.ST_NOEXEC)
    devices = 0 if path in _DEVICES else kernel.NO_DEVICES
    times = _time_flags(os.statvfs(path).f_flag)
    flags = kernel.REMOUNT | kernel.BIND | kernel.READ_ONLY | kernel.NO_SUID | devices
    kernel.mount(None, path, None, flags | kept | times)


def _time_flags(shown: int) -> int:
    """The access-time flags as mount() spells them, from how statvfs() does."""
    spelled = {0x400: 0x400, 0x800: 0x800, 0x1000: 0x20_0000}  # noatime, nodiratime, relatime
    return sum(flag for seen, flag in spelled.items() if shown & seen)


# ---- each submission -------------------------------------------------------------------------


def fork_into_own_numbers(numbers: int | None) -> int:
    """Fork; at L3 the child is process 1 of process numbers of its own."""
    if numbers is not None:
        kernel.join_namespace(numbers, kernel.NEW_PIDS)  # our children go home again ...
        kernel.unshare(kernel.NEW_PIDS)  # ... but for the next one
    return os.fork()


def shut_in_namespaces(room: Room, limits: Limits, address_space: int) -> None:
    """The rest of L3, in the new process."""
    kernel.unshare(kernel.NEW_MOUNTS)
    size, files = int(limits.file_mb * MEGABYTE), int(limits.files)
    options = f"size={size},nr_inodes={files},mode=1777"
    kernel.mount("scratch", "/tmp", "tmpfs", kernel.NO_SUID | kernel.NO_DEVICES, options)
    covered = room.beneath_scratch()
    for path in covered.readable:
        _show(_KEPT + path, path)
    for path, target in covered.links:
        _link(path, target)
    os.chdir("/tmp")
    limits.impose(address_space)
    # Counted within our user namespace, so other programs of the same user do not matter.
    lower(resource.RLIMIT_NPROC, int(limits.threads + limits.processes))
    kernel.drop_capabilities()
    seccomp.install(seccomp.program(limits.processes > 0, _FIRST))


def visible_paths(room: Room) -> list[str]:
    """The room as Landlock wants it, which can only add: around what is hidden, piece by piece."""
    hidden = tuple(path for path in room.hidden if os.path.exists(path))
    return [shown for path in room.readable for shown in _without(path, hidden)]


def _without(path: str, hidden: tuple[str, ...]) -> list[str]:
    """The path, or what lies in it but for the hidden ones."""
    if path in hidden:
        return []
    if not any(inner.startswith(path.rstrip("/") + "/") for inner in hidden):
        return [path]
    children = [os.path.join(path, name) for name in sorted(os.listdir(path))]
    return [shown for child in children for shown in _without(child, hidden)]


def shut_in_landlock(visible: list[str], scratch: str, limits: Limits, address_space: int) -> None:
    """All of L2, in the new process. It keeps its user: what that user owns is out of reach."""
    if limits.processes:
        raise OSError("processes are allowed at level L3 only: nothing could end them all here")
    os.chdir(scratch)
    limits.impose(address_space)
    landlock.restrict(visible, [scratch], _DEVICES)
    kernel.bound_capabilities()
    kernel.drop_capabilities()
    seccomp.install(seccomp.program(False, os.getpid()))


# ---- which levels this machine has -----------------------------------------------------------


def why_not(level: Level) -> str | None:
    """None if this machine can give the level, else the kernel's reason. Tried in a child."""
    with tempfile.TemporaryDirectory() as scratch:
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            _try(level, scratch, writing)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            answer = pipe.read()
        os.waitpid(child, 0)
    return None if answer == "ok" else answer or "the trial process died"


def _try(level: Level, scratch: str, writing: int) -> None:
    """Shut this process in with an empty room, and say how it went."""
    try:
        room = Room.with_system([], [])
        if level is Level.NAMESPACES:
            numbers = move_in(room)
            if child := fork_into_own_numbers(numbers):
                _wait_for(child)
            shut_in_namespaces(room, Limits(), _address_space_unknown())
        elif level is Level.LANDLOCK:
            shut_in_landlock(visible_paths(room), scratch, Limits(), _address_space_unknown())
        os.write(writing, b"ok")
    except BaseException as error:
        os.write(writing, str(error).encode() or b"unknown")
    finally:
        os._exit(0)


def _address_space_unknown() -> int:
    return 1 << 40  # a trial may use what it likes


def best_level() -> Level | None:
    """The best level this machine gives, None for none."""
    for level in (Level.NAMESPACES, Level.LANDLOCK):
        if why_not(level) is None:
            return level
    return None
