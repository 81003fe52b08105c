"""CBOR for CloudWatch: the SDK for Rust speaks only that to it, and moto only JSON.

A decoder wants to see a timestamp where the model has one, and a double where the model has one; JSON
has but numbers. So answers are written along the shapes of the model.
"""

import base64
import datetime

import cbor2
from moto.core.utils import get_service_model


def read(body):
    """What a request says, as the JSON of awsJson1.0 would say it."""
    return plain(cbor2.loads(body)) if body else {}


def plain(value):
    if isinstance(value, datetime.datetime):
        return value.timestamp()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {name: plain(of) for name, of in value.items()}
    if isinstance(value, list):
        return [plain(of) for of in value]
    return value


def write(operation, said):
    """The answer of this operation."""
    shape = get_service_model("cloudwatch").operation_model(operation).output_shape
    return cbor2.dumps(shaped(said, shape) if shape else {})


def shaped(value, shape):
    kind = shape.type_name
    if kind == "structure":
        members = shape.members
        return {name: shaped(of, members[name]) for name, of in value.items() if name in members and of is not None}
    if kind == "list":
        return [shaped(of, shape.member) for of in value]
    if kind == "map":
        return {name: shaped(of, shape.value) for name, of in value.items()}
    if kind == "timestamp":
        return cbor2.CBORTag(1, float(value))
    if kind == "double":
        return float(value)
    return value


def refusal(code, message):
    return cbor2.dumps({"__type": code, "message": message})
