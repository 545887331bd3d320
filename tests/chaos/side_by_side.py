"""Runs tests of this folder side by side, since they mostly wait: side_by_side.py PACELINE LANE..., where a lane names tests that
run one after the other: `kill,partition`. Exits with 1 where one fails, and with 77 where all were skipped."""

import concurrent.futures
import subprocess
import sys
from pathlib import Path

SKIPPED = 77


def run(lane, paceline):
    ended = []
    for name in lane.split(","):
        command = [sys.executable, "-B", str(Path(__file__).with_name(f"{name}_test.py")), paceline]
        ended.append(subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True))
        print(f"=== {name}\n{ended[-1].stdout}", flush=True)
    return [each.returncode for each in ended]


def main():
    paceline, *lanes = sys.argv[1:]
    with concurrent.futures.ThreadPoolExecutor(len(lanes)) as pool:
        codes = [code for lane in pool.map(run, lanes, [paceline] * len(lanes)) for code in lane]
    if any(code not in (0, SKIPPED) for code in codes):
        return 1
    return SKIPPED if all(code == SKIPPED for code in codes) else 0


if __name__ == "__main__":
    sys.exit(main())
