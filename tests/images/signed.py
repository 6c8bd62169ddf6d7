"""Pictures with a C2PA manifest, signed by a certificate that is made here and that nobody trusts."""

from __future__ import annotations

import datetime
import io
import os
from functools import lru_cache
from typing import Any

import pytest

from tests.images.drawn import encoded

SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


def library() -> Any:
    """The module c2pa. Without it the test is skipped with what to install; in continuous integration it fails."""
    try:
        import c2pa
    except ImportError:
        if os.environ.get("CI"):
            raise
        pytest.skip("signs its picture with c2pa-python: pip install 'cutline[c2pa]'")
    return c2pa


@lru_cache
def _identity() -> tuple[bytes, bytes]:
    """A chain of two certificates and the key of the first (PEM); it names a place to ask for its revocation."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

    def name(common: str) -> x509.Name:
        said = ((NameOID.COMMON_NAME, common), (NameOID.ORGANIZATION_NAME, "Coastline Pictures"))
        return x509.Name([x509.NameAttribute(oid, value) for oid, value in said])

    def usage(**on: bool) -> x509.KeyUsage:
        names = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
                 "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")  # fmt: skip
        return x509.KeyUsage(**{one: on.get(one, False) for one in names})

    root, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    now = datetime.datetime.now(datetime.UTC)

    def begun(subject: x509.Name, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        made = x509.CertificateBuilder().subject_name(subject).issuer_name(name("Test root")).public_key(public)
        made = made.serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
        return made.not_valid_after(now + datetime.timedelta(days=30))

    root_id = x509.SubjectKeyIdentifier.from_public_key(root.public_key())
    top = (
        begun(name("Test root"), root.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(usage(key_cert_sign=True), critical=True)
        .add_extension(root_id, critical=False)
        .sign(root, hashes.SHA256())
    )
    asked = x509.AccessDescription(
        AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier("http://127.0.0.1:9/")
    )
    leaf = (
        begun(name("Harbour Desk"), key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(root_id), critical=False)
        .add_extension(x509.AuthorityInformationAccess([asked]), critical=False)
        .sign(root, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return leaf.public_bytes(pem) + top.public_bytes(pem), private


def signed(form: str = "JPEG", *, title: str = "harbour.jpg", agent: str = "Imagined", remote: str = "") -> bytes:
    """A drawn picture with a manifest in it, or (``remote``) with nothing but the address of one."""
    c2pa = library()
    chain, key = _identity()
    mime = f"image/{form.lower()}"
    action = {
        "action": "c2pa.created",
        "softwareAgent": {"name": agent, "version": "3"},
        "digitalSourceType": SOURCE_TYPE,
    }
    manifest = {
        "claim_generator_info": [{"name": "Cutline tests", "version": "1"}],
        "title": title,
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [action]}}],
    }
    out = io.BytesIO()
    with c2pa.Builder(manifest) as builder:
        if remote:
            builder.set_remote_url(remote)
            builder.set_no_embed()
        signer = c2pa.Signer.from_info(c2pa.C2paSignerInfo(b"es256", chain, key, None))
        builder.sign(signer, mime, io.BytesIO(encoded(form)), out)
    return out.getvalue()
