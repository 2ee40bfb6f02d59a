#!/usr/bin/env bash
# Installs what is missing and runs every test, the cheapest first. Stops at the first stage that fails.
#
# usage: tests/run.sh [--fast] [--only STAGE] [--help]
#   --fast        format, tidy and fast only: what to run before a commit
#   --only STAGE  one stage: format, tidy, fast, lint, asan, tsan, lab, fuzz, broker or quickstart
#
# stages: format      clang-format 19 over all C++ files
#         tidy        the house rules: floors, libraries, clocks, lengths, names (tests/tidy)
#         fast        build of the preset test (dev in batches); unit, golden, property and simulation tests
#         lint        clang-tidy 19, warnings as errors
#         asan        the fast tests under the address and undefined-behaviour sanitizers, but for those of recorded data
#         tsan        the fast tests of the rooms with threads under the thread sanitizer
#         lab         what is done to hosts, done to hosts made of namespaces (tests/host); root or user namespaces
#         fuzz        bytes that nobody thought of, as rules, events, orders and other input, for 20 s each (tests/fuzz)
#         broker      a real Apache Kafka and SIGKILL: labels integration, broker, crash and bench-smoke
#         quickstart  examples/quickstart.sh, which builds the release
#
# environment: RIPOSTE_TEST_DATA  folder with recorded detections; tests that want it skip without it
#              RIPOSTE_KAFKA_LIBS folder with a broker's jars instead of the cache in ~/.cache/riposte
#              CI=true            a test that finds no broker, or no namespaces, fails instead of being skipped
# exit codes:  0 all passed, 1 a stage failed, 2 wrong usage
# Needs root or sudo when a package is missing. Leaves nothing behind but build/ and the caches.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly all_stages=(format tidy fast lint asan tsan lab fuzz broker quickstart)
readonly fast_stages=(format tidy fast)
stages=("${all_stages[@]}")

usage() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "tests/run.sh"; }
wrong_usage() { printf 'run.sh: %s\n\n' "$*" >&2; usage >&2; exit 2; }
while (($# > 0)); do
  case "$1" in
    --fast) stages=("${fast_stages[@]}") ;;
    --only)
      [[ " ${all_stages[*]} " == *" ${2:-none} "* ]] || wrong_usage "--only wants one of: ${all_stages[*]}"
      stages=("$2")
      shift ;;
    -h | --help) usage; exit 0 ;;
    *) wrong_usage "unknown argument '$1'" ;;
  esac
  shift
done

readonly results="$PWD/build/results"
jobs="$(nproc)"
readonly jobs
passed=0 failed=0 skipped=0

mkdir -p "$results"
# Whatever a test forgets to remove goes with this folder.
TMPDIR="$(mktemp -d)"
chmod 0711 "$TMPDIR"  # tests that give up their privileges still find their files in it
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
export MAVEN_OPTS="-XX:-UsePerfData ${MAVEN_OPTS:-}"  # no hsperfdata in /tmp

# The stages below run where `set -e` is silent: each step says itself that it ends the stage.

add_counts() {
  passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
}

