#!/usr/bin/env bash
# Installs the Debian packages of packages.txt that this machine lacks, and says so in one line.
#
# usage: install.sh [build|fleet|test]    build: what building and running needs; fleet: that and what
#                                         examples/fleet needs; test (default): all of it and what the tests need
# needs root or sudo only when a package is missing
set -euo pipefail

readonly attempts=3       # mirrors hiccup
readonly pause_seconds=5
list="$(dirname "${BASH_SOURCE[0]}")/packages.txt"

say() { printf 'install.sh: %s\n' "$*"; }
die() { say "$*" >&2; exit 1; }

section="${1:-test}"
case "$section" in
  build) wanted='[build]' ;;
  fleet) wanted='[build][fleet]' ;;
  test) wanted='[build][fleet][test]' ;;
  *) die "unknown section '$section'; usage: install.sh [build|fleet|test]" ;;
esac
command -v dpkg-query >/dev/null && command -v apt-get >/dev/null ||
  die "this is no Debian system; install the equivalents of $list by hand"

mapfile -t packages < <(awk -v wanted="$wanted" '
  { sub(/#.*/, "") }
  /^\[.*\]/ { inside = index(wanted, $1); next }
  inside && NF { print $1 }' "$list")
((${#packages[@]} > 0)) || die "$list names no package for [$section]"

declare -A installed=()
while read -r status name; do
  [[ "$status" == ii ]] && installed["$name"]=1
done < <(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' "${packages[@]}" 2>/dev/null)

missing=()
for package in "${packages[@]}"; do
  [[ -n "${installed[$package]:-}" ]] || missing+=("$package")
done
if ((${#missing[@]} == 0)); then
  say "nothing to do: all ${#packages[@]} packages of [$section] are installed"
  exit 0
fi

as_root=()
if ((EUID != 0)); then
  command -v sudo >/dev/null || die "missing, and neither root nor sudo is at hand to install them: ${missing[*]}"
  as_root=(sudo)
fi

log="$(mktemp)"
trap 'rm -f "$log"' EXIT
say "installing ${#missing[@]} of ${#packages[@]} packages of [$section]: ${missing[*]}"
apt() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=120 "$@" >>"$log" 2>&1
}
for ((attempt = 1; attempt <= attempts; attempt++)); do
  if apt update && apt install --no-install-recommends "${missing[@]}"; then exit 0; fi
  ((attempt == attempts)) || sleep "$pause_seconds"
done
tail -n 20 "$log" >&2
die "gave up after $attempts attempts; apt-get's last lines are above"
