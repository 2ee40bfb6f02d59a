"""Features like those of San Francisco's city lots, made up and always the same, and rules for them.

Five rules of every kind, written once and put into the language of each engine. Documents have about 870 bytes.
"""

import json
import random

SEED = 20240229  # any; the figures of two runs must be of the same documents
KINDS = ("exact", "prefix", "suffix", "numeric", "anything_but", "arrays")
STREET_TYPES = ["ST", "AVE", "BLVD", "CT", "DR", "LN", "PL", "TER", "WAY"]
STREET_COUNT = 60
POINTS_MIN, POINTS_MAX = 8, 13
SYLLABLES = ["AL", "BER", "CA", "DO", "EL", "FAR", "GRE", "HAN", "IS", "JO", "KEL", "LA", "MON", "NOR", "OR", "PA"]


def streets(rng):
    return sorted({"".join(rng.choice(SYLLABLES) for _ in range(rng.randint(2, 4))) for _ in range(STREET_COUNT)})


def feature(rng, names):
    block, lot = f"{rng.randint(1, 9000):04d}", f"{rng.randint(1, 150):03d}"
    number = rng.randint(1, 4000)
    x, y = -122.4 - rng.random() / 10, 37.7 + rng.random() / 10
    points = [{"x": round(x + rng.random() / 1000, 14), "y": round(y + rng.random() / 1000, 14), "z": 0}
              for _ in range(rng.randint(POINTS_MIN, POINTS_MAX))]
    return {
        "type": "Feature",
        "properties": {
            "MAPBLKLOT": block + lot, "BLKLOT": block + lot, "BLOCK_NUM": block, "LOT_NUM": lot, "FROM_NUM": number,
            "TO_NUM": number + rng.choice([0, 2, 4, 8]), "STREET": rng.choice(names),
            "ST_TYPE": rng.choice(STREET_TYPES), "ODD_EVEN": "E" if number % 2 == 0 else "O"},
        "geometry": {"type": "Polygon", "coordinates": [points + points[:1]]}}


def features(count):
    rng = random.Random(SEED)
    names = streets(rng)
    return [feature(rng, names) for _ in range(count)]


def rules(kind, documents):
    """(id, operator, field, value) of five rules; values come from the documents, so that something matches."""
    picked = documents[:: max(1, len(documents) // 5)][:5]
    lots = [document["properties"] for document in picked]
    made = {
        "exact": [("equals", "STREET", lots[0]["STREET"]), ("equals", "MAPBLKLOT", lots[1]["MAPBLKLOT"]),
                  ("equals", "ST_TYPE", "BLVD"), ("equals", "BLOCK_NUM", lots[3]["BLOCK_NUM"]),
                  ("equals", "LOT_NUM", lots[4]["LOT_NUM"])],
        "prefix": [("prefix", "STREET", lots[0]["STREET"][:4]), ("prefix", "MAPBLKLOT", lots[1]["MAPBLKLOT"][:3]),
                   ("prefix", "STREET", "MON"), ("prefix", "BLOCK_NUM", "12"), ("prefix", "LOT_NUM", "00")],
        "suffix": [("suffix", "STREET", lots[0]["STREET"][-4:]), ("suffix", "MAPBLKLOT", lots[1]["MAPBLKLOT"][-3:]),
                   ("suffix", "STREET", "PA"), ("suffix", "BLOCK_NUM", "99"), ("suffix", "LOT_NUM", "7")],
        "numeric": [("below", "FROM_NUM", 10), ("below", "FROM_NUM", 100), ("below", "TO_NUM", 25),
                    ("below", "TO_NUM", 400), ("below", "FROM_NUM", 1000)],
        "anything_but": [("not", "STREET", lots[0]["STREET"]), ("not", "ST_TYPE", "ST"), ("not", "ODD_EVEN", "E"),
                         ("not", "BLOCK_NUM", lots[3]["BLOCK_NUM"]), ("not", "LOT_NUM", lots[4]["LOT_NUM"])],
        "arrays": [("coordinate", axis, document["geometry"]["coordinates"][0][1][axis])
                   for document, axis in zip(picked, "xyxyx")],
    }[kind]
    return [(f"{kind}-{number}", *rule) for number, rule in enumerate(made, 1)]


def path_of(operator, field):
    return ["geometry", "coordinates", field] if operator == "coordinate" else ["properties", field]


def sigma_rule(name, operator, field, value):
    """As JSON, which is YAML. Case counts, as it does for the others."""
    path = ".".join(path_of(operator, field))
    modifier = {"equals": "|cased", "prefix": "|startswith|cased", "suffix": "|endswith|cased", "below": "|lt",
                "not": "|cased", "coordinate": ""}[operator]
    detection = {"selection": {path + modifier: value}, "condition": "selection"}
    if operator == "not":
        detection |= {"there": {path + "|exists": True}, "condition": "there and not selection"}
    return json.dumps({"title": name, "id": name, "logsource": {"category": "citylots"}, "detection": detection})


def pattern(operator, field, value, engine):
    """In the language that Event Ruler and Quamina share but for details; None where the engine has no word for it."""
    if operator == "below" and engine == "quamina":
        return None
    test = {"equals": value, "prefix": {"prefix": value}, "not": {"anything-but": [value]},
            "suffix": {"shellstyle": f"*{value}"} if engine == "quamina" else {"suffix": value},
            "below": {"numeric": ["<", value]},
            "coordinate": value if engine == "quamina" else {"numeric": ["=", value]}}[operator]
    nested = [test]
    for key in reversed(path_of(operator, field)):
        nested = {key: nested}
    return json.dumps(nested)
