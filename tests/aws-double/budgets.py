"""Budgets: what moto lacks, an update and the subscribers of a notification."""

from wire import Refused


def budget(call, name):
    found = call.backend().budgets[call.asked["AccountId"]].get(name)
    if found is None:
        raise Refused(f"Unable to get budget: {name} - the budget doesn't exist.", "NotFoundException")
    return found


def update_budget(call):
    new = call.asked["NewBudget"]
    found = budget(call, new["BudgetName"])
    # Notifications are not of the budget itself; they stay.
    found.__init__({"TimePeriod": found.budget["TimePeriod"]} | new, [
        {"Notification": one.details, "Subscribers": one.subscribers} for one in found.notifications
    ])
    return {}


def describe_notifications(call):
    found = budget(call, call.asked["BudgetName"]).notifications
    return {"Notifications": [{"NotificationState": "OK"} | one.details for one in found]}


def describe_subscribers(call):
    for one in budget(call, call.asked["BudgetName"]).notifications:
        if key(one.details) == key(call.asked["Notification"]):
            return {"Subscribers": one.subscribers}
    raise Refused("Unable to get subscribers - the notification doesn't exist.", "NotFoundException")


def key(notification):
    kind = notification.get("ThresholdType", "PERCENTAGE")
    return notification["NotificationType"], notification["ComparisonOperator"], notification["Threshold"], kind


OPERATIONS = {
    "UpdateBudget": update_budget,
    "DescribeNotificationsForBudget": describe_notifications,
    "DescribeSubscribersForNotification": describe_subscribers,
}
STATE = {}
