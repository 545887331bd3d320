"""configs/slurm/train.sbatch with scripts in the place of Slurm's own programs: a job of three nodes."""

import json
import os
import subprocess

import harness

ROOT = harness.Path(__file__).resolve().parent.parent.parent
HOSTS = ("gpu2", "gpu3", "gpu4")

SCONTROL = """#!/bin/sh
[ "$*" = "show hostnames gpu[2-4]" ] || exit 9
printf '%s\\n' gpu2 gpu3 gpu4
"""

# The command once for each host, at the same time; its own exit code is that of a task that failed.
SRUN = """#!/bin/sh
echo "$@" >srun.words
while [ "${1#--}" != "$1" ]; do shift; done
place=0
for host in gpu2 gpu3 gpu4; do
  SLURMD_NODENAME=$host SLURM_NODEID=$place "$@" >"$host.out" 2>&1 &
  place=$((place + 1))
done
wait
exit 1
"""


# These hosts are all one machine, so they get other addresses than the batch script gave them.
ON_ONE_MACHINE = """#!/bin/sh
[ "$1" != node ] || exec '{paceline}' "$@" --set 'nodes={nodes}'
exec '{paceline}' "$@"
"""


class Slurm(harness.EndToEnd):
    def setUp(self):
        super().setUp()
        self.programs = self.folder / "programs"
        nodes = [{"name": host, "address": harness.free_address()} for host in HOSTS]
        paceline = ON_ONE_MACHINE.format(paceline=harness.PACELINE, nodes=json.dumps(nodes))
        for name, text in (("scontrol", SCONTROL), ("srun", SRUN), ("paceline", paceline)):
            self.write(f"programs/{name}", text).chmod(0o755)

    def submit(self):
        surroundings = os.environ | {"PATH": f"{self.programs}:{os.environ['PATH']}", "SLURM_JOB_ID": "42",
                                     "SLURM_SUBMIT_DIR": str(self.folder), "SLURM_JOB_NODELIST": "gpu[2-4]"}
        done = subprocess.run(["bash", ROOT / "configs/slurm/train.sbatch"], cwd=self.folder, env=surroundings, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=harness.PATIENCE_SECONDS)
        return harness.Ended(done.returncode, done.stdout, done.stderr)

    def test_a_job_trains_on_the_hosts_of_its_allocation_and_gathers_what_they_leave(self):
        shipped = json.loads((ROOT / "configs/slurm/four-nodes.json").read_text(encoding="utf-8"))
        # Short, yet several patiences long, so that there is a global leader; on pictures that the program draws.
        small = shipped | {key: harness.TINY[key] for key in ("model", "data", "strategy", "optimizer")} | {
            "groups": {"workers": 1}, "device": {"pin": False}, "schedule": {"kind": "constant"},
            "budget": {"time": "6s"}, "network": {"patience": "1s"}}
        self.write("configs/slurm/four-nodes.json", json.dumps(small))
        self.assert_ended(self.paceline("keys", "keys"), 0)
        ended = self.submit()
        self.assert_ended(ended, 0)
        self.assertIn("--kill-on-bad-exit=0", (self.folder / "srun.words").read_text(encoding="utf-8"))
        self.assertTrue(ended.out.startswith("slurm-42 finished: "), ended)
        given = json.loads((self.run_folder("slurm-42") / "config.json").read_text(encoding="utf-8"))
        self.assertEqual([{"name": host, "address": f"tcp://{host}:7100"} for host in HOSTS], given["nodes"])
        summary = self.summary("slurm-42")
        self.assertEqual(list(HOSTS), [node["node"] for node in summary["nodes"]])
        for host in HOSTS:
            self.assertIn("finished", (self.folder / f"{host}.out").read_text(encoding="utf-8"))
        self.assertTrue(all(node["in_centre"] for node in summary["nodes"]), summary["nodes"])
        self.assertTrue(all(node["link"]["messages_received"] for node in summary["nodes"]), summary["nodes"])
        self.assertGreater(summary["leadership"]["global_decisions"], 0)
        self.assertEqual([], summary["failures"])


if __name__ == "__main__":
    harness.main()
