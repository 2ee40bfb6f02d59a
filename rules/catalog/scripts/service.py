"""A service with a JSON API, called by curl. Address and token come from plugin.yaml, never from an order."""

import json
import os
import stat

from order import Failed, Refused, one_thing, output_of, read_json

CALL_SECONDS = 20
ANSWER_BYTES_MAX = 1 << 20
TOKEN_FORM = r"[!-~]{8,4096}"
URL_FORM = r"https://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._/-]*)?"


def token(path):
    """The only line of a file that nobody else may read. It never stands in an argument, which `ps` shows."""
    try:
        with open(path, encoding="ascii") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise Refused(f"{path} can be read by others; run: chmod 600 {path}")
            return one_thing("the token", file.read(8192).rstrip("\n"), TOKEN_FORM, "one line of visible characters")
    except (OSError, UnicodeDecodeError) as error:
        raise Failed(f"the token cannot be read: {error}") from None


class Service:
    def __init__(self, headers=()):
        self.url = one_thing("API_URL", os.environ.get("API_URL"), URL_FORM, "an https address").rstrip("/")
        self.headers = [f"Authorization: {os.environ['API_AUTHORIZATION']} {token(os.environ['API_TOKEN_FILE'])}",
                        "Content-Type: application/json", *headers]

    def call(self, method, path, body=None):
        """The answer as JSON. Redirections are not followed: the token is meant for this service alone."""
        argv = ["curl", "--disable", "--silent", "--show-error", "--fail", "--globoff", "--proto", "=https",
                "--max-time", str(CALL_SECONDS), "--max-filesize", str(ANSWER_BYTES_MAX), "--request", method,
                "--header", "@-"]
        if body is not None:
            argv += ["--data-raw", json.dumps(body)]
        argv += ["--url", self.url + path]
        return read_json(output_of(argv, "\n".join(self.headers) + "\n", CALL_SECONDS + 5), self.url)
