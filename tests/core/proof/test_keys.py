"""Keys, notes, checkpoints and cosignatures, by the vectors of those who defined them."""

import base64
import re

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from epcis_core.errors import ParseError
from epcis_core.proof.checks import (
    COSIGNATURE,
    Checkpoint,
    is_signed_by,
    read_checkpoint,
    read_key,
    read_note,
    read_proof,
    signers,
)
from epcis_core.proof.keys import Signer, checkpoint_body, key_text, note, proof_text

# The vectors of Go's checksum database: golang.org/x/mod, sumdb/note/note_test.go.
PETER = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
PETER_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
ENOCH_KEY = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
PETER_LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6"
    "KE6RyyBwJnAM="
)
ENOCH_LINE = (
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33W"
    "Wd1RvMc+QQ="
)
CHECKPOINT = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
NO_KEY = r"is no verifier key$|^The id of the key|^Expected Base 64"
NO_NOTE = r"^This is no signed note$|is no line with a signature$|^Expected Base 64"
NO_CHECKPOINT = r"no checkpoint$|no hash$|^Expected a number|^Expected Base 64"
NO_PROOF = r"^This is no proof of inclusion$|is no hash$|^Expected a number"

RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9"
            "b46bd25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f1"
            "1d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984d"
            "c6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
]
"""Public key, message and signature of tests 1 to 3 of section 7.1."""


@pytest.mark.parametrize(("public", "message", "signature"), RFC_8032, ids=["1", "2", "3"])
def test_signatures_of_the_rfc_are_right(public: str, message: str, signature: str) -> None:
    key, text, value = map(bytes.fromhex, (public, message, signature))
    assert is_signed_by(key, value, text)
    assert not is_signed_by(key, value, text + b"\0")


@given(seed=st.binary(min_size=32, max_size=32), message=st.binary(max_size=200), data=st.data())
def test_a_signature_is_judged_as_openssl_does(
    seed: bytes, message: bytes, data: st.DataObject
) -> None:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = private.public_key().public_bytes_raw(), private.sign(message)
    assert is_signed_by(public, signature, message)
    bit = data.draw(st.integers(0, 511))
    spoiled = (int.from_bytes(signature, "big") ^ 1 << bit).to_bytes(64, "big")
    with pytest.raises(InvalidSignature):
        Ed25519PublicKey.from_public_bytes(public).verify(spoiled, message)
    assert not is_signed_by(public, spoiled, message)


def test_what_cannot_be_a_signature_is_none() -> None:
    public, message, signature = (bytes.fromhex(one) for one in RFC_8032[1])
    assert not is_signed_by(public[:-1], signature, message)
    assert not is_signed_by(public, signature[:-1], message)
    assert not is_signed_by(b"\xff" * 32, signature, message)
    assert not is_signed_by(public, b"\x02" + b"\0" * 31 + signature[32:], message)
    order = 2**252 + 27742317777372353535851937790883648493
    scalar = int.from_bytes(signature[32:], "little") + order
    assert not is_signed_by(public, signature[:32] + scalar.to_bytes(32, "little"), message)


def test_a_signing_key_of_go_signs_as_go_does() -> None:
    signer = Signer.read(PETER)
    assert key_text(signer.key) == PETER_KEY
    assert signer.text == PETER
    assert signer.sign(TEXT) == PETER_LINE
    assert signers(note(TEXT, [PETER_LINE, ENOCH_LINE]), [signer.key]) == [(signer.key, None)]
    assert repr(signer) == "Signer(name='PeterNeumann')"


def test_signatures_of_go_are_right() -> None:
    peter, enoch = read_key(PETER_KEY), read_key(ENOCH_KEY)
    signed = note(TEXT, [PETER_LINE, ENOCH_LINE])
    assert signers(signed, [peter, enoch]) == [(peter, None), (enoch, None)]
    assert signers(signed, []) == []
    assert read_note(signed)[0] == TEXT
    assert signers(note(TEXT, [PETER_LINE, PETER_LINE]), [peter]) == [(peter, None)]


