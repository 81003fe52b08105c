"""The price list service, which moto does not have: products by their attributes, in pages.

`POST /double/state` takes
* "products": [{"product": {"sku", "attributes", ...}, "serviceCode", "terms", "version", "publicationDate"}]
"""

import collections
import json

from wire import Refused, page

PRODUCTS = collections.defaultdict(list)


def get_products(call):
    asked = call.asked
    if call.region not in ("us-east-1", "eu-central-1", "ap-south-1"):
        raise Refused("The service is not in this region", "NotFoundException")
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


OPERATIONS = {"GetProducts": get_products}
STATE = {"products": lambda account, region, products: PRODUCTS[account].extend(products)}
