#!/usr/bin/env bash
# What the relay costs: the same work against PostgreSQL directly, through PgBouncer (session mode), HAProxy (TCP mode)
# and Sluice, interleaved round by round. For pgbench's rows it prints tps, p50 and p99 in milliseconds and the proxy's
# CPU microseconds per transaction; for a large result and a COPY megabytes a second and CPU milliseconds per megabyte;
# for sessions that do nothing, and for readers of a large result that have stopped, what each adds to the proxy's memory.
# Below, the ratios of Sluice's last column to the others', taken within each round (the median of them counts).
#
#   bench/relay.sh [--rounds 7] [--secs 4] [--warm 5] [--syscalls]
#                  [--rows simple-1,simple-8,prepared-8,result,copy,idle,stalled]
#
# --syscalls: also the system calls of a transaction. Needs PostgreSQL's server programs and pgbench, and for --syscalls
# strace; PgBouncer and HAProxy are left out when they are not installed. Everything runs on loopback in a temporary folder
# and ends with the script. bench/README.md says how to read it.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
rounds=7 secs=4 warm=5 rows=simple-1,simple-8,prepared-8,result,copy,idle,stalled syscalls=
while [ $# -gt 0 ]; do
  case $1 in
    --rounds) rounds=$2; shift 2 ;;
    --secs) secs=$2; shift 2 ;;
    --warm) warm=$2; shift 2 ;;
    --rows) rows=$2; shift 2 ;;
    --syscalls) syscalls=yes; need strace; shift ;;
    *) usage ;;
  esac
done
idle_sessions=1000 stalled_readers=8
base=${PORT:-23400}
begin

# ---- PostgreSQL and what is before it ---------------------------------------------------------------------------

start_postgres "$base" shared_buffers=256MB fsync=off max_connections=$((idle_sessions + 100))
targets=(direct) port[direct]=$base pid[direct]=

client_command() { # program target arguments: into the array command
  command=("$pgbin/$1" -h 127.0.0.1 -p "${port[$2]}" -U postgres "${@:3}" postgres)
}
client() {
  local command
  client_command "$@"
  "${command[@]}"
}
sql() { client psql "$1" -X -q -A -t -c "$2"; }

if command -v pgbouncer >/dev/null; then
  cat >"$dir/pgbouncer.ini" <<CFG
[databases]
postgres = host=127.0.0.1 port=$base user=postgres dbname=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = $((base + 1))
auth_type = any
auth_file = $dir/users
pool_mode = session
default_pool_size = $idle_sessions
max_client_conn = $((idle_sessions + 100))
unix_socket_dir =
log_connections = 0
log_disconnections = 0
CFG
  echo '"postgres" ""' >"$dir/users"
  "${as[@]}" pgbouncer -q "$dir/pgbouncer.ini" >"$dir/pgbouncer.log" 2>&1 &
  launched pgbouncer $((base + 1))
fi
if command -v haproxy >/dev/null; then start_haproxy $((base + 2)) "127.0.0.1:$base"; fi
start_sluice $((base + 3)) "jdbc:postgresql://127.0.0.1:$base/postgres?user=postgres" --http off
for target in "${targets[@]}"; do await "$target" sql "$target" 'SELECT'; done

client pgbench direct -i -q -s 5 >/dev/null 2>&1
sql direct "CREATE UNLOGGED TABLE large AS SELECT g AS id, repeat(md5(g::text), 4) AS a FROM generate_series(1, 700000) g"
sql direct 'COPY large TO STDOUT' >"$dir/large"

# ---- the rows ---------------------------------------------------------------------------------------------------

transactions() { # target row arguments: simple-8 are eight clients in the simple protocol
  client pgbench "$1" -n -S -M "${2%-*}" -c "${2#*-}" -j 1 "${@:3}" 2>/dev/null
}

pgbench_row() { # target row -> "tps p50 p99 cpu"
  local before after tps
  rm -f "$dir"/l.*
  before=$(cpu_us "$1")
  tps=$(transactions "$1" "$2" -T "$secs" -l --log-prefix="$dir/l" | sed -n 's/^tps = \([0-9.]*\).*/\1/p')
  after=$(cpu_us "$1")
  cat "$dir"/l.* | awk '{ print $3 }' | sort -n | awk -v tps="$tps" -v cpu=$((after - before)) '
    { v[NR] = $1 }
    END { printf "%.0f %.3f %.3f %.2f\n", tps, v[int(NR * .5) + 1] / 1000, v[int(NR * .99) + 1] / 1000, cpu / NR }'
}

