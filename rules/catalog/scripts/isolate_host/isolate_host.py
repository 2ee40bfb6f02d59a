#!/usr/bin/python3 -Bs
"""Cuts a host off the network through Elastic Defend. Kibana still reaches it, and a person releases it there."""

import fnmatch
import os

from order import Failed, Refused, serve
from service import Service

AGENT_FORM = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
COMMENT_CHARACTERS_MAX = 1000


def kibana():
    return Service(["kbn-xsrf: true"])


def agent_in(order):
    return order.text("agent_id", AGENT_FORM, "the id of an Elastic agent")


def state_of(service, agent):
    """(host's name, whether it is isolated), as the service knows it; an alert may say what it likes."""
    metadata = service.call("GET", f"/api/endpoint/metadata/{agent}").get("metadata", {})
    try:
        return metadata["host"]["hostname"], bool(metadata["Endpoint"]["state"]["isolation"])
    except (KeyError, TypeError):
        raise Failed(f"Kibana does not say which host agent {agent} runs on, or whether it is isolated") from None


def same_host(one, other):
    return one.lower().split(".")[0] == other.lower().split(".")[0]


def refuse_if_protected(host, named):
    if not same_host(host, named):
        raise Refused(f"the agent runs on {host}, and the order is about '{named}'")
    for pattern in os.environ.get("NEVER_ISOLATE", "").split():
        if fnmatch.fnmatchcase(host.lower(), pattern.lower()):
            raise Refused(f"{host} is one of {pattern}, which NEVER_ISOLATE in plugin.yaml names")


def act(order):
    agent = agent_in(order)
    service = kibana()
    host, isolated = state_of(service, agent)
    refuse_if_protected(host, order.host)
    if isolated:
        return f"{host} is isolated already"
    comment = f"Riposte, action {order.action_id}: {order.comment}"[:COMMENT_CHARACTERS_MAX]
    service.call("POST", "/api/endpoint/action/isolate", {"endpoint_ids": [agent], "comment": comment})
    return f"{host} is told to isolate itself"


def prove(order):
    agent = agent_in(order)
    host, isolated = state_of(kibana(), agent)
    return isolated, f"{host} is {'isolated' if isolated else 'not isolated'}"


if __name__ == "__main__":
    serve(act, prove)
