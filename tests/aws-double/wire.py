"""A call to AWS, read once from what came over the wire, and its answer in the same protocol."""

import io
import json
import re
import sys
from urllib.parse import parse_qs, unquote_to_bytes
from xml.sax.saxutils import escape

import cbor
from moto.backends import get_backend
from moto.core.exceptions import JsonRESTError, ServiceException
from serve import Answer

CREDENTIAL = re.compile(r"Credential=([^/]+)/\d{8}/([^/]+)/([^/]+)/aws4_request")
NOBODY = "000000000000"
PUBLISHED = re.compile(r"/published/(\d{12})(/.*)")
READS = re.compile(r"(Get|Describe|List|BatchGet)|Start\w*Preview$|GET |(index|file)$")
BACKENDS = {"monitoring": "cloudwatch", "elasticloadbalancing": "elbv2"}
GLOBAL = {"budgets", "ce", "sts"}


class Refused(Exception):
    """AWS answers with an error."""

    def __init__(self, message, code="ValidationException"):
        super().__init__(message)
        self.code = code


class Passed(Exception):
    """What moto refuses is refused as moto says it."""

    def __init__(self, answer):
        self.answer = answer


class Call:
    """Who asks what of which service; `asked` is the request as one dictionary, whatever the protocol."""

    def __init__(self, request, aws):
        self.request, self.aws = request, aws
        headers = request.headers
        self.path, self.query = unquoted(request.target), request.target.partition("?")[2]
        signed = CREDENTIAL.search(headers.get("authorization", ""))
        # SSO is asked for the credentials of an account, without a signature.
        unsigned = (parse_qs(self.query).get("account_id", [""])[0], "", "sso")
        key, self.region, self.service = signed.groups() if signed else unsigned
        self.account = key if re.fullmatch(r"\d{12}", key) else NOBODY
        self.text = request.body.decode("utf-8", "replace")
        if published := PUBLISHED.fullmatch(self.path):
            self.account, self.text = published.groups()
            self.service, self.protocol, self.asked = "published", "rest", {}
            self.op = "index" if self.text.endswith("/region_index.json") else "file"
        elif headers.get("smithy-protocol") == "rpc-v2-cbor":
            # /service/<name of the target>/operation/<operation>
            self.protocol, _, self.target, _, self.op = "cbor", *self.path[1:].split("/")
            self.asked = cbor.read(request.body)
            self.text = json.dumps(self.asked)
        elif "x-amz-target" in headers:
            self.protocol, (self.target, _, self.op) = "json", headers["x-amz-target"].rpartition(".")
            self.asked = json.loads(self.text or "{}")
        elif "Action=" in self.text:
            said = parse_qs(self.text, keep_blank_values=True)
            self.asked = {name: values[0] for name, values in said.items()}
            self.protocol, self.op = "query", self.asked["Action"]
        else:
            self.protocol, self.op, self.asked = "rest", f"{request.method} {self.path}", {}

    def writes(self):
        """By its name alone, so that nothing that might change something passes for a question."""
        return READS.match(self.op) is None

    def backend(self):
        """Where moto keeps what this account has in this region."""
        return backend(self.service, self.account, self.region)

    def moto(self, op=None, asked=None):
        """What moto answers to this call, or to another one in JSON; to CBOR it answers JSON."""
        headers, body, target = dict(self.request.headers), self.request.body, self.request.target
        if self.protocol in ("cbor", "json"):
            headers["x-amz-target"] = f"{self.target}.{op or self.op}"
            body = json.dumps(self.asked if asked is None else asked).encode()
        if self.protocol == "cbor":
            target, headers["content-type"] = "/", "application/x-amz-json-1.0"
            for name in ("smithy-protocol", "accept", "x-amzn-query-mode"):
                headers.pop(name, None)
        headers["x-moto-account-id"] = self.account
        headers["content-length"] = str(len(body))
        env = {"HTTP_" + name.upper().replace("-", "_"): value for name, value in headers.items()}
        env |= {
            "CONTENT_TYPE": headers.get("content-type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "REQUEST_METHOD": self.request.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquoted(target),
            "QUERY_STRING": self.query,
            "RAW_URI": target,
            "REQUEST_URI": target,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": headers.get("host", "").rpartition(":")[2] or "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        begun = []
        body = b"".join(self.aws(env, lambda status, headers, _=None: begun.append((status, headers))))
        status, headers = begun[-1]
        if self.request.method != "HEAD":
            headers = [(name, value) for name, value in headers if name.lower() != "content-length"]
        return Answer(int(status.split()[0]), headers, body)

    def said(self, op=None, asked=None):
        """What moto answers, as the dictionary that it stands for; for JSON and CBOR."""
        answer = self.moto(op, asked)
        if answer.status >= 400:
            raise Passed(answer)
        return json.loads(answer.body or b"{}")


def unquoted(target):
    """The path as WSGI has it."""
    return unquote_to_bytes(target.partition("?")[0]).decode("latin-1")


def backend(service, account, region):
    return get_backend(BACKENDS.get(service, service))[account]["aws" if service in GLOBAL else region]


def page(items, asked, size, token, default, most):
    """A part of these items, and what says where to go on, as the names `size` and `token` of the request ask."""
    wanted = int(asked.get(size) or default)
    if not 1 <= wanted <= most:
        raise Refused(f"{size} must be between 1 and {most}", "InvalidParameterException")
    if not str(asked.get(token) or "0").isdecimal():
        raise Refused(f"{token} is not one of ours", "InvalidParameterException")
    at = int(asked.get(token) or 0)
    rest = {token: str(at + wanted)} if at + wanted < len(items) else {}
    return items[at : at + wanted], rest


def render(call, said):
    """An answer of the double's own."""
    if call.protocol == "cbor":
        return cbored(200, cbor.write(call.op, said))
    return plain(200, json.dumps(said), "application/x-amz-json-1.1")


def refuse(call, status, code, message):
    if call.protocol == "cbor":
        return cbored(status, cbor.refusal(code, message))
    if call.protocol == "query":
        error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
        return plain(status, f"<ErrorResponse>{error}<RequestId>0</RequestId></ErrorResponse>", "text/xml")
    return plain(status, json.dumps({"__type": code, "message": message}), "application/x-amz-json-1.1")


def translated(call, answer):
    """What moto answered, in the protocol of the call."""
    if call.protocol != "cbor":
        return answer
    said = json.loads(answer.body or b"{}")
    if answer.status >= 400:
        return refuse(call, answer.status, said["__type"].rsplit("#", 1)[-1], said.get("message", ""))
    return cbored(answer.status, cbor.write(call.op, said))


def answered(call, handler):
    """What the double or moto answers; a handler gives a dictionary, an answer, or None for moto's own."""
    try:
        said = handler(call) if handler else None
        if said is None:
            return translated(call, call.moto())
        return said if isinstance(said, Answer) else render(call, said)
    except Refused as refused:
        return refuse(call, 400, refused.code, str(refused))
    except ServiceException as refused:
        return refuse(call, 400, refused.code, refused.message)
    except JsonRESTError as refused:
        return refuse(call, 400, refused.error_type, refused.message)
    except Passed as passed:
        return translated(call, passed.answer)
    except NotImplementedError:
        return refuse(call, 400, "UnknownOperationException", f"the double has no {call.service} {call.op}")


def plain(status, body, kind):
    return Answer(status, [("Content-Type", kind)], body.encode())


def cbored(status, body):
    return Answer(status, [("Content-Type", "application/cbor"), ("smithy-protocol", "rpc-v2-cbor")], body)
