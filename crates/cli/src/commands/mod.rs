//! One file a verb.

pub(crate) mod check;
pub(crate) mod compare;
pub(crate) mod completions;
pub(crate) mod drivers;
pub(crate) mod estimate;
pub(crate) mod explain;
pub(crate) mod fix_apply;
pub(crate) mod fix_plan;
pub(crate) mod fix_status;
pub(crate) mod fix_undo;
pub(crate) mod iam;
pub(crate) mod init;
pub(crate) mod man;
pub(crate) mod optimize;
pub(crate) mod optimize_bill;
pub(crate) mod optimize_commitments;
pub(crate) mod prices_diff;
pub(crate) mod prices_refresh;
pub(crate) mod prices_show;
pub(crate) mod prices_verify;
pub(crate) mod reconcile;
pub(crate) mod simulate;
pub(crate) mod spend;
