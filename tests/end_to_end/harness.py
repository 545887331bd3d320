"""What the end-to-end tests share: runs of the real executable in folders of their own."""

import contextlib
import json
import math
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

# Far beyond what anything here takes, also under a sanitizer on a busy machine.
PATIENCE_SECONDS = 240
SKIPPED = 77

PACELINE = ""

# A second or less: a linear model on a few hundred small pictures.
TINY = {
    "groups": {"count": 2, "workers": 2},
    "model": "linear",
    "data": {"train_size": 320, "test_size": 100, "batch_size": 8},
    "strategy": {"period_group": 16, "period_global": 32, "loss_window": 4},
    "optimizer": {"learning_rate": 0.01},
    "budget": {"steps": 40},
    "output": {"folder": "runs", "name": "a"},
}

# Long enough to be stopped on its way; nobody waits for its end.
ENDLESS = ["budget.steps=100000000", "output.checkpoint_every=100ms"]


def strict_json(text):
    """Parses JSON that has no NaN, no infinity and no key twice."""
    def refuse(constant):
        raise ValueError(f"{constant} is not JSON")

    def unique(pairs):
        keys = [key for key, _ in pairs]
        if len(keys) != len(set(keys)):
            raise ValueError(f"a key twice in {keys}")
        return dict(pairs)

    value = json.loads(text, parse_constant=refuse, object_pairs_hook=unique)
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(text)
    return value


class Ended:
    """A process that has ended."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    @property
    def error_lines(self):
        return self.err.splitlines()

    def __str__(self):
        return f"exit code {self.code}\n--- out\n{self.out}--- err\n{self.err}"


class EndToEnd(unittest.TestCase):
    """Each test works in an empty folder; TINY lies there as tiny.json."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="paceline-end-to-end-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.write("tiny.json", json.dumps(TINY))

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def start(self, *arguments):
        """A process under way, in a session of its own; killed at the test's end where it still runs."""
        process = subprocess.Popen([PACELINE, *map(str, arguments)], cwd=self.folder, text=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(self.kill, process)
        return process

    def start_telling(self, name, *arguments, folder=None):
        """As start, or in another folder; all that it says goes into that file, where `told` finds it while it runs."""
        with open(self.folder / name, "w", encoding="utf-8") as said:
            process = subprocess.Popen([PACELINE, *map(str, arguments)], cwd=folder or self.folder,
                                       stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT)
        self.addCleanup(self.kill, process)
        return process

    def told(self, name):
        return (self.folder / name).read_text(encoding="utf-8")

    def end(self, process):
        """Waits for its end."""
        try:
            out, err = process.communicate(timeout=PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            self.fail(f"does not end: {Ended(None, out, err)}")
        return Ended(process.returncode, out, err)

    @staticmethod
    def kill(process):
        if process.poll() is None:
            process.kill()
        with contextlib.suppress(ValueError):
            process.communicate()

    def paceline(self, *arguments):
        return self.end(self.start(*arguments))

    def launch(self, *overrides, file="tiny.json"):
        return self.paceline("launch", file, *with_set(overrides))

    def start_launch(self, *overrides):
        return self.start("launch", "tiny.json", *with_set(overrides))

    def wait_until(self, holds, process=None):
        """Fails where that does not come to hold, or the process ends before."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (found := holds()):
            if process is not None and process.poll() is not None:
                self.fail(f"ended too early: {self.end(process)}")
            if time.monotonic() > deadline:
                self.fail("waited in vain")
            time.sleep(0.005)
        return found

    def start_training(self, *overrides):
        """A run without an end, after its first checkpoint."""
        process = self.start_launch(*ENDLESS, *overrides)
        self.wait_until(lambda: self.checkpoints(), process)
        return process

    def run_folder(self, name="a"):
        return self.folder / "runs" / name

    def checkpoints(self, name="a"):
        """Complete ones, oldest first."""
        return sorted(path for path in self.run_folder(name).glob("checkpoints/step-*")
                      if path.suffix != ".partial")

    def log(self, file, name="a"):
        text = (self.run_folder(name) / file).read_text(encoding="utf-8")
        if text:
            self.assertTrue(text.endswith("\n"), "half a line")
        return [strict_json(line) for line in text.splitlines()]

    def summary(self, name="a"):
        return strict_json((self.run_folder(name) / "summary.json").read_text(encoding="utf-8"))

    def assert_no_leftovers(self):
        self.assertEqual([], [str(path) for path in self.folder.rglob("*.partial")])

    def assert_ended(self, ended, code):
        self.assertEqual(code, ended.code, ended)

    def assert_refused(self, ended, *parts, code=2, lines=1):
        """Ended with that code and said so in so many lines, in which these parts appear."""
        self.assert_ended(ended, code)
        self.assertEqual(lines, len(ended.error_lines), ended)
        for line in ended.error_lines:
            self.assertTrue(line.startswith("paceline: "), ended)
        for part in parts:
            self.assertIn(part, ended.err)


def free_address():
    """Of loopback, with two free ports behind it, below those that the system gives to outgoing connections."""
    while True:
        port = random.SystemRandom().randrange(20_000, 32_000)
        with contextlib.ExitStack() as probes, contextlib.suppress(OSError):
            for i in range(3):
                probes.enter_context(socket.socket()).bind(("127.0.0.1", port + i))
            return f"tcp://127.0.0.1:{port}"


def with_set(overrides):
    return [argument for override in overrides for argument in ("--set", override)]


def interrupt(process):
    process.send_signal(signal.SIGINT)


def main():
    """The first argument is the executable. Exits with 77 where every test of the file was skipped."""
    global PACELINE
    PACELINE = os.path.abspath(sys.argv.pop(1))
    program = unittest.main(module="__main__", exit=False, verbosity=2)
    result = program.result
    if not result.wasSuccessful():
        sys.exit(1)
    sys.exit(SKIPPED if result.testsRun and len(result.skipped) == result.testsRun else 0)
