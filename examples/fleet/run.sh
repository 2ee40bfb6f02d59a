#!/usr/bin/env bash
# A worm in a fleet of three hosts, contained and released again: kill and quarantine on the first, isolation of the
# second, a blocked address on the third. The hosts are namespaces of this machine: nothing happens to the machine
# itself, and nothing of them is left when the script ends, however it ends. Needs root, and no Kafka.
set -euo pipefail

usage() {
  cat <<'HELP'
usage: examples/fleet/run.sh [--keep] [--build DIR]

  --keep        leave the demonstration's folder (configuration, data, logs) for a look afterwards
  --build DIR   the programs of this build; otherwise packages are installed and a release is built

Exits 0 when every step happened as it should, 1 when one did not.
HELP
}

keep=no
build=
while (($# > 0)); do
  case "$1" in
    --keep) keep=yes ;;
    --build) build=${2:?--build needs a folder}; shift ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
  shift
done

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
# shellcheck source=examples/telling.sh
. "$root/examples/telling.sh"

((EUID == 0)) || { echo "hosts of one's own need root: sudo examples/fleet/run.sh" >&2; exit 1; }

if [ -z "$build" ]; then
  say "1. Packages and build"
  "$root/tests/setup/install.sh" fleet
  cmake --preset release -S "$root" >/dev/null
  cmake --build "$root/build/release" --target riposte riposte-agent riposte-agent-hands
  build=$root/build/release
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/riposte-fleet-XXXXXX")
trap 'if [ "$keep" = yes ]; then echo "kept: $work"; else rm -rf "$work"; fi' EXIT
# Its own network, mounts, processes and host name: when the first process of it ends, the kernel takes everything.
unshare --net --mount --pid --uts --ipc --fork --kill-child --mount-proc -- bash "$here/story.sh" "$root" "$work" "$build"