def test_no_part_of_a_key_of_go_is_a_key() -> None:
    """As Go's own test has it: no part of a key, and no key with a letter changed, is taken."""
    for start in range(len(PETER_KEY)):
        for end in range(start + 1, len(PETER_KEY) + 1):
            if (start, end) != (0, len(PETER_KEY)):
                with pytest.raises(ValueError, match=NO_KEY):
                    read_key(PETER_KEY[start:end])
    for place in range(len(PETER_KEY)):
        changed = PETER_KEY[:place] + chr(ord(PETER_KEY[place]) + 1) + PETER_KEY[place + 1 :]
        with pytest.raises(ValueError, match=NO_KEY):
            read_key(changed)


@pytest.mark.parametrize(
    "text",
    [
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ],
    ids=["another length, with an id that fits", "unknown algorithm, with an id that fits"],
)
def test_bad_keys_of_go_are_none(text: str) -> None:
    with pytest.raises(ValueError, match=NO_KEY):
        read_key(text)


def test_a_key_of_a_witness_is_read() -> None:
    """From github.com/transparency-dev/formats, note/note_cosigv1_test.go."""
    text = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"
    key = read_key(text)
    assert (key.name, key.algorithm) == ("remora.n621.de", COSIGNATURE)
    assert key_text(key) == text


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        f"{TEXT}\n",
        note(TEXT, [PETER_LINE])[:-1],
        f"\x01{note(TEXT, [PETER_LINE])}",
        note(TEXT, ["— Bad Name x08go/ZJkuBS9UG/SffcvIAQ"]),
        note(TEXT, ["— a+b x08go/ZJkuBS9UG/SffcvIAQ"]),
        note(TEXT, [PETER_LINE, "Unexpected line."]),
        note(TEXT, ["— PeterNeumann x08gow=="]),
        note(TEXT, [PETER_LINE] * 101),
        "",
    ],
    ids=[
        *("no signature", "nothing behind the text", "no end of line", "control character"),
        *(
            "space in a name",
            "plus in a name",
            "a line too many",
            "no value",
            "too many",
            "nothing",
        ),
    ],
)
def test_what_is_no_note_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=NO_NOTE):
        read_note(text)


def test_a_wrong_signature_of_a_known_key_spoils_the_note() -> None:
    peter = read_key(PETER_KEY)
    with pytest.raises(ValueError, match=r"^The signature of PeterNeumann is not right$"):
        signers(note(f"{TEXT}more\n", [PETER_LINE]), [peter])


def test_a_key_is_known_by_name_and_id_together() -> None:
    peter = read_key(PETER_KEY)
    other = PETER_LINE.replace("PeterNeumann", "CarmenSandiego")
    assert signers(note(TEXT, [other, PETER_LINE.replace("x08g", "xxxx")]), [peter]) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (PETER_KEY, "This is no signing key"),
        (PETER[:-1], "This is no signing key"),
        (PETER.replace("c74f20a3", "c74f20a4"), "Expected the id c74f20a3 in the signing key"),
        (PETER.replace("+AY", "+BY"), "This is no signing key"),
        (
            PETER.replace("PeterNeumann", "Peter Neumann"),
            "Expected a name without spaces and plus signs, got 'Peter Neumann'",
        ),
        (
            f"PRIVATE+KEY+a+00000000+{base64.b64encode(bytes([1]) * 32).decode()}",
            "Expected a seed of 32 bytes, got 31",
        ),
    ],
    ids=["verifier key", "padding", "id", "algorithm", "name", "seed"],
)
def test_what_is_no_signing_key_is_refused(text: str, message: str) -> None:
    with pytest.raises(ParseError, match=f"^{re.escape(message)}$"):
        Signer.read(text)


def test_a_checkpoint_of_the_c2sp_is_read() -> None:
    checkpoint = read_checkpoint(CHECKPOINT)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert checkpoint.root.hex().startswith("0ac5186a91863e8e1d90c808")
    assert checkpoint_body(checkpoint) == CHECKPOINT
    assert read_checkpoint(f"{CHECKPOINT}an extension\n") == checkpoint


