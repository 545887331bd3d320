"""Which processes a run has, and how much memory they hold while it goes on."""

import os
import threading
import time
from pathlib import Path


def start_time(pid):
    """When that process began, in ticks; with its number it names a process for good. None where there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19]
    except OSError:
        return None


def descendants(pid):
    """Processes that pid, or one of those, has started and that still belong to it: (pid, start time)."""
    found, left = set(), [pid]
    while left:
        parent = left.pop()
        try:
            children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        except OSError:
            continue
        for child in map(int, children):
            began = start_time(child)
            if began is not None:
                found.add((child, began))
                left.append(child)
    return found


def memory_bytes(pid):
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return None


def core_times(pid):
    """Seconds for which the process's threads had a core, and for which they wanted one; (0, 0) where the system does not say."""
    ran = waited = 0
    for file in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        try:
            times = file.read_text().split()
        except OSError:
            continue
        ran, waited = ran + int(times[0]), waited + int(times[1])
    return ran / 1e9, (ran + waited) / 1e9


class Watch:
    """Samples the memory of the processes that a function gives, each as (pid, start time), and the cores that they had and wanted,
    on a thread of its own until it is ended."""

    def __init__(self, processes):
        self.processes, self.samples, self.cores, self.seen, self.longest_pause = processes, [], [], set(), 0.0
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        interval, slept_at = 0.5, time.monotonic()
        while not self.ended.wait(interval):
            self.longest_pause = max(self.longest_pause, time.monotonic() - slept_at - interval)
            for process in self.processes():
                self.seen.add(process)
                size = memory_bytes(process[0])
                if size:
                    self.samples.append((time.time(), process, size))
                    self.cores.append((time.time(), process, *core_times(process[0])))
            slept_at = time.monotonic()

    def end(self):
        self.ended.set()
        self.thread.join()
