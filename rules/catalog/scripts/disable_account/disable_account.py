#!/usr/bin/python3 -Bs
"""Locks a local account of this machine: its password and the account itself, so that keys do not open it either."""

import os

from order import Failed, Refused, output_of, run, serve

NAME_FORM = r"[a-z_][a-z0-9_.-]{0,31}"  # no number alone, which getent would take for a uid
UID_MIN, UID_MAX = 1000, 59999  # people's accounts, as Debian numbers them
EXPIRED_ON_DAY = "1"  # the day after 1970-01-01: shadow(5) leaves open what 0 means
NOT_IN_THE_DATABASE = 2  # getent(1)


def entry(database, key, length):
    """A line of the machine's databases, or nothing."""
    done = run(["getent", database, key])
    if done.returncode == NOT_IN_THE_DATABASE:
        return None
    fields = done.stdout.rstrip("\n").split(":")
    if done.returncode != 0 or len(fields) != length or fields[0] != key:
        raise Failed(f"getent {database} {key} gives no answer; run the engine as root")
    return fields


def account_in(order):
    name = order.text("user", NAME_FORM, "the name of one account")
    here = output_of(["uname", "-n"]).strip()
    if order.host.lower().split(".")[0] != here.lower().split(".")[0]:
        raise Refused(f"the order is about an account of '{order.host}', and this is {here}")
    account = entry("passwd", name, 7)
    if account is None:
        raise Refused(f"this machine has no account {name}")
    uid = int(account[2])
    if not UID_MIN <= uid <= UID_MAX:
        raise Refused(f"{name} has uid {uid}; only {UID_MIN} to {UID_MAX} are people's accounts")
    if uid == os.geteuid():
        raise Refused(f"{name} runs this engine")
    return account


def shadow_of(name):
    shadow = entry("shadow", name, 9)
    if shadow is None:
        raise Failed(f"{name} has no entry in the shadow file of this machine; a directory has to lock it")
    return shadow


def is_disabled(name):
    shadow = shadow_of(name)
    return shadow[1].startswith("!") and shadow[7] == EXPIRED_ON_DAY


def members(group):
    return set(filter(None, group[3].split(",")))


def leaves_an_admin(account):
    """Whether somebody else may still become root, if this account may."""
    found = [entry("group", name, 4) for name in os.environ.get("ADMIN_GROUPS", "sudo wheel").split()]
    groups = [group for group in found if group is not None]
    if not any(account[0] in members(group) or account[3] == group[2] for group in groups):
        return True
    return any(can_log_in(name) for group in groups for name in members(group) - {account[0]})


def can_log_in(name):
    """Whoever has no password, or an end, does not count: to refuse is the safe mistake."""
    account = entry("shadow", name, 9)
    return account is not None and not account[1].startswith(("!", "*")) and account[7] == ""


def act(order):
    account = account_in(order)
    name = account[0]
    if is_disabled(name):
        return f"{name} is disabled already"
    if not leaves_an_admin(account):
        raise Refused(f"{name} is the last account that may become root")
    output_of(["usermod", "--lock", "--expiredate", EXPIRED_ON_DAY, "--", name])
    return f"{name} is disabled; what it has open stays open"


def prove(order):
    name = account_in(order)[0]
    disabled = is_disabled(name)
    return disabled, f"{name} is {'disabled' if disabled else 'not disabled'}"


if __name__ == "__main__":
    serve(act, prove)
