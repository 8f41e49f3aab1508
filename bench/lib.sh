# What the benchmarks share: a folder and processes that end with the script, PostgreSQL, the proxies, what they use of
# processor, memory and system calls, and the tables. Sourced by the others. Those that print tables define
#   run TARGET ROW      one measurement: prints its columns, the one that is compared last
# and any may define
#   cleanup             what else is to be undone at the end

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
me=$(basename "$0")
ticks=$(getconf CLK_TCK)
targets=() pids=()
declare -A port=() pid=()

# The comment at the top of the script.
usage() {
  sed -n '2,/^[^#]/{s/^# \{0,1\}//p}' "$0"
  exit 2
}

die() { # why [files whose ends say more]
  echo "$me: $1" >&2
  shift
  [ $# = 0 ] || tail -q -n 5 "$@" >&2 || true
  exit 3
}

need() {
  local program
  for program; do command -v "$program" >/dev/null || die "$program is not installed"; done
}

cleanup() { :; }
finish() {
  local p
  for p in "${pids[@]}"; do kill "$p" 2>/dev/null || true; done
  cleanup
  rm -rf "$dir"
}

# A folder for everything, and the end of everything. Hundreds of sessions need as many descriptors.
begin() {
  dir=$(mktemp -d "/tmp/${me%.sh}.XXXXXX")
  trap finish EXIT
  ulimit -n "$(ulimit -Hn)"
}

launched() { # name port: of the process that was started last
  targets+=("$1"); port[$1]=$2; pid[$1]=$!; pids+=($!)
}

start_postgres() { # port settings: in the array as, what makes a command run as its user
  local settings="-p $1 -k $dir" setting
  for setting in "${@:2}"; do settings+=" -c $setting"; done
  pgbin=${PGBIN:-$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)}
  [ -x "$pgbin/initdb" ] || die "no PostgreSQL server found; set PGBIN"
  as=()
  if [ "$(id -u)" = 0 ]; then
    chown postgres "$dir"
    chmod 755 "$dir"
    as=(setpriv --reuid=postgres --regid=postgres --clear-groups)
  fi
  cleanup() { "${as[@]}" "$pgbin/pg_ctl" -D "$dir/data" -m immediate stop >/dev/null 2>&1 || true; }
  # The server's user may not read the folder that the script was started in.
  cd "$dir"
  "${as[@]}" "$pgbin/initdb" -D "$dir/data" -U postgres -A trust --no-sync >/dev/null
  "${as[@]}" "$pgbin/pg_ctl" -D "$dir/data" -w -l "$dir/direct.log" -o "$settings" start >/dev/null
}

start_haproxy() { # port server
  cat >"$dir/haproxy.cfg" <<CFG
global
  nbthread 1
defaults
  mode tcp
  timeout connect 5s
  timeout client 1h
  timeout server 1h
listen relay
  bind 127.0.0.1:$1
  server one $2
CFG
  haproxy -db -q -f "$dir/haproxy.cfg" >"$dir/haproxy.log" 2>&1 &
  launched haproxy "$1"
}

start_sluice() { # port url options
  # Built first, and its class cache made: neither is to be measured.
  "$root/sluice" --version >/dev/null
  "$root/sluice" serve --upstream "$2" --listen "127.0.0.1:$1" --audit "$dir/audit.jsonl" "${@:3}" >"$dir/sluice.log" 2>&1 &
  launched sluice "$1"
}

await() { # target command that succeeds once it answers
  local name=$1
  shift
  for _ in $(seq 150); do
    if "$@" >/dev/null 2>&1; then return; fi
    sleep 0.2
  done
  die "$name does not answer" "$dir/$name.log"
}

# ---- what a target uses -----------------------------------------------------------------------------------------

cpu_us() { # target: user and system time so far; nothing is known of a server that is not ours
  [ -n "${pid[$1]}" ] || { echo 0; return; }
  awk -v t="$ticks" '{ sub(/^.*\) /, ""); split($0, f, " "); printf "%d\n", (f[12] + f[13]) * 1000000 / t }' "/proc/${pid[$1]}/stat"
}

rss_kib() { # target
  awk '/^VmRSS/ { print $2 }' "/proc/${pid[$1]}/status"
}

calls() { # target n command: the system calls of each of the n things that the command does
  local name=$1 n=$2 tracer
  shift 2
  strace -f -c -U name,calls -o "$dir/strace" -p "${pid[$name]}" 2>/dev/null &
  tracer=$!
  sleep 1
  "$@" >/dev/null 2>&1
  kill -INT $tracer
  wait $tracer 2>/dev/null || true
  # What does not come with them, such as a thread that wakes now and then, is left out.
  awk -v n="$n" '$1 ~ /^[a-z_0-9]+$/ && $1 != "total" && $1 != "syscall" && $2 > n / 50 { calls += $2 }
    END { printf "%.2f", calls / n }' "$dir/strace"
}

# ---- rounds and tables ------------------------------------------------------------------------------------------

median() { sort -n | awk '{ v[NR] = $1 } END { printf "%s", NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

measure() { # row rounds: each target in each round
  local name
  for name in "${targets[@]}"; do : >"$dir/r.$name"; done
  for _ in $(seq "$2"); do
    for name in "${targets[@]}"; do run "$name" "$1" >>"$dir/r.$name"; done
  done
}

report() { # title columns: medians, and the ratios of the last column taken within each round
  local name anchor i
  printf '%s\n  %-10s' "$1" ""
  shift
  printf ' %12s' "$@"
  echo
  for name in "${targets[@]}"; do
    printf '  %-10s' "$name"
    for i in $(seq $#); do printf ' %12s' "$(cut -d' ' -f"$i" "$dir/r.$name" | median)"; done
    echo
  done
  for anchor in pgbouncer haproxy; do
    [ -n "${port[$anchor]:-}" ] || continue
    printf '  ratio to %-10s %s\n' "$anchor" "$(paste -d' ' "$dir/r.sluice" "$dir/r.$anchor" |
      awk '$NF > 0 { n++; printf "%.2f\n", $(NF / 2) / $NF } END { if (!n) print "-" }' | median)"
  done
}
