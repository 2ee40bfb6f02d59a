#!/usr/bin/env python3
"""The catalog's scripts: what they start, what they refuse, and that the second time does no harm."""

import json
import unittest

from fakes import ScriptTest, document


class BlockAddress(ScriptTest):
    script = "block_address"
    programs = ("ip", "nft")
    environment = {"NEVER_BLOCK": "198.51.100.0/28 2001:db8:5::/64"}

    def setUp(self):
        super().setUp()
        self.answer(["ip", "address"], json.dumps([
            {"ifname": "lo", "addr_info": [{"family": "inet", "local": "127.0.0.1"}]},
            {"ifname": "eth0", "addr_info": [{"family": "inet", "local": "192.0.2.10", "broadcast": "192.0.2.255"},
                                             {"family": "inet6", "local": "2001:db8::10"}]}]))
        self.answer(["ip", "-4", "route"], json.dumps([{"dst": "default", "gateway": "192.0.2.1"}]))
        self.answer(["ip", "-6", "route"], json.dumps([{"dst": "default", "nexthops": [{"gateway": "2001:db8::1"}]}]))

    def not_blocked_yet(self):
        self.answer(["nft get"], "Error: No such file or directory", code=1)

    def test_an_address_is_put_into_the_set_with_its_timeout(self):
        self.not_blocked_yet()
        self.assertEqual(self.run_script(document({"address": "203.0.113.77", "duration": "4h"})),
                         (0, "203.0.113.77 is blocked for 14400 s"))
        self.assertEqual(self.argvs("nft")[-1], ["nft", "add", "element", "inet", "riposte", "blocked4",
                                                 "{ 203.0.113.77 timeout 14400s }"])

    def test_without_a_duration_it_is_an_hour_and_version_six_has_a_set_of_its_own(self):
        self.not_blocked_yet()
        self.assertEqual(self.run_script(document({"address": "2001:DB8:7:0::66"}))[0], 0)
        self.assertEqual(self.argvs("nft")[-1][-2:], ["blocked6", "{ 2001:db8:7::66 timeout 3600s }"])

    def test_an_address_of_version_four_in_the_dress_of_version_six_is_blocked_as_what_it_is(self):
        self.not_blocked_yet()
        self.assertEqual(self.run_script(document({"address": "::ffff:203.0.113.77"}))[0], 0)
        self.assertEqual(self.argvs("nft")[-1][-2:], ["blocked4", "{ 203.0.113.77 timeout 3600s }"])

    def test_the_second_time_nothing_is_added(self):
        self.assertEqual(self.run_script(document({"address": "203.0.113.77"})),
                         (0, "203.0.113.77 is blocked already; that block keeps its end"))
        self.assertEqual([argv[1] for argv in self.argvs("nft")], ["get"])

    def test_what_this_machine_needs_is_refused(self):
        for address in ("127.0.0.1", "::1", "192.0.2.10", "192.0.2.255", "2001:db8::10", "192.0.2.1", "2001:db8::1",
                        "224.0.0.1", "ff02::1", "0.0.0.0", "::", "169.254.7.7", "fe80::1", "255.255.255.255",
                        "198.51.100.3", "2001:db8:5::9", "::ffff:127.0.0.1", "::ffff:192.0.2.10"):
            with self.subTest(address):
                code, said = self.run_script(document({"address": address}))
                self.assertEqual((code, said.split(":")[0]), (1, "refused"), said)
        self.assertEqual(self.calls("nft"), [])

    def test_a_duration_outside_the_limits_is_refused(self):
        for duration in ("299s", "4m", "8d", "0m", "4", "1h30m", "-1h", "4h; reboot"):
            with self.subTest(duration):
                self.assertEqual(self.run_script(document({"address": "203.0.113.77", "duration": duration}))[0], 1)
        self.assertEqual(self.calls("nft"), [])

    def test_nothing_is_blocked_while_the_own_addresses_are_unknown(self):
        self.answers.insert(0, (["ip", "address"], 1, "Cannot open netlink socket"))
        self.assertEqual(self.run_script(document({"address": "203.0.113.77"})),
                         (1, "failed: ip ended with 1: Cannot open netlink socket"))
        self.assertEqual(self.calls("nft"), [])

    def test_a_table_that_was_not_loaded_is_a_failure_with_its_reason(self):
        self.not_blocked_yet()
        self.answer(["nft add"], "Error: No such file or directory; did you load riposte.nft?", code=1)
        self.assertEqual(self.run_script(document({"address": "203.0.113.77"})),
                         (1, "failed: nft ended with 1: Error: No such file or directory; did you load riposte.nft?"))

    def test_a_program_that_is_not_installed_is_named(self):
        (self.folder / "nft").unlink()
        self.assertEqual(self.run_script(document({"address": "203.0.113.77"})),
                         (1, "failed: nft is not on the PATH that plugin.yaml gives; install it"))

    def test_the_proof_looks_into_the_set(self):
        order = document({"address": "203.0.113.77"})
        self.assertEqual(self.run_script(order, "--prove"), (0, "203.0.113.77 is blocked"))
        self.not_blocked_yet()
        self.assertEqual(self.run_script(order, "--prove"), (1, "203.0.113.77 is not blocked"))
        (self.folder / "nft").unlink()
        self.assertEqual(self.run_script(order, "--prove")[0], 2)


