#!/usr/bin/python3 -Bs
"""Drops all traffic from and to an address for a while: an element with a timeout in the sets of riposte.nft."""

import ipaddress

from order import Refused, networks_in, output_of, read_json, run, serve

DURATION_FORM = r"[1-9][0-9]{0,5}(s|m|h|d)"
SECONDS_OF = {"s": 1, "m": 60, "h": 3600, "d": 86400}
SECONDS_MIN, SECONDS_MAX = 300, 7 * 86400  # it must still be there when the proof is asked for


def address_in(order):
    address = order.address("address")
    return getattr(address, "ipv4_mapped", None) or address


def seconds_in(order):
    text = order.text("duration", DURATION_FORM, "a duration such as 30m or 4h", default="1h")
    seconds = int(text[:-1]) * SECONDS_OF[text[-1]]
    if not SECONDS_MIN <= seconds <= SECONDS_MAX:
        raise Refused(f"duration must be from 5m to 7d, not {text}")
    return seconds


def asked_of_ip(*words):
    return read_json(output_of(["ip", "-json", *words]) or "[]", "ip")


def own_addresses():
    for interface in asked_of_ip("address", "show"):
        for held in interface.get("addr_info", []):
            yield from (held[key] for key in ("local", "broadcast") if key in held)


def gateways():
    for family in ("-4", "-6"):
        for route in asked_of_ip(family, "route", "show", "default"):
            for hop in [route, *route.get("nexthops", [])]:
                if gateway := hop.get("gateway") or hop.get("via", {}).get("host"):
                    yield gateway


def refuse_if_needed_here(address):
    """A block that cuts this machine off ends every response, this one's end among them."""
    for trait, meaning in (("is_loopback", "of the loopback"), ("is_multicast", "for multicast"),
                           ("is_unspecified", "of nobody"), ("is_link_local", "of this link only"),
                           ("is_reserved", "reserved")):
        if getattr(address, trait):
            raise Refused(f"{address} is an address {meaning}")
    if address in map(ipaddress.ip_address, own_addresses()):
        raise Refused(f"{address} is this machine's own, or its network's broadcast address")
    if address in map(ipaddress.ip_address, gateways()):
        raise Refused(f"{address} is this machine's gateway")
    for network in networks_in("NEVER_BLOCK"):
        if address in network:
            raise Refused(f"{address} is in {network}, which NEVER_BLOCK in plugin.yaml names")


def set_for(address):
    return ["element", "inet", "riposte", f"blocked{address.version}"]


def is_blocked(address):
    return run(["nft", "get", *set_for(address), f"{{ {address} }}"]).returncode == 0


def act(order):
    address, seconds = address_in(order), seconds_in(order)
    refuse_if_needed_here(address)
    if is_blocked(address):
        return f"{address} is blocked already; that block keeps its end"
    output_of(["nft", "add", *set_for(address), f"{{ {address} timeout {seconds}s }}"])
    return f"{address} is blocked for {seconds} s"


def prove(order):
    address = address_in(order)
    blocked = is_blocked(address)
    return blocked, f"{address} is {'blocked' if blocked else 'not blocked'}"


if __name__ == "__main__":
    serve(act, prove)
