#!/usr/bin/env python3
"""Writes an AWS cost export (CUR 2.0, October 2026) to measure and test with. Same options, same bytes.

    make.py --rows 1000000 OUT.csv               114 columns, about 920 bytes a row
    make.py --rows 1000000 --gzip OUT.csv.gz
    make.py --rows 5054400 --parquet OUT.parquet (needs pyarrow)

The shape is AWS's: the columns of a CUR 2.0 export with resources in their order, hourly lines, costs as Java prints doubles
(1.81E-8), `product` and `resource_tags` as maps (JSON text in CSV). The figures are made up; rates are
those of public price lists, or near them.

In CSV every row has its own identity_line_item_id. In Parquet the rows of one resource share it: unique
ids do not compress and would alone be larger than everything else; --shared-ids does so in CSV too.
"""
import argparse, base64, datetime, gzip, hashlib, io, json, random
from decimal import Decimal

COLUMNS = """
bill_bill_type bill_billing_entity bill_billing_period_end_date bill_billing_period_start_date bill_invoice_id
bill_invoicing_entity bill_payer_account_id bill_payer_account_name cost_category discount discount_bundled_discount
discount_total_discount identity_line_item_id identity_time_interval line_item_availability_zone
line_item_blended_cost line_item_blended_rate line_item_currency_code line_item_legal_entity
line_item_line_item_description line_item_line_item_type line_item_net_unblended_cost line_item_net_unblended_rate
line_item_normalization_factor line_item_normalized_usage_amount line_item_operation line_item_product_code
line_item_resource_id line_item_tax_type line_item_unblended_cost line_item_unblended_rate line_item_usage_account_id
line_item_usage_account_name line_item_usage_amount line_item_usage_end_date line_item_usage_start_date
line_item_usage_type pricing_currency pricing_lease_contract_length pricing_offering_class
pricing_public_on_demand_cost pricing_public_on_demand_rate pricing_purchase_option pricing_rate_code pricing_rate_id
pricing_term pricing_unit product product_comment product_fee_code product_fee_description product_from_location
product_from_location_type product_from_region_code product_instance_family product_instance_type
product_instancesku product_location product_location_type product_operation product_pricing_unit
product_product_family product_region_code product_servicecode product_sku product_to_location
product_to_location_type product_to_region_code product_usagetype reservation_amortized_upfront_cost_for_usage
reservation_amortized_upfront_fee_for_billing_period reservation_availability_zone reservation_effective_cost
reservation_end_time reservation_modification_status reservation_net_amortized_upfront_cost_for_usage
reservation_net_amortized_upfront_fee_for_billing_period reservation_net_effective_cost
reservation_net_recurring_fee_for_usage reservation_net_unused_amortized_upfront_fee_for_billing_period
reservation_net_unused_recurring_fee reservation_net_upfront_value reservation_normalized_units_per_reservation
reservation_number_of_reservations reservation_recurring_fee_for_usage reservation_reservation_a_r_n
reservation_start_time reservation_subscription_id reservation_total_reserved_normalized_units
reservation_total_reserved_units reservation_units_per_reservation
reservation_unused_amortized_upfront_fee_for_billing_period reservation_unused_normalized_unit_quantity
reservation_unused_quantity reservation_unused_recurring_fee reservation_upfront_value resource_tags
savings_plan_amortized_upfront_commitment_for_billing_period savings_plan_end_time savings_plan_instance_type_family
savings_plan_net_amortized_upfront_commitment_for_billing_period
savings_plan_net_recurring_commitment_for_billing_period savings_plan_net_savings_plan_effective_cost
savings_plan_offering_type savings_plan_payment_option savings_plan_purchase_term
savings_plan_recurring_commitment_for_billing_period savings_plan_region savings_plan_savings_plan_a_r_n
savings_plan_savings_plan_effective_cost savings_plan_savings_plan_rate savings_plan_start_time
savings_plan_total_commitment_to_date savings_plan_used_commitment
""".split()

