"""Which threads a run has, by their names, and on which cores they run."""

import os
import re
from collections import Counter
from pathlib import Path

import harness


def cores_in(text):
    """The cores of a list such as "0-2,5"."""
    cores = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        cores.update(range(int(first), int(last or first) + 1))
    return cores


class Threads(harness.EndToEnd):
    def threads(self, *overrides):
        """Name and cores of each thread of a run under way."""
        process = self.start_training(*overrides)
        found = []
        for task in Path(f"/proc/{process.pid}/task").iterdir():
            status = (task / "status").read_text()
            found.append((re.search(r"Name:\t(.*)", status)[1],
                          cores_in(re.search(r"Cpus_allowed_list:\t(.*)", status)[1])))
        harness.interrupt(process)
        self.assert_ended(self.end(process), 130)
        return found

    def test_a_worker_of_one_thread_wakes_no_team(self):
        names = Counter(name for name, _ in self.threads())
        for name, count in {"worker 0.0": 1, "worker 0.1": 1, "worker 1.0": 1, "worker 1.1": 1, "prefetch": 4,
                            "recorder": 1, "signals": 1}.items():
            self.assertEqual(count, names.pop(name, 0), name)
        # The main thread; a sanitizer may add one.
        self.assertLessEqual(names.pop("paceline"), 2)
        # CAF's: its clock, the two of its scheduler, and those of the actor that prints, the evaluator and the
        # checkpointer.
        self.assertEqual(set(), {name for name in names if not name.startswith("caf.")})
        self.assertLessEqual(sum(names.values()), 6, names)

    def test_each_worker_is_bound_to_its_core_and_helpers_to_none(self):
        usable = sorted(os.sched_getaffinity(0))
        threads = self.threads()
        workers = dict(thread for thread in threads if thread[0].startswith("worker "))
        for position, name in enumerate(("worker 0.0", "worker 0.1", "worker 1.0", "worker 1.1")):
            self.assertEqual({usable[position % len(usable)]}, workers[name], name)
        for name, cores in threads:
            if name == "prefetch":
                self.assertEqual(set(usable), cores)

    def test_nothing_is_bound_where_the_file_says_so(self):
        usable = os.sched_getaffinity(0)
        for name, cores in self.threads("device.pin=false"):
            self.assertEqual(usable, cores, name)


if __name__ == "__main__":
    harness.main()
