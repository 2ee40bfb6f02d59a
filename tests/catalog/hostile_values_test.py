#!/usr/bin/env python3
"""What an attacker may write into an event never becomes an argument of a program."""

import importlib.util
import json
import os
import subprocess
import sys
import unittest
from unittest import mock

from fakes import SCRIPTS, ScriptTest, document

sys.dont_write_bytecode = True
sys.path.insert(0, str(SCRIPTS))
import order  # noqa: E402

HOSTILE = [
    "", " ", "a b", "a;reboot", "a|reboot", "a&reboot", "$(reboot)", "`reboot`", "a>b", "a'b", 'a"b', "a\\b", "{ a }", "a#b",
    "a\nb", "a\n", "\na", "a\r", "a\0b", "a\tb", "-a", "--help", "-oProxyCommand=reboot",
    "../a", "../../etc/passwd", "/etc/passwd", "*", "~", "%s", "á", "１", "1000", "0x7f000001", "2130706433",
    "10.20.3.0/24", "10.20.3.1-9", "10.20.3.7%eth0", "fe80::1%eth0", "010.020.003.007", "10.20.3.7,10.20.3.8",
    "a" * 5000, None, 7, True, ["10.20.3.7"], {"a": "b"}]
PARAMETERS = {"block_address": "address", "disable_account": "user", "isolate_host": "agent_id", "scan_host": "address",
              "debug_logging": "device"}
SURROUNDINGS = {"PATH": "/nowhere", "DEVICES": "gw-clinic-1", "SCAN_NETWORKS": "0.0.0.0/0 ::/0",
                "API_URL": "https://localhost", "API_AUTHORIZATION": "Bearer", "API_TOKEN_FILE": "/nowhere"}


def module_of(script):
    spec = importlib.util.spec_from_file_location(script, SCRIPTS / script / f"{script}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class HostileValues(unittest.TestCase):
    def test_they_are_refused_before_any_program_is_started(self):
        for script, parameter in PARAMETERS.items():
            module = module_of(script)
            for value in HOSTILE:
                for work in filter(None, (module.act, getattr(module, "prove", None))):
                    with self.subTest(script=script, value=value), mock.patch.dict(os.environ, SURROUNDINGS), \
                            mock.patch.object(subprocess, "run") as started:
                        with self.assertRaises(order.Refused):
                            work(order.Order(document({parameter: value})))
                        started.assert_not_called()

    def test_a_missing_one_is_refused(self):
        for script in PARAMETERS:
            with self.subTest(script), self.assertRaises(order.Refused):
                module_of(script).act(order.Order(document({})))

    def test_every_script_was_asked(self):
        self.assertEqual({*PARAMETERS, "open_case"}, {path.parent.name for path in SCRIPTS.glob("*/plugin.yaml")})


class Orders(ScriptTest):
    script = "scan_host"

    def test_what_is_no_order_is_refused(self):
        for text in ("", "{", "[]", "null", '{"parameters": []}', '{"parameters": {}}',
                     json.dumps(document({}, action_id="a b")), json.dumps(document({"address": "a" * (1 << 20)}))):
            with self.subTest(text[:40]):
                code, said = self.run_script(text)
                self.assertEqual((code, said.split(":")[0]), (1, "refused"), said)


class Programs(unittest.TestCase):
    def test_one_that_hangs_is_given_up(self):
        with self.assertRaisesRegex(order.Failed, "gave no answer within 0.2 s"):
            order.run(["/bin/sleep", "5"], seconds=0.2)

    def test_a_value_is_one_argument_whatever_is_in_it(self):
        self.assertEqual(order.output_of(["/bin/echo", "$(id); `id`\n*"]), "$(id); `id`\n*\n")


if __name__ == "__main__":
    unittest.main()