HOURS = 744
START = datetime.datetime(2026, 10, 1)
PAYER = "111122223333"
ACCOUNTS = [(PAYER, "payer"), ("444455556666", "news-prod"), ("777788889999", "news-staging"), ("012345678901", "sandbox")]
# Code, prefix of usage types, place. One in us-east-1 is likelier than the others together.
REGIONS = [("us-east-1", "USE1", "US East (N. Virginia)")] * 4 + [
    ("us-west-2", "USW2", "US West (Oregon)"), ("eu-west-1", "EU", "EU (Ireland)")]
ENVIRONMENTS = ["prod", "prod", "prod", "staging", "dev", None]
TEAMS = ["news", "platform", "search", "data", None]

# (product code, name, family, operation, resource, [(usage type, unit, rate, quantities)]). A "+" in front of the
# usage type: prefixed in us-east-1 too; "{code}" is the region's code. Quantities are per hour.
MIB = ["1.9e-05", "0.00001453", "0.00000402", "0.000233", "0.0011871", "0.0000097", "0.00003815", "0.0000721"]
GIB = ["0.0134", "0.2817", "1.442", "0.00213", "0.0719", "0.0000312", "0.5503", "0.011"]
COUNT = ["1", "3", "12", "47", "210", "1833", "5", "96"]
SERVICES = [
    ("AmazonECS", "Amazon Elastic Container Service", "Compute", "FargateTask", "arn:aws:ecs:{code}:{account}:task/news-{env}/{id32}", [
        ("+Fargate-vCPU-Hours:perCPU", "hours", "0.04048", ["0.25"]),
        ("+Fargate-GB-Hours", "hours", "0.004445", ["0.5"]),
        ("+Fargate-ARM-vCPU-Hours:perCPU", "hours", "0.03238", ["0.5", "0.3333333333", "0.0069444444", "0.0833333333"]),
        ("+Fargate-EphemeralStorage-GB-Hours", "GB-Hours", "0.000111", ["0.2083333333", "5", "0.0138888889", "10"])]),
    ("AmazonRDS", "Amazon Relational Database Service", "Database Instance", "CreateDBInstance:0014", "arn:aws:rds:{code}:{account}:db:{env}-{id8}", [
        ("InstanceUsage:db.t3.micro", "Hrs", "0.018", ["1"]),
        ("InstanceUsage:db.r6g.xl", "Hrs", "0.45", ["1"]),
        ("RDS:GP2-Storage", "GB-Mo", "0.115", ["0.0268817204"]),
        ("RDS:ChargedBackupUsage", "GB-Mo", "0.095", MIB)]),
    ("AmazonElastiCache", "Amazon ElastiCache", "Cache Instance", "CreateCacheCluster:0002", "arn:aws:elasticache:{code}:{account}:cluster:{env}-{id8}", [
        ("NodeUsage:cache.t3.micro", "Hrs", "0.017", ["1"]),
        ("NodeUsage:cache.r7g.large", "Hrs", "0.219", ["1"])]),
    ("AWSELB", "Elastic Load Balancing", "Load Balancer-Application", "LoadBalancing:Application",
     "arn:aws:elasticloadbalancing:{code}:{account}:loadbalancer/app/{env}-public/{id16}", [
        ("LoadBalancerUsage", "Hrs", "0.0225", ["1"]),
        ("LCUUsage", "LCU-Hrs", "0.008", MIB)]),
    ("AmazonECR", "Amazon EC2 Container Registry (ECR)", "EC2 Container Registry", "TimedStorage-ByteHrs",
     "arn:aws:ecr:{code}:{account}:repository/news/{id8}", [
        ("+TimedStorage-ByteHrs", "GB-Mo", "0.1", MIB)]),
    ("AmazonCloudWatch", "AmazonCloudWatch", "Data Payload", "PutLogEvents", "arn:aws:logs:{code}:{account}:log-group:/ecs/{env}/{id8}", [
        ("+DataProcessing-Bytes", "GB", "0.5", MIB),
        ("+TimedStorage-ByteHrs", "GB-Mo", "0.03", MIB),
        ("CW:MetricMonitorUsage", "Metrics", "0.3", ["0.0013440860", "0.0161290323"]),
        ("CW:Requests", "Requests", "0.00001", COUNT)]),
    ("AmazonEC2", "Amazon Elastic Compute Cloud", "NAT Gateway", "NatGateway", "arn:aws:ec2:{code}:{account}:natgateway/nat-{id17}", [
        ("NatGateway-Hours", "Hrs", "0.045", ["1"]),
        ("NatGateway-Bytes", "GB", "0.045", GIB),
        ("DataTransfer-Out-Bytes", "GB", "0.09", MIB),
        ("DataTransfer-Regional-Bytes", "GB", "0.01", MIB),
        ("USW2-AWS-Out-Bytes", "GB", "0.02", MIB)]),
    ("AmazonVPC", "Amazon Virtual Private Cloud", "VpcPublicIPv4Address", "PublicIPv4InUseAddress", "arn:aws:ec2:{code}:{account}:network-interface/eni-{id17}", [
        ("+PublicIPv4:InUseAddress", "Hrs", "0.005", ["1", "0.2344444444", "0.0169444444"])]),
    ("AmazonS3", "Amazon Simple Storage Service", "API Request", "PutObject", "arn:aws:s3:::news-{env}-{id8}", [
        ("TimedStorage-ByteHrs", "GB-Mo", "0.023", MIB),
        ("Requests-Tier1", "Requests", "0.000005", COUNT),
        ("Requests-Tier2", "Requests", "0.0000004", COUNT),
        ("DataTransfer-Out-Bytes", "GB", "0.09", MIB)]),
    ("AWSSecretsManager", "AWS Secrets Manager", "Secret", "GetSecretValue", "arn:aws:secretsmanager:{code}:{account}:secret:{env}/news-{id8}", [
        ("+AWSSecretsManager-Secrets", "Secrets", "0.4", ["0.0013440860"]),
        ("+AWSSecretsManagerAPIRequest", "API Requests", "0.000005", COUNT)]),
    ("AmazonSNS", "Amazon Simple Notification Service", "Message Delivery", "Publish", "arn:aws:sns:{code}:{account}:alarms-{env}-{id8}", [
        ("DeliveryAttempts-HTTP", "Notifications", "0.0000006", COUNT),
        ("Requests-Tier1", "Requests", "0.0000005", COUNT)]),
    ("awskms", "AWS Key Management Service", "Encryption Key", "Decrypt", "arn:aws:kms:{code}:{account}:key/{id8}-4c1d-4f7a-9b1e-{id12}", [
        ("{code}-KMS-Keys", "Keys", "1", ["0.0013440860"]),
        ("{code}-KMS-Requests", "Requests", "0.000003", COUNT)]),
]

