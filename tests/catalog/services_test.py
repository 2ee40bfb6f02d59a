#!/usr/bin/env python3
"""The catalog's scripts that call a service: what they send, to whom, and what they keep to themselves."""

import json
import unittest

from fakes import ACTION_ID, ScriptTest, document

AGENT = "6d3f1b52-0b0e-4a57-9d0c-3f7f0f5a1e77"
TOKEN = "c2VjcmV0LXRva2Vu"


class ServiceTest(ScriptTest):
    programs = ("curl",)

    def setUp(self):
        super().setUp()
        self.environment = {**self.environment, "API_TOKEN_FILE": self.write("token", TOKEN + "\n")}

    def bodies(self, path):
        return [json.loads(argv[argv.index("--data-raw") + 1]) for argv in self.argvs()
                if argv[-1].endswith(path) and "--data-raw" in argv]

    def assert_safe_calls(self):
        for call in self.calls():
            self.assertNotIn(TOKEN, " ".join(call["argv"]), "arguments are visible to every user")
            self.assertIn(f"{self.environment['API_AUTHORIZATION']} {TOKEN}\n", call["stdin"])
            for words in (["--disable"], ["--fail"], ["--proto", "=https"], ["--max-time", "20"], ["--header", "@-"]):
                at = call["argv"].index(words[0])
                self.assertEqual(call["argv"][at:at + len(words)], words)


class IsolateHost(ServiceTest):
    script = "isolate_host"
    environment = {"API_URL": "https://kibana.clinic.example:5601", "API_AUTHORIZATION": "ApiKey",
                   "NEVER_ISOLATE": "dc-* kafka-1"}
    order = document({"agent_id": AGENT}, host="ward-3-pc-07")

    def the_agent_runs_on(self, host, isolated=False):
        self.answer(["endpoint/metadata"], json.dumps(
            {"metadata": {"host": {"hostname": host}, "Endpoint": {"state": {"isolation": isolated}}}}))
        self.answer(["action/isolate"], '{"action": "a1"}')

    def test_the_agent_of_the_host_is_told(self):
        self.the_agent_runs_on("ward-3-pc-07")
        self.assertEqual(self.run_script(self.order), (0, "ward-3-pc-07 is told to isolate itself"))
        self.assertEqual([argv[-1] for argv in self.argvs()],
                         [f"https://kibana.clinic.example:5601/api/endpoint/metadata/{AGENT}",
                          "https://kibana.clinic.example:5601/api/endpoint/action/isolate"])
        self.assertEqual(self.bodies("/isolate"),
                         [{"endpoint_ids": [AGENT], "comment": f"Riposte, action {ACTION_ID}: seen"}])
        self.assert_safe_calls()

    def test_the_second_time_nobody_is_told(self):
        self.the_agent_runs_on("WARD-3-PC-07.clinic.example", isolated=True)
        self.assertEqual(self.run_script(self.order), (0, "WARD-3-PC-07.clinic.example is isolated already"))
        self.assertEqual(self.bodies("/isolate"), [])

    def test_an_agent_of_another_host_is_refused(self):
        self.the_agent_runs_on("ward-3-pc-08")
        self.assertEqual(self.run_script(self.order),
                         (1, "refused: the agent runs on ward-3-pc-08, and the order is about 'ward-3-pc-07'"))
        self.assertEqual(self.bodies("/isolate"), [])

    def test_a_host_that_is_needed_is_refused(self):
        self.the_agent_runs_on("DC-2.clinic.example")
        code, said = self.run_script(document({"agent_id": AGENT}, host="dc-2.clinic.example"))
        self.assertEqual((code, self.bodies("/isolate")), (1, []))
        self.assertIn("NEVER_ISOLATE", said)

    def test_a_service_that_refuses_or_talks_nonsense_is_a_failure(self):
        self.answer(["endpoint/metadata"], "curl: (22) The requested URL returned error: 404", code=22)
        self.assertEqual(self.run_script(self.order),
                         (1, "failed: curl ended with 22: curl: (22) The requested URL returned error: 404"))
        for nonsense in ("<html>", "{}", '{"metadata": {"host": []}}', "[]", "null"):
            with self.subTest(nonsense):
                self.answers = [(["endpoint/metadata"], 0, nonsense)]
                code, said = self.run_script(self.order)
                self.assertEqual((code, said.split(":")[0]), (1, "failed"), said)

    def test_a_token_that_others_may_read_is_not_used(self):
        token = self.write("open-token", TOKEN, mode=0o644)
        self.assertEqual(self.run_script(self.order, API_TOKEN_FILE=token),
                         (1, f"refused: {token} can be read by others; run: chmod 600 {token}"))
        self.assertEqual(self.run_script(self.order, API_TOKEN_FILE=self.write("two", f"{TOKEN}\nX-Header: y\n"))[0], 1)
        self.assertEqual(self.run_script(self.order, API_TOKEN_FILE="/nowhere")[0], 1)
        self.assertEqual(self.calls(), [])

    def test_a_service_without_tls_is_not_called(self):
        for url in ("http://kibana.clinic.example", "file:///etc/passwd", "https://a b", "https://a@b", ""):
            with self.subTest(url):
                self.assertEqual(self.run_script(self.order, API_URL=url)[0], 1)
        self.assertEqual(self.calls(), [])

    def test_the_proof_asks_the_service(self):
        self.the_agent_runs_on("ward-3-pc-07", isolated=True)
        self.assertEqual(self.run_script(self.order, "--prove"), (0, "ward-3-pc-07 is isolated"))
        self.answers.clear()
        self.the_agent_runs_on("ward-3-pc-07")
        self.assertEqual(self.run_script(self.order, "--prove"), (1, "ward-3-pc-07 is not isolated"))
        self.answers = [([], 28, "curl: (28) timed out")]
        self.assertEqual(self.run_script(self.order, "--prove")[0], 2)


