"""``stride schedule``: `stride update` every day, by the scheduler of the system."""

import os
import shlex
import shutil
import sys
from pathlib import Path
from xml.sax.saxutils import escape

import click

from stride import paths
from stride.errors import StrideError

NAME = "stride-update"
LABEL = "org.stride.update"


@click.command()
@click.option("--at", "at", metavar="TIME", default="06:00", show_default=True, help="Local time.")
@click.option("--print", "only_print", is_flag=True, help="Print what would be written.")
def schedule(at: str, only_print: bool):
    """Write a job that runs `stride update` every day, and say how to switch it on.

    A systemd timer of the user on Linux, a launch agent on macOS, a scheduled task on Windows. It
    runs as you, with the present STRIDE_HOME, and catches up after the machine was off.
    """
    hour, minute = _clock(at)
    command = [shutil.which("stride") or sys.argv[0], "update"]
    home = str(paths.home().absolute())
    if sys.platform == "win32":
        files, then = {}, windows(command, home, hour, minute)
    elif sys.platform == "darwin":
        files, then = mac(command, home, hour, minute)
    else:
        files, then = linux(command, home, hour, minute)
    for file, text in files.items():
        if only_print:
            click.echo(f"{file}:\n{text}")
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            click.echo(f"Written: {file}")
    click.echo(f"Switch it on: {then}")


def linux(command: list[str], home: str, hour: int, minute: int) -> tuple[dict[Path, str], str]:
    """Files of a systemd timer, and the command that switches it on."""
    folder = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "systemd/user"
    run = " ".join(_systemd(part) for part in command)
    service = (
        "[Unit]\nDescription=Stride: import, build, report\n\n[Service]\nType=oneshot\n"
        f"Environment={_systemd('STRIDE_HOME=' + home)}\nExecStart={run}\n"
        "Nice=10\nSuccessExitStatus=4\n"
    )
    timer = (
        "[Unit]\nDescription=Stride every day\n\n[Timer]\n"
        f"OnCalendar=*-*-* {hour:02}:{minute:02}:00\nPersistent=true\n\n"
        "[Install]\nWantedBy=timers.target\n"
    )
    files = {folder / f"{NAME}.service": service, folder / f"{NAME}.timer": timer}
    return files, f"systemctl --user enable --now {NAME}.timer"


def mac(command: list[str], home: str, hour: int, minute: int) -> tuple[dict[Path, str], str]:
    """File of a launch agent, and the command that switches it on."""
    file = Path.home() / "Library/LaunchAgents" / f"{LABEL}.plist"
    arguments = "".join(f"    <string>{escape(part)}</string>\n" for part in command)
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0">\n<dict>\n'
        f"  <key>Label</key><string>{LABEL}</string>\n"
        f"  <key>ProgramArguments</key>\n  <array>\n{arguments}  </array>\n"
        "  <key>EnvironmentVariables</key>\n"
        f"  <dict><key>STRIDE_HOME</key><string>{escape(home)}</string></dict>\n"
        "  <key>StartCalendarInterval</key>\n"
        f"  <dict><key>Hour</key><integer>{hour}</integer>"
        f"<key>Minute</key><integer>{minute}</integer></dict>\n"
        "</dict>\n</plist>\n"
    )
    return {file: text}, f"launchctl load -w {shlex.quote(str(file))}"


def windows(command: list[str], home: str, hour: int, minute: int) -> str:
    """The command that makes a scheduled task."""
    run = " ".join(f'\\"{part}\\"' if " " in part else part for part in command)
    return (
        f"schtasks /Create /SC DAILY /ST {hour:02}:{minute:02} /TN Stride /TR "
        f'"cmd /c set STRIDE_HOME={home}&& {run}"'
    )


def _systemd(text: str) -> str:
    """A word of a unit file: quoted, with its own signs doubled."""
    text = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{text}"'


def _clock(text: str) -> tuple[int, int]:
    hour, _, minute = text.partition(":")
    if not (hour.isdigit() and minute.isdigit() and int(hour) < 24 and int(minute) < 60):
        raise StrideError(f"--at is {text!r}: write it as 06:00.")
    return int(hour), int(minute)
