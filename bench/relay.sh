#!/usr/bin/env bash
# What the relay costs: the same work against PostgreSQL directly, through PgBouncer (session mode), HAProxy (TCP mode)
# and Sluice, interleaved round by round. For pgbench's rows it prints tps, p50 and p99 in milliseconds and the proxy's
# CPU microseconds per transaction; for a large result and a COPY megabytes a second and CPU milliseconds per megabyte.
# Then Sluice's CPU as a ratio to the others', taken within each round (the median of them counts).
#
#   bench/relay.sh [--rounds 7] [--secs 4] [--warm 5] [--rows simple-1,simple-8,prepared-8,result,copy]
#
# Needs PostgreSQL's server programs and pgbench; PgBouncer and HAProxy are left out when they are not installed.
# Everything runs on loopback in a temporary folder and ends with the script. bench/README.md says how to read it.
set -euo pipefail
rounds=7 secs=4 warm=5 rows=simple-1,simple-8,prepared-8,result,copy
while [ $# -gt 0 ]; do
  case $1 in
    --rounds) rounds=$2; shift 2 ;;
    --secs) secs=$2; shift 2 ;;
    --warm) warm=$2; shift 2 ;;
    --rows) rows=$2; shift 2 ;;
    *) sed -n '2,11p' "$0"; exit 2 ;;
  esac
done
root=$(cd "$(dirname "$0")/.." && pwd)
pgbin=${PGBIN:-$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)}
[ -x "$pgbin/initdb" ] || { echo "relay.sh: no PostgreSQL server found; set PGBIN" >&2; exit 3; }
dir=$(mktemp -d /tmp/relay-bench.XXXXXX)
base=${PORT:-23400}
pids=()
as=()
if [ "$(id -u)" = 0 ]; then
  chown postgres "$dir"; chmod 755 "$dir"
  as=(setpriv --reuid=postgres --regid=postgres --clear-groups)
fi
finish() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  "${as[@]}" "$pgbin/pg_ctl" -D "$dir/data" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$dir"
}
trap finish EXIT

cd "$dir"
"${as[@]}" "$pgbin/initdb" -D "$dir/data" -U postgres -A trust --no-sync >/dev/null
"${as[@]}" "$pgbin/pg_ctl" -D "$dir/data" -w -l "$dir/log" \
  -o "-p $base -k $dir -c shared_buffers=256MB -c fsync=off -c max_connections=200" start >/dev/null
"$pgbin/pgbench" -h 127.0.0.1 -p "$base" -U postgres -i -q -s 5 postgres >/dev/null 2>&1
"$pgbin/psql" -X -q -h 127.0.0.1 -p "$base" -U postgres postgres -c "
  CREATE UNLOGGED TABLE large AS SELECT g AS id, repeat(md5(g::text), 4) AS a FROM generate_series(1, 700000) g"

declare -A port pid
targets=(direct)
port[direct]=$base
pid[direct]=

if command -v pgbouncer >/dev/null; then
  cat >"$dir/pgbouncer.ini" <<EOF
[databases]
postgres = host=127.0.0.1 port=$base user=postgres dbname=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = $((base + 1))
auth_type = any
auth_file = $dir/users
pool_mode = session
default_pool_size = 100
max_client_conn = 200
unix_socket_dir =
log_connections = 0
log_disconnections = 0
EOF
  echo '"postgres" ""' >"$dir/users"
  "${as[@]}" pgbouncer -q "$dir/pgbouncer.ini" >"$dir/pgbouncer.log" 2>&1 &
  pid[pgbouncer]=$!; port[pgbouncer]=$((base + 1)); pids+=($!); targets+=(pgbouncer)
fi
if command -v haproxy >/dev/null; then
  cat >"$dir/haproxy.cfg" <<EOF
global
  nbthread 1
defaults
  mode tcp
  timeout connect 5s
  timeout client 1h
  timeout server 1h
listen pg
  bind 127.0.0.1:$((base + 2))
  server one 127.0.0.1:$base
EOF
  haproxy -db -q -f "$dir/haproxy.cfg" >"$dir/haproxy.log" 2>&1 &
  pid[haproxy]=$!; port[haproxy]=$((base + 2)); pids+=($!); targets+=(haproxy)
fi
"$root/sluice" --version >/dev/null
"$root/sluice" serve --upstream "jdbc:postgresql://127.0.0.1:$base/postgres?user=postgres" \
  --listen "127.0.0.1:$((base + 3))" >"$dir/sluice.out" 2>"$dir/sluice.err" &
port[sluice]=$((base + 3)); pids+=($!); targets+=(sluice)