data_row() { # target row -> "MB/s cpu"; the rows are made once, and PostgreSQL throws them away again
  local before after start size bytes=0
  size=$(stat -c %s "$dir/large")
  before=$(cpu_us "$1")
  start=$(date +%s%N)
  while [ $(($(date +%s%N) - start)) -lt $((secs * 1000000000)) ]; do
    case $2 in
      result) sql "$1" 'COPY large TO STDOUT' >/dev/null ;;
      copy) sql "$1" 'COPY large FROM STDIN WHERE false' <"$dir/large" ;;
    esac
    bytes=$((bytes + size))
  done
  after=$(cpu_us "$1")
  awk -v b="$bytes" -v ns=$(($(date +%s%N) - start)) -v cpu=$((after - before)) \
    'BEGIN { printf "%.0f %.3f\n", b * 1000 / ns, cpu * 1000 / b }'
}

sessions_of() { # target: connections of clients that it has
  ss -Htn state established "sport = :${port[$1]}" | wc -l
}

# Both of these start what holds the sessions, whose processes are then in holders.
idle() { # target: pgbench opens every session before it does anything, and then only waits
  local command
  echo '\sleep 60 s' >"$dir/wait.sql"
  client_command pgbench "$1" -n -c "$idle_sessions" -j 1 -t 1 -f "$dir/wait.sql"
  "${command[@]}" >/dev/null 2>&1 &
  holders+=($!)
}
stalled() { # target: what psql prints goes into a pipe that nobody reads
  local command
  client_command psql "$1" -X -q -c 'COPY large TO STDOUT'
  [ -p "$dir/pipe" ] || mkfifo "$dir/pipe"
  for _ in $(seq "$stalled_readers"); do
    "${command[@]}" 1<>"$dir/pipe" 2>/dev/null &
    holders+=($!)
  done
}

held_memory() { # target row sessions: KiB for each of them
  local before after holder holders=()
  before=$(rss_kib "$1")
  "$2" "$1"
  for _ in $(seq 300); do
    if [ "$(sessions_of "$1")" -ge "$3" ]; then break; fi
    sleep 0.1
  done
  sleep 2
  after=$(rss_kib "$1")
  for holder in "${holders[@]}"; do
    kill "$holder" 2>/dev/null || true
    wait "$holder" 2>/dev/null || true
  done
  awk -v grown=$((after - before)) -v n="$3" 'BEGIN { printf "%.1f\n", grown / n }'
}

run() { # target row
  case $2 in
    result | copy) data_row "$1" "$2" ;;
    *) pgbench_row "$1" "$2" ;;
  esac
}

warm_up() { # row: a JVM, above all, is not at its best with the first statements
  local secs=$warm target
  for target in "${targets[@]}"; do run "$target" "$1" >/dev/null; done
}

report_memory() { # row sessions: once, and not of the server
  local targets=("${targets[@]:1}") target
  for target in "${targets[@]}"; do held_memory "$target" "$1" "$2" >"$dir/r.$target"; done
  report "$1, $2 sessions" KiB/session
}

report_syscalls() { # row
  local target n=2000
  printf '  system calls a transaction:'
  for target in "${targets[@]:1}"; do
    printf ' %s %s' "$target" "$(calls "$target" $n transactions "$target" "$1" -t $((n / ${1#*-})))"
  done
  echo
}

for row in ${rows//,/ }; do
  case $row in
    idle) report_memory idle "$idle_sessions" ;;
    stalled) report_memory stalled "$stalled_readers" ;;
    *)
      warm_up "$row"
      measure "$row" "$rounds"
      case $row in
        result | copy) report "$row" MB/s cpu_ms/MB ;;
        *)
          report "$row" tps p50_ms p99_ms cpu_us/tx
          [ -z "$syscalls" ] || report_syscalls "$row"
          ;;
      esac
      ;;
  esac
done
