"""A provider of OpenID Connect on loopback, small and real: people sign in there for the app.

    with Provider() as provider:
        provider.secrets(redirect_uri)      what Streamlit's secrets.toml says of it

Its page offers `PEOPLE`, each as a link. A code is good once, for the address it was made for; the
id token is signed with RS256 by a key that its `jwks` tells. Needs Authlib's joserfc.
"""

from __future__ import annotations

import html
import json
import secrets
import time
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from loopback import LoopbackServer, ScriptedHandler

PEOPLE = {"sub-1": "ada@example.org", "sub-2": "bob@example.org"}
CLIENT, SECRET = "askpapers-test", "secret-of-the-client"
_LIFE_S = 300


class Provider(LoopbackServer):
    """The provider, as a context manager; `log` holds the paths that were asked for."""

    def __init__(self) -> None:
        from joserfc.jwk import RSAKey

        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
        self.codes: dict[str, dict[str, str]] = {}
        self.log: list[str] = []
        super().__init__(_Handler)

    @property
    def issuer(self) -> str:
        """Who it says that it is."""
        return f"http://{self.host}"

    def secrets(self, redirect_uri: str) -> str:
        """A `secrets.toml` that names this provider."""
        said = {
            "redirect_uri": redirect_uri,
            "cookie_secret": secrets.token_hex(32),
            "client_id": CLIENT,
            "client_secret": SECRET,
            "server_metadata_url": f"{self.issuer}/.well-known/openid-configuration",
        }
        return "[auth]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in said.items())

    def id_token(self, person: str, nonce: str | None) -> str:
        """A signed token that says who somebody is."""
        from joserfc import jwt

        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": person,
            "email": PEOPLE[person],
            "iat": now,
            "exp": now + _LIFE_S,
        }
        if nonce:
            claims["nonce"] = nonce
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)


class _Handler(ScriptedHandler):
    script: Provider

    def do_GET(self) -> None:  # noqa: N802  http.server calls it so
        path, asked = self._asked(urlsplit(self.path).query)
        issuer = self.script.issuer
        if path == "/.well-known/openid-configuration":
            self._json(
                {
                    "issuer": issuer,
                    "authorization_endpoint": f"{issuer}/authorize",
                    "token_endpoint": f"{issuer}/token",
                    "jwks_uri": f"{issuer}/jwks",
                    "end_session_endpoint": f"{issuer}/logout",
                    "response_types_supported": ["code"],
                    "subject_types_supported": ["public"],
                    "id_token_signing_alg_values_supported": ["RS256"],
                    "code_challenge_methods_supported": ["S256"],
                }
            )
        elif path == "/jwks":
            self._json({"keys": [self.script.key.as_dict(private=False)]})
        elif path == "/authorize":
            self._offer(asked)
        elif path == "/logout":
            self._redirect(asked["post_logout_redirect_uri"])
        else:
            self.send_error(404)

    def do_POST(self) -> None:  # noqa: N802  http.server calls it so
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        path, asked = self._asked(body)
        known = self.script.codes.pop(asked.get("code", ""), None)
        if path != "/token" or known is None or known["redirect_uri"] != asked["redirect_uri"]:
            self._json({"error": "invalid_grant"}, 400)
            return
        token = self.script.id_token(known["person"], known.get("nonce"))
        self._json({"access_token": "given", "token_type": "Bearer", "id_token": token})

    def _asked(self, query: str) -> tuple[str, dict[str, str]]:
        path = urlsplit(self.path).path
        self.script.log.append(path)
        return path, {key: values[0] for key, values in parse_qs(query).items()}

    def _offer(self, asked: dict[str, str]) -> None:
        """A page with a link for each person, which leads back with a code."""
        links = []
        for person, email in PEOPLE.items():
            code = secrets.token_hex(16)
            self.script.codes[code] = {**asked, "person": person}
            back = urlencode({"code": code, "state": asked["state"]})
            address = html.escape(f"{asked['redirect_uri']}?{back}")
            links.append(f'<p><a href="{address}">{email}</a></p>')
        self._send(200, "text/html", "<h1>Who are you?</h1>" + "".join(links))

    def _redirect(self, address: str) -> None:
        self.send_response(302)
        self.send_header("Location", address)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _json(self, value: dict[str, Any], status: int = 200) -> None:
        self._send(status, "application/json", json.dumps(value))

    def _send(self, status: int, kind: str, text: str) -> None:
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
