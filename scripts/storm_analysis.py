"""What a storm of rehearsed faults did to a run: pure functions over the lines of its logs and over summary.json.

Times are seconds since 1970 by the clocks on the nodes' walls, unless a name says otherwise.
"""

import json
import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import mean, median

# Seconds after its end within which every victim of a fault has to take part again.
LONGEST_RETURN = 10.0
KILLS = ("kill_node", "kill_holder")


def read_log(path):
    """The lines of a log as objects; a last line that a killed writer left half is left out."""
    records = []
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        try:
            records.append(json.loads(line))
        except json.JSONDecodeError:
            continue
    return records


def wall(record):
    return datetime.strptime(record["wall"], "%Y-%m-%dT%H:%M:%S.%f%z").timestamp()


def of_type(records, kind):
    return [record for record in records if record["type"] == kind]


@dataclass(frozen=True)
class Outage:
    """A fault's victims from its beginning until all of them took part again; `end` is infinite where one did not."""

    workers: frozenset
    begin: float
    end: float


def node_of(nodes, worker):
    """Name of the node in which a worker rides; `nodes` as in summary.json."""
    group = int(worker.split(".")[0])
    for node in nodes:
        if node["first_group"] <= group < node["first_group"] + node["groups"]:
            return node["node"]
    return None


def outages(metrics, summary):
    """One for each fault that summary.json lists."""
    workers = [worker["worker"] for worker in summary["workers"]]
    began = {r["fault"]: wall(r) for r in of_type(metrics, "fault") if r["moment"] == "begin"}
    found = []
    for fault in summary["faults"]:
        begin = began[fault["fault"]]
        hit = [fault["worker"]] if fault["worker"] else [
            w for w in workers if node_of(summary["nodes"], w) == fault["node"]]
        end = math.inf if fault["recovery"] is None else begin + fault["recovery"]
        found.append(Outage(frozenset(hit), begin, end))
    return found


def is_out(worker, begin, end, found):
    return any(worker in o.workers and o.begin <= end and begin < o.end for o in found)


def stretches(metrics):
    """(worker, begin, end, steps) between two lines of progress in one life of a worker."""
    before = {}
    for record in of_type(metrics, "progress"):
        worker, now, steps = record["worker"], wall(record), record["steps_since_start"]
        known = before.get(worker)
        if known and steps >= known[1] and now > known[0]:
            yield worker, known[0], now, steps - known[1]
        before[worker] = (now, steps)


def committed_steps(metrics):
    """Steps that all lives of all workers told of."""
    total, latest = 0, {}
    for record in of_type(metrics, "progress"):
        worker, steps = record["worker"], record["steps_since_start"]
        if steps < latest.get(worker, 0):
            total += latest[worker]
        latest[worker] = steps
    return total + sum(latest.values())


def pace(metrics, found=()):
    """Steps a second of one worker on average, outside the outages."""
    steps = time = 0
    for worker, begin, end, made in stretches(metrics):
        if not is_out(worker, begin, end, found):
            steps += made
            time += end - begin
    return steps / time if time else math.nan


def pace_beside(metrics, found):
    """Steps a second of one worker on average while the outages last that do not hit it, and while none lasts; NaN where there is no
    such time."""
    beside, calm = [0, 0], [0, 0]
    for worker, begin, end, made in stretches(metrics):
        if is_out(worker, begin, end, found):
            continue
        kind = beside if any(o.begin <= end and begin < o.end for o in found) else calm
        kind[0] += made
        kind[1] += end - begin
    return tuple(steps / time if time else math.nan for steps, time in (beside, calm))


def takeovers(metrics, leadership):
    """For each killed holder of the global leader's seat: seconds until a node says that it is held under a higher term;
    infinite where none does."""
    seats = sorted((wall(r), r["term"], r["holder"]) for r in of_type(leadership, "seat"))
    found = []
    for fault in of_type(metrics, "fault"):
        if fault["kind"] not in KILLS:
            continue
        killed = wall(fault)
        before = [seat for seat in seats if seat[0] <= killed]
        if not before:
            continue
        term, holder = max((seat[1], seat[2]) for seat in before)
        if holder == fault["node"]:
            found.append(min((at - killed for at, next_term, _ in seats if at > killed and next_term > term),
                             default=math.inf))
    return found


