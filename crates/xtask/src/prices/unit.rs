//! The units of the price book.

/// A unit label of the price book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Unit(&'static str);

impl Unit {
    pub(crate) const VCPU_HOURS: Self = Self("vCPU-Hours");
    pub(crate) const GB_HOURS: Self = Self("GB-Hours");
    pub(crate) const HOURS: Self = Self("Hrs");
    pub(crate) const GB_MONTHS: Self = Self("GB-Mo");
    pub(crate) const GB: Self = Self("GB");
    pub(crate) const IOPS_MONTHS: Self = Self("IOPS-Mo");
    pub(crate) const MBPS_MONTHS: Self = Self("MBPS-Mo");
    pub(crate) const IOS: Self = Self("IOs");
    pub(crate) const LCU_HOURS: Self = Self("LCU-Hrs");
    pub(crate) const ACU_HOURS: Self = Self("ACU-Hr");
    pub(crate) const ECPUS: Self = Self("ElastiCacheProcessingUnit");
    pub(crate) const REQUESTS: Self = Self("Requests");
    pub(crate) const NOTIFICATIONS: Self = Self("Notifications");
    pub(crate) const METRICS: Self = Self("Metrics");
    pub(crate) const ALARMS: Self = Self("Alarms");
    pub(crate) const DASHBOARDS: Self = Self("Dashboards");
    pub(crate) const SECRETS: Self = Self("Secrets");
    pub(crate) const KEYS: Self = Self("Keys");

    const ALL: [Self; 18] = [
        Self::VCPU_HOURS,
        Self::GB_HOURS,
        Self::HOURS,
        Self::GB_MONTHS,
        Self::GB,
        Self::IOPS_MONTHS,
        Self::MBPS_MONTHS,
        Self::IOS,
        Self::LCU_HOURS,
        Self::ACU_HOURS,
        Self::ECPUS,
        Self::REQUESTS,
        Self::NOTIFICATIONS,
        Self::METRICS,
        Self::ALARMS,
        Self::DASHBOARDS,
        Self::SECRETS,
        Self::KEYS,
    ];

    /// The unit with this label.
    pub(crate) fn parse(label: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| unit.0 == label)
    }

    /// The label as the files write it.
    pub(crate) fn label(self) -> &'static str {
        self.0
    }
}
