"""Sigma rules in the language of Event Ruler and Quamina, as far as it goes.

Their comparisons of parts of a text look at case, Sigma's do not: both the patterns and the texts of the events are
put into lower case beforehand, which spares these engines work that the others do.
"""

import json

WILDCARD_ESCAPES = str.maketrans({"\\": "\\\\", "*": "\\*"})


def test_of(value, engine):
    if "number" in value:
        return [value["number"], str(value["number"])]
    text = value["text"].lower()
    escaped = text.translate(WILDCARD_ESCAPES)
    suffix = {"wildcard": "*" + escaped} if engine == "quamina" else {"suffix": text}
    return [{"equals": text, "starts_with": {"prefix": text}, "ends_with": suffix,
             "contains": {"wildcard": f"*{escaped}*"}}[value["kind"]]]


def patterns_of(rule, engine):
    """One pattern for each of the rule's alternatives."""
    for lines in rule["any"]:
        yield json.dumps({line["field"]: [test for value in line["values"] for test in test_of(value, engine)]
                          for line in lines})


def lowered(value):
    if isinstance(value, str):
        return value.lower()
    if isinstance(value, list):
        return [lowered(item) for item in value]
    if isinstance(value, dict):
        return {key: lowered(item) for key, item in value.items()}
    return value