HASH_DIGITS = "abcdefghijklmnopqrstuvwxyz234567"


def double(value):
    """A decimal as Java prints that double: 1.81E-8, 0.018, 744.0."""
    value = Decimal(value).normalize()
    if value == 0:
        return "0.0"
    sign, digits, exponent = value.as_tuple()
    point = len(digits) + exponent
    minus = "-" if sign else ""
    text = "".join(map(str, digits))
    if point < -2 or point > 7:
        return f"{minus}{text[0]}.{text[1:] or '0'}E{point - 1}"
    text = f"{value:f}"
    return text if "." in text else text + ".0"


def money(value):
    """Ten places, as AWS cuts hourly costs."""
    return Decimal(value).quantize(Decimal("1e-10"))


def ident(seed, length):
    return base64.b32encode(hashlib.sha256(seed.encode()).digest()).decode().lower()[:length]


def hexes(seed, length):
    return hashlib.sha256(seed.encode()).hexdigest()[:length]


def stamp(time):
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def cell(text):
    return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in ',"\n') else text


MONTH = {"bill_billing_period_start_date": stamp(START), "bill_billing_period_end_date": stamp(datetime.datetime(2026, 11, 1))}
ALWAYS = MONTH | {
    "bill_bill_type": "Anniversary", "bill_billing_entity": "AWS", "bill_invoicing_entity": "Amazon Web Services, Inc.",
    "bill_payer_account_id": PAYER, "bill_payer_account_name": "payer", "cost_category": "{}", "discount": "{}",
    "line_item_currency_code": "USD", "line_item_legal_entity": "Amazon Web Services, Inc.", "product": "{}",
    "resource_tags": "{}",
}


