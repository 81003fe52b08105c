"""The price list service, which moto does not have: products by their attributes, in pages, and the lists that held
on a day. `published` has the files of those.

`POST /double/state` takes
* "products": [{"product": {"sku", "attributes", ...}, "serviceCode", "terms", "version", "publicationDate"}]
* "lists": [{"service", "offer", "region", "version", "formats": {"json": path, ...}}]: paths below
  `tests/data/price-lists`; "service" is what the API calls it, and "offer" what addresses do. One with "always" is
  listed whatever region is asked for
* "packed": true, whether files come packed with gzip
* "edits": [[from, to]], what is replaced in each file
"""

import calendar
import collections
import json

from wire import Refused, page

PRODUCTS = collections.defaultdict(list)
LISTS = collections.defaultdict(list)
PACKED = {}
EDITS = collections.defaultdict(list)


def get_products(call):
    asked = call.asked
    is_here(call)
    if asked.get("FormatVersion", "aws_v1") != "aws_v1":
        raise Refused("Unsupported format version", "InvalidParameterException")
    found = [one for one in PRODUCTS[call.account] if one["serviceCode"] == asked["ServiceCode"]]
    for rule in asked.get("Filters", []):
        if rule["Type"] != "TERM_MATCH":
            raise Refused(f"The double does not know {rule['Type']}", "InvalidParameterException")
        found = [one for one in found if attribute(one, rule["Field"]) == rule["Value"]]
    found, rest = page(found, asked, "MaxResults", "NextToken", 100, 100)
    return {"FormatVersion": "aws_v1", "PriceList": [json.dumps(one) for one in found]} | rest


def attribute(one, name):
    product = one["product"]
    return product.get("productFamily") if name == "productFamily" else product["attributes"].get(name)


def list_price_lists(call):
    """Of each region the newest list that was there by then."""
    asked = call.asked
    is_here(call)
    if asked["CurrencyCode"] not in ("USD", "CNY"):
        raise Refused("Invalid currency code", "InvalidParameterException")
    by_then = [one for one in LISTS[call.account] if moment(one["version"]) <= asked["EffectiveDate"]]
    of_service = [one for one in by_then if one["service"] == asked["ServiceCode"] and asked["CurrencyCode"] == "USD"]
    here = [one for one in of_service if asked.get("RegionCode") in (None, one["region"]) and not one.get("always")]
    newest = {one["region"]: one for one in sorted(here, key=lambda one: one["version"])}
    found = [one for one in of_service if one.get("always")] + list(newest.values())
    found, rest = page(found, asked, "MaxResults", "NextToken", 100, 100)
    return {"PriceLists": [listed(one) for one in found]} | rest


def listed(one):
    formats = list(one["formats"])
    return {"PriceListArn": arn(one), "RegionCode": one["region"], "CurrencyCode": "USD", "FileFormats": formats}


def get_price_list_file_url(call):
    is_here(call)
    form = call.asked["FileFormat"]
    for one in LISTS[call.account]:
        if arn(one) == call.asked["PriceListArn"] and form in one["formats"]:
            return {"Url": f"http://{call.request.headers['host']}/published/{call.account}{folder(one)}index.{form}"}
    raise Refused("There is no such price list", "NotFoundException")


def is_here(call):
    if call.region not in ("us-east-1", "eu-central-1", "ap-south-1"):
        raise Refused("The service is not in this region", "NotFoundException")


def arn(one):
    return f"arn:aws:pricing:::price-list/aws/{one['offer']}/USD/{one['version']}/{one['region']}"


def is_of_plans(one):
    return "SavingsPlan" in one["offer"]


def folder(one):
    """Where a version is in addresses."""
    root = "savingsPlan" if is_of_plans(one) else "offers"
    return f"/{root}/v1.0/aws/{one['offer']}/{one['version']}/{one['region']}/"


def moment(version):
    """A version is the time of publication, in UTC."""
    parts = [version[:4], *(version[at : at + 2] for at in range(4, 14, 2))]
    return calendar.timegm((*map(int, parts), 0, 0, 0))


OPERATIONS = {
    "GetProducts": get_products,
    "ListPriceLists": list_price_lists,
    "GetPriceListFileUrl": get_price_list_file_url,
}
STATE = {
    "products": lambda account, region, products: PRODUCTS[account].extend(products),
    "lists": lambda account, region, lists: LISTS[account].extend(lists),
    "packed": lambda account, region, packed: PACKED.update({account: packed}),
    "edits": lambda account, region, edits: EDITS[account].extend(edits),
}
