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
. "$(dirname "$0")/lib.sh"
server= user=lab password=lab rounds=7 queries=40000 clients=1,8 syscalls=
while [ $# -gt 0 ]; do
  case $1 in
    --server) server=$2; shift 2 ;;
    --user) user=$2; shift 2 ;;
    --password) password=$2; shift 2 ;;
    --rounds) rounds=$2; shift 2 ;;
    --queries) queries=$2; shift 2 ;;
    --clients) clients=$2; shift 2 ;;
    --syscalls) syscalls=yes; need strace; shift ;;
    *) usage ;;
  esac
done
[ -n "$server" ] || usage
need mysql mysqlslap haproxy
base=${PORT:-23500}
declare -A host=([direct]=${server%:*} [haproxy]=127.0.0.1 [sluice]=127.0.0.1)
targets=(direct) port[direct]=${server##*:} pid[direct]=
begin

client() { # program target arguments
  "$1" --no-defaults -u "$user" "-p$password" --protocol=tcp -h "${host[$2]}" -P "${port[$2]}" "${@:3}"
}
cleanup() { client mysql direct -e 'DROP DATABASE IF EXISTS sluice_bench' 2>/dev/null || true; }

numbers='SELECT 0 AS d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5
  UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9'
client mysql direct -e "CREATE DATABASE sluice_bench; USE sluice_bench;
  CREATE TABLE accounts (id INT PRIMARY KEY, balance INT NOT NULL, filler CHAR(84) NOT NULL);
  INSERT INTO accounts SELECT a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 1, 0, 'x'
  FROM ($numbers) a, ($numbers) b, ($numbers) c, ($numbers) e"

start_haproxy $((base + 2)) "$server"
start_sluice $((base + 3)) "jdbc:mysql://$server/?user=$user&password=$password&allowPublicKeyRetrieval=true" --http off
for target in haproxy sluice; do await "$target" client mysql "$target" -e 'SELECT 1'; done

slap() { # target clients queries -> seconds
  client mysqlslap "$1" --create-schema=sluice_bench --concurrency="$2" --number-of-queries="$3" \
    --query='SELECT balance FROM accounts WHERE id = 4711' --csv | awk -F, '{ print $3; exit }'
}
run() { # target clients -> "qps cpu"
  local before seconds
  before=$(cpu_us "$1")
  seconds=$(slap "$1" "$2" "$queries")
  awk -v n="$queries" -v s="$seconds" -v c=$(($(cpu_us "$1") - before)) 'BEGIN { printf "%.0f %.2f\n", n / s, c / n }'
}

for c in ${clients//,/ }; do
  measure "$c" 1
  measure "$c" "$rounds"
  report "point selects, $c clients" qps cpu_us/query
  if [ -n "$syscalls" ]; then
    printf '  system calls a query: haproxy %s, sluice %s\n' \
      "$(calls haproxy 20000 slap haproxy "$c" 20000)" "$(calls sluice 20000 slap sluice "$c" 20000)"
  fi
done
