"""A passkey in software: what a browser answers when it is asked to make one, and to use it."""

import json
import os
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from django.urls import reverse
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

ORIGIN = "https://testserver"
_SEEN_AND_KNOWN = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV


class Passkey:
    """One key pair, made for whoever the browser was asked about."""

    def __init__(self) -> None:
        self._id = os.urandom(16)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._owner = ""

    def made(self, asked: dict[str, Any]) -> str:
        """The answer to being asked to make one."""
        asked = asked["publicKey"]
        self._owner = asked["user"]["id"]
        public = ES256.from_cryptography_key(self._key.public_key())
        credential = AttestedCredentialData.create(b"\x00" * 16, self._id, public)
        flags = _SEEN_AND_KNOWN | AuthenticatorData.FLAG.AT
        about = AuthenticatorData.create(_hash(asked["rp"]["id"]), flags, 0, credential)
        said = CollectedClientData.create(CollectedClientData.TYPE.CREATE, asked["challenge"], ORIGIN)
        attested = AttestationObject.create("none", about, {})
        return self._answer(clientDataJSON=bytes(said), attestationObject=bytes(attested))

    def used(self, asked: dict[str, Any]) -> str:
        """The answer to being asked who is there."""
        asked = asked["publicKey"]
        about = AuthenticatorData.create(_hash(asked["rpId"]), _SEEN_AND_KNOWN, 1)
        said = CollectedClientData.create(CollectedClientData.TYPE.GET, asked["challenge"], ORIGIN)
        signature = self._key.sign(bytes(about) + said.hash, ec.ECDSA(hashes.SHA256()))
        return self._answer(
            clientDataJSON=bytes(said),
            authenticatorData=bytes(about),
            signature=signature,
            userHandle=websafe_decode(self._owner),
        )

    def _answer(self, **response: bytes) -> str:
        number = websafe_encode(self._id)
        said = {name: websafe_encode(value) for name, value in response.items()}
        return json.dumps({"id": number, "rawId": number, "type": "public-key", "response": said})


def _hash(host: str) -> bytes:
    return sha256(host.encode()).digest()


def keep(client: Client) -> Passkey:
    """A passkey that whoever is logged in in this browser has made."""
    passkey = Passkey()
    asked = client.post(reverse("account_passkey_question")).json()
    client.post(reverse("account_passkey"), {"answer": passkey.made(asked), "name": ""})
    return passkey
