#!/usr/bin/env bash
# The story that run.sh tells: runs in namespaces of its own.   usage: story.sh SOURCE-TREE WORK-FOLDER BUILD-FOLDER
set -euo pipefail

root=$1
work=$2
here=$root/examples/fleet
riposte=$3/engine/riposte
agent=$3/agent/link/riposte-agent
hands=$3/agent/riposte-agent-hands
readonly attacker_address=10.77.0.66 database_port=5432 web_port=8080

# shellcheck source=examples/telling.sh
. "$root/examples/telling.sh"
fail() {
  trap - ERR
  printf '\nfleet FAILED: %s\n' "$*" >&2
  for log in "$work"/engine.log "$work"/*/agent.log "$work"/*/hands.log; do
    if [ -f "$log" ]; then printf '%s:\n' "${log#"$work"/}" >&2; tail -n 8 "$log" >&2; fi
  done
  exit 1
}
trap 'fail "line $LINENO: $BASH_COMMAND"' ERR

mount --make-rprivate /
mount -t tmpfs -o mode=0755 none /run
ip link set lo up
# shellcheck source=examples/fleet/hosts.sh
. "$here/hosts.sh"
# shellcheck source=examples/fleet/detections.sh
. "$here/detections.sh"

# until WHAT COMMAND…: waits until the command succeeds; at most 30 seconds.
until_true() {
  local what=$1 tries
  shift
  for tries in $(seq 150); do
    if "$@" >/dev/null 2>&1; then return 0; fi
    sleep 0.2
  done
  as alice actions list >&2 || true
  fail "$what did not come about within 30 seconds"
}
# as PERSON ARGUMENT…: the command line on the manager, with that person's token.
as() {
  local person=$1
  shift
  on manager "$riposte" "$@" --url "http://127.0.0.1:$port" --token-file "$work/$person.token"
}
listed() { as alice actions list | grep -E -q -- "$1"; }
not() { ! "$@"; }

say "2. A manager, three servers, an attacker, one switch"
ip link add switch type bridge
ip link set switch up
new_host manager 1
new_host web01 11
new_host db01 12
new_host ward07 13
new_host attacker 66
for name in manager web01 db01 ward07 attacker; do echo "  $name ${address_of[$name]}"; done
listens db01 $database_port
listens ward07 $web_port
until_true "the database's door" reaches web01 "${address_of[db01]}" $database_port
until_true "the ward's door" reaches web01 "${address_of[ward07]}" $web_port

say "3. The engine, and an agent on each server"
cp -r "$here/rules" "$work/rules"
sed -e "s|@ALICE_HASH@|$(new_token alice)|" -e "s|@BOB_HASH@|$(new_token bob)|" -e "s|@ERIN_HASH@|$(new_token erin)|" \
  "$here/riposte.yaml.in" >"$work/riposte.yaml"
: >"$work/detections.ndjson"
show "check --config riposte.yaml"
"$riposte" check --config "$work/riposte.yaml" || fail "the rules do not load"
on manager "$riposte" run --config "$work/riposte.yaml" >"$work/engine.out" 2>"$work/engine.log" &
port=$(engine_port $!) || fail "the engine did not start"
for name in web01 db01 ward07; do
  state=$work/$name/state
  mkdir -p "$state"
  install -m 0644 "$here/policy.yaml" "$work/$name/policy.yaml"
  show "agents enroll $name"
  (umask 077 && as erin agents enroll "$name" | sed -n 's/^token *//p' >"$work/$name/token")
  on "$name" "$agent" enroll --engine 10.77.0.1:7443 --token-file "$work/$name/token" --state "$state" --name "$name" \
    --user root --machine-id-file "$work/$name/machine-id"
  rm "$work/$name/token"
  on "$name" "$hands" --state "$state" --policy "$work/$name/policy.yaml" --socket /run/hands.sock --user root 2>"$work/$name/hands.log" &
  on "$name" "$agent" run --state "$state" --socket /run/hands.sock 2>"$work/$name/agent.log" &
done
connected() { [ "$(as alice agents list | grep -c ' connected')" = 3 ]; }
until_true "every agent's connection" connected
show "agents list"
as alice agents list

say "4. The worm: it runs on web01, talks to db01, knocks at ward07"
on web01 mkdir /srv/upload
on web01 cp /usr/bin/sleep /srv/upload/kdevtmpfsi
# shellcheck disable=SC2016
on web01 bash -c '/srv/upload/kdevtmpfsi infinity >/dev/null 2>&1 & echo $! >/srv/upload/pid'
worm=$(on web01 cat /srv/upload/pid)
worm_alive() { on web01 test -e "/proc/$worm/exe"; }
worm_alive || fail "the worm does not run"
until_true "the attacker's way to db01" reaches attacker "${address_of[db01]}" $database_port
until_true "the attacker's way to ward07" reaches attacker "${address_of[ward07]}" $web_port
worm_runs web01 "$worm" "$(on web01 cat "/proc/$worm/stat" | start_time)" /srv/upload/kdevtmpfsi
worm_spreads db01 $attacker_address
worm_knocks ward07 $attacker_address

say "5. Contained"
contained() { [ "$(as alice actions list | grep -c 'completed, verified')" = 4 ]; }
until_true "the proof of all four actions" contained
show "actions list"
as alice actions list
worm_alive && fail "the worm still runs"
on web01 test ! -e /srv/upload/kdevtmpfsi || fail "the worm's file is still there"
not reaches web01 "${address_of[db01]}" $database_port || fail "db01 still answers"
not reaches attacker "${address_of[ward07]}" $web_port || fail "ward07 still answers the attacker"
reaches web01 "${address_of[ward07]}" $web_port || fail "ward07 answers nobody any more"
echo "  web01: the worm is dead and its file is in the vault. db01 answers nobody but its management."
echo "  ward07 answers everybody but the attacker."

say "6. Released: alice undoes, and bob looks at it where a second person must"
for id in $(as alice actions list | awk '/isolate_host|block_ip|quarantine_file/ { print $1 }'); do
  show "actions undo $id"
  as alice actions undo "$id" --comment "the worm is gone"
done
for id in $(as alice actions list --state pending_approval | awk 'NR > 1 { print $1 }'); do
  show "actions approve $id   (as bob)"
  as bob actions approve "$id" --comment "seen"
done
until_true "db01's way back" reaches web01 "${address_of[db01]}" $database_port
until_true "ward07's way back" reaches attacker "${address_of[ward07]}" $web_port
until_true "the file's way back" on web01 test -e /srv/upload/kdevtmpfsi
on web01 cmp /usr/bin/sleep /srv/upload/kdevtmpfsi || fail "the file is not what it was"
released() { [ "$(as alice actions list | grep -c 'completed, verified')" = 7 ]; }
until_true "the proof of all of it" released
show "actions list"
as alice actions list

say "7. Everything that happened"
show "audit"
as alice audit | tail -n 40
if command -v nft >/dev/null; then
  for name in db01 ward07; do
    [ -z "$(on "$name" nft list tables)" ] || fail "$name still has a table of packet filters"
  done
  echo "  no table of packet filters is left on db01 and ward07"
fi

say "All of it happened. What to read next: docs/agents.md"
