"""A bare machine of a test's own: namespaces in which a page of the docs is run word for word.

`/etc`, `/opt`, `/usr/local`, `/var` and `/run` are those of this machine with a layer of the test's
above them, ports and processes are its own. systemd does not run in it: `systemctl`, `journalctl`
and `systemd-run` are stand_in.py, which reads the unit and does its lines one by one.
"""

import ctypes
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STAND_INS = ("systemctl", "journalctl", "systemd-run", "curl")
LAYERED = ("etc", "opt", "usr/local", "var")
PROGRAMS = ("unshare", "nsenter", "setpriv", "useradd", "git", "openssl", "ip")
# Who stands where systemd would: it takes leave of every process that ends.
FIRST = "import signal; signal.signal(signal.SIGCHLD, signal.SIG_IGN); print(flush=True); "
FIRST += "signal.pause()"
CLONE_NEWNET = 0x40000000


def why_not() -> str:
    """What keeps this machine from having another within it; empty when nothing does."""
    if os.geteuid() != 0:
        return "a machine within this one is root's to make"
    path = os.environ["PATH"] + ":/usr/sbin:/sbin"
    if missing := [name for name in PROGRAMS if shutil.which(name, path=path) is None]:
        return f"not installed here: {', '.join(missing)}"
    if subprocess.run(["unshare", "-mnp", "--fork", "true"], capture_output=True).returncode:
        return "no namespaces here"
    return ""


def block(section: str, holding: str) -> str:
    """The code block of a section of docs/operate.md that holds these words."""
    text = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
    _before, found, rest = text.partition(f"\n{section}\n")
    assert found, section
    level = section.partition(" ")[0]
    here = re.split(rf"^#{{1,{len(level)}}} ", rest, maxsplit=1, flags=re.MULTILINE)[0]
    blocks = re.findall(r"^```\n(.*?)^```$", here, re.DOTALL | re.MULTILINE)
    (wanted,) = [each for each in blocks if holding in each]
    return str(wanted)


class Machine:
    """Runs scripts as root of the machine within."""

    def __init__(self, pid: int, folder: Path) -> None:
        self.pid, self.folder = pid, folder
        self._enter = ["nsenter", f"--target={pid}", "--mount", "--pid"]

    def sh(self, script: str, *, at_its_ports: bool = False, **more: str) -> str:
        """What a script said, each of whose lines must succeed."""
        environment = {
            "PATH": f"{self.folder}/stand-ins:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": str(self.folder),
            "LC_ALL": "C.UTF-8",
            **{name: value for name, value in os.environ.items() if name.startswith("PIP_")},
            **more,
        }
        done = subprocess.run(
            [*self._enter, *(["--net"] if at_its_ports else []), "sh", "-e", "-c", script],
            env=environment, cwd="/", capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    @contextmanager
    def network(self) -> Iterator[None]:
        """Sockets that this thread opens, and programs it starts, are at this machine's ports."""
        with (
            Path("/proc/self/ns/net").open() as own,
            Path(f"/proc/{self.pid}/ns/net").open() as its,
        ):
            _enter_network(its.fileno())
            try:
                yield
            finally:
                _enter_network(own.fileno())


def _enter_network(namespace: int) -> None:
    if ctypes.CDLL(None, use_errno=True).setns(namespace, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


@contextmanager
def machine(folder: Path) -> Iterator[Machine]:
    """One that is gone, with all its processes, when the block ends."""
    first = subprocess.Popen(
        [
            *("unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"),
            *(sys.executable, "-c", FIRST),
        ],
        stdout=subprocess.PIPE,
    )
    assert first.stdout is not None and first.stdout.readline()
    (child,) = Path(f"/proc/{first.pid}/task/{first.pid}/children").read_text().split()
    try:
        made = Machine(int(child), folder)
        _fit_out(made)
        yield made
    finally:
        first.send_signal(signal.SIGKILL)  # and its child, which is the first of all others
        first.wait()
        first.stdout.close()


def _fit_out(made: Machine) -> None:
    programs = made.folder / "stand-ins"
    programs.mkdir()
    for name in STAND_INS:
        shutil.copyfile(Path(__file__).with_name("stand_in.py"), programs / name)
        (programs / name).chmod(0o755)
    layers = made.folder / "layers"
    for name in LAYERED:
        own = layers / name.replace("/", "-")
        (own / "upper").mkdir(parents=True)
        (own / "work").mkdir()
        made.sh(
            f"mount -t overlay overlay -o lowerdir=/{name},upperdir={own}/upper,"
            f"workdir={own}/work /{name}"
        )
    made.sh("mount -t tmpfs -o mode=755 none /run && mkdir -p /etc/systemd/system")
    subprocess.run(
        ["nsenter", f"--target={made.pid}", "--net", "ip", "link", "set", "lo", "up"], check=True
    )
