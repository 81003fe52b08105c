//! The calls there are: the one table that errors and IAM policies use.

/// A call to AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Call {
    /// What was spent and used.
    CostAndUsage,
    /// What will be spent.
    CostForecast,
    /// What moved the cost.
    CostComparisonDrivers,
    /// Whose credentials these are.
    CallerIdentity,
}

impl Call {
    /// All of them.
    pub const ALL: [Call; 4] =
        [Call::CostAndUsage, Call::CostForecast, Call::CostComparisonDrivers, Call::CallerIdentity];

    /// The IAM action.
    #[must_use]
    pub const fn action(self) -> &'static str {
        match self {
            Call::CostAndUsage => "ce:GetCostAndUsage",
            Call::CostForecast => "ce:GetCostForecast",
            Call::CostComparisonDrivers => "ce:GetCostComparisonDrivers",
            Call::CallerIdentity => "sts:GetCallerIdentity",
        }
    }

    /// What it is for.
    #[must_use]
    pub const fn purpose(self) -> &'static str {
        match self {
            Call::CostAndUsage => "what was spent and used",
            Call::CostForecast => "what AWS expects to be spent",
            Call::CostComparisonDrivers => "what moved the cost between two months",
            Call::CallerIdentity => "which account the credentials belong to",
        }
    }

    /// The verb whose policy (`stackcost iam VERB`) allows it.
    #[must_use]
    pub const fn verb(self) -> &'static str {
        match self {
            Call::CostComparisonDrivers => "drivers",
            _ => "spend",
        }
    }

    /// Whether a policy must allow it: who one is, AWS tells everybody, even against a policy
    /// that denies it (API reference of STS, `GetCallerIdentity`).
    #[must_use]
    pub const fn needs_permission(self) -> bool {
        !matches!(self, Call::CallerIdentity)
    }

    /// Whether each of its pages is paid for.
    #[must_use]
    pub const fn is_paid(self) -> bool {
        !matches!(self, Call::CallerIdentity)
    }
}
