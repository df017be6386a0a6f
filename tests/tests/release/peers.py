"""Checks a release with libraries that are not ours: peers.py DIRECTORY PUBLIC-KEY-HEX."""

import hashlib
import json
import pathlib
import sys

from cyclonedx.model.bom import Bom
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from google.protobuf import json_format
from in_toto_attestation.predicates.provenance.v1 import provenance_pb2
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.statement import Statement
from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey

directory, public = pathlib.Path(sys.argv[1]), sys.argv[2]
index = json.loads((directory / "release.json").read_text())
assert index["modules"], "there are modules"
for module in index["modules"]:
    digest = hashlib.sha256((directory / module["file"]).read_bytes()).hexdigest()

    text = (directory / module["sbom"]).read_text()
    fault = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    assert fault is None, fault
    bom = Bom.from_json(json.loads(text))
    assert [str(one.content) for one in bom.metadata.component.hashes] == [digest]
    bom.validate()

    lines = (directory / module["provenance"]).read_text().splitlines()
    assert len(lines) == 1, lines
    envelope = Envelope.from_dict(json.loads(lines[0]))
    assert envelope.payload_type == "application/vnd.in-toto+json"
    signer = module["signers"][0]
    key = SSlibKey(signer["key_id"], "ed25519", "ed25519", {"public": public})
    assert list(envelope.verify([key], 1)) == [signer["key_id"]]

    statement = json_format.Parse(envelope.payload, statement_pb2.Statement())
    Statement.copy_from_pb(statement).validate()
    assert statement.subject[0].name == module["file"]
    assert statement.subject[0].digest["sha256"] == digest
    assert "sha256:" + statement.subject[1].digest["sha256"] == module["identity"]
    assert statement.predicate_type == "https://slsa.dev/provenance/v1"
    predicate = json.loads(envelope.payload)["predicate"]
    # An unknown field or one of another type is an error.
    provenance = json_format.ParseDict(predicate, provenance_pb2.Provenance())
    sources = [one for one in provenance.build_definition.resolved_dependencies if one.name == "source"]
    assert [one.digest["gitCommit"] for one in sources] == [index["revision"]]
    assert provenance.run_details.builder.id
print(len(index["modules"]), "modules")
