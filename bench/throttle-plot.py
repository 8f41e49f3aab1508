#!/usr/bin/env python3
"""Figures and plots of bench/throttle.sh. Standard library alone."""
import argparse
import csv
import json
import os
import random
from bisect import bisect
from datetime import datetime
from statistics import median

p = argparse.ArgumentParser()
p.add_argument("--log", required=True)
p.add_argument("--pace", required=True)
p.add_argument("--turns", required=True)
p.add_argument("--rows", type=float, required=True)
p.add_argument("--update", required=True)
p.add_argument("--seed", type=int, required=True)
p.add_argument("--audit", required=True)
p.add_argument("--out", required=True)
a = p.parse_args()

# pgbench's log: client, number, latency in microseconds (with -R: from when it was due), script, second, microsecond
requests = []
with open(a.log) as log:
    for line in log:
        f = line.split()
        if len(f) >= 6:
            requests.append((int(f[4]) + int(f[5]) / 1e6, int(f[2]) / 1000))
requests.sort()


def quantile(values, q):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * q))] if ordered else float("nan")


# What begins when, and how many rows the backfill had filled by then.
turns = [(float(at), kind, int(rows)) for at, kind, rows in map(str.split, open(a.turns))]
spans = [(kind, begin, end, filled - before) for (begin, kind, before), (end, _, filled) in zip(turns, turns[1:])]
moments = [t for t, _ in requests]


def latencies(begin, end):
    return [l for _, l in requests[bisect(moments, begin):bisect(moments, end)]]


def figures(values, seconds):
    return len(values) / seconds, quantile(values, 0.5), quantile(values, 0.99), quantile(values, 0.999)


def together(kind):
    mine = [s for s in spans if s[0] == kind]
    return figures([l for _, b, e, _ in mine for l in latencies(b, e)], sum(e - b for _, b, e, _ in mine))


before, during = together("without"), together("with")
with open(os.path.join(a.out, "load.csv"), "w", newline="") as f:
    w = csv.writer(f)
    w.writerow(["turns", "transactions_per_second", "p50_ms", "p99_ms", "p99_9_ms"])
    for name, (tps, p50, p99, p999) in (("without", before), ("with", during)):
        w.writerow([name, f"{tps:.1f}", f"{p50:.3f}", f"{p99:.3f}", f"{p999:.3f}"])
        print(f"{name:8} {tps:8.1f} tps  p50 {p50:7.3f}  p99 {p99:7.3f}  p99.9 {p999:7.3f} ms")
each = {kind: [figures(latencies(b, e), e - b) for k, b, e, _ in spans if k == kind] for kind in ("without", "with")}
pairs = list(zip(each["without"], each["with"]))
with open(os.path.join(a.out, "pairs.csv"), "w", newline="") as f:
    w = csv.writer(f)
    w.writerow(["pair", "p99_without_ms", "p99_with_ms", "p99_ratio", "p99_9_without_ms", "p99_9_with_ms"])
    for i, (x, y) in enumerate(pairs):
        w.writerow([i + 1, f"{x[2]:.3f}", f"{y[2]:.3f}", f"{y[2] / x[2]:.3f}", f"{x[3]:.3f}", f"{y[3]:.3f}"])
        print(f"pair {i + 1}: p99 {x[2]:7.3f} -> {y[2]:7.3f} ms, {y[2] / x[2]:.2f}")


def interval(q):
    """Of the ratio of all turns together: what nine in ten draws of as many pairs, with return, give."""
    each = {k: [sorted(latencies(b, e)) for kind, b, e, _ in spans if kind == k] for k in ("without", "with")}
    count = len(pairs)
    lots = random.Random(a.seed)
    drawn = []
    for _ in range(200):
        which = [lots.randrange(count) for _ in range(count)]
        x, y = (tail([each[k][i] for i in which], q) for k in ("without", "with"))
        drawn.append(y / x)
    drawn.sort()
    return drawn[10], drawn[-11]


def tail(turns, q):
    """The quantile of sorted lists together."""
    beyond = sum(map(len, turns)) - int(sum(map(len, turns)) * q)
    longest = sorted((l for t in turns for l in t[-beyond:]), reverse=True)
    return longest[min(len(longest), beyond) - 1]


# How far apart the turns of one kind are among themselves: what a ratio of two of them tells at best.
calm = sorted(x[2] for x in each["without"])
alter = next(b for k, b, _, _ in spans if k == "alter")
plain = [a.rows / (end - begin) for begin, end in (map(float, line.split()) for line in open(a.update))]
# The backfill's own phase, as the audit trail has it: a schema change has others, which cost the same for any table.
ours = []
with open(a.audit) as audit:
    for record in map(json.loads, audit):
        if record.get("kind") == "migration" and record.get("state") == "complete":
            phase = next(x for x in record["phases"] if x["phase"] == "backfill")
            moment = lambda name: datetime.fromisoformat(phase[name].replace("Z", "+00:00")[:26].rstrip("+") + "+00:00")
            ours.append(a.rows / (moment("until") - moment("from")).total_seconds())