def at_hour(hour, hours=1):
    start = START + datetime.timedelta(hours=hour)
    return stamp(start), stamp(start + datetime.timedelta(hours=hours))


def tags(environment, team, line):
    known = {"user_environment": environment, "user_team": team}
    if line % 5 == 0 and (environment or team):
        known["aws_created_by"] = f"AssumedRole:AROA{ident(team or 'x', 12).upper()}:deploy"
    return json.dumps({key: value for key, value in known.items() if value}, separators=(",", ":"))


def measured(dice, quantities):
    """What a line counts in its hours: always the same, or one of 24 amounts."""
    if len(quantities) == 1:
        return quantities
    places = Decimal("1") if quantities is COUNT else Decimal("1e-10")
    return [max((Decimal(dice.choice(quantities)) * dice.randrange(100, 3000) / 1000).quantize(places), places) for _ in range(24)]


def usage_lines(count):
    """Yields each line as its variants, of which an hour takes one: the rows that it has in that hour."""
    dice = random.Random(20261001)
    # Requests and bytes are the most lines of a real bill, hours the fewest.
    meters = [(service, meter) for service in SERVICES for meter in service[5] for _ in range(1 if len(meter[3]) == 1 else 2)]
    for line in range(count):
        (product, name, family, operation, resource, _), (usage, unit, rate, quantities) = meters[line * 7 % len(meters)]
        code, prefix, place = dice.choice(REGIONS)
        account, account_name = dice.choice(ACCOUNTS[1:] * 3 + ACCOUNTS[:1])
        environment, team = dice.choice(ENVIRONMENTS), dice.choice(TEAMS)
        usage_type = usage.replace("{code}", code).lstrip("+")
        if "{code}" not in usage and (usage.startswith("+") or code != "us-east-1"):
            usage_type = f"{prefix}-{usage_type}"
        arn = resource.format(code=code, account=account, env=environment or "shared", id32=hexes(f"{line}", 32),
                              id16=hexes(f"{line}", 16), id17="0" + hexes(f"{line}", 16), id12=hexes(f"b{line}", 12), id8=hexes(f"{line}", 8))
        sku = ident(usage_type + operation, 16).upper()
        rate_code = f"{sku}.JRTCKXETXF.6YS6EN2CT7"
        fixed = ALWAYS | {
            "line_item_availability_zone": code + dice.choice("abc") if "Hrs" in unit else "",
            "line_item_blended_rate": rate, "line_item_unblended_rate": rate,
            "line_item_line_item_description": f"${rate} per {unit} of {usage_type}, {place}",
            "line_item_line_item_type": "Usage", "line_item_operation": operation, "line_item_product_code": product,
            "line_item_resource_id": arn, "line_item_usage_account_id": account, "line_item_usage_account_name": account_name,
            "line_item_usage_type": usage_type, "pricing_currency": "USD", "pricing_public_on_demand_rate": rate,
            "pricing_rate_code": rate_code, "pricing_rate_id": str(10**11 + int(hexes(sku, 9), 16)), "pricing_term": "OnDemand",
            "pricing_unit": unit,
            "product": json.dumps({"product_name": name, "region": code}, separators=(",", ":")),
            "product_product_family": family, "product_region_code": code, "product_servicecode": product, "product_sku": sku,
            "resource_tags": tags(environment, team, line),
        }
        covered = usage.startswith("+Fargate-") and environment == "prod"
        reserved = usage == "InstanceUsage:db.r6g.xl" and environment == "prod"
        discounted = account_name == "news-prod" and product in ("AmazonS3", "AmazonSNS", "AWSELB")
        variants = []
        for quantity in measured(dice, quantities):
            cost = money(Decimal(rate) * Decimal(quantity))
            row = fixed | {
                "line_item_usage_amount": double(quantity), "line_item_unblended_cost": double(cost), "line_item_blended_cost": double(cost),
                "line_item_net_unblended_cost": double(cost), "line_item_net_unblended_rate": rate, "pricing_public_on_demand_cost": double(cost),
            }
            rows = [row]
            if covered:
                plan = f"arn:aws:savingsplans::{PAYER}:savingsplan/8f2a6b1c-0d5e-4b7a-9c31-5e0f6a7d8b90"
                effective = money(cost * Decimal("0.8"))
                row |= {
                    "line_item_line_item_type": "SavingsPlanCoveredUsage", "savings_plan_savings_plan_a_r_n": plan,
                    "savings_plan_savings_plan_effective_cost": double(effective), "savings_plan_net_savings_plan_effective_cost": double(effective),
                    "savings_plan_savings_plan_rate": double(money(Decimal(rate) * Decimal("0.8"))), "savings_plan_offering_type": "ComputeSavingsPlans",
                    "savings_plan_payment_option": "No Upfront", "savings_plan_purchase_term": "1yr",
                    "savings_plan_start_time": "2026-03-01T00:00:00.000Z", "savings_plan_end_time": "2027-02-28T23:59:59.000Z",
                }
                negated = double(-cost)
                rows.append(row | {
                    "line_item_line_item_type": "SavingsPlanNegation", "line_item_unblended_cost": negated, "line_item_blended_cost": negated,
                    "line_item_net_unblended_cost": negated, "pricing_public_on_demand_cost": "0.0", "line_item_usage_amount": "0.0",
                    "line_item_line_item_description": "SavingsPlanNegation used by AccountId : " + account,
                    "savings_plan_savings_plan_effective_cost": "0.0", "savings_plan_net_savings_plan_effective_cost": "0.0",
                })
            elif reserved:
                row |= {
                    "line_item_line_item_type": "DiscountedUsage", "line_item_unblended_cost": "0.0", "line_item_blended_cost": "0.0",
                    "line_item_net_unblended_cost": "0.0", "pricing_term": "Reserved", "pricing_lease_contract_length": "1yr",
                    "pricing_offering_class": "standard", "pricing_purchase_option": "No Upfront", "reservation_effective_cost": "0.305",
                    "reservation_net_effective_cost": "0.305", "reservation_recurring_fee_for_usage": "0.305",
                    "reservation_reservation_a_r_n": f"arn:aws:rds:{code}:{account}:ri:db-{hexes(arn, 12)}", "reservation_start_time": "2026-02-01T00:00:00.000Z",
                    "reservation_end_time": "2027-02-01T00:00:00.000Z", "reservation_number_of_reservations": "1",
                }
            elif discounted:
                saved = money(cost * Decimal("0.04"))
                row["line_item_net_unblended_cost"] = double(cost - saved)
                row["discount"], row["discount_total_discount"] = json.dumps({"edp_discount": float(-saved)}), double(-saved)
                rows.append(row | {
                    "line_item_line_item_type": "EdpDiscount", "line_item_unblended_cost": double(-saved), "line_item_blended_cost": "",
                    "line_item_net_unblended_cost": "0.0", "pricing_public_on_demand_cost": "", "line_item_usage_amount": double(quantity),
                    "line_item_line_item_description": "Enterprise Discount Program Discount", "discount": "{}", "discount_total_discount": "",
                })
            variants.append(rows)
        yield variants


