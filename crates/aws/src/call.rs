//! The calls there are: the one table that errors and IAM policies use.

macro_rules! calls {
    ($($name:ident $action:literal $purpose:literal;)*) => {
        /// A call to AWS.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Call { $(#[doc = $purpose] $name,)* }

        /// How many there are.
        const COUNT: usize = [$(Call::$name,)*].len();

        impl Call {
            /// All of them.
            pub const ALL: [Call; COUNT] = [$(Call::$name,)*];

            /// The IAM action.
            #[must_use]
            pub const fn action(self) -> &'static str {
                match self { $(Call::$name => $action,)* }
            }

            /// What it is for.
            #[must_use]
            pub const fn purpose(self) -> &'static str {
                match self { $(Call::$name => $purpose,)* }
            }
        }
    };
}

calls! {
    CostAndUsage "ce:GetCostAndUsage" "what was spent and used";
    CostForecast "ce:GetCostForecast" "what AWS expects to be spent";
    CostComparisonDrivers "ce:GetCostComparisonDrivers" "what moved the cost between two months";
    Products "pricing:GetProducts" "what AWS's price lists say";
    ListPriceLists "pricing:ListPriceLists" "which price lists held on a day";
    GetPriceListFileUrl "pricing:GetPriceListFileUrl" "where the file of a price list is";
    CallerIdentity "sts:GetCallerIdentity" "which account the credentials belong to";

    DescribeRepositories "ecr:DescribeRepositories" "which repositories there are, and whether they scan";
    DescribeImages "ecr:DescribeImages" "how large and old images are";
    BatchGetImage "ecr:BatchGetImage" "which images an index refers to";
    GetLifecyclePolicy "ecr:GetLifecyclePolicy" "which images a repository expires";
    PutLifecyclePolicy "ecr:PutLifecyclePolicy" "set which images a repository expires";
    DeleteLifecyclePolicy "ecr:DeleteLifecyclePolicy" "take a lifecycle policy away again";
    StartLifecyclePolicyPreview "ecr:StartLifecyclePolicyPreview" "have ECR preview a lifecycle policy";
    GetLifecyclePolicyPreview "ecr:GetLifecyclePolicyPreview" "what ECR's preview takes";
    GetRegistryScanningConfiguration "ecr:GetRegistryScanningConfiguration" "how the registry scans images";
    PutImageScanningConfiguration "ecr:PutImageScanningConfiguration" "set whether a repository scans on push";

    DescribeLogGroups "logs:DescribeLogGroups" "how long log groups keep events, and how much";
    DescribeAccountPolicies "logs:DescribeAccountPolicies" "retentions that hold for all log groups";
    PutRetentionPolicy "logs:PutRetentionPolicy" "set how long a log group keeps events";
    DeleteRetentionPolicy "logs:DeleteRetentionPolicy" "let a log group keep events for ever again";

    GetMetricData "cloudwatch:GetMetricData" "how much is logged, and whether charges are measured";
    DescribeAlarms "cloudwatch:DescribeAlarms" "which alarms there are, and whom they tell";
    PutMetricAlarm "cloudwatch:PutMetricAlarm" "make and change alarms";
    DeleteAlarms "cloudwatch:DeleteAlarms" "take alarms away again";
    ListDashboards "cloudwatch:ListDashboards" "which dashboards there are";
    GetDashboard "cloudwatch:GetDashboard" "what is on a dashboard";
    PutDashboard "cloudwatch:PutDashboard" "make and change a dashboard";
    DeleteDashboards "cloudwatch:DeleteDashboards" "take a dashboard away again";

    ListTopics "sns:ListTopics" "which topics there are";
    GetTopicAttributes "sns:GetTopicAttributes" "who may publish to a topic";
    SetTopicAttributes "sns:SetTopicAttributes" "let CloudWatch publish to a topic";
    CreateTopic "sns:CreateTopic" "make a topic";
    DeleteTopic "sns:DeleteTopic" "take a topic away again";
    ListSubscriptionsByTopic "sns:ListSubscriptionsByTopic" "whom a topic tells";
    Subscribe "sns:Subscribe" "have a topic tell somebody";
    Unsubscribe "sns:Unsubscribe" "have a topic tell somebody no more";

    ViewBudget "budgets:ViewBudget" "which budgets there are, and whom they tell";
    ModifyBudget "budgets:ModifyBudget" "make and change a budget";

    DescribeScalableTargets "application-autoscaling:DescribeScalableTargets" "between which bounds services scale";
    RegisterScalableTarget "application-autoscaling:RegisterScalableTarget" "set the bounds of a service";
    DeregisterScalableTarget "application-autoscaling:DeregisterScalableTarget" "take the bounds of a service away again";
    DescribeScheduledActions "application-autoscaling:DescribeScheduledActions" "whether a schedule needs the bounds";
    DescribeScalingPolicies "application-autoscaling:DescribeScalingPolicies" "by what services scale";
    PutScalingPolicy "application-autoscaling:PutScalingPolicy" "set by what a service scales";
    DeleteScalingPolicy "application-autoscaling:DeleteScalingPolicy" "take a scaling policy away again";

    ListClusters "ecs:ListClusters" "which ECS clusters there are";
    DescribeClusters "ecs:DescribeClusters" "whether clusters have Container Insights";
    UpdateClusterSettings "ecs:UpdateClusterSettings" "set Container Insights of a cluster";
    ListServices "ecs:ListServices" "which ECS services there are";
    DescribeServices "ecs:DescribeServices" "how services roll out, and what they run";
    UpdateService "ecs:UpdateService" "set how a service rolls out";
    ListTasks "ecs:ListTasks" "which tasks run";
    DescribeTasks "ecs:DescribeTasks" "which images run";
    ListTaskDefinitionFamilies "ecs:ListTaskDefinitionFamilies" "which families a schedule may run";
    ListTaskDefinitions "ecs:ListTaskDefinitions" "which revisions a rollback may need";
    DescribeTaskDefinition "ecs:DescribeTaskDefinition" "which images and variables a revision has";

    DescribeTargetGroups "elasticloadbalancing:DescribeTargetGroups" "which load balancers send to a service";
    DescribeLoadBalancers "elasticloadbalancing:DescribeLoadBalancers" "which security groups load balancers have";

    ListCostAllocationTags "ce:ListCostAllocationTags" "which tags split the bill";
    UpdateCostAllocationTagsStatus "ce:UpdateCostAllocationTagsStatus" "have a tag split the bill";
}