class DisableAccount(ScriptTest):
    script = "disable_account"
    programs = ("getent", "uname", "usermod")
    environment = {"ADMIN_GROUPS": "sudo"}

    def setUp(self):
        super().setUp()
        self.answer(["uname"], "jump-1.clinic.example\n")
        self.admins = "h.lindqvist,olga"
        self.entries = {"passwd h.lindqvist": "h.lindqvist:x:1007:1007::/srv/h:/bin/bash",
                        "passwd daemon": "daemon:x:1:1::/:/bin/sh", "passwd nobody": "nobody:x:65534:65534::/:/bin/sh",
                        "passwd ldap": "ldap:x:2001:2001::/:/bin/sh",
                        "shadow h.lindqvist": "h.lindqvist:$y$j9T$x:20000:0:99999:7:::",
                        "shadow olga": "olga:$y$j9T$y:20000:0:99999:7:::"}

    def order(self, user="h.lindqvist", host="jump-1"):
        self.answers = self.answers[:1]
        for key, line in self.entries.items():
            self.answer([f"getent {key}"], line + "\n")
        self.answer(["getent group sudo"], f"sudo:x:27:{self.admins}\n")
        self.answer(["getent"], "", code=2)
        return document({"user": user}, host=host)

    def assert_refused(self, order, words):
        code, said = self.run_script(order)
        self.assertEqual((code, said.split(":")[0]), (1, "refused"), said)
        self.assertIn(words, said)
        self.assertEqual(self.calls("usermod"), [])

    def test_the_password_and_the_account_are_locked(self):
        self.assertEqual(self.run_script(self.order()), (0, "h.lindqvist is disabled; what it has open stays open"))
        self.assertEqual(self.argvs("usermod"), [["usermod", "--lock", "--expiredate", "1", "--", "h.lindqvist"]])

    def test_the_second_time_nothing_is_changed(self):
        self.entries["shadow h.lindqvist"] = "h.lindqvist:!$y$j9T$x:20000:0:99999:7::1:"
        self.assertEqual(self.run_script(self.order()), (0, "h.lindqvist is disabled already"))
        self.assertEqual(self.calls("usermod"), [])

    def test_an_account_of_another_host_is_refused(self):
        self.assert_refused(self.order(host="ward-3-pc-07"), "this is jump-1")
        self.assert_refused(self.order(host=""), "this is jump-1")
        self.assert_refused(self.order(host="a\n\ud800"), "about an account of 'a??'")

    def test_system_accounts_and_strangers_are_refused(self):
        self.assert_refused(self.order("daemon"), "uid 1;")
        self.assert_refused(self.order("nobody"), "uid 65534")
        self.assert_refused(self.order("nemo"), "no account nemo")

    def test_the_last_account_that_may_become_root_is_refused(self):
        self.admins = "h.lindqvist"
        self.assert_refused(self.order(), "last account")
        self.admins = "h.lindqvist,olga"
        self.entries["shadow olga"] = "olga:!:20000:0:99999:7:::"
        self.assert_refused(self.order(), "last account")
        self.entries["shadow olga"] = "olga:$y$j9T$y:20000:0:99999:7::1:"
        self.assert_refused(self.order(), "last account")

    def test_an_account_whose_own_group_is_that_of_those_who_may_counts_too(self):
        self.admins = ""
        self.entries["passwd h.lindqvist"] = "h.lindqvist:x:1007:27::/srv/h:/bin/bash"
        self.assert_refused(self.order(), "last account")

    def test_whoever_may_not_become_root_needs_nobody_who_may(self):
        self.admins = ""
        self.assertEqual(self.run_script(self.order())[0], 0)

    def test_an_account_that_only_the_directory_has_is_left_to_the_directory(self):
        code, said = self.run_script(self.order("ldap"))
        self.assertEqual((code, self.calls("usermod")), (1, []))
        self.assertIn("a directory has to lock it", said)

    def test_the_proof_reads_the_shadow_file(self):
        self.assertEqual(self.run_script(self.order(), "--prove"), (1, "h.lindqvist is not disabled"))
        self.entries["shadow h.lindqvist"] = "h.lindqvist:!$y$j9T$x:20000:0:99999:7::1:"
        self.assertEqual(self.run_script(self.order(), "--prove"), (0, "h.lindqvist is disabled"))


