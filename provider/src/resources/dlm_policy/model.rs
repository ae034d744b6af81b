//! The field lists, named as in hashicorp/aws's `aws_dlm_lifecycle_policy`, so that the rest of its
//! tree can follow without renaming anything.

use tfplugin::prelude::*;

model! {
    /// A DLM policy: takes EBS snapshots of everything that carries a tag, and deletes the old ones.
    ///
    /// What AWS would reject is refused at plan time. An interrupted create is found again by its
    /// mark, the tag `holdfast:creating`, and never made twice.
    pub struct DlmPolicy {
        /// Id of the policy, `policy-...`.
        pub id: Attr<String> = computed().use_state_for_unknown(),
        /// ARN of the policy.
        pub arn: Attr<String> = computed().use_state_for_unknown(),
        /// Region of the policy; if not set, the provider's when the policy is made. It stays there
        /// when the provider's changes.
        pub region: Attr<String> = optional_computed()
            .validate(satisfies("The name of an AWS region, such as `eu-central-1`.", |name: &String| {
                name.parse::<holdfast_aws::Region>().is_ok()
            }))
            .requires_replace()
            .use_state_for_unknown(),
        /// What the policy is for: 1 to 500 letters, digits, spaces, `_` and `-`.
        pub description: Attr<String> = required(),
        /// ARN of the role that DLM assumes.
        pub execution_role_arn: Attr<String> = required(),
        /// Whether the policy runs, `ENABLED` or `DISABLED`. A disabled one keeps the snapshots it has made.
        pub state: Attr<String> = optional().default("ENABLED"),
        /// What is snapshotted, when, and how long it is kept.
        pub policy_details: One<PolicyDetails> = one().required(),
        /// Tags of the policy itself.
        pub tags: StringMap = optional(),
        /// Tags of the policy itself, the provider's `default_tags` included.
        pub tags_all: StringMap = computed(),
    }
}

model! {
    /// What is snapshotted, when, and how long it is kept.
    pub struct PolicyDetails {
        /// Kind of policy. AMI and event policies are not managed yet.
        pub policy_type: Attr<String> = optional()
            .default("EBS_SNAPSHOT_MANAGEMENT")
            .validate(one_of(["EBS_SNAPSHOT_MANAGEMENT"]))
            .requires_replace(),
        /// Form of the policy. Default policies (`SIMPLIFIED`) are not managed yet.
        pub policy_language: Attr<String> = optional()
            .default("STANDARD")
            .validate(one_of(["STANDARD"]))
            .requires_replace(),
        /// What carries the target tags: exactly one of `VOLUME` and `INSTANCE`.
        pub resource_types: StringList = optional().requires_replace(),
        /// Where the targets are: exactly one of `CLOUD`, `OUTPOST` and `LOCAL_ZONE`.
        pub resource_locations: StringList = optional().default(vec![Attr::from("CLOUD")]),
        /// Tags of the targets; what carries any of them is a target.
        pub target_tags: StringMap = optional(),
        /// One more tag of targets, for keys with several values.
        pub target_tag: Many<TargetTag> = set(),
        /// When snapshots are taken and how long they are kept.
        pub schedule: Many<Schedule> = list().min(1).max(4),
    }
}

model! {
    /// One tag of targets.
    pub struct TargetTag {
        /// Key, case-sensitive.
        pub key: Attr<String> = required(),
        /// Value, case-sensitive.
        pub value: Attr<String> = required(),
    }
}

model! {
    /// When snapshots are taken and how long they are kept.
    pub struct Schedule {
        /// Name, written on every snapshot. Renaming a schedule leaves its snapshots unmanaged.
        pub name: Attr<String> = required(),
        /// Copy the tags of the volume to its snapshots.
        pub copy_tags: Attr<bool> = optional().default(false),
        /// Tags to add to snapshots.
        pub tags_to_add: StringMap = optional(),
        /// Tags to add to snapshots of instances, with `$(instance-id)` or `$(timestamp)` as value.
        pub variable_tags: StringMap = optional(),
        /// When snapshots are taken.
        pub create_rule: One<CreateRule> = one().required(),
        /// How long snapshots are kept.
        pub retain_rule: One<RetainRule> = one().required(),
    }
}

model! {
    /// When snapshots are taken: every `interval` hours, or by `cron_expression`.
    pub struct CreateRule {
        /// `cron(minutes hours day-of-month month day-of-week year)`, UTC; fires at least once a
        /// year and at most once an hour.
        pub cron_expression: Attr<String> = optional(),
        /// Hours between snapshots: 1, 2, 3, 4, 6, 8, 12 or 24.
        pub interval: Attr<i64> = optional(),
        /// Unit of `interval`: `HOURS`.
        pub interval_unit: Attr<String> = optional_computed(),
        /// Time of the first snapshot of a day, `hh:mm` UTC. Without one, or with `[]`, AWS chooses
        /// one at random.
        pub times: StringList = optional_computed(),
        /// Where snapshots are stored: `CLOUD`, `OUTPOST_LOCAL` or `LOCAL_ZONE`.
        pub location: Attr<String> = optional().default("CLOUD"),
    }
}

model! {
    /// How long snapshots are kept: `count` of them, or `interval` of `interval_unit`.
    pub struct RetainRule {
        /// How many snapshots of each target are kept, 1 to 1000.
        pub count: Attr<i64> = optional(),
        /// How long a snapshot is kept, at most 100 years.
        pub interval: Attr<i64> = optional(),
        /// Unit of `interval`: `DAYS`, `WEEKS`, `MONTHS` or `YEARS`.
        pub interval_unit: Attr<String> = optional(),
    }
}
