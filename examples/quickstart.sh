#!/usr/bin/env bash
# One detection, all the way, on this machine: installs what is missing, builds a release, and lets detections kill a
# harmless process that this script started. Needs no Kafka and no root (root or sudo only to install missing packages).
set -euo pipefail

usage() {
  cat <<'HELP'
usage: examples/quickstart.sh [--keep]

  --keep   leave the demonstration's folder (configuration, data, log) for a look afterwards

Exits 0 when every step happened as it should, 1 when one did not.
HELP
}

keep=no
for argument in "$@"; do
  case "$argument" in
    --keep) keep=yes ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done

root=$(cd "$(dirname "$0")/.." && pwd)
riposte=$root/build/release/engine/riposte
work=$(mktemp -d "${TMPDIR:-/tmp}/riposte-quickstart-XXXXXX")
engine=
victims=()

clean_up() {
  local pid
  for pid in $engine "${victims[@]:-}"; do
    if [ -n "$pid" ] && kill "$pid" 2>/dev/null; then wait "$pid" 2>/dev/null || true; fi
  done
  if [ "$keep" = yes ]; then echo "kept: $work"; else rm -rf "$work"; fi
}
trap clean_up EXIT
trap 'fail "line $LINENO: $BASH_COMMAND"' ERR

# shellcheck source=examples/telling.sh
. "$root/examples/telling.sh"
fail() {
  trap - ERR
  printf '\nquickstart FAILED: %s\n' "$*" >&2
  [ -f "$work/engine.log" ] && { echo "the engine's log:" >&2; tail -n 20 "$work/engine.log" >&2; }
  exit 1
}

# as PERSON ARGUMENT…: the command line, with that person's token.
as() {
  local person=$1
  shift
  "$riposte" "$@" --url "http://127.0.0.1:$port" --token-file "$work/$person.token"
}

# until_state STATE QUERY…: waits for an action that the list shows in this state; at most 20 seconds.
until_listed() {
  local wanted=$1 tries
  for tries in $(seq 100); do
    if as alice actions list 2>/dev/null | grep -q "$wanted"; then return 0; fi
    sleep 0.2
  done
  as alice actions list >&2 || true
  fail "no action came to '$wanted' within 20 seconds"
}

say "1. Packages and build"
"$root/tests/setup/install.sh" build
cmake --preset release -S "$root" >"$work/cmake.log" 2>&1 || { cat "$work/cmake.log" >&2; fail "cmake"; }
cmake --build "$root/build/release" --target riposte
"$riposte" version

say "2. A configuration, two people, two rules, two harmless processes"
cp -r "$root/examples/quickstart/rules" "$work/rules"
alice_hash=$(new_token alice)
bob_hash=$(new_token bob)
sed -e "s|@ALICE_HASH@|$alice_hash|" -e "s|@BOB_HASH@|$bob_hash|" \
  "$root/examples/quickstart/riposte.yaml.in" >"$work/riposte.yaml"
tail -f /dev/null & miner=$!
mkfifo "$work/nothing"
cat <>"$work/nothing" & reader=$!   # waits for ever, and is the program that its detection names
disown "$miner" "$reader"   # the shell need not announce their end
victims=("$miner" "$reader")
sed -e "s|@TIME@|$(date -u +%Y-%m-%dT%H:%M:%S.%3NZ)|g" -e "s|@HOST@|$(uname -n)|g" -e "s|@RUN@|quickstart-$$|g" \
  -e "s|@MINER_PID@|$miner|" -e "s|@MINER_START@|$(start_time <"/proc/$miner/stat")|g" \
  -e "s|@READER_PID@|$reader|" -e "s|@READER_START@|$(start_time <"/proc/$reader/stat")|g" \
  "$root/examples/quickstart/detections.ndjson.in" >"$work/detections.ndjson"
echo "  alice and bob are analysts; process $miner plays the cryptominer, process $reader reads credentials"
show "check --config riposte.yaml"
"$riposte" check --config "$work/riposte.yaml" || fail "the rules do not load"

say "3. The engine reads five detections"
"$riposte" run --config "$work/riposte.yaml" >"$work/engine.out" 2>"$work/engine.log" &
engine=$!
port=$(engine_port "$engine") || fail "the engine did not start"
until_listed "completed"
show "actions list"
as alice actions list
kill -0 "$miner" 2>/dev/null && fail "process $miner still lives"
kill -0 "$reader" 2>/dev/null || fail "process $reader was touched without approval"
echo "  process $miner is dead. Process $reader lives: killing it waits for a person."
echo "  The detection without a process id is on record as failed, and names the field."

say "4. The engine proves it (verify_after is 3s here, 60s by default)"
until_listed "completed, verified"
killed=$(as alice actions list | awk '/completed, verified/ { print $1; exit }')
[ -n "$killed" ] || fail "no verified action in the list"
show "audit --action $killed"
as alice audit --action "$killed"
for step in "queued" "queued > executing" "executing > completed" "completed, verified"; do
  as alice audit --action "$killed" | grep -q -- "$step" || fail "the audit trail lacks '$step'"
done

say "5. Four eyes"
waiting=$(as alice actions list --state pending_approval | awk 'NR == 2 { print $1 }')
[ -n "$waiting" ] || fail "nothing waits for approval"
echo "  alice wrote that rule; she may not approve what it asks for:"
show "actions approve $waiting   (as alice)"
if as alice actions approve "$waiting"; then fail "the author of the rule could approve"; fi
echo "  bob may:"
show "actions approve $waiting --comment 'not meant to'   (as bob)"
as bob actions approve "$waiting" --comment "not meant to" || fail "bob could not approve"
for _ in $(seq 100); do kill -0 "$reader" 2>/dev/null || break; sleep 0.1; done
kill -0 "$reader" 2>/dev/null && fail "process $reader still lives"
for _ in $(seq 100); do as bob actions show "$waiting" | grep -q "completed, verified" && break; sleep 0.2; done
show "actions show $waiting"
as bob actions show "$waiting"
as bob actions show "$waiting" | grep -q "completed, verified" || fail "the approved action was not verified"
as bob actions show "$waiting" | grep -q "approve_refused" || fail "the refusal is not on record"

say "6. Everything that happened"
show "audit"
as bob audit
echo "  and the line that was no JSON is kept, with its reason:"
cut -c1-110 "$work/data/dead-letters.ndjson"
grep -q '"reason":"not_json"' "$work/data/dead-letters.ndjson" || fail "the broken line is not among the dead letters"

kill "$engine"
wait "$engine" || fail "the engine did not end cleanly"
engine=

say "All of it happened. What to try next"
cat <<NEXT
  a mistake in a rule:           spell "detection" wrongly in examples/quickstart/rules, then riposte check
  your own rules:                docs/rules.md, examples/rules/
  what an action does:           docs/actions.md, build/release/engine/riposte actions submit --help
  from Kafka instead of a file:  README.md, "Point it at Kafka"
  every test, a real Kafka too:  tests/run.sh
NEXT