# A checker whose last line is `N passed, N failed`.
run_checker() {
  local log="$results/$stage.log" code=0 counts
  "$@" | tee "$log" || code=1
  read -ra counts < <(sed -n '$s/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "$log")
  add_counts "${counts[0]:-0}" "${counts[1]:-1}" 0
  return "$code"
}

# build PRESET [CMAKE_ARGUMENTS…]
build() {
  local preset="$1" log="$results/$stage.configure.log"
  shift
  cmake --preset "$preset" >"$log" 2>&1 || { cat "$log" >&2; return 1; }
  cmake --build "build/$preset" --parallel "$jobs" "$@" -- --quiet
}

# run_tests PRESET JOBS CTEST_ARGUMENTS…
run_tests() {
  local preset="$1" at_once="$2" written="$results/$stage" code=0 counts
  shift 2
  rm -rf "$written"
  mkdir -p "$written"
  GTEST_OUTPUT="xml:$written/" ctest --test-dir "build/$preset" --parallel "$at_once" --no-tests=error \
    --output-on-failure --output-junit "$written/ctest.junit" "$@" || code=1
  read -ra counts < <(tests/count_cases.py "$written/ctest.junit" "$written")
  ((${#counts[@]} == 3)) || counts=(0 1 0)
  add_counts "${counts[@]}"
  return "$code"
}

stage_format() {
  local files
  mapfile -t files < <(git ls-files -co --exclude-standard '*.h' '*.cc' | while read -r file; do
    [[ ! -e "$file" ]] || printf '%s\n' "$file"
  done)
  if ! printf '%s\0' "${files[@]}" | xargs -0 -n 16 -P "$jobs" clang-format-19 --dry-run -Werror; then
    echo "cure: clang-format-19 -i FILE" >&2
    add_counts 0 1 0
    return 1
  fi
  echo "${#files[@]} files are formatted"
  add_counts 1 0 0
}

stage_tidy() { run_checker tests/tidy/tidy.py; }

stage_fast() { build test --target fast_tests && run_tests test "$jobs" -L fast; }

stage_lint() { run_checker tests/tidy/clang_tidy.py; }

stage_asan() {
  local -x ASAN_OPTIONS="${ASAN_OPTIONS:-detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1}"
  local -x UBSAN_OPTIONS="${UBSAN_OPTIONS:-print_stacktrace=1}"
  build asan --target fast_tests && run_tests asan "$jobs" -L fast
}

stage_tsan() {
  local -x TSAN_OPTIONS="${TSAN_OPTIONS:-halt_on_error=1:second_deadlock_stack=1:suppressions=$PWD/tests/tsan.supp}"
  build tsan --target threaded_tests && run_tests tsan "$jobs" -L threads
}

# What a lab would have left on this machine: interfaces, mounts, tables of rules, processes.
traces_of_lab() {
  local run="$1" file
  ip -brief link | awk '{ sub(/@.*/, "", $1) } $1 ~ /^lan[0-9]/ { print "interface", $1 }'
  awk '/ riposte_lab / { print "mount", $5 }' /proc/self/mountinfo
  nft list tables 2>/dev/null | grep -i riposte || true
  for file in /proc/[0-9]*/environ; do
    if { tr '\0' '\n' <"$file"; } 2>/dev/null | grep -qx "RIPOSTE_LAB=$run"; then echo "process ${file//[^0-9]/}"; fi
  done
}

# leaving_nothing COMMAND…: fails, too, when a lab of the command leaves something on this machine.
leaving_nothing() {
  local before after code=0
  before="$(traces_of_lab $$)"
  RIPOSTE_LAB=$$ "$@" || code=1
  after="$(traces_of_lab $$)"
  if [[ "$before" != "$after" ]]; then
    printf 'run.sh: the lab left something on this machine:\n%s\n' "$(diff <(echo "$before") <(echo "$after"))" >&2
    add_counts 0 1 0
    code=1
  fi
  return "$code"
}

stage_lab() {
  local skipped_before=$skipped code=0
  build test --target lab_tests || return 1
  # One at a time: they watch the time that the kernel takes.
  leaving_nothing run_tests test 1 -L lab || code=1
  ((skipped == skipped_before)) ||
    echo "run.sh: tests of the lab were SKIPPED; does this machine refuse namespaces?" >&2
  return "$code"
}

stage_fuzz() { build fuzz --target fuzzers && run_checker tests/fuzz/run.sh; }

stage_broker() {
  local libs code=0
  libs="$(tests/broker/fetch.sh)" || code=$?
  if ((code == 0)); then
    export RIPOSTE_KAFKA_LIBS="$libs"
  elif ((code != 3)) || [[ "${CI:-}" == true ]]; then
    return 1
  else
    echo "run.sh: the tests that need a broker will be SKIPPED" >&2
  fi
  # One at a time: each has a broker of its own, and the crash test kills by the clock.
  build test && leaving_nothing run_tests test 1 -L 'integration|broker|crash|bench-smoke'
}

stage_quickstart() {
  if ! examples/quickstart.sh </dev/null; then
    add_counts 0 1 0
    return 1
  fi
  add_counts 1 0 0
}

begun_all=$SECONDS
timings=()
code=0
tests/setup/install.sh test || { echo "run.sh: the packages could not be installed" >&2; exit 1; }
for stage in "${stages[@]}"; do
  printf '\n=== %s\n' "$stage"
  begun=$SECONDS
  before=("$passed" "$failed" "$skipped")
  "stage_$stage" || code=$?
  timings+=("$(printf '%-10s %5d s   %4d passed %2d failed %2d skipped' "$stage" $((SECONDS - begun)) \
    $((passed - before[0])) $((failed - before[1])) $((skipped - before[2])))")
  ((code == 0)) || break
done

printf '\n=== all in %d s\n' $((SECONDS - begun_all))
printf '%s\n' "${timings[@]}"
if ((code != 0)); then
  ((failed > 0)) || failed=1
  printf 'FAILED in stage %s; again with: tests/run.sh --only %s\n' "$stage" "$stage"
fi
printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
((code == 0)) || exit 1
