# What the examples have in common that tell a story: how they say it, and how they ask the engine. Sourced by them,
# with the program in $riposte and a folder of their own in $work.
# shellcheck shell=bash

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
show() { printf '  $ riposte %s\n' "$*"; }

# new_token PERSON: leaves the token in a file that only its owner can read, and prints its hash.
new_token() {
  "$riposte" token new >"$work/$1.new"
  (umask 077 && sed -n 's/^token *//p' "$work/$1.new" >"$work/$1.token")
  sed -n 's/^hash *//p' "$work/$1.new"
  rm "$work/$1.new"
}

# engine_port PID: prints the port of the engine that was just started; at most 10 seconds.
engine_port() {
  local port
  for _ in $(seq 100); do
    port=$(sed -n 's/.*"message":"running".*"port":\([0-9]*\).*/\1/p' "$work/engine.log")
    if [ -n "$port" ]; then echo "$port"; return 0; fi
    kill -0 "$1" 2>/dev/null || return 1
    sleep 0.1
  done
  return 1
}

# start_time <STAT-OF-A-PROCESS: when it started, RFC 3339 with milliseconds, from the kernel's own clock ticks.
start_time() {
  local ticks uptime
  ticks=$(sed 's/.*) //' | cut -d' ' -f20)
  read -r uptime _ </proc/uptime
  date -u -d "@$(awk -v now="$(date +%s.%N)" -v up="$uptime" -v t="$ticks" -v hz="$(getconf CLK_TCK)" \
    'BEGIN { printf "%.3f", now - up + t / hz }')" +%Y-%m-%dT%H:%M:%S.%3NZ
}
