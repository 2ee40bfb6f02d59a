#!/usr/bin/env bash
# Runs the fuzzers of the preset `fuzz` for a while, each beginning with its seeds and with what earlier runs found interesting.
#
# usage: run.sh [SECONDS [TARGET…]]     20 seconds for each of rules, events, agreement, orders, journal and policy
#
# Every run takes another way. What breaks a promise is kept in build/results/fuzz/TARGET; the way to see it again is printed.
# The last line is `N passed, N failed`, in targets.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly input_seconds_max=10    # a thousand times the slowest seed; the machine may be busy
readonly memory_mib_max=1024     # the sanitizers triple what the product takes
readonly -A bytes_max=([rules]=16384 [events]=4096 [agreement]=512 [orders]=2048 [journal]=2048 [policy]=2048)

seconds="${1:-20}"
targets=("${@:2}")
((${#targets[@]} > 0)) || targets=(rules events agreement orders journal policy)
export ASAN_OPTIONS="${ASAN_OPTIONS:-detect_leaks=1:strict_string_checks=1}"
export UBSAN_OPTIONS="${UBSAN_OPTIONS:-print_stacktrace=1}"

fuzz() {
  local target="$1" program="build/fuzz/tests/fuzz/fuzz_$1" found="build/fuzz/found/$1" kept="build/results/fuzz/$1"
  local seeds=("tests/fuzz/corpus/$target") log="build/results/fuzz/$1.log"
  [[ -n "${bytes_max[$target]:-}" && -x "$program" ]] ||
    { echo "run.sh: no fuzzer $program; known: ${!bytes_max[*]}; build with: cmake --preset fuzz && cmake --build --preset fuzz" >&2; return 1; }
  [[ "$target" != rules && "$target" != events ]] || seeds+=(tests/golden/rules)
  mkdir -p "$found" "$kept"
  if "$program" -max_total_time="$seconds" -max_len="${bytes_max[$target]}" -timeout="$input_seconds_max" \
    -rss_limit_mb="$memory_mib_max" -artifact_prefix="$kept/" -print_final_stats=1 "$found" "${seeds[@]}" >"$log" 2>&1; then
    printf '%s: %s inputs in %s s, nothing broke\n' "$target" "$(sed -n 's/^stat::number_of_executed_units: //p' "$log")" "$seconds"
    return 0
  fi
  printf '%s: FAILED\n' "$target"
  broken+=("$target")
  return 1
}

# What broke, and the input itself: where the log and the folder are gone with the machine, these lines remain.
tell() {
  local target="$1" program="build/fuzz/tests/fuzz/fuzz_$1" log="build/results/fuzz/$1.log" input
  printf '\n%s FAILED; all of it is in %s\n' "$target" "$log"
  grep -m 12 -E '^broken promise|ERROR: |runtime error|SUMMARY|^ +#[0-9] ' "$log" || tail -n 20 "$log"
  input="$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)"
  [[ -n "$input" ]] || return 0
  printf 'see it again:  %s %s\n' "$program" "$input"
  printf 'the input:     base64 -d <<<%s | gunzip >INPUT\n' "$(gzip -9 <"$input" | base64 -w 0)"
  printf 'make it small: %s -minimize_crash=1 -runs=100000 %s\n' "$program" "$input"
  printf 'then mend it and keep it in tests/fuzz/corpus/%s/ under a name that says what it is\n' "$target"
}

broken=()
passed=0 failed=0
for target in "${targets[@]}"; do
  if fuzz "$target"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
done
for target in "${broken[@]}"; do tell "$target" >&2; done
printf '%d passed, %d failed\n' "$passed" "$failed"
((failed == 0))
