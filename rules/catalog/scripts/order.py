"""The order that a script is started for, and the programs that it starts in turn.

Every value in an order may have been written by whoever caused the detection. None of them meets a shell: programs are
started with lists of arguments, and a value that could be read as an option, or as more than the one thing it stands
for, is refused. A script ends with `serve(act, prove)`; both take the Order and raise Refused or Failed.
"""

import ipaddress
import json
import os
import re
import subprocess
import sys

DOCUMENT_BYTES_MAX = 1 << 20
TOOL_SECONDS = 20  # a local program that takes longer hangs
COMPLAINT_CHARACTERS_MAX = 300
ADDRESS_FORM = r"[0-9A-Fa-f.:]{2,45}"

DONE, NOT_DONE = 0, 1
PROVEN, DISPROVEN, NO_ANSWER = 0, 1, 2


class Refused(Exception):
    """It must not be done, whoever asks."""


class Failed(Exception):
    """It could not be done, or not be found out."""


class Order:
    def __init__(self, document):
        if not isinstance(document, dict) or not isinstance(document.get("parameters", {}), dict):
            raise Refused("the order is no JSON object with parameters")
        self.parameters = document.get("parameters", {})
        self.host = str(document.get("host", ""))
        self.severity = str(document.get("severity", ""))
        self.comment = str(document.get("comment", ""))
        self.action_id = one_thing("action_id", document.get("action_id"), r"[0-9a-f]{16,64}", "an id of an action")

    def text(self, name, form, meaning, default=None):
        """The parameter as a whole, in a form (a regular expression) that says what it may be."""
        return one_thing(name, self.parameters.get(name, default), form, meaning)

    def address(self, name):
        text = self.text(name, ADDRESS_FORM, "one IP address")
        try:
            return ipaddress.ip_address(text)
        except ValueError:
            raise Refused(f"{name} must be one IP address, not '{text}'") from None


def one_thing(name, value, form, meaning):
    if not isinstance(value, str) or value.startswith("-") or not re.fullmatch(form, value, re.ASCII):
        raise Refused(f"{name} must be {meaning}, not {json.dumps(value)[:COMPLAINT_CHARACTERS_MAX]}")
    return value


def run(argv, given="", seconds=TOOL_SECONDS):
    """What a program answers, whatever its exit code."""
    try:
        return subprocess.run(argv, input=given, capture_output=True, text=True, errors="replace", timeout=seconds,
                              check=False)
    except FileNotFoundError:
        raise Failed(f"{argv[0]} is not on the PATH that plugin.yaml gives; install it") from None
    except PermissionError:
        raise Failed(f"{argv[0]} cannot be started by this user") from None
    except subprocess.TimeoutExpired:
        raise Failed(f"{argv[0]} gave no answer within {seconds} s") from None


def output_of(argv, given="", seconds=TOOL_SECONDS):
    """What a program prints; that it fails is a failure."""
    done = run(argv, given, seconds)
    if done.returncode != 0:
        complaint = " ".join((done.stderr or done.stdout).split())[:COMPLAINT_CHARACTERS_MAX]
        raise Failed(f"{argv[0]} ended with {done.returncode}: {complaint or 'no word of why'}")
    return done.stdout


def networks_in(variable):
    """The networks that plugin.yaml puts into the environment, with blanks between them."""
    try:
        return [ipaddress.ip_network(text) for text in os.environ.get(variable, "").split()]
    except ValueError as error:
        raise Failed(f"{variable} in plugin.yaml: {error}") from None


def read_json(text, origin):
    try:
        return json.loads(text)
    except ValueError:
        raise Failed(f"{origin} answered with no JSON") from None


def read_order():
    text = sys.stdin.buffer.read(DOCUMENT_BYTES_MAX + 1)
    if len(text) > DOCUMENT_BYTES_MAX:
        raise Refused(f"the order has more than {DOCUMENT_BYTES_MAX} bytes")
    try:
        return Order(json.loads(text))
    except ValueError:
        raise Refused("the order is no JSON") from None


def answer(act, prove, proving):
    try:
        order = read_order()
        if not proving:
            return DONE, act(order)
        is_so, line = prove(order)
        return (PROVEN if is_so else DISPROVEN), line
    except Refused as refusal:
        return (NO_ANSWER if proving else NOT_DONE), f"refused: {refusal}"
    except Failed as failure:
        return (NO_ANSWER if proving else NOT_DONE), f"failed: {failure}"
    except Exception as mistake:  # Python's own exit code for it, 1, would disprove
        return (NO_ANSWER if proving else NOT_DONE), f"failed: {type(mistake).__name__}: {mistake}"


def serve(act, prove=None):
    """`act` gives one line that says what was done, `prove` whether it is so and such a line: `--prove` asks for that."""
    proving = prove is not None and sys.argv[1:2] == ["--prove"]
    code, line = answer(act, prove, proving)
    print("".join(c if c.isprintable() else "?" for c in line))
    sys.exit(code)
