"""ECR: paging, digests, indexes and moved tags as AWS has them; lifecycle policies, previewed and applied.

`POST /double/state` takes
* "ecr": [{"repository", "digest" or "tag", and any of "pushed_at" (seconds), "bytes", "media_type", "pulled_at"}]
* "make_repositories": {"prefix", "count", "images", "bytes"}: repositories `<prefix>0`... with images tagged
  `v0`..., the first the oldest, each pushed a day after the one before, the last now

`POST /double/expire` {"account", "region"} applies the policies once, as ECR does within 24 hours; transitions
change nothing here. Images that an expired index referred to are left, untagged or not, to the next time.
"""

import hashlib
import json
import time

import lifecycle
from moto.ecr.exceptions import LifecyclePolicyNotFoundException
from moto.ecr.models import Image
from wire import Refused, backend, page

INDEXES = {
    "application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json",
}
IMAGE = "application/vnd.oci.image.manifest.v1+json"


def repository(call):
    return call.backend()._get_repository(call.asked["repositoryName"], call.asked.get("registryId"))


def children(image):
    """The digests of the images that this one, if it is an index, refers to."""
    if image.image_manifest_media_type not in INDEXES:
        return set()
    return {child["digest"] for child in json.loads(image.image_manifest)["manifests"]}


def size(repository, image):
    """As DescribeImages has it: an index is as large as the largest image that it refers to."""
    if image.image_manifest_media_type in INDEXES:
        inside = children(image)
        return max((size(repository, each) for each in repository.images if each.image_digest in inside), default=0)
    manifest = json.loads(image.image_manifest)
    return sum(part.get("size", 0) for part in [manifest.get("config", {}), *manifest.get("layers", [])])


def detail(repository, image):
    said = {
        "registryId": repository.registry_id,
        "repositoryName": repository.name,
        "imageDigest": image.image_digest,
        "imagePushedAt": image.image_pushed_at,
        "imageManifestMediaType": image.image_manifest_media_type,
        "imageStatus": "ACTIVE",
    }
    if image.image_tags:
        said["imageTags"] = list(image.image_tags)
    said |= getattr(image, "shaped", {})
    if "imageSizeInBytes" not in said:
        said["imageSizeInBytes"] = size(repository, image)
    return said


def with_status(images, asked):
    wanted = asked.get("filter", {}).get("tagStatus", "ANY")
    return [image for image in images if wanted == "ANY" or (wanted == "TAGGED") == bool(image.image_tags)]


def describe_repositories(call):
    if call.asked.get("repositoryNames"):
        return None
    found, rest = page(call.said()["repositories"], call.asked, "maxResults", "nextToken", 100, 1000)
    return {"repositories": found} | rest


def describe_images(call):
    of = repository(call)
    if ids := call.asked.get("imageIds"):
        if len(ids) > 100:
            raise Refused("imageIds can have at most 100 elements", "InvalidParameterException")
        found = [of._get_image(each.get("imageTag"), each.get("imageDigest")) for each in ids]
        return {"imageDetails": [detail(of, image) for image in found]}
    found, rest = page(with_status(of.images, call.asked), call.asked, "maxResults", "nextToken", 100, 1000)
    return {"imageDetails": [detail(of, image) for image in found]} | rest


def list_images(call):
    ids = []
    for image in with_status(repository(call).images, call.asked):
        tags = [{"imageTag": tag} for tag in image.image_tags] or [{}]
        ids += [{"imageDigest": image.image_digest} | tag for tag in tags]
    found, rest = page(ids, call.asked, "maxResults", "nextToken", 100, 1000)
    return {"imageIds": found} | rest


def put_image_scanning_configuration(call):
    """What is not said is off, as AWS's API reference has it; moto takes it as no change."""
    of = repository(call)
    said = {"scanOnPush": call.asked["imageScanningConfiguration"].get("scanOnPush", False)}
    of.image_scanning_configuration = said
    return {"registryId": of.registry_id, "repositoryName": of.name, "imageScanningConfiguration": said}


