#!/usr/bin/env bash
# What the MySQL relay costs: point selects by mysqlslap against a server directly, through HAProxy (TCP mode) and through
# Sluice, interleaved round by round. Prints queries a second and the proxy's CPU microseconds a query, then Sluice's CPU as
# a ratio to HAProxy's, taken within each round (the median of them counts), and with --syscalls the system calls a query.
#
#   bench/relay-mysql.sh --server HOST:PORT [--user lab] [--password lab] [--rounds 7] [--queries 40000] [--clients 1,8]
#                        [--syscalls]
#
# Needs a MySQL or MariaDB server with a user who may make the database sluice_bench, which is dropped again; mysqlslap;
# HAProxy; for --syscalls strace. Everything else runs on loopback in a temporary folder and ends with the script.
set -euo pipefail
server= user=lab password=lab rounds=7 queries=40000 clients=1,8 syscalls=
while [ $# -gt 0 ]; do
  case $1 in
    --server) server=$2; shift 2 ;;
    --user) user=$2; shift 2 ;;
    --password) password=$2; shift 2 ;;
    --rounds) rounds=$2; shift 2 ;;
    --queries) queries=$2; shift 2 ;;
    --clients) clients=$2; shift 2 ;;
    --syscalls) syscalls=yes; shift ;;
    *) sed -n '2,11p' "$0"; exit 2 ;;
  esac
done
[ -n "$server" ] || { sed -n '2,11p' "$0"; exit 2; }
for program in mysql mysqlslap haproxy; do
  command -v $program >/dev/null || { echo "relay-mysql.sh: $program is not installed" >&2; exit 3; }
done
root=$(cd "$(dirname "$0")/.." && pwd)
dir=$(mktemp -d /tmp/relay-mysql.XXXXXX)
base=${PORT:-23500}
host=${server%:*}
declare -A port=([direct]=${server##*:} [haproxy]=$((base + 2)) [sluice]=$((base + 3)))
declare -A pid=([direct]=)
targets=(direct haproxy sluice)
pids=()
login=(--no-defaults -u "$user" "-p$password" --protocol=tcp)
sql() { mysql "${login[@]}" -h "$host" -P "${port[direct]}" -e "$1"; }
finish() {
  for p in "${pids[@]}"; do kill "$p" 2>/dev/null || true; done
  sql 'DROP DATABASE IF EXISTS sluice_bench' || true
  rm -rf "$dir"
}
trap finish EXIT

numbers='SELECT 0 AS d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5
  UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9'
sql "CREATE DATABASE sluice_bench; USE sluice_bench;
  CREATE TABLE accounts (id INT PRIMARY KEY, balance INT NOT NULL, filler CHAR(84) NOT NULL);
  INSERT INTO accounts SELECT a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 1, 0, 'x'
  FROM ($numbers) a, ($numbers) b, ($numbers) c, ($numbers) e"

cat >"$dir/haproxy.cfg" <<EOF
global
  nbthread 1
defaults
  mode tcp
  timeout connect 5s
  timeout client 1h
  timeout server 1h
listen mysql
  bind 127.0.0.1:${port[haproxy]}
  server one $server
EOF
haproxy -db -q -f "$dir/haproxy.cfg" >"$dir/haproxy.log" 2>&1 &
pid[haproxy]=$!; pids+=($!)
"$root/sluice" serve --upstream "jdbc:mysql://$server/?user=$user&password=$password&allowPublicKeyRetrieval=true" \
  --listen "127.0.0.1:${port[sluice]}" --http off --audit "$dir/audit.jsonl" >"$dir/sluice.out" 2>"$dir/sluice.err" &
pid[sluice]=$!; pids+=($!)

answers() { mysql "${login[@]}" -h "$1" -P "$2" -e 'SELECT 1' >/dev/null 2>&1; }
for target in haproxy sluice; do
  for _ in $(seq 200); do answers 127.0.0.1 "${port[$target]}" && break; sleep 0.2; done
  answers 127.0.0.1 "${port[$target]}" || { echo "relay-mysql.sh: $target does not answer" >&2; cat "$dir/$target".*; exit 3; }
done

ticks=$(getconf CLK_TCK)
cpu_us() { # user and system time of a process so far
  [ -n "$1" ] || { echo 0; return; }
  awk -v t="$ticks" '{ sub(/^.*\) /, ""); split($0, f, " "); printf "%d\n", (f[12] + f[13]) * 1000000 / t }' "/proc/$1/stat"
}
slap() { # target clients queries -> seconds
  local at=127.0.0.1
  [ "$1" = direct ] && at=$host
  mysqlslap "${login[@]}" -h "$at" -P "${port[$1]}" --create-schema=sluice_bench --concurrency="$2" --number-of-queries="$3" \
    --query='SELECT balance FROM accounts WHERE id = 4711' --csv | awk -F, '{ print $3; exit }'
}
run() { # target clients -> "qps cpu"
  local before after seconds
  before=$(cpu_us "${pid[$1]}")
  seconds=$(slap "$1" "$2" "$queries")
  after=$(cpu_us "${pid[$1]}")
  awk -v n="$queries" -v s="$seconds" -v c=$((after - before)) 'BEGIN { printf "%.0f %.2f\n", n / s, c / n }'
}
median() { sort -n | awk '{ v[NR] = $1 } END { printf "%s", NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
calls() { # target clients -> system calls a query
  local n=20000
  strace -f -c -U name,calls -o "$dir/strace" -p "${pid[$1]}" 2>/dev/null &
  local tracer=$!
  sleep 1
  slap "$1" "$2" $n >/dev/null
  kill -INT $tracer; wait $tracer 2>/dev/null || true
  # What does not come with the queries, such as a thread that wakes now and then, is left out.
  awk -v n=$n '$1 ~ /^[a-z_0-9]+$/ && $1 != "total" && $1 != "syscall" && $2 > n / 50 { calls += $2 }
    END { printf "%.2f", calls / n }' "$dir/strace"
}

for c in ${clients//,/ }; do
  for target in "${targets[@]}"; do : >"$dir/r.$target"; run "$target" "$c" >/dev/null; done
  for _ in $(seq "$rounds"); do
    for target in "${targets[@]}"; do run "$target" "$c" >>"$dir/r.$target"; done
  done
  echo "point selects, $c clients"
  printf '  %-10s %8s %12s\n' "" qps cpu_us/query
  for target in "${targets[@]}"; do
    printf '  %-10s %8s %12s\n' "$target" "$(cut -d' ' -f1 "$dir/r.$target" | median)" "$(cut -d' ' -f2 "$dir/r.$target" | median)"
  done
  printf '  cpu ratio to haproxy %s\n' \
    "$(paste -d' ' "$dir/r.sluice" "$dir/r.haproxy" | awk '$4 > 0 { printf "%.2f\n", $2 / $4 }' | median)"
  if [ -n "$syscalls" ]; then
    printf '  system calls a query: haproxy %s, sluice %s\n' "$(calls haproxy "$c")" "$(calls sluice "$c")"
  fi
done
