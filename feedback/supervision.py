"""The processes of a server: one that watches, and those that answer.

| | |
|---|---|
| `Supervised` | Granian, with each process that ended by itself replaced, whatever ended it |
| `end_with_parent` | asked for in a process that answers: it ends when the one that watches has |
"""

import ctypes
import os
import signal
import sys
import threading
import time
from multiprocessing import get_start_method, parent_process
from typing import Any

from granian.log import logger
from granian.net import SocketSpec
from granian.server.mp import MPServer

# Who lived so long is replaced at once. Who ends sooner, again and again, waits between.
SETTLED_SECONDS = 10.0
LONGEST_PAUSE = 5.0
LOOK_SECONDS = 1.0
LEAVING_SECONDS = 8.0
PR_SET_PDEATHSIG = 1  # linux/prctl.h


class Supervised(MPServer):
    """Serves until it is told to stop. Granian by itself ends all processes when one is killed,
    and even with `respawn_failed_workers` when one is killed twice in five seconds.

    A process that cannot start at all, before any other has ended, ends the server: exit 1.
    """

    def _init_shared_socket(self) -> None:
        if self.workers > 1 or get_start_method() != "fork":
            # A socket each: the kernel spreads the connections.
            super()._init_shared_socket()  # type: ignore[no-untyped-call]
            return
        # Held here, the port stays open while its only process is replaced: who comes waits.
        self._ssp, self._sso = None, None
        self._shd: Any = SocketSpec(self.bind_addr, self.bind_port, self.backlog).build()

    def _drop_shared_socket(self) -> None:
        self._shd = None
        super()._drop_shared_socket()  # type: ignore[no-untyped-call]

    def _serve_loop(self, spawn_target: Any, target_loader: Any) -> None:
        due: dict[int, float] = {}
        quick = [0] * self.workers
        has_replaced = False
        while True:
            pause = max(0.0, min(due.values()) - time.monotonic()) if due else None
            self.main_loop_interrupt.wait(pause)
            self.main_loop_interrupt.clear()
            if self.interrupt_signal:
                return
            while self.interrupt_children:
                idx = self.interrupt_children.pop()
                old = self.wrks[idx]
                lived = time.monotonic() - old.birth
                if not has_replaced and (old.inner.exitcode or 0) > 0 and lived < SETTLED_SECONDS:
                    self.interrupt_children.append(idx)  # Granian's exit code is made of it
                    return
                quick[idx] = 0 if lived >= SETTLED_SECONDS else quick[idx] + 1
                due[idx] = time.monotonic() + _pause(quick[idx])
            for idx in [idx for idx, at in due.items() if at <= time.monotonic()]:
                del due[idx]
                has_replaced = True
                self._replace(idx, spawn_target, target_loader)
            if self.reload_signal:
                self._reload(spawn_target, target_loader)  # type: ignore[no-untyped-call]

    def _replace(self, idx: int, spawn_target: Any, target_loader: Any) -> None:
        code = self.wrks[idx].inner.exitcode
        logger.warning(f"worker-{idx + 1} ended ({_said(code)}) and is replaced")
        self.wrks[idx] = self._spawn_worker(
            idx=idx, target=spawn_target, callback_loader=target_loader
        )
        self.wrks[idx].start()


def _pause(quick_ends: int) -> float:
    """Seconds before the next try, after so many that ended soon.

    >>> [_pause(n) for n in (0, 2, 3, 4, 9)]
    [0.0, 0.0, 0.5, 1.0, 5.0]
    """
    return 0.0 if quick_ends < 3 else min(2.0 ** (quick_ends - 4), LONGEST_PAUSE)


def _said(code: int | None) -> str:
    if code is None or code >= 0:
        return f"exit code {code}"
    return signal.Signals(-code).name


def end_with_parent() -> None:
    """End this process in good order when the one that started it is gone, however that ended.
    Returns at once; does nothing in a process that nobody started for this."""
    parent = parent_process()
    if parent is None:
        return
    if sys.platform == "linux":
        # Told by the kernel, at once. It is about the thread that forked: the main one.
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    threading.Thread(target=_watch, args=(parent.pid,), name="parent", daemon=True).start()


def _watch(parent: int | None) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(LEAVING_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)  # as the parent would have
