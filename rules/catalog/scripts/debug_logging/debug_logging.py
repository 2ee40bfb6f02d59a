#!/usr/bin/python3 -Bs
"""Sets a network device to detailed logging, or back: one of two fixed commands, over ssh."""

import os

from order import Failed, Refused, output_of, serve

DEVICE_FORM = r"[A-Za-z0-9][A-Za-z0-9.-]{0,252}"
COMMANDS = {"debug": "COMMAND_DEBUG", "normal": "COMMAND_NORMAL"}
CONNECT_SECONDS = 10
SSH_SECONDS = 40


def device_in(order):
    device = order.text("device", DEVICE_FORM, "the name of one device")
    if device not in os.environ.get("DEVICES", "").split():
        raise Refused(f"{device} is none of the DEVICES in plugin.yaml")
    return device


def act(order):
    device = device_in(order)
    level = order.text("level", "|".join(COMMANDS), "debug or normal", default="debug")
    options = ("BatchMode=yes", "StrictHostKeyChecking=yes", f"UserKnownHostsFile={os.environ['SSH_KNOWN_HOSTS']}",
               f"ConnectTimeout={CONNECT_SECONDS}", "ServerAliveInterval=5", "ClearAllForwardings=yes")
    said = output_of(["ssh", "-F", "none", "-T", "-i", os.environ["SSH_KEY"], "-l", os.environ["SSH_USER"],
                      *(word for option in options for word in ("-o", option)), "--", device,
                      os.environ[COMMANDS[level]]], seconds=SSH_SECONDS)
    if said.strip():
        raise Failed(f"{device} answers, where it should do so silently: {' '.join(said.split())[:200]}")
    return f"{device} logs at level {level}"


if __name__ == "__main__":
    serve(act)
