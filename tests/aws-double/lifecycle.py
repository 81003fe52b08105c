"""Lifecycle policies of ECR: which are valid, and what they do to images. No IO, no moto.

The semantics are AWS's documented ones. Rules are looked at together and applied by priority. A rule takes all
images that its selection matches, also those that a rule before it marks; but it never acts on an image that
the selection of a rule before it matches, marked or not. Images that an index in the repository refers to are
no candidates while that index stays.
"""

import json
import re

FIELDS = {
    "rule": ({"rulePriority", "selection", "action"}, {"description"}),
    "selection": (
        {"tagStatus", "countType", "countNumber"}, {"tagPatternList", "tagPrefixList", "countUnit", "storageClass"},
    ),
    "action": ({"type"}, {"targetStorageClass"}),
}
COUNTS = {"imageCountMoreThan", "sinceImagePushed", "sinceImagePulled", "sinceImageTransitioned"}
DAY = 86400


class Invalid(Exception):
    """The policy is not valid; the text says why."""


def need(holds, why):
    if not holds:
        raise Invalid(why)


def parse(text):
    """The rules of this policy by priority."""
    need(100 <= len(text) <= 30720, "the text must have 100 to 30720 characters")
    try:
        rules = json.loads(text)["rules"]
    except (ValueError, KeyError, TypeError):
        raise Invalid("it must be JSON with rules") from None
    need(isinstance(rules, list) and rules, "there must be rules")
    for rule in rules:
        has_fields("rule", rule)
        has_fields("selection", rule["selection"])
        has_fields("action", rule["action"])
        priority = rule["rulePriority"]
        need(type(priority) is int and priority >= 1, "rulePriority must be a whole number from 1")
        selection_is_valid(rule["selection"], rule["action"]["type"])
    rules = sorted(rules, key=lambda rule: rule["rulePriority"])
    priorities = [rule["rulePriority"] for rule in rules]
    need(len(set(priorities)) == len(priorities), "rulePriority must be unique")
    anys = [rule for rule in rules[:-1] if rule["selection"]["tagStatus"] == "any"]
    need(not anys, "the rule with tagStatus any must have the highest rulePriority")
    return rules


def has_fields(kind, value):
    needed, allowed = FIELDS[kind]
    need(isinstance(value, dict), f"{kind} must be an object")
    need(needed <= value.keys(), f"{kind} needs {sorted(needed - value.keys())}")
    need(value.keys() <= needed | allowed, f"{kind} has unknown {sorted(value.keys() - needed - allowed)}")


def selection_is_valid(selection, action):
    status, count, number = (selection[name] for name in ("tagStatus", "countType", "countNumber"))
    lists = [selection[name] for name in ("tagPrefixList", "tagPatternList") if selection.get(name)]
    need(status in ("tagged", "untagged", "any"), f"tagStatus {status} is unknown")
    need(len(lists) == (1 if status == "tagged" else 0), f"{status} with {len(lists)} of tagPrefixList, tagPatternList")
    need(all(pattern.count("*") <= 4 for pattern in selection.get("tagPatternList", [])), "a pattern has at most 4 *")
    need(count in COUNTS, f"countType {count} is unknown")
    need(type(number) is int and number >= 1, "countNumber must be a whole number from 1")
    unit = "days" if count.startswith("since") else None
    need(selection.get("countUnit") == unit, f"countUnit of {count} must be {unit}")
    need(action in ("expire", "transition"), f"action {action} is unknown")
    need(count != "sinceImagePulled" or action == "transition", "sinceImagePulled is for transitions")
    need(count != "sinceImageTransitioned" or action == "expire", "sinceImageTransitioned is for expiry")


def evaluate(rules, images, now):
    """The images that are acted on, oldest first, each with its rule.

    An image is {"digest", "tags", "pushed_at", "pulled_at", "children"}; times are seconds.
    """
    referred = {digest for image in images for digest in image["children"]}
    candidates = [image for image in images if image["digest"] not in referred]
    acted, decided = [], set()
    for rule in rules:
        matched = [image for image in candidates if selects(rule["selection"], image)]
        for image in beyond(rule["selection"], matched, now):
            if image["digest"] not in decided:
                acted.append((image, rule))
        decided |= {image["digest"] for image in matched}
    return sorted(acted, key=lambda each: (each[0]["pushed_at"], each[0]["digest"]))


def selects(selection, image):
    tags = image["tags"]
    if selection.get("storageClass", "standard") != "standard":
        return False  # nothing was ever archived here
    if selection["tagStatus"] == "any":
        return True
    if selection["tagStatus"] == "untagged":
        return not tags
    prefixes = [re.escape(prefix) + ".*" for prefix in selection.get("tagPrefixList", [])]
    wildcards = [".*".join(map(re.escape, each.split("*"))) for each in selection.get("tagPatternList", [])]
    return all(any(re.fullmatch(pattern, tag) for tag in tags) for pattern in prefixes + wildcards)


def beyond(selection, images, now):
    """Those that are too many, or too old."""
    number = selection["countNumber"]
    if selection["countType"] == "imageCountMoreThan":
        return sorted(images, key=lambda image: image["pushed_at"], reverse=True)[number:]
    if selection["countType"] == "sinceImageTransitioned":
        return []
    since = "pulled_at" if selection["countType"] == "sinceImagePulled" else "pushed_at"
    return [image for image in images if now - (image[since] or image["pushed_at"]) > number * DAY]