def put_image(call):
    """moto makes up digests of indexes, and deletes the image that loses its last tag to another."""
    of, asked = repository(call), call.asked
    text, tag = asked["imageManifest"], asked.get("imageTag")
    try:
        manifest = json.loads(text)
    except ValueError:
        raise Refused("Invalid JSON syntax", "InvalidParameterException") from None
    kind = asked.get("imageManifestMediaType") or manifest.get("mediaType")
    if not kind:
        raise Refused("The media type of the manifest is not given", "InvalidParameterException")
    digest = "sha256:" + hashlib.sha256(text.encode()).hexdigest()
    if asked.get("imageDigest", digest) != digest:
        raise Refused(f"The digest of the manifest is {digest}", "ImageDigestDoesNotMatchException")
    pushed = Image(call.account, None, text, of.name, kind, digest, of.registry_id)
    if missing := children(pushed) - {image.image_digest for image in of.images}:
        raise Refused(f"Not in the repository: {sorted(missing)}", "ReferencedImagesNotFoundException")
    image = next((image for image in of.images if image.image_digest == digest), None)
    if image and (tag is None or tag in image.image_tags):
        raise Refused(f"Image {digest} with tag {tag} already exists", "ImageAlreadyExistsException")
    holder = next((each for each in of.images if tag in each.image_tags), None)
    if holder:
        if of.is_tag_immutable():
            raise Refused(f"The tag {tag} already exists and is immutable", "ImageTagAlreadyExistsException")
        holder.image_tags.remove(tag)
        holder.image_tag = holder.image_tags[-1] if holder.image_tags else None
    if not image:
        image = pushed
        of.images.append(image)
    if tag:
        image.update_tag(tag)
    return {"image": given(of, image, {"imageTag": tag} if tag else {})}


def given(repository, image, tag):
    return {
        "registryId": repository.registry_id,
        "repositoryName": repository.name,
        "imageId": {"imageDigest": image.image_digest} | tag,
        "imageManifest": image.image_manifest,
        "imageManifestMediaType": image.image_manifest_media_type,
    }


def batch_get_image(call):
    of, images, failures = repository(call), [], []
    if len(call.asked["imageIds"]) > 100:
        raise Refused("imageIds can have at most 100 elements", "InvalidParameterException")
    for wanted in call.asked["imageIds"]:
        digest, tag = wanted.get("imageDigest"), wanted.get("imageTag")
        for image in of.images:
            if digest in (None, image.image_digest) and (tag is None or tag in image.image_tags):
                images.append(given(of, image, {"imageTag": tag} if tag else {}))
                break
        else:
            reason = "Requested image not found"
            failures.append({"imageId": wanted, "failureCode": "ImageNotFound", "failureReason": reason})
    return {"images": images, "failures": failures}


def policy(text):
    try:
        return lifecycle.parse(text)
    except lifecycle.Invalid as invalid:
        why = f"'Lifecycle policy validation failure: {invalid}'"
        at = "Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: "
        raise Refused(at + why, "InvalidParameterException") from None


def put_lifecycle_policy(call):
    """moto knows neither every rule of AWS nor every action."""
    of, text = repository(call), call.asked["lifecyclePolicyText"]
    policy(text)
    of.lifecycle_policy = text
    return {"registryId": of.registry_id, "repositoryName": of.name, "lifecyclePolicyText": text}


def acted_on(repository, text):
    """The images that the policy acts on, each with its rule."""
    images = {image.image_digest: image for image in repository.images}
    plain = [
        {
            "digest": digest,
            "tags": image.image_tags,
            "pushed_at": image.image_pushed_at,
            "pulled_at": getattr(image, "shaped", {}).get("lastRecordedPullTime"),
            "children": children(image),
        }
        for digest, image in images.items()
    ]
    return [(images[image["digest"]], rule) for image, rule in lifecycle.evaluate(policy(text), plain, time.time())]


def previewed(image, rule):
    said = {
        "imageTags": list(image.image_tags),
        "imageDigest": image.image_digest,
        "imagePushedAt": image.image_pushed_at,
        "action": {"type": rule["action"]["type"].upper()},
        "appliedRulePriority": rule["rulePriority"],
    }
    if "targetStorageClass" in rule["action"]:
        said["action"]["targetStorageClass"] = rule["action"]["targetStorageClass"].upper()
    return said