def month_rows():
    """What is billed once a month, and the hourly fee of the Savings Plan on the last hour."""
    base = ALWAYS | {"line_item_usage_account_id": PAYER, "line_item_usage_account_name": "payer", "line_item_usage_amount": "1.0"}

    def row(kind, cost, span=(0, HOURS), **more):
        start, end = at_hour(*span)
        return base | {"line_item_line_item_type": kind, "line_item_unblended_cost": double(cost), "line_item_blended_cost": double(cost),
                       "line_item_net_unblended_cost": double(cost), "line_item_usage_start_date": start, "line_item_usage_end_date": end,
                       "identity_time_interval": f"{start[:19]}Z/{end[:19]}Z"} | more

    for at, service in enumerate(SERVICES):
        yield row("Tax", f"{at}.37", line_item_product_code=service[0], line_item_tax_type="VAT", line_item_operation="",
                  line_item_line_item_description="Tax for product code " + service[0])
    for at in range(6):
        yield row("Credit", f"-{at + 1}.5E-3", line_item_product_code=SERVICES[at][0], line_item_usage_type=SERVICES[at][5][0][0].lstrip("+"),
                  line_item_line_item_description="AWS Activate credits")
    yield row("Refund", "-12.5", line_item_product_code="AmazonRDS", line_item_usage_type="InstanceUsage:db.r6g.xl",
              line_item_line_item_description="Refund for a billing correction")
    yield row("Fee", "49.0", (0, 1), line_item_product_code="AWSSupportBusiness", line_item_line_item_description="AWS Support (Business)")
    for at in range(3):
        arn = f"arn:aws:rds:us-east-1:{PAYER}:ri:db-{at}"
        yield row("RIFee", "226.92", line_item_product_code="AmazonRDS", line_item_usage_type="HeavyUsage:db.r6g.xl", line_item_usage_amount="744.0",
                  line_item_operation="CreateDBInstance:0014", line_item_line_item_description="USD 0.305 hourly fee per PostgreSQL, db.r6g.xl",
                  reservation_reservation_a_r_n=arn, reservation_unused_recurring_fee="3.05", reservation_net_unused_recurring_fee="3.05",
                  reservation_unused_amortized_upfront_fee_for_billing_period="0.0", pricing_term="Reserved", product_region_code="us-east-1",
                  reservation_net_unused_amortized_upfront_fee_for_billing_period="0.0", reservation_subscription_id=f"90000000{at}")
    for hour in range(24):
        yield row("SavingsPlanRecurringFee", "0.52", (hour, 1), line_item_product_code="ComputeSavingsPlans", line_item_usage_type="ComputeSP:1yrNoUpfront",
                  line_item_line_item_description="1 year No Upfront Compute Savings Plan",
                  savings_plan_savings_plan_a_r_n=f"arn:aws:savingsplans::{PAYER}:savingsplan/8f2a6b1c-0d5e-4b7a-9c31-5e0f6a7d8b90",
                  savings_plan_total_commitment_to_date="0.52", savings_plan_used_commitment="0.4731",
                  savings_plan_recurring_commitment_for_billing_period="0.52", savings_plan_amortized_upfront_commitment_for_billing_period="0.0",
                  savings_plan_net_recurring_commitment_for_billing_period="0.52", savings_plan_net_amortized_upfront_commitment_for_billing_period="0.0")


