#!/usr/bin/env bash
# What a backfill costs those who use the database meanwhile. PostgreSQL and Sluice on loopback, pgbench through Sluice at
# about half of what the machine can do. In one run pairs of a turn without the backfill and one with it, by PAUSE and RESUME
# of one migration; which of the two comes first is drawn by lot, so that what the machine does besides meets both alike. What
# a turn begins with belongs to it. Then, on the idle server, the backfill's rows a second against one plain UPDATE of the
# whole table, in pairs as well.
#
#   bench/throttle.sh [--pairs 18] [--secs 4] [--rows 1000000] [--clients 16] [--rate N] [--idle 5] [--seed N] [--out DIR]
#
# --rate: foreground transactions a second; by default half of what a short run at full speed reaches. --idle: pairs on the
# idle server. --seed: of the lots; printed. Prints p50, p99 and p99.9 in milliseconds, throughput and the ratios, of all turns
# together, with the interval that nine in ten draws of the pairs lie in, and of each pair; writes load.csv, pairs.csv,
# ratios.csv, idle.csv, seconds.csv and, as plots, latency.svg and pace.svg to the folder of --out (docs/throttling by
# default). Needs a machine with nothing else to do, PostgreSQL's server programs, pgbench and python3.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
pairs=18 secs=4 rows=1000000 clients=16 rate= idle=5 seed=$RANDOM out=
while [ $# -gt 0 ]; do
  case $1 in
    --pairs) pairs=$2; shift 2 ;;
    --secs) secs=$2; shift 2 ;;
    --rows) rows=$2; shift 2 ;;
    --clients) clients=$2; shift 2 ;;
    --rate) rate=$2; shift 2 ;;
    --idle) idle=$2; shift 2 ;;
    --seed) seed=$2; shift 2 ;;
    --out) out=$2; shift 2 ;;
    *) usage ;;
  esac
done
need python3
mkdir -p "${out:=$root/docs/throttling}"
out=$(cd "$out" && pwd)
base=${PORT:-23500}
begin
start_postgres "$base" shared_buffers=512MB max_wal_size=4GB checkpoint_timeout=30min synchronous_commit=off autovacuum=off
psql() { command "$pgbin/psql" -h 127.0.0.1 -U postgres -X -q -A -t -v ON_ERROR_STOP=1 "$@"; }
table() {
  psql -p "$base" postgres -c "SET client_min_messages = error" -c "DROP TABLE IF EXISTS $1" \
    -c "CREATE TABLE $1 (id bigint PRIMARY KEY, v int, t text) WITH (autovacuum_enabled = false)" \
    -c "INSERT INTO $1 SELECT i, i, repeat('x', 60) FROM generate_series(1, $rows) i" -c "VACUUM (FREEZE, ANALYZE) $1" -c CHECKPOINT
}
"$pgbin/pgbench" -h 127.0.0.1 -p "$base" -U postgres -i -q -s 10 postgres >/dev/null 2>&1
table orders

start_sluice $((base + 1)) "jdbc:postgresql://127.0.0.1:$base/postgres?user=postgres" --http "127.0.0.1:$((base + 2))" --operators '*'
await sluice psql -p $((base + 1)) postgres -c 'SELECT 1'

# Foreground: reads and small writes by key.
cat >load.sql <<'E2'
\set id random(1, 1000000)
\set other random(1, 1000000)
SELECT abalance FROM pgbench_accounts WHERE aid = :id;
UPDATE pgbench_accounts SET abalance = abalance + 1 WHERE aid = :other;
E2
load() { "$pgbin/pgbench" -h 127.0.0.1 -p $((base + 1)) -U postgres -n -M prepared -c "$clients" -j 2 -f load.sql "$@" postgres; }
# A gateway that has been up for a while has relayed, and has run a migration: the JVM knows that code.
psql -p "$base" postgres -c "CREATE TABLE small (id int PRIMARY KEY)" -c "INSERT INTO small SELECT generate_series(1, 20000)"
psql -p $((base + 1)) postgres -c "ALTER TABLE small ADD COLUMN ref uuid NOT NULL DEFAULT gen_random_uuid()" 2>/dev/null
load -T 5 >warm.txt 2>&1
if [ -z "$rate" ]; then
  load -T 8 >full.txt 2>&1
  rate=$(awk '/^tps/ {printf "%d", $3 / 2}' full.txt)
fi
echo "foreground: $rate transactions/s, $clients clients; seed $seed"

# One run: the ALTER, then pairs of turns.
lead=5
operate() { psql -p $((base + 1)) postgres -c "ALTER SLUICE MIGRATION 2 $1" >/dev/null 2>&1 || true; }
turn() { # kind: what begins now, and how far the backfill is
  printf '%s %s %s\n' "$(date +%s.%N)" "$1" \
    "$(psql -p "$base" postgres -c "SELECT coalesce(max(rows_done), 0) FROM sluice.migrations WHERE id = 2")" >>turns.txt
}
( load -T $((2 * lead + pairs * (2 * secs + 1))) -R "$rate" -l --log-prefix=fore >fore.txt 2>&1 ) &
run=$!
# One process that asks on one connection: what looks on must not be what is measured.
python3 - "$run" $((base + 2)) >pace.txt <<'E3' &
import http.client, os, sys, time
run, port = map(int, sys.argv[1:])
gateway = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
while os.path.exists(f"/proc/{run}"):
    gateway.request("GET", "/api/v1/throttle")
    print(time.time(), gateway.getresponse().read().decode().replace("\n", " "))
    time.sleep(1)
E3
watch=$!
turn warm
sleep "$lead"
turn alter
psql -p $((base + 1)) postgres \
  -c "/* sluice: completion=return */ ALTER TABLE orders ADD COLUMN ref uuid NOT NULL DEFAULT gen_random_uuid()" 2>/dev/null
sleep "$lead"
kind() { # without or with: for so long
  turn "$1"
  if [ "$1" = with ]; then operate RESUME; else operate PAUSE; fi
  sleep "$secs"
}
RANDOM=$seed
for _ in $(seq "$pairs"); do
  if [ $((RANDOM % 2)) = 0 ]; then kind without; kind with; else kind with; kind without; fi
done
turn end
operate PAUSE
wait "$run" || true
wait "$watch" || true
operate CANCEL

# Idle: the whole table, by one UPDATE and by the backfill, the first of them in turns.
plain() {
  table plain; psql -p "$base" postgres -c "ALTER TABLE plain ADD COLUMN ref uuid" -c CHECKPOINT
  local begun
  begun=$(date +%s.%N); psql -p "$base" postgres -c "UPDATE plain SET ref = gen_random_uuid()"
  echo "$begun $(date +%s.%N)" >>plain.txt
  psql -p "$base" postgres -c "DROP TABLE plain"
}
filled() {
  table filled; sleep 4
  psql -p $((base + 1)) postgres -c "ALTER TABLE filled ADD COLUMN ref uuid DEFAULT gen_random_uuid()" 2>/dev/null
}
for i in $(seq "$idle"); do
  if [ $((i % 2)) = 1 ]; then plain; filled; else filled; plain; fi
done
sleep 1

cat fore.* 2>/dev/null | grep -v '[a-z]' >all.log || true
python3 "$root/bench/throttle-plot.py" --log all.log --pace pace.txt --turns turns.txt --rows "$rows" \
  --update plain.txt --seed "$seed" --audit audit.jsonl --out "$out"
