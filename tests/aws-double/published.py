"""What AWS publishes without asking who one is: price lists, and the indexes that name the newest.

They are below /published/ACCOUNT, as a test has its own; `pricing` says which there are. For faults and in the
journal the service is `published`, the operation `index` or `file`, and the body is the path.
"""

import gzip
import hashlib
import json
from pathlib import Path

from pricing import EDITS, LISTS, PACKED, folder, is_of_plans
from serve import Answer

DATA = Path(__file__).parent.parent / "data" / "price-lists"


def index(call):
    """Of offers it is a map by region, and of Savings Plans a list."""
    offer = call.text.split("/")[4]
    of_offer = [one for one in LISTS[call.account] if one["offer"] == offer]
    if not of_offer:
        return missing()
    newest = {one["region"]: folder(one) + "index.json" for one in sorted(of_offer, key=lambda one: one["version"])}
    if is_of_plans(of_offer[0]):
        regions = [{"regionCode": region, "versionUrl": url} for region, url in newest.items()]
    else:
        regions = {region: {"regionCode": region, "currentVersionUrl": url} for region, url in newest.items()}
    return body(call, json.dumps({"formatVersion": "v1.0", "regions": regions}).encode())


def file(call):
    for one in LISTS[call.account]:
        for form, path in one["formats"].items():
            if call.text == f"{folder(one)}index.{form}":
                text = (DATA / path).read_bytes()
                for old, new in EDITS[call.account]:
                    text = text.replace(old.encode(), new.encode())
                return body(call, text)
    return missing()


def missing():
    """S3 does not say whether there is nothing, or nothing for you."""
    text = b'<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>'
    return Answer(403, [("Content-Type", "application/xml")], text)


def body(call, text):
    """With a range, only the rest, if it is still the same."""
    headers = [("Content-Type", "application/octet-stream")]
    if PACKED.get(call.account) and "gzip" in call.request.headers.get("accept-encoding", ""):
        text = gzip.compress(text, mtime=0)
        headers.append(("Content-Encoding", "gzip"))
    tag = f'"{hashlib.sha256(text).hexdigest()[:16]}"'
    headers.append(("ETag", tag))
    asked = call.request.headers
    if asked.get("range", "").startswith("bytes=") and asked.get("if-range") == tag:
        begin = int(asked["range"][6:].rstrip("-"))
        headers.append(("Content-Range", f"bytes {begin}-{len(text) - 1}/{len(text)}"))
        return Answer(206, headers, text[begin:])
    return Answer(200, headers, text)


OPERATIONS = {"index": index, "file": file}
STATE = {}