def start_preview(call):
    """Complete when it is asked for the second time."""
    of = repository(call)
    text = call.asked.get("lifecyclePolicyText") or of.lifecycle_policy
    if not text:
        raise LifecyclePolicyNotFoundException(of.name, of.registry_id)
    if getattr(of, "preview", {}).get("gets", 2) < 2:
        raise Refused("A preview is in progress", "LifecyclePolicyPreviewInProgressException")
    results = [previewed(image, rule) for image, rule in acted_on(of, text)]
    of.preview = {"text": text, "results": results, "gets": 0}
    return preview_head(of, "IN_PROGRESS")


def preview_head(repository, status):
    return {
        "registryId": repository.registry_id,
        "repositoryName": repository.name,
        "lifecyclePolicyText": repository.preview["text"],
        "status": status,
    }


def get_preview(call):
    of, asked = repository(call), call.asked
    if not hasattr(of, "preview"):
        raise Refused("There is no preview", "LifecyclePolicyPreviewNotFoundException")
    of.preview["gets"] += 1
    if of.preview["gets"] < 2:
        return preview_head(of, "IN_PROGRESS")
    results = of.preview["results"]
    summary = {"expiringImageTotalCount": sum(one["action"]["type"] == "EXPIRE" for one in results)}
    status = asked.get("filter", {}).get("tagStatus", "ANY")
    results = [one for one in results if status == "ANY" or (status == "TAGGED") == bool(one["imageTags"])]
    if ids := asked.get("imageIds"):
        results = [one for one in results if any(names(wanted, one) for wanted in ids)]
    found, rest = page(results, asked, "maxResults", "nextToken", 100, 100)
    return preview_head(of, "COMPLETE") | {"previewResults": found, "summary": summary} | rest


def names(wanted, result):
    return wanted.get("imageDigest") == result["imageDigest"] or wanted.get("imageTag") in result["imageTags"]


def expire(account, region):
    for of in backend("ecr", account, region).repositories.values():
        if of.lifecycle_policy:
            gone = [image for image, rule in acted_on(of, of.lifecycle_policy) if rule["action"]["type"] == "expire"]
            of.images = [image for image in of.images if image not in gone]


def shape_images(account, region, entries):
    for entry in entries:
        of = backend("ecr", account, region)._get_repository(entry["repository"])
        image = of._get_image(entry.get("tag"), entry.get("digest"))
        image.image_pushed_at = entry.get("pushed_at", image.image_pushed_at)
        image.image_manifest_media_type = entry.get("media_type", image.image_manifest_media_type)
        names = {"bytes": "imageSizeInBytes", "pulled_at": "lastRecordedPullTime"}
        image.shaped = getattr(image, "shaped", {}) | {names[name]: entry[name] for name in names if name in entry}


def make_repositories(account, region, made):
    now, ecr = int(time.time()), backend("ecr", account, region)
    for number in range(made["count"]):
        of = ecr.create_repository(f"{made['prefix']}{number}", None, None, None, None, [])
        for place in range(made["images"]):
            text = json.dumps({"schemaVersion": 2, "mediaType": IMAGE, "of": [of.name, place]})
            digest = "sha256:" + hashlib.sha256(text.encode()).hexdigest()
            image = Image(account, f"v{place}", text, of.name, IMAGE, digest, account)
            image.image_pushed_at = now - 86400 * (made["images"] - 1 - place)
            image.shaped = {"imageSizeInBytes": made.get("bytes", 50_000_000)}
            of.images.append(image)


OPERATIONS = {
    "DescribeRepositories": describe_repositories,
    "DescribeImages": describe_images,
    "ListImages": list_images,
    "PutImage": put_image,
    "PutImageScanningConfiguration": put_image_scanning_configuration,
    "BatchGetImage": batch_get_image,
    "PutLifecyclePolicy": put_lifecycle_policy,
    "StartLifecyclePolicyPreview": start_preview,
    "GetLifecyclePolicyPreview": get_preview,
}
STATE = {"ecr": shape_images, "make_repositories": make_repositories}