class ScanHost(ScriptTest):
    script = "scan_host"
    programs = ("nmap",)
    environment = {"SCAN_NETWORKS": "10.20.0.0/16 2001:db8:20::/48"}
    report = ("# Nmap 7.93 scan initiated\nHost: 10.20.3.107 ()\tStatus: Up\n"
              "Host: 10.20.3.107 ()\tPorts: 22/open/tcp//ssh///, 4444/open/tcp//krb524?///\n# Nmap done at …\n")

    def test_the_open_ports_are_the_result(self):
        self.answer(["nmap"], self.report)
        self.assertEqual(self.run_script(document({"address": "10.20.3.107"})),
                         (0, "10.20.3.107 has 2 of the 1000 commonest ports open: 22/tcp ssh, 4444/tcp krb524?"))
        self.assertEqual(self.argvs(), [["nmap", "-n", "-Pn", "-sT", "--top-ports", "1000", "--open", "--max-retries", "1",
                                         "--host-timeout", "4m", "-oG", "-", "10.20.3.107"]])

    def test_an_address_of_version_six_is_said_to_be_one(self):
        self.answer(["nmap"], "# Nmap done at …\n")
        self.assertEqual(self.run_script(document({"address": "2001:db8:20::7"})),
                         (0, "2001:db8:20::7 has 0 of the 1000 commonest ports open"))
        self.assertEqual(self.argvs()[0][:2], ["nmap", "-6"])

    def test_what_is_not_ours_is_not_scanned(self):
        for address in ("203.0.113.77", "2001:db8:21::1", "10.21.0.1"):
            with self.subTest(address):
                self.assertEqual(self.run_script(document({"address": address}))[0], 1)
        self.assertEqual(self.run_script(document({"address": "10.20.3.107"}), SCAN_NETWORKS="")[0], 1)
        self.assertEqual(self.calls(), [])

    def test_a_scan_that_did_not_get_through_is_a_failure(self):
        for report in ("", "Host: 10.20.3.107 ()\tStatus: Timeout\n# Nmap done at …\n"):
            self.answers = [(["nmap"], 0, report)]
            self.assertEqual(self.run_script(document({"address": "10.20.3.107"})),
                             (1, "failed: nmap did not get through with 10.20.3.107 within 4m"))


class DebugLogging(ScriptTest):
    script = "debug_logging"
    programs = ("ssh",)
    environment = {"DEVICES": "gw-clinic-1 sw-ward-3", "SSH_USER": "riposte", "SSH_KEY": "/etc/riposte/devices.key",
                   "SSH_KNOWN_HOSTS": "/etc/riposte/devices.known_hosts", "COMMAND_DEBUG": "/log on [find x=1]",
                   "COMMAND_NORMAL": "/log off"}

    def test_a_device_is_given_the_fixed_command(self):
        self.assertEqual(self.run_script(document({"device": "gw-clinic-1"})), (0, "gw-clinic-1 logs at level debug"))
        argv = self.argvs()[0]
        self.assertEqual(argv[-3:], ["--", "gw-clinic-1", "/log on [find x=1]"])
        self.assertEqual(argv[:8], ["ssh", "-F", "none", "-T", "-i", "/etc/riposte/devices.key", "-l", "riposte"])
        for option in ("BatchMode=yes", "StrictHostKeyChecking=yes", "ConnectTimeout=10",
                       "UserKnownHostsFile=/etc/riposte/devices.known_hosts"):
            self.assertEqual(argv[argv.index(option) - 1], "-o")

    def test_and_back_to_normal(self):
        self.assertEqual(self.run_script(document({"device": "sw-ward-3", "level": "normal"}))[0], 0)
        self.assertEqual(self.argvs()[0][-1], "/log off")

    def test_other_devices_and_levels_are_refused(self):
        for parameters in ({"device": "gw-clinic-9"}, {"device": "gw-clinic-1 sw-ward-3"}, {"device": "gw-clinic"},
                           {"device": "gw-clinic-1", "level": "debug\n/system reset"}, {"device": "gw-clinic-1", "level": ""}):
            with self.subTest(parameters):
                code, said = self.run_script(document(parameters))
                self.assertEqual((code, said.split(":")[0]), (1, "refused"), said)
        self.assertEqual(self.calls(), [])

    def test_a_device_that_answers_did_not_obey(self):
        self.answer(["ssh"], "bad command name log (line 1 column 2)\n")
        self.assertEqual(self.run_script(document({"device": "gw-clinic-1"})),
                         (1, "failed: gw-clinic-1 answers, where it should do so silently: "
                             "bad command name log (line 1 column 2)"))

    def test_an_unknown_host_key_is_a_failure(self):
        self.answer(["ssh"], "Host key verification failed.", code=255)
        self.assertEqual(self.run_script(document({"device": "gw-clinic-1"})),
                         (1, "failed: ssh ended with 255: Host key verification failed."))


if __name__ == "__main__":
    unittest.main()
