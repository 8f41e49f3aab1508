#!/usr/bin/env python3
"""Figures and plots of bench/throttle.sh. Standard library alone."""
import argparse
import csv
import json
import os
from datetime import datetime

p = argparse.ArgumentParser()
p.add_argument("--log", required=True)
p.add_argument("--pace", required=True)
for name in ("begin", "from", "until", "secs", "filled", "rows"):
    p.add_argument("--" + name, dest=name if name != "from" else "start", type=float, required=True)
p.add_argument("--update", nargs=2, type=float, required=True)
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


# The first seconds of a phase belong to the one before: connections are made, caches warm up.
phases = {
    "without": [(a.begin + 3, a.start)],
    "with": [(a.start + 1, a.until)],
    "after": [(a.until + 3, a.begin + 3 * a.secs - 1)],
}
phases["calm"] = phases["without"] + phases["after"]
figures = {}
for name, spans in phases.items():
    latencies = [l for t, l in requests if any(s <= t < e for s, e in spans)]
    seconds = sum(e - s for s, e in spans)
    figures[name] = (len(latencies) / seconds, quantile(latencies, 0.5), quantile(latencies, 0.99), quantile(latencies, 0.999))

with open(os.path.join(a.out, "load.csv"), "w", newline="") as f:
    w = csv.writer(f)
    w.writerow(["phase", "transactions_per_second", "p50_ms", "p99_ms", "p99_9_ms"])
    for name, (tps, p50, p99, p999) in figures.items():
        w.writerow([name, f"{tps:.1f}", f"{p50:.3f}", f"{p99:.3f}", f"{p999:.3f}"])
        print(f"{name:8} {tps:8.1f} tps  p50 {p50:7.3f}  p99 {p99:7.3f}  p99.9 {p999:7.3f} ms")
# "Without" is both calm phases, of which the one before and the one after tell how far two of them are apart anyway.
before, during = figures["calm"], figures["with"]
plain = a.rows / (a.update[1] - a.update[0])
# The backfill's own phase, as the audit trail has it: a schema change has others, which cost the same for any table.
ours = float("nan")
with open(a.audit) as audit:
    for record in map(json.loads, audit):
        if record.get("kind") == "migration" and record.get("state") == "complete":
            phase = next(x for x in record["phases"] if x["phase"] == "backfill")
            moment = lambda name: datetime.fromisoformat(phase[name].replace("Z", "+00:00")[:26].rstrip("+") + "+00:00")
            ours = a.rows / (moment("until") - moment("from")).total_seconds()
ratios = [
    ("p99 with over without", during[2] / before[2], "at most 1.25"),
    ("p99.9 with over without", during[3] / before[3], "at most 3"),
    ("p99 after over p99 before, both calm", figures["after"][2] / figures["without"][2], ""),
    ("p99.9 after over p99.9 before, both calm", figures["after"][3] / figures["without"][3], ""),
    ("throughput lost, per cent", 100 * (1 - during[0] / before[0]), "below 5"),
    ("rows a second beside the foreground", a.filled / (a.until - a.start), ""),
    ("rows a second, idle, over one UPDATE", ours / plain, "at least 0.9"),
]
with open(os.path.join(a.out, "ratios.csv"), "w", newline="") as f:
    w = csv.writer(f)
    w.writerow(["figure", "value", "goal"])
    for name, value, goal in ratios:
        w.writerow([name, f"{value:.3f}", goal])
        print(f"{name:42} {value:12.3f}  {goal}")

# Second by second.
length = int(3 * a.secs)
by_second = [[] for _ in range(length)]
for t, l in requests:
    i = int(t - a.begin)
    if 0 <= i < length:
        by_second[i].append(l)
share = [None] * length
with open(a.pace) as f:
    for line in f:
        at, _, body = line.partition(" ")
        i = int(float(at) - a.begin)
        try:
            up = json.loads(body)["upstreams"][0]
        except (ValueError, KeyError, IndexError):
            continue
        if 0 <= i < length and up.get("atWork", 0) > 0 and a.start <= float(at) <= a.until:
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
         f'<rect x="{x(a.start - a.begin):.0f}" y="30" width="{x(a.until - a.begin) - x(a.start - a.begin):.0f}" '
         f'height="{high - bottom - 30}" fill="#eef3fb"/>',
         f'<text x="{x(a.start - a.begin) + 4:.0f}" y="42" fill="#555">backfill at work</text>',
         f'<text x="{left}" y="18" font-size="13">{title}</text>']
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
plot(os.path.join(a.out, "pace.svg"), "The share of its time that the backfill may work", "0 stands, 1 full speed",
     [("share", "#2f855a", share)], 1)