TIMED = ["identity_line_item_id", "identity_time_interval", "line_item_usage_end_date", "line_item_usage_start_date"]


def pieces(row):
    """The text of a row around its four cells that change by the hour."""
    marked = row | {column: "\0" for column in TIMED}
    return ",".join(cell(marked.get(column, "")) for column in COLUMNS).split("\0")


def blocks(rows, shared_ids):
    """The export as text, one hour a block: exactly this many rows after the heading."""
    yield ",".join(COLUMNS) + "\n"
    last = [row | {"identity_line_item_id": ident(f"month {at}", 52)} for at, row in enumerate(month_rows())][:rows]
    left = rows - len(last)
    # Covered and discounted lines bring a second row: fewer lines than rows an hour, cut at the end.
    lines = []
    wanted = max(left // HOURS, min(left, 240))
    for number, variants in enumerate(usage_lines(wanted)):
        for which, rows_of in enumerate(zip(*variants)):
            lines.append((number, ident(f"{number}/{which}", 52), [pieces(row) for row in rows_of]))
    per_hour = len(lines)
    hours = -(-left // per_hour) if left else 0
    for turn in range(hours):
        start, end = at_hour(turn * HOURS // hours)
        interval = f"{start[:19]}Z/{end[:19]}Z"
        unique = "" if shared_ids else "".join(HASH_DIGITS[turn >> shift & 31] for shift in (5, 0))
        text = []
        for at in range(min(per_hour, left)):
            number, name, variants = lines[at]
            # By the number of the line: what is taken back is what was charged in that hour.
            a, b, c, d, e = variants[(turn * 5 + number) % len(variants)]
            text.append(f"{a}{name[:52 - len(unique)]}{unique}{b}{interval}{c}{end}{d}{start}{e}\n")
        left -= len(text)
        yield "".join(text)
    yield "".join(",".join(cell(row.get(column, "")) for column in COLUMNS) + "\n" for row in last)


def write_parquet(path, texts):
    """The same rows typed as AWS types them: costs double, dates timestamp[ms], maps."""
    import pyarrow, pyarrow.csv, pyarrow.parquet
    maps = {"product", "resource_tags", "cost_category", "discount"}
    heading = next(texts)

    def kind(column):
        if column.endswith(("_start_date", "_end_date")):
            return pyarrow.timestamp("ms")
        fee = column.startswith(("reservation_", "savings_plan_")) and any(
            word in column for word in ("cost", "fee", "upfront", "commitment", "_rate", "quantity"))
        amount = column.startswith(("line_item_", "pricing_", "discount_")) and column.endswith(("_cost", "_amount", "_discount", "_factor"))
        return pyarrow.float64() if fee or amount else pyarrow.string()

    kinds = {column: kind(column) for column in COLUMNS}

    def mapped(column, name):
        coded = column.combine_chunks().dictionary_encode()
        item = pyarrow.float64() if name == "discount" else pyarrow.string()
        values = pyarrow.array([list(json.loads(text or "{}").items()) for text in coded.dictionary.to_pylist()], pyarrow.map_(pyarrow.string(), item))
        return values.take(coded.indices)

    def table(text):
        options = pyarrow.csv.ConvertOptions(column_types=kinds, strings_can_be_null=True, timestamp_parsers=["%Y-%m-%dT%H:%M:%S.000Z"])
        read = pyarrow.csv.read_csv(io.BytesIO((heading + text).encode()), convert_options=options)
        for at, name in enumerate(COLUMNS):
            if name in maps:
                read = read.set_column(at, name, mapped(read[name], name))
        return read

    writer, waiting, size = None, [], 0
    for text in texts:
        waiting.append(text)
        size += text.count("\n")
        if size >= 100_000:
            group = table("".join(waiting))
            writer = writer or pyarrow.parquet.ParquetWriter(path, group.schema, compression="snappy")
            writer.write_table(group)
            waiting, size = [], 0
    group = table("".join(waiting))
    writer = writer or pyarrow.parquet.ParquetWriter(path, group.schema, compression="snappy")
    if size:
        writer.write_table(group)
    writer.close()


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--gzip", action="store_true", help="compress the CSV")
    options.add_argument("--parquet", action="store_true", help="write Parquet instead of CSV")
    options.add_argument("--shared-ids", action="store_true", help="one id for all hours of a line")
    options.add_argument("out")
    given = options.parse_args()
    texts = blocks(given.rows, given.shared_ids or given.parquet)
    if given.parquet:
        return write_parquet(given.out, texts)
    # No name and no time inside: the same bytes each time.
    with open(given.out, "wb") as raw:
        out = gzip.GzipFile("", "wb", 6, raw, 0) if given.gzip else raw
        for text in texts:
            out.write(text.encode())
        if given.gzip:
            out.close()


main()