def falling_terms(leadership_of_node):
    """Lines of one node's own log whose term lies below one that it knew before: there must be none."""
    highest, falling = 0, []
    for record in leadership_of_node:
        if record["type"] == "seat" or (record["type"] == "leader" and record["scope"] == "global"):
            if record["term"] < highest:
                falling.append(record)
            highest = max(highest, record["term"])
    return falling


@dataclass(frozen=True)
class Period:
    """The time between two global decisions, and which share of the workers that could follow was pulled in it."""

    begin: float
    end: float
    leader: str
    share: float


def global_periods(metrics, leadership, summary, found=()):
    """For each time between two global decisions: which share of the workers that were not out, but for the leader itself, was
    pulled toward a global leader; and how many decisions were left out, whose leader a fault had hit: nobody else can follow one whose
    node is cut off (each side of a cut decides for itself) or whose snapshots are spoilt on their way, nor one of a holder that does
    not know yet that its seat was taken under a higher term. A last time that the run's end cut to less than half of the median is
    left out as well."""
    decided = sorted((r for r in of_type(leadership, "leader") if r["scope"] == "global"), key=wall)
    followable = []
    # Of those whom others can follow: the lonely side of a cut takes a higher term and does not know that it is lonely.
    term = 0
    for record in decided:
        if not is_out(record["leader"], wall(record), wall(record), found) and record["term"] >= term:
            term = record["term"]
            followable.append((wall(record), record["leader"]))
    hit = len(decided) - len(followable)
    pulls = defaultdict(list)
    for record in of_type(metrics, "pull"):
        if record["scope"] == "global":
            pulls[record["worker"]].append(wall(record))
    lengths = [end - begin for (begin, _), (end, _) in zip(followable, followable[1:])]
    if lengths and lengths[-1] < median(lengths) / 2:
        followable.pop()
    periods = []
    for (begin, leader), (end, _) in zip(followable, followable[1:]):
        live = [w["worker"] for w in summary["workers"]
                if w["worker"] != leader and not is_out(w["worker"], begin, end, found)]
        pulled = sum(any(begin <= at < end for at in pulls[worker]) for worker in live)
        if live:
            periods.append(Period(begin, end, leader, pulled / len(live)))
    return periods, hit


def memory_growth(samples, shortest_life=60.0):
    """Largest growth of a process's memory from the second to the last quarter of its life, as a share; `samples` are (time, process,
    bytes). 0 where no process lived long enough."""
    lives = defaultdict(list)
    for time, process, size in samples:
        lives[process].append((time, size))
    growth = [0.0]
    for life in lives.values():
        begin, end = min(life)[0], max(life)[0]
        if end - begin < shortest_life:
            continue
        quarter = (end - begin) / 4
        early = [size for time, size in life if begin + quarter <= time < begin + 2 * quarter]
        late = [size for time, size in life if time >= end - quarter]
        if early and late:
            growth.append(mean(late) / mean(early) - 1)
    return max(growth)


def core_share(samples, found):
    """Of the time for which processes wanted a core, the share for which they had one, while outages last and while none lasts;
    `samples` are (time, process, had, wanted), counted from each process's beginning. 1 where nothing was wanted."""
    beside, calm, before = [0, 0], [0, 0], {}
    for time, process, had, wanted in samples:
        if process in before:
            kind = beside if any(o.begin <= time and before[process][0] < o.end for o in found) else calm
            kind[0] += had - before[process][1]
            kind[1] += wanted - before[process][2]
        before[process] = (time, had, wanted)
    return tuple(had / wanted if wanted > 0 else 1.0 for had, wanted in (beside, calm))