# Those before the last have been the rehearsal's.
idle = list(zip(plain, ours[-len(plain):]))
with open(os.path.join(a.out, "idle.csv"), "w", newline="") as f:
    w = csv.writer(f)
    w.writerow(["pair", "update_rows_per_second", "backfill_rows_per_second", "ratio"])
    for i, (x, y) in enumerate(idle):
        w.writerow([i + 1, f"{x:.0f}", f"{y:.0f}", f"{y / x:.3f}"])
        print(f"idle {i + 1}: {x:8.0f} -> {y:8.0f} rows/s, {y / x:.2f}")
low, high = interval(0.99)
ratios = [
    ("p99 with over without, all turns", during[2] / before[2], "at most 1.25"),
    ("the same, nine in ten draws of the pairs from", low, ""),
    ("to", high, ""),
    ("p99 with over without, median of the pairs", median(y[2] / x[2] for x, y in pairs), "at most 1.25"),
    ("p99.9 with over without, all turns", during[3] / before[3], "at most 3"),
    ("longest over shortest p99 without", calm[-1] / calm[0], ""),
    ("p99 in the ALTER's second over p99 without", quantile(latencies(alter, alter + 1), 0.99) / before[2], ""),
    ("throughput lost, per cent", 100 * (1 - during[0] / before[0]), "below 5"),
    ("rows a second beside the foreground",
     sum(r for k, _, _, r in spans if k == "with") / sum(e - b for k, b, e, _ in spans if k == "with"), ""),
    ("rows a second, idle, over one UPDATE, median", median(y / x for x, y in idle), "at least 0.9"),
]
with open(os.path.join(a.out, "ratios.csv"), "w", newline="") as f:
    w = csv.writer(f)
    w.writerow(["figure", "value", "goal"])
    for name, value, goal in ratios:
        w.writerow([name, f"{value:.3f}", goal])
        print(f"{name:46} {value:12.3f}  {goal}")

# Second by second.
origin = turns[0][0]
length = int(turns[-1][0] - origin)
by_second = [latencies(origin + i, origin + i + 1) for i in range(length)]
works = [(b - origin, e - origin) for k, b, e, _ in spans if k in ("alter", "with")]
share = [None] * length
with open(a.pace) as f:
    for line in f:
        at, _, body = line.partition(" ")
        i = int(float(at) - origin)
        try:
            up = json.loads(body)["upstreams"][0]
        except (ValueError, KeyError, IndexError):
            continue
        # Just behind a RESUME nobody is at work yet.
        if 0 <= i < length and up["atWork"] and any(b <= float(at) - origin < e for b, e in works):
            share[i] = up["share"]
with open(os.path.join(a.out, "seconds.csv"), "w", newline="") as f:
    w = csv.writer(f)
    w.writerow(["second", "transactions", "p50_ms", "p99_ms", "share"])
    for i in range(length):
        w.writerow([i, len(by_second[i]), f"{quantile(by_second[i], .5):.3f}", f"{quantile(by_second[i], .99):.3f}",
                    "" if share[i] is None else f"{share[i]:.3f}"])


def plot(path, title, unit, series, top):
    wide, high, left, bottom = 760, 260, 52, 34
    x = lambda i: left + i * (wide - left - 12) / max(1, length - 1)
    y = lambda v: high - bottom - min(v, top) * (high - bottom - 30) / top
    s = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" font-family="sans-serif" font-size="11">',
         f'<rect width="{wide}" height="{high}" fill="#fff"/>',
         f'<text x="{left}" y="18" font-size="13">{title}</text>']
    for begin, end in works:
        s.append(f'<rect x="{x(begin):.0f}" y="30" width="{x(end) - x(begin):.0f}" height="{high - bottom - 30}" fill="#eef3fb"/>')
    s.append(f'<text x="{x(works[0][0]) + 4:.0f}" y="42" fill="#555">shaded: backfill at work</text>')
    for k in range(5):
        v = top * k / 4
        s.append(f'<path d="M{left} {y(v):.1f}H{wide - 12}" stroke="#ddd"/><text x="{left - 6}" y="{y(v) + 4:.1f}" '
                 f'text-anchor="end" fill="#555">{v:.3g}</text>')
    for i in range(0, length, max(1, length // 9)):
        s.append(f'<text x="{x(i):.0f}" y="{high - 16}" text-anchor="middle" fill="#555">{i} s</text>')
    s.append(f'<text x="{left}" y="{high - 3}" fill="#555">{unit}</text>')
    for n, (name, colour, values) in enumerate(series):
        pen, d = "M", ""
        for i, v in enumerate(values):
            if v is None or v != v:
                pen = "M"
                continue
            d += f"{pen}{x(i):.1f} {y(v):.1f}"
            pen = "L"
        s.append(f'<path d="{d}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
                 f'<text x="{wide - 80 - 90 * n}" y="18" fill="{colour}">{name}</text>')
    s.append("</svg>")
    with open(path, "w") as f:
        f.write("\n".join(s) + "\n")


p50 = [quantile(v, 0.5) for v in by_second]
p99 = [quantile(v, 0.99) for v in by_second]
plot(os.path.join(a.out, "latency.svg"), "Foreground latency, second by second", "milliseconds",
     [("p50", "#2b6cb0", p50), ("p99", "#c05621", p99)], max(1, 1.6 * quantile([v for v in p99 if v == v], 0.95)))
plot(os.path.join(a.out, "pace.svg"), "The share of its time that the backfill may work", "of 1, which is full speed",
     [("share", "#2f855a", share)], max(0.05, 1.2 * max((v for v in share if v is not None), default=1)))
