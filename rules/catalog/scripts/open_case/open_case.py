#!/usr/bin/python3 -Bs
"""Opens a case in TheHive 5, with tags: once per action, however often it is asked."""

import re

from order import Failed, Refused, serve
from service import Service

TITLE_FORM = r"[^\x00-\x1f\x7f]{1,200}"
TAG_FORM = r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}"
TAGS_MAX = 20
DESCRIPTION_CHARACTERS_MAX = 4000
SEVERITIES = {"informational": 1, "low": 1, "medium": 2, "high": 3, "critical": 4}
AMBER = 2  # of the traffic light protocol, and of what may be done with it


def tags_in(order):
    tags = [tag.strip() for tag in str(order.parameters.get("tags", "")).split(",") if tag.strip()]
    wrong = [tag for tag in tags if not re.fullmatch(TAG_FORM, tag, re.ASCII)]
    if wrong or len(tags) > TAGS_MAX:
        raise Refused(f"tags must be at most {TAGS_MAX} words with commas between, not {wrong or len(tags)}")
    return tags


def quoted(text):
    """As code: what an attacker wrote shall be no link and no picture in the browser of whoever opens the case."""
    visible = "".join(c if c.isprintable() else " " for c in text)[:DESCRIPTION_CHARACTERS_MAX]
    return "```\n" + visible.replace("`", "'") + "\n```"


def mark_of(order):
    return f"riposte:{order.action_id}"


def cases_of(service, order):
    found = service.call("POST", "/api/v1/query?name=riposte",
                         {"query": [{"_name": "listCase"},
                                    {"_name": "filter", "_eq": {"_field": "tags", "_value": mark_of(order)}}]})
    if not isinstance(found, list):
        raise Failed("TheHive answers a search with something else than cases")
    return found


def number_of(case):
    return case.get("number", "?") if isinstance(case, dict) else "?"


def act(order):
    title = order.text("title", TITLE_FORM, "one line of at most 200 characters")
    tags = tags_in(order)
    service = Service()
    if there := cases_of(service, order):
        return f"case {number_of(there[0])} is open already"
    tags += ["riposte", mark_of(order)]
    if re.fullmatch(TAG_FORM, order.host, re.ASCII):
        tags.append(f"host:{order.host}")
    made = service.call("POST", "/api/v1/case",
                        {"title": title, "description": quoted(order.comment), "tags": tags, "tlp": AMBER, "pap": AMBER,
                         "severity": SEVERITIES.get(order.severity, 2)})
    return f"case {number_of(made)} is open"


def prove(order):
    cases = cases_of(Service(), order)
    return bool(cases), f"case {number_of(cases[0])} is there" if cases else "no case has this action's tag"


if __name__ == "__main__":
    serve(act, prove)
