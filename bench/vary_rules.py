#!/usr/bin/env python3
"""Makes more Sigma rules out of those that there are, for benches that want more than anybody has written.

A variant keeps the structure of its rule: selections, fields, modifiers, wildcards, condition and log source. Its values
are other ones: letters give way to letters, digits to digits, networks to networks of the same size. Equal values of
several rules stay equal to one another, as rules share names of programs. In every second variant related fields
change places. The same rules always give the same variants.
"""

import argparse
import functools
import hashlib
import ipaddress
import re
import sys
import uuid
from pathlib import Path

TWINS = {"Image": "ParentImage", "CommandLine": "ParentCommandLine", "SourceImage": "TargetImage",
         "process.name": "process.parent.name", "process.executable": "process.parent.executable",
         "process.command_line": "process.parent.command_line"}
TWINS.update({twin: field for field, twin in list(TWINS.items())})
HELD = {"expand", "fieldref", "exists", "minute", "hour", "day", "week", "month", "year"}  # modifiers: no free text behind them
COPIED = ("status", "logsource", "level")
IDS = uuid.UUID("5b0d9f36-6f0e-4c39-8d63-0f7d2c1a9e44")  # the name space of the variants' ids
ATTEMPTS_MAX = 50       # at a variant that nobody has yet
ROUNDS_PER_LETTER = 4   # after so many rounds through the rules, one more letter of each word changes
ALPHABETS = ("aeiou", "bcdfghjklmnpqrstvwxyz", "0123456789")
YAML_WORDS = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}

KEY = re.compile(r"""(?P<lead>\s*(?:-\s+)*)(?P<key>'[^']*'|"[^"]*"|[^\s'"\[{#&*!|>%@][^:'"\\]*):(?:\s+(?P<value>.*))?$""")
ITEM = re.compile(r"(?P<lead>\s*(?:-\s+)+)(?P<value>.*)$")
QUOTED = re.compile(r"""'(?:[^']|'')*'|"(?:[^"\\]|\\.)*\"""")
WORD = r"(?P<word>[A-Za-z]+)"
IN_TEXT = re.compile(WORD)
IN_DOUBLE_QUOTES = re.compile(rf"\\(?:x..|u.{{4}}|U.{{8}}|.)|{WORD}")
IN_REGEX = re.compile(r"\\[pP]\{[^}]*\}|\\x[0-9A-Fa-f]{2}|\\.|\[\^?\]?(?:\\.|[^\]])*\]|\(\?[^)=!<>:]*|\{[^}]*\}|(?P<word>[A-Za-z]{3,})")


@functools.lru_cache(maxsize=1 << 20)
def draw(*names):
    return int.from_bytes(hashlib.blake2b(repr(names).encode(), digest_size=8).digest(), "big")


def other_character(character, *names):
    alphabet = next((letters for letters in ALPHABETS if character.lower() in letters), None)
    if alphabet is None:
        return character
    step = 1 + draw("step", *names) % (len(alphabet) - 1)
    other = alphabet[(alphabet.index(character.lower()) + step) % len(alphabet)]
    return other.upper() if character.isupper() else other


class Wording:
    """Other words for words: always the same within one round."""

    def __init__(self, seed, number, attempt):
        self.names = (seed, number, attempt)
        self.letters = 1 + (number + attempt) // ROUNDS_PER_LETTER

    def word(self, word):
        low = word.lower()
        places = sorted(range(len(word)), key=lambda place: draw("place", low, place, *self.names))[:self.letters]
        return "".join(other_character(letter, low, place, *self.names) if place in places else letter
                       for place, letter in enumerate(word))

    def number(self, digits):
        """The last digit changes: what is one number stays one, without a zero in front."""
        return digits[:-1] + other_character(digits[-1], digits, *self.names)

    def network(self, text):
        try:
            network = ipaddress.ip_network(text, strict=False)
        except ValueError:
            return text
        last = (1 << network.prefixlen) - 1
        step = 1 + draw("network", text, *self.names) % max(1, last)
        bits = network.max_prefixlen - network.prefixlen
        return str(type(network)((((int(network.network_address) >> bits) + step & last) << bits, network.prefixlen)))

    def text(self, text, words):
        if not any(found["word"] for found in words.finditer(text)) and words is not IN_REGEX:
            return re.sub(r"\d+", lambda found: self.number(found[0]), text)
        return words.sub(lambda found: self.word(found["word"]) if found["word"] else found[0], text)


class SameWording:
    """Leaves every value as it is."""

    @staticmethod
    def text(text, _words):
        return text

    @staticmethod
    def network(text):
        return text