answers() { "$pgbin/psql" -X -q -h 127.0.0.1 -p "$1" -U postgres -c 'select' postgres >/dev/null 2>&1; }
for target in "${targets[@]}"; do
  for _ in $(seq 100); do answers "${port[$target]}" && break; sleep 0.2; done
  answers "${port[$target]}" || { echo "relay.sh: $target does not answer" >&2; tail -q -n 5 "$dir"/*.err "$dir"/*.log >&2; exit 3; }
done
pid[sluice]=$(ss -Hltnp "sport = :${port[sluice]}" | grep -o 'pid=[0-9]*' | head -1 | cut -d= -f2)

ticks=$(getconf CLK_TCK)
cpu_us() { # user and system time of a process so far
  [ -n "$1" ] || { echo 0; return; }
  awk -v t="$ticks" '{ sub(/^.*\) /, ""); split($0, f, " "); printf "%d\n", (f[12] + f[13]) * 1000000 / t }' "/proc/$1/stat"
}
pgbench_row() { # target mode clients seconds -> "tps p50 p99 cpu"
  local before after out tps
  rm -f "$dir"/l.*
  before=$(cpu_us "${pid[$1]}")
  out=$(cd "$dir" && "$pgbin/pgbench" -n -S -M "$2" -c "$3" -j 1 -T "$4" -l --log-prefix=l -h 127.0.0.1 -p "${port[$1]}" -U postgres postgres 2>/dev/null)
  after=$(cpu_us "${pid[$1]}")
  tps=$(sed -n 's/^tps = \([0-9.]*\).*/\1/p' <<<"$out")
  cat "$dir"/l.* | awk '{print $3}' | sort -n | awk -v tps="$tps" -v cpu=$((after - before)) '
    { v[NR] = $1 }
    END { printf "%.0f %.3f %.3f %.2f\n", tps, v[int(NR * .5) + 1] / 1000, v[int(NR * .99) + 1] / 1000, cpu / NR }'
}
stream() { # target statement: its output, or its input, is what counts
  "$pgbin/psql" -X -q -A -t -h 127.0.0.1 -p "${port[$1]}" -U postgres postgres -c "$2"
}
data_row() { # target result|copy seconds -> "MB/s - - cpu"; the rows are made once, and PostgreSQL throws them away again
  local before after start size bytes=0
  size=$(stat -c %s "$dir/large")
  before=$(cpu_us "${pid[$1]}"); start=$(date +%s%N)
  while [ $(($(date +%s%N) - start)) -lt $(($3 * 1000000000)) ]; do
    case $2 in
      result) stream "$1" 'COPY large TO STDOUT' >/dev/null ;;
      copy) stream "$1" 'COPY large FROM STDIN WHERE false' <"$dir/large" ;;
    esac
    bytes=$((bytes + size))
  done
  after=$(cpu_us "${pid[$1]}")
  awk -v b="$bytes" -v ns=$(($(date +%s%N) - start)) -v cpu=$((after - before)) \
    'BEGIN { printf "%.0f - - %.3f\n", b * 1000 / ns, cpu * 1000 / b }'
}
run() { # target row seconds
  case $2 in
    result | copy) data_row "$1" "$2" "$3" ;;
    *) pgbench_row "$1" "${2%-*}" "${2#*-}" "$3" ;;
  esac
}
median() { sort -n | awk '{ v[NR] = $1 } END { printf "%s", NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

stream direct 'COPY large TO STDOUT' >"$dir/large"
for row in ${rows//,/ }; do
  # A JVM, above all, is not at its best with the first statements.
  for target in "${targets[@]}"; do : >"$dir/r.$target"; run "$target" "$row" "$warm" >/dev/null; done
  for round in $(seq "$rounds"); do
    for target in "${targets[@]}"; do run "$target" "$row" "$secs" >>"$dir/r.$target"; done
  done
  echo "$row"
  case $row in
    result | copy) printf '  %-10s %8s %8s %8s %12s\n' "" MB/s "" "" cpu_ms/MB ;;
    *) printf '  %-10s %8s %8s %8s %12s\n' "" tps p50_ms p99_ms cpu_us/tx ;;
  esac
  for target in "${targets[@]}"; do
    printf '  %-10s' "$target"
    for column in 1 2 3 4; do printf ' %8s' "$(cut -d' ' -f$column "$dir/r.$target" | median)"; done
    echo
  done
  for anchor in pgbouncer haproxy; do
    [ -n "${port[$anchor]:-}" ] || continue
    printf '  cpu ratio to %-10s %s\n' "$anchor" \
      "$(paste -d' ' "$dir/r.sluice" "$dir/r.$anchor" | awk '$8 > 0 { printf "%.2f\n", $4 / $8 }' | median)"
  done
done
