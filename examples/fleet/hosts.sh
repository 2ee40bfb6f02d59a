# Hosts made of namespaces, joined by one switch. Sourced by story.sh, which runs in namespaces of its own.

declare -A pid_of=() address_of=()

# new_host NAME NUMBER: a host with the address 10.77.0.NUMBER, its own network, mounts, processes and machine id.
new_host() {
  local name=$1 number=$2 keeper
  unshare --net --mount --pid --uts --fork --kill-child --mount-proc -- \
    perl -e '$SIG{CHLD} = "IGNORE"; sleep while 1' &   # its first process collects orphans
  keeper=$!
  disown "$keeper"
  local tries
  for tries in $(seq 50); do
    pid_of[$name]=$(cat "/proc/$keeper/task/$keeper/children" 2>/dev/null | tr -d ' ')
    [ -n "${pid_of[$name]}" ] && [ "$(readlink "/proc/${pid_of[$name]}/ns/pid")" != "$(readlink /proc/self/ns/pid)" ] && break
    sleep 0.1
  done
  address_of[$name]=10.77.0.$number
  ip link add "to-$name" type veth peer name eth0 netns "${pid_of[$name]}"
  ip link set "to-$name" master switch up
  mkdir -p "$work/$name"
  printf '%032x\n' "$number" >"$work/$name/machine-id"
  # shellcheck disable=SC2016
  on "$name" bash -ec 'hostname "$1"; ip link set lo up; ip address add "10.77.0.$2/24" dev eth0; ip link set eth0 up
    mount -t tmpfs -o mode=0755 none /srv; mount -t tmpfs -o mode=0755 none /run' _ "$name" "$number"
}

# on NAME COMMAND…: the command, on that host.
on() {
  local name=$1
  shift
  nsenter --target "${pid_of[$name]}" --net --mount --pid --uts -- "$@"
}

# reaches NAME ADDRESS PORT: whether a new connection from that host is answered.
reaches() { on "$1" timeout 1 bash -c ": </dev/tcp/$2/$3" 2>/dev/null; }

# listens NAME PORT: somebody who answers connections there.
listens() {
  on "$1" perl -MIO::Socket::INET -e '
    my $door = IO::Socket::INET->new(LocalPort => $ARGV[0], Listen => 16, ReuseAddr => 1) or die "$!";
    while (my $guest = $door->accept) { push @guests, $guest }' "$2" &
  disown $!
}
