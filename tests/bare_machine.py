"""Make this process, and all it starts, one on a machine without namespaces and Landlock."""

import platform

from grader.sandbox import seccomp

UNSHARE, LANDLOCK = {"x86_64": (272, 444), "aarch64": (97, 444)}[platform.machine()]
LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
REFUSE, ALLOW = 0x0005_0001, 0x7FFF_0000


def become_bare() -> None:
    """The kernel refuses the two calls from here on."""
    code = [seccomp._instruction(LOAD, 0)]
    for number in (UNSHARE, LANDLOCK):
        code += [
            seccomp._instruction(JUMP_IF_EQUAL, number, 0, 1),
            seccomp._instruction(RETURN, REFUSE),
        ]
    seccomp.install(b"".join([*code, seccomp._instruction(RETURN, ALLOW)]))
