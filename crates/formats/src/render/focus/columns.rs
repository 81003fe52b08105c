//! The columns of FOCUS 1.2, in order, and ours after them.

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Decimal,
    Time,
}

macro_rules! columns {
    ($($column:ident = $name:literal: $kind:ident,)*) => {
        /// A column of the output.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Column { $($column,)* }

        impl Column {
            pub const ALL: &'static [Column] = &[$(Column::$column,)*];

            pub const fn name(self) -> &'static str {
                match self { $(Column::$column => $name,)* }
            }

            pub const fn kind(self) -> Kind {
                match self { $(Column::$column => Kind::$kind,)* }
            }
        }
    };
}

// FOCUS 1.2, Cost and Usage: 57 columns.
columns! {
    AvailabilityZone = "AvailabilityZone": Text,
    BilledCost = "BilledCost": Decimal,
    BillingAccountId = "BillingAccountId": Text,
    BillingAccountName = "BillingAccountName": Text,
    BillingAccountType = "BillingAccountType": Text,
    BillingCurrency = "BillingCurrency": Text,
    BillingPeriodEnd = "BillingPeriodEnd": Time,
    BillingPeriodStart = "BillingPeriodStart": Time,
    CapacityReservationId = "CapacityReservationId": Text,
    CapacityReservationStatus = "CapacityReservationStatus": Text,
    ChargeCategory = "ChargeCategory": Text,
    ChargeClass = "ChargeClass": Text,
    ChargeDescription = "ChargeDescription": Text,
    ChargeFrequency = "ChargeFrequency": Text,
    ChargePeriodEnd = "ChargePeriodEnd": Time,
    ChargePeriodStart = "ChargePeriodStart": Time,
    CommitmentDiscountCategory = "CommitmentDiscountCategory": Text,
    CommitmentDiscountId = "CommitmentDiscountId": Text,
    CommitmentDiscountName = "CommitmentDiscountName": Text,
    CommitmentDiscountQuantity = "CommitmentDiscountQuantity": Decimal,
    CommitmentDiscountStatus = "CommitmentDiscountStatus": Text,
    CommitmentDiscountType = "CommitmentDiscountType": Text,
    CommitmentDiscountUnit = "CommitmentDiscountUnit": Text,
    ConsumedQuantity = "ConsumedQuantity": Decimal,
    ConsumedUnit = "ConsumedUnit": Text,
    ContractedCost = "ContractedCost": Decimal,
    ContractedUnitPrice = "ContractedUnitPrice": Decimal,
    EffectiveCost = "EffectiveCost": Decimal,
    InvoiceId = "InvoiceId": Text,
    InvoiceIssuerName = "InvoiceIssuerName": Text,
    ListCost = "ListCost": Decimal,
    ListUnitPrice = "ListUnitPrice": Decimal,
    PricingCategory = "PricingCategory": Text,
    PricingCurrency = "PricingCurrency": Text,
    PricingCurrencyContractedUnitPrice = "PricingCurrencyContractedUnitPrice": Decimal,
    PricingCurrencyEffectiveCost = "PricingCurrencyEffectiveCost": Decimal,
    PricingCurrencyListUnitPrice = "PricingCurrencyListUnitPrice": Decimal,
    PricingQuantity = "PricingQuantity": Decimal,
    PricingUnit = "PricingUnit": Text,
    ProviderName = "ProviderName": Text,
    PublisherName = "PublisherName": Text,
    RegionId = "RegionId": Text,
    RegionName = "RegionName": Text,
    ResourceId = "ResourceId": Text,
    ResourceName = "ResourceName": Text,
    ResourceType = "ResourceType": Text,
    ServiceCategory = "ServiceCategory": Text,
    ServiceName = "ServiceName": Text,
    ServiceSubcategory = "ServiceSubcategory": Text,
    SkuId = "SkuId": Text,
    SkuMeter = "SkuMeter": Text,
    SkuPriceDetails = "SkuPriceDetails": Text,
    SkuPriceId = "SkuPriceId": Text,
    SubAccountId = "SubAccountId": Text,
    SubAccountName = "SubAccountName": Text,
    SubAccountType = "SubAccountType": Text,
    Tags = "Tags": Text,
    XChargeType = "x_ChargeType": Text,
    XCommitmentStatus = "x_CommitmentStatus": Text,
    XCommitmentType = "x_CommitmentType": Text,
    XCostCategories = "x_CostCategories": Text,
    XDerivedColumns = "x_DerivedColumns": Text,
    XOperation = "x_Operation": Text,
    XPurchaseType = "x_PurchaseType": Text,
    XServiceCode = "x_ServiceCode": Text,
    XUsageType = "x_UsageType": Text,
}