impl Call {
    /// The verb whose policy (`stackcost iam VERB`) allows it.
    #[must_use]
    pub const fn verb(self) -> &'static str {
        match self {
            Call::CostAndUsage | Call::CostForecast | Call::CallerIdentity => "spend",
            Call::CostComparisonDrivers => "drivers",
            Call::Products | Call::ListPriceLists | Call::GetPriceListFileUrl => "prices",
            _ => "fix",
        }
    }

    /// Whether a policy must allow it: who one is, AWS tells everybody, even against a policy
    /// that denies it (API reference of STS, `GetCallerIdentity`).
    #[must_use]
    pub const fn needs_permission(self) -> bool {
        !matches!(self, Call::CallerIdentity)
    }

    /// The service whose role AWS makes in the account with the first of these calls, if it makes
    /// one: whoever makes it needs `iam:CreateServiceLinkedRole` with this as `iam:AWSServiceName`.
    /// Source: Application Auto Scaling user guide, "Service-linked roles".
    #[must_use]
    pub const fn service_linked_role(self) -> Option<&'static str> {
        match self {
            Call::RegisterScalableTarget => Some("ecs.application-autoscaling.amazonaws.com"),
            _ => None,
        }
    }

    /// Whether each of its pages is paid for. Of Cost Explorer all are: "each request" costs a cent
    /// (its pricing page); that those on tags are no exception is not verified.
    /// [`Call::GetMetricData`] is not among them: it is billed by the metric, a cent a thousand.
    #[must_use]
    pub const fn is_paid(self) -> bool {
        matches!(
            self,
            Call::CostAndUsage
                | Call::CostForecast
                | Call::CostComparisonDrivers
                | Call::ListCostAllocationTags
                | Call::UpdateCostAllocationTagsStatus
        )
    }
}