@pytest.mark.parametrize(
    "text",
    [
        CHECKPOINT[:-1],
        CHECKPOINT.replace("20852163", "020852163"),
        CHECKPOINT.replace("20852163", "-1"),
        CHECKPOINT.replace("20852163", "²"),
        CHECKPOINT.replace("CsUY", "CsU"),
        CHECKPOINT.replace("CsUY", ""),
        f"{CHECKPOINT}\n",
        f"\n{CHECKPOINT}",
        "origin\n1\n",
        "",
    ],
    ids=[
        *("no end of line", "zero in front", "negative", "no digit", "Base 64", "short hash"),
        *("empty line", "no origin", "no root", "nothing"),
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=NO_CHECKPOINT):
        read_checkpoint(text)


SEEDS = st.binary(min_size=32, max_size=32)
NAMES = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20).filter(
    lambda name: "+" not in name
)


@given(
    name=NAMES,
    seed=SEEDS,
    size=st.integers(0, 2**62),
    root=st.binary(min_size=32, max_size=32),
    at=st.integers(0, 2**62),
)
def test_what_is_signed_and_cosigned_is_read_back(
    name: str, seed: bytes, size: int, root: bytes, at: int
) -> None:
    log, witness = Signer(name, seed), Signer(f"witness/{name}", seed[::-1])
    assert Signer.read(log.text) == log
    assert read_key(key_text(log.key)) == log.key
    assert read_key(key_text(witness.cosigning_key)) == witness.cosigning_key
    body = checkpoint_body(Checkpoint(name, size, root))
    signed = note(body, [log.sign(body), witness.cosign(body, at)])
    assert signers(signed, [log.key, witness.cosigning_key]) == [
        (log.key, None),
        (witness.cosigning_key, at),
    ]
    assert read_checkpoint(read_note(signed)[0]) == Checkpoint(name, size, root)
    forged = note(body.replace(name, f"{name}x", 1), [witness.cosign(body, at)])
    with pytest.raises(ValueError, match=r" is not right$"):
        signers(forged, [witness.cosigning_key])


def test_a_cosignature_is_made_over_time_and_checkpoint() -> None:
    """The message that the C2SP gives as its example, checked by another implementation."""
    witness = Signer("witness.example.com/w1", bytes(range(32)))
    line = witness.cosign(CHECKPOINT, 1679315147)
    value = base64.b64decode(line.rpartition(" ")[2])
    assert value[:4] == witness.cosigning_key.id
    assert int.from_bytes(value[4:12], "big") == 1679315147
    Ed25519PublicKey.from_public_bytes(witness.key.public).verify(
        value[12:],
        b"cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\n"
        b"CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
    )


def test_a_proof_is_text_by_the_c2sp() -> None:
    path = [bytes([number]) * 32 for number in (1, 2)]
    text = proof_text(7, path, f"{CHECKPOINT}\n— a AAAAAAA=\n")
    assert text == (
        "c2sp.org/tlog-proof@v1\nindex 7\n"
        "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n"
        "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=\n"
        f"\n{CHECKPOINT}\n— a AAAAAAA=\n"
    )
    assert read_proof(text) == (7, path, f"{CHECKPOINT}\n— a AAAAAAA=\n")
    assert read_proof(text.replace("index", "extra AAAA\nindex"))[:2] == (7, path)
    assert read_proof(proof_text(0, [], "x")) == (0, [], "x")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "c2sp.org/tlog-proof@v2\nindex 0\n\nx",
        "c2sp.org/tlog-proof@v1\nindex 00\n\nx",
        "c2sp.org/tlog-proof@v1\nindex\n\nx",
        "c2sp.org/tlog-proof@v1\n\nx",
        "c2sp.org/tlog-proof@v1\nindex 0\nx",
        "c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\nx",
    ],
    ids=["nothing", "version", "zeros", "no number", "no index", "no checkpoint", "short hash"],
)
def test_what_is_no_proof_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=NO_PROOF):
        read_proof(text)