def varied_value(value, modifiers, wording):
    """What stands behind `field:` or `-`, without the comment behind it."""
    quoted = QUOTED.match(value)
    mark = quoted[0][0] if quoted else ""
    text = quoted[0][1:-1] if quoted else re.sub(r"(^|\s)#.*", "", value).rstrip()
    if modifiers & HELD or (not quoted and text.lower() in YAML_WORDS):
        return mark + text + mark
    if "cidr" in modifiers:
        return mark + wording.network(text) + mark
    words = IN_REGEX if "re" in modifiers else IN_DOUBLE_QUOTES if mark == '"' else IN_TEXT
    other = wording.text(text, words)
    return f"'{other}'" if not quoted and other.lower() in YAML_WORDS else mark + other + mark


def varied_key(key, swaps):
    field, *modifiers = key.strip("'\"").split("|")
    return key.replace(field, TWINS[field], 1) if swaps and field in TWINS else key, set(modifiers)


def indent_of(line):
    return len(line) - len(line.lstrip())


def varied_detection(lines, wording, swaps):
    """The lines below `detection:`; what the condition says stays."""
    lines = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    varied, held, modifiers = [], False, set()
    for line in lines:
        key, item = KEY.match(line), ITEM.match(line)
        if key and indent_of(line) == indent_of(lines[0]):
            held = key["key"] in ("condition", "timeframe")
        if held:
            varied.append(line)
        elif key:
            name, modifiers = varied_key(key["key"], swaps)
            value = varied_value(key["value"] or "", modifiers, wording)
            varied.append(f"{key['lead']}{name}: {value}".rstrip())
        elif item:
            varied.append(item["lead"] + varied_value(item["value"], modifiers, wording))
        else:
            varied.append(wording.text(line, IN_TEXT))
    return varied


class Rule:
    """One rule as its blocks of lines: {key: [the key's own line, those below it]}."""

    def __init__(self, lines, name):
        self.blocks = {}
        block = []
        for line in lines:
            if match := re.match(r"([A-Za-z_]+):", line):
                block = self.blocks.setdefault(match[1], [])
            block.append(line)
        own = self.blocks.get("id", [""])[0].partition(":")[2].strip().strip("'\"")
        self.id = own or str(uuid.uuid5(IDS, name))
        self.detection = self.blocks.get("detection", [])[1:]
        self.plain = self.detection_with(SameWording, False)

    def detection_with(self, wording, swaps):
        """With the log source: the same detection elsewhere is another rule."""
        return tuple(self.blocks.get("logsource", []) + varied_detection(self.detection, wording, swaps))

    def variant(self, number, detection):
        copied = [line for key in COPIED for line in self.blocks.get(key, []) if line.strip()]
        below = detection[len(self.blocks.get("logsource", [])):]
        return "\n".join([f"title: Variant {number} of {self.id}", f"id: {uuid.uuid5(IDS, f'{self.id} {number}')}",
                          *copied, "detection:", *below]) + "\n"


def read_rules(folder):
    """Every detection of the folder, in an order that neither names nor places decide."""
    rules = []
    for path in sorted(path for path in folder.rglob("*") if path.suffix in (".yml", ".yaml")):
        for number, text in enumerate(re.split(r"(?m)^---.*$", path.read_text(encoding="utf-8"))):
            rule = Rule(text.splitlines(), f"{path.relative_to(folder)} {number}")
            if rule.detection:
                rules.append(rule)
    return sorted(rules, key=lambda rule: (draw("order", rule.id), rule.id))


def variants(rules, seed):
    """Texts of rules without end; ends where no rule has another variant."""
    taken = {rule.plain for rule in rules}
    number = 0
    while rules:
        number += 1
        fruitful = []
        for rule in rules:
            for attempt in range(ATTEMPTS_MAX):
                detection = rule.detection_with(Wording(seed, number, attempt), number % 2 == 0)
                if detection not in taken:
                    taken.add(detection)
                    fruitful.append(rule)
                    yield rule.variant(number, detection)
                    break
        rules = fruitful


def write_variants(rules, count, seed, folder):
    folder.mkdir(parents=True, exist_ok=True)
    written = 0
    for _, text in zip(range(count), variants(rules, seed)):
        (folder / f"{written:06}.yml").write_text(text, encoding="utf-8")
        written += 1
    return written


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rules", type=Path, help="folder of Sigma rules")
    parser.add_argument("out", type=Path, help="folder for the variants; empty or not there yet")
    parser.add_argument("count", type=int, help="how many")
    parser.add_argument("--seed", type=int, default=1, help="another one gives other values (%(default)s)")
    options = parser.parse_args()
    if not options.rules.is_dir():
        parser.error(f"{options.rules}: no such folder")
    if options.out.exists() and any(options.out.iterdir()):
        parser.error(f"{options.out}: is not empty; name another folder")
    written = write_variants(read_rules(options.rules), options.count, options.seed, options.out)
    if written < options.count:
        sys.exit(f"vary_rules.py: {options.rules}: {written} variants instead of {options.count}: "
                 "its rules have too few letters and digits to change")


if __name__ == "__main__":
    main()