class OpenCase(ServiceTest):
    script = "open_case"
    environment = {"API_URL": "https://thehive.clinic.example/", "API_AUTHORIZATION": "Bearer"}

    def order(self, tags="attack.t1003.001, lsass", **others):
        return document({"title": "Credentials read", "tags": tags}, **{"host": "ward-3-pc-07", **others})

    def no_case_yet(self):
        self.answer(["/api/v1/query"], "[]")
        self.answer(["/api/v1/case"], '{"_id": "~4136", "number": 12}')

    def test_a_case_is_opened_and_tagged(self):
        self.no_case_yet()
        self.assertEqual(self.run_script(self.order()), (0, "case 12 is open"))
        (case,) = self.bodies("/api/v1/case")
        self.assertEqual(case, {"title": "Credentials read", "description": "```\nseen\n```", "severity": 3, "tlp": 2, "pap": 2,
                                "tags": ["attack.t1003.001", "lsass", "riposte", f"riposte:{ACTION_ID}", "host:ward-3-pc-07"]})
        self.assert_safe_calls()

    def test_the_second_time_it_is_there(self):
        self.answer(["/api/v1/query"], '[{"_id": "~4136", "number": 12}]')
        self.assertEqual(self.run_script(self.order()), (0, "case 12 is open already"))
        self.assertEqual(self.bodies("/api/v1/case"), [])
        (search,) = self.bodies("/api/v1/query?name=riposte")
        self.assertEqual(search["query"][1], {"_name": "filter", "_eq": {"_field": "tags", "_value": f"riposte:{ACTION_ID}"}})

    def test_what_an_attacker_wrote_stays_text(self):
        self.no_case_yet()
        comment = "![x](https://203.0.113.9/a.png)\n```\n# title\u202e"
        self.assertEqual(self.run_script(self.order(comment=comment, host="x](y)", severity="unheard-of"))[0], 0)
        (case,) = self.bodies("/api/v1/case")
        self.assertEqual(case["description"], "```\n![x](https://203.0.113.9/a.png) ''' # title \n```")
        self.assertEqual([tag for tag in case["tags"] if tag.startswith("host:")], [])
        self.assertEqual(case["severity"], 2)

    def test_titles_and_tags_that_are_none_are_refused(self):
        for parameters in ({"title": "a\nb"}, {"title": ""}, {"title": "x" * 201}, {"title": "--option"}, {"title": None}, {},
                           {"title": "t", "tags": "two words"}, {"title": "t", "tags": "a,$(b)"}, {"title": "t", "tags": "-a"},
                           {"title": "t", "tags": ",".join("abcdefghijklmnopqrstu")}):
            with self.subTest(parameters):
                code, said = self.run_script(document(parameters))
                self.assertEqual((code, said.split(":")[0]), (1, "refused"), said)
        self.assertEqual(self.calls(), [])

    def test_the_proof_looks_for_the_tag(self):
        self.answer(["/api/v1/query"], '[{"number": 12}]')
        self.assertEqual(self.run_script(self.order(), "--prove"), (0, "case 12 is there"))
        self.answers = [(["/api/v1/query"], 0, "[]")]
        self.assertEqual(self.run_script(self.order(), "--prove"), (1, "no case has this action's tag"))
        self.answers = [(["/api/v1/query"], 0, '{"error": 1}')]
        self.assertEqual(self.run_script(self.order(), "--prove")[0], 2)


if __name__ == "__main__":
    unittest.main()