@dataclass(frozen=True)
class Line:
    """One line of the storm's table."""

    what: str
    goal: str
    value: object
    met: bool

    def text(self):
        return f"{'ok ' if self.met else 'NOT'}  {self.what:<52} {self.goal:>22}   {shown(self.value)}"


def shown(value):
    if isinstance(value, float):
        return f"{value:.4g}"
    return str(value)


def share_line(what, value, least):
    return Line(what, f">= {100 * least:g} %", f"{100 * value:.2f} %", value >= least)


def table(storm, calms, patience):
    """The table of docs/reliability.md. The storm and each of `calms` (runs without faults, other seeds) have metrics, leadership,
    leadership_of (by node), summary, leaks (what was left behind), samples (as for memory_growth) and longest_pause (seconds for
    which the machine let an idle process wait: above a second, nodes lost each other without a fault)."""
    found = outages(storm.metrics, storm.summary)
    calm_steps = mean(committed_steps(calm.metrics) for calm in calms)
    calm_pace = mean(pace(calm.metrics) for calm in calms)
    recoveries = [math.inf if f["recovery"] is None else f["recovery"] for f in storm.summary["faults"]]
    lasting = {r["fault"]: r["duration"] for r in of_type(storm.metrics, "fault")}
    # A victim cannot be back before its fault is over, nor when the run is.
    back = [r - lasting[f["fault"]] for r, f in zip(recoveries, storm.summary["faults"])
            if r < math.inf or f["time"] + lasting[f["fault"]] + LONGEST_RETURN < storm.summary["training_time"]]
    seats = takeovers(storm.metrics, storm.leadership)
    periods, not_followable = global_periods(storm.metrics, storm.leadership, storm.summary, found)
    start = min((wall(record) for record in storm.metrics), default=0.0)
    falling = sum(len(falling_terms(log)) for log in storm.leadership_of.values())
    errors = [calm.summary["final_test"]["centre_error"] for calm in calms]
    error = storm.summary["final_test"]["centre_error"] if storm.summary["final_test"] else math.inf
    growth = memory_growth(storm.samples)
    pause = max(run.longest_pause for run in [storm, *calms])
    leaks = [leak for run in [storm, *calms] for leak in run.leaks]
    shares = [period.share for period in periods]
    worst = min(periods, key=lambda period: period.share, default=Period(start, start, "none", 0.0))
    return [
        Line("faults carried out", "> 0", len(recoveries), bool(recoveries)),
        share_line("committed steps against no faults", committed_steps(storm.metrics) / calm_steps, 0.977),
        share_line("step rate outside outages against no faults", pace(storm.metrics, found) / calm_pace, 0.99),
        Line("longest time until a victim takes part again", f"<= {LONGEST_RETURN:g} s", max(back, default=0.0),
             max(back, default=0.0) <= LONGEST_RETURN),
        Line("median of these", "", median(back) if back else 0.0, True),
        Line("longest takeover of the seat", f"<= {2 * patience:g} s", max(seats, default=math.nan),
             bool(seats) and max(seats) <= 2 * patience),
        Line("takeovers after kills", "> 0", len(seats), bool(seats)),
        share_line("live workers pulled, worst global period", worst.share, 0.90),
        Line("that period, its length, its leader", "",
             f"{worst.begin - start:.1f} s, {worst.end - worst.begin:.2f} s, {worst.leader}", True),
        share_line("live workers pulled, median", median(shares) if shares else 0.0, 0.90),
        Line("global periods; not counted, nobody else could follow", "", f"{len(shares)}; {not_followable}", True),
        Line("terms that fell", "0", falling, falling == 0),
        Line("growth of memory", "<= 5 %", f"{100 * growth:.2f} %", growth <= 0.05),
        Line("final test error", f"<= {max(errors):.4f}", error, error <= max(errors)),
        Line("test errors without faults", "", ", ".join(f"{e:.4f}" for e in errors), True),
        Line("longest pause of the machine itself", "<= 0.5 s", pause, pause <= 0.5),
        Line("left behind", "nothing", ", ".join(leaks) or "nothing", not leaks),
    ]
