#!/usr/bin/python3 -Bs
"""Looks which ports of a host are open, with nmap: whether something listens that should not."""

import re

from order import Failed, Refused, networks_in, output_of, serve

PORTS = "1000"
HOST_TIMEOUT = "4m"
SCAN_SECONDS = 270  # more than nmap gives itself
OPEN_PORT = re.compile(r"(\d{1,5})/open/(tcp)//([\w.+?|-]*)/", re.ASCII)


def address_in(order):
    address = order.address("address")
    if not any(address in network for network in networks_in("SCAN_NETWORKS")):
        raise Refused(f"{address} is in none of the networks that SCAN_NETWORKS in plugin.yaml names")
    return address


def act(order):
    address = address_in(order)
    family = ["-6"] if address.version == 6 else []
    report = output_of(["nmap", *family, "-n", "-Pn", "-sT", "--top-ports", PORTS, "--open", "--max-retries", "1",
                        "--host-timeout", HOST_TIMEOUT, "-oG", "-", str(address)], seconds=SCAN_SECONDS)
    if "# Nmap done" not in report or "Status: Timeout" in report:
        raise Failed(f"nmap did not get through with {address} within {HOST_TIMEOUT}")
    found = [f"{port}/{protocol} {service}".rstrip() for port, protocol, service in OPEN_PORT.findall(report)]
    return f"{address} has {len(found)} of the {PORTS} commonest ports open{': ' if found else ''}{', '.join(found)}"


if __name__ == "__main__":
    serve(act)
