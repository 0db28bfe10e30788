"""Say how well this machine can shut a submission in, why not better, and what would help."""

import os
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .isolation import Level, why_not

_APPARMOR = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
_DEBIAN = Path("/proc/sys/kernel/unprivileged_userns_clone")
_MOST = Path("/proc/sys/user/max_user_namespaces")


@dataclass(frozen=True)
class Report:
    """What this machine can do for the safety of grading."""

    level: Level | None  # the best there is; None: submissions are refused
    refused: dict[str, str]  # what the kernel said to each level that is not to be had
    advice: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        level = self.level.value if self.level else None
        return {"level": level, "refused": self.refused, "advice": list(self.advice)}

    def __str__(self) -> str:
        have = f"sandbox level {self.level.value}" if self.level else "no sandbox"
        reasons = [f"  no {level}: {why}" for level, why in self.refused.items()]
        return "\n".join([have, *reasons, *(f"  {line}" for line in self.advice)])


def examine() -> Report:
    """Try the levels, best first."""
    if platform.system() != "Linux":
        return Report(None, {"L3": "not Linux", "L2": "not Linux"}, _elsewhere())
    refused: dict[str, str] = {}
    for level in (Level.NAMESPACES, Level.LANDLOCK):
        why = why_not(level)
        if why is None:
            return Report(level, refused, tuple(_advice()) if refused else ())
        refused[level.value] = why
    return Report(None, refused, tuple([*_advice(), *_for_landlock()]))


def _elsewhere() -> tuple[str, ...]:
    if platform.system() == "Windows":
        return ("grade inside WSL2: 'wsl --install', then as on Ubuntu",)
    return ("grade inside a Linux container or virtual machine: level L2 works in Docker",)


def _advice() -> list[str]:
    """What would allow namespaces here."""
    advice = []
    if _reads(_APPARMOR) == "1":
        advice.append(
            "Ubuntu keeps namespaces from ordinary programs; 'sudo sysctl -w "
            "kernel.apparmor_restrict_unprivileged_userns=0' allows them, and so does an AppArmor "
            "profile for this Python with the rule 'userns,'"
        )
    if _reads(_DEBIAN) == "0":
        advice.append("'sudo sysctl -w kernel.unprivileged_userns_clone=1' allows namespaces")
    if _reads(_MOST) == "0":
        advice.append("'sudo sysctl -w user.max_user_namespaces=10000' allows namespaces")
    if os.path.exists("/.dockerenv") or os.path.exists("/run/.containerenv"):
        advice.append(
            "Docker's default profile allows no namespaces: 'docker run --security-opt "
            "seccomp=unconfined --security-opt systempaths=unconfined --cap-add SYS_ADMIN' does"
        )
    return advice


def _for_landlock() -> list[str]:
    """What would allow at least level L2."""
    return [
        "Landlock needs Linux 5.13 or later with 'landlock' in the boot parameter lsm=...; "
        "in Docker also a version (23 or later) whose profile lets it through"
    ]


def _reads(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
