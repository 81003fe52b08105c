"""SNS: an e-mail address that was subscribed is pending until its owner confirms it; moto confirms it at once.

`POST /double/state` takes
* "sns": [{"topic_arn", "endpoint", "pending"}]: false confirms, as the link in the e-mail does
"""

from wire import backend


def subscribe(call):
    answer, asked = call.moto(), call.asked
    if answer.status == 200 and asked["Protocol"] in ("email", "email-json"):
        found = call.backend()._find_subscription(asked["TopicArn"], asked["Endpoint"], asked["Protocol"])
        if not hasattr(found, "pending"):
            hold(found, True)
    return hidden(call, answer, b"pending confirmation")


def listed(call):
    return hidden(call, call.moto(), b"PendingConfirmation")


def hidden(call, answer, shown):
    """A subscription that is pending has an ARN in moto, and none in AWS."""
    body = answer.body
    for subscription in list(call.backend().subscriptions.values()):
        if getattr(subscription, "pending", False):
            body = body.replace(subscription.arn.encode(), shown)
    return answer._replace(body=body)


def get_topic_attributes(call):
    """moto counts no subscriptions."""
    topic = call.backend().topics.get(call.asked["TopicArn"])
    if topic:
        of = [one for one in list(call.backend().subscriptions.values()) if one.topic is topic]
        topic.subscriptions_pending = sum(getattr(one, "pending", False) for one in of)
        topic.subscriptions_confimed = len(of) - topic.subscriptions_pending  # spelt so in moto


def hold(subscription, pending):
    subscription.pending = pending
    subscription.attributes["PendingConfirmation"] = pending


def confirm(account, region, entries):
    for entry in entries:
        subscriptions = backend("sns", account, region).subscriptions.values()
        wanted = (entry["topic_arn"], entry["endpoint"])
        hold(next(one for one in subscriptions if (one.topic.arn, one.endpoint) == wanted), entry["pending"])


OPERATIONS = {
    "Subscribe": subscribe,
    "ListSubscriptions": listed,
    "ListSubscriptionsByTopic": listed,
    "GetTopicAttributes": get_topic_attributes,
}
STATE = {"sns": confirm}
