#!/usr/bin/env bash
# Puts the jars of a real Kafka broker into a cache outside the repository and prints that directory, nothing else.
#
# cache   ${RIPOSTE_KAFKA_LIBS:-${XDG_CACHE_HOME:-$HOME/.cache}/riposte/kafka-<version>}; complete or not there at all
# exit 0  the jars are there
# exit 3  they cannot be had on this machine; one line on stderr says why
set -euo pipefail

readonly limit_seconds=300   # for all attempts together: a cold cache takes seconds, a silent mirror must not hang a run
readonly attempts=3
readonly pause_seconds=3

pom="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/pom.xml"
version="$(sed -n 's:.*<kafka\.version>\(.*\)</kafka\.version>.*:\1:p' "$pom")"
libs="${RIPOSTE_KAFKA_LIBS:-${XDG_CACHE_HOME:-${HOME:?}/.cache}/riposte/kafka-$version}"

unavailable() { printf 'fetch.sh: no Kafka broker: %s\n' "$*" >&2; exit 3; }

# A directory without a copy of the pom was filled by somebody else: taken as it is, never replaced.
complete() {
  compgen -G "$libs/kafka_2.*.jar" >/dev/null && { [[ ! -e "$libs/pom.xml" ]] || cmp -s "$pom" "$libs/pom.xml"; }
}

download() {
  timeout --kill-after=5 "$1" mvn -B -ntp -U -C -Dstyle.color=never -Daether.connector.requestTimeout=60000 -f "$pom" \
    org.apache.maven.plugins:maven-dependency-plugin:copy-dependencies \
    -DincludeScope=runtime -DoutputDirectory="$work/libs" >"$work/log" 2>&1 </dev/null
}

# The first error that Maven printed. The cause stands at its end, so that is what a long line keeps.
maven_reason() {
  local line
  line="$(sed -n 's/^\[ERROR\] *//p' "$work/log" | head -n 1)"
  [[ -n "$line" ]] || line="Maven did not finish within $limit_seconds s"
  ((${#line} <= 300)) || line="...${line: -300}"
  printf '%s' "$line"
}

if complete; then
  printf '%s\n' "$libs"
  exit 0
fi
command -v mvn >/dev/null || unavailable "Maven is not installed (tests/setup/install.sh test)"
mkdir -p "$(dirname "$libs")" 2>/dev/null || unavailable "cannot create $(dirname "$libs")"
if [[ -e "$libs" && ! -e "$libs/pom.xml" ]] && ! rmdir "$libs" 2>/dev/null; then
  unavailable "$libs holds something else than a broker"
fi
[[ -w "$(dirname "$libs")" ]] || unavailable "cannot write to $(dirname "$libs")"

# Whoever comes second waits and finds the work done.
exec {lock}>"$libs.lock"
flock --timeout "$limit_seconds" "$lock" || unavailable "another download holds $libs.lock"
if complete; then
  printf '%s\n' "$libs"
  exit 0
fi
work="$(mktemp -d "$libs.XXXXXX")"
trap 'rm -rf "$work"' EXIT
for ((attempt = 1; ; attempt++)); do
  ((SECONDS < limit_seconds)) || unavailable "$(maven_reason)"
  if download $((limit_seconds - SECONDS)); then break; fi
  ((attempt < attempts)) || unavailable "$(maven_reason)"
  sleep "$pause_seconds"
done
cp "$pom" "$work/libs/pom.xml"
[[ ! -e "$libs" ]] || mv -T "$libs" "$work/replaced"
mv -T "$work/libs" "$libs"
printf '%s\n' "$libs"
