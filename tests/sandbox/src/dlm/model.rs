//! The shapes of the API, member for member as AWS names them (API version 2018-01-12).
//!
//! Every member is optional here, as on the wire; `check` says which are needed when. Members
//! come in the order in which AWS answers them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Structs of optional members, absent ones left out of the JSON.
macro_rules! shapes {
    ($($(#[$doc:meta])* $name:ident { $($member:ident: $ty:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "PascalCase", default)]
        pub(crate) struct $name {
            $(
                #[serde(skip_serializing_if = "Option::is_none")]
                pub(crate) $member: Option<$ty>,
            )*
        }
    )*};
}

/// Tags of the policy itself, sorted as AWS shows them.
pub(crate) type TagMap = BTreeMap<String, String>;

shapes! {
    /// Body of CreateLifecyclePolicy.
    CreateRequest {
        execution_role_arn: String,
        description: String,
        state: String,
        policy_details: PolicyDetails,
        tags: TagMap,
        default_policy: String,
        create_interval: i64,
        retain_interval: i64,
        copy_tags: bool,
        extend_deletion: bool,
        cross_region_copy_targets: Vec<CrossRegionCopyTarget>,
        exclusions: Exclusions,
    }

    /// Body of UpdateLifecyclePolicy.
    UpdateRequest {
        execution_role_arn: String,
        state: String,
        description: String,
        policy_details: PolicyDetails,
        create_interval: i64,
        retain_interval: i64,
        copy_tags: bool,
        extend_deletion: bool,
        cross_region_copy_targets: Vec<CrossRegionCopyTarget>,
        exclusions: Exclusions,
    }

    /// Body of TagResource.
    TagRequest {
        tags: TagMap,
    }

    PolicyDetails {
        policy_type: String,
        resource_types: Vec<String>,
        resource_locations: Vec<String>,
        target_tags: Vec<Tag>,
        schedules: Vec<Schedule>,
        parameters: Parameters,
        event_source: EventSource,
        actions: Vec<Action>,
        policy_language: String,
        resource_type: String,
        create_interval: i64,
        retain_interval: i64,
        copy_tags: bool,
        cross_region_copy_targets: Vec<CrossRegionCopyTarget>,
        extend_deletion: bool,
        exclusions: Exclusions,
    }

    Tag {
        key: String,
        value: String,
    }

    Schedule {
        name: String,
        copy_tags: bool,
        tags_to_add: Vec<Tag>,
        variable_tags: Vec<Tag>,
        create_rule: CreateRule,
        retain_rule: RetainRule,
        fast_restore_rule: FastRestoreRule,
        cross_region_copy_rules: Vec<CrossRegionCopyRule>,
        share_rules: Vec<ShareRule>,
        deprecate_rule: RetainRule,
        archive_rule: ArchiveRule,
    }

    CreateRule {
        location: String,
        interval: i64,
        interval_unit: String,
        times: Vec<String>,
        cron_expression: String,
        scripts: Vec<Script>,
    }

    Script {
        stages: Vec<String>,
        execution_handler_service: String,
        execution_handler: String,
        execute_operation_on_script_failure: bool,
        execution_timeout: i64,
        maximum_retry_count: i64,
    }

    /// RetainRule, DeprecateRule and RetentionArchiveTier: a count or an age.
    RetainRule {
        count: i64,
        interval: i64,
        interval_unit: String,
    }

    FastRestoreRule {
        count: i64,
        interval: i64,
        interval_unit: String,
        availability_zones: Vec<String>,
        availability_zone_ids: Vec<String>,
    }

    CrossRegionCopyRule {
        target_region: String,
        target: String,
        encrypted: bool,
        cmk_arn: String,
        copy_tags: bool,
        retain_rule: Age,
        deprecate_rule: Age,
    }

    /// CrossRegionCopyRetainRule and CrossRegionCopyDeprecateRule.
    Age {
        interval: i64,
        interval_unit: String,
    }

    ShareRule {
        target_accounts: Vec<String>,
        unshare_interval: i64,
        unshare_interval_unit: String,
    }

    ArchiveRule {
        retain_rule: ArchiveRetainRule,
    }

    ArchiveRetainRule {
        retention_archive_tier: RetainRule,
    }

    Parameters {
        exclude_boot_volume: bool,
        no_reboot: bool,
        exclude_data_volume_tags: Vec<Tag>,
    }

    EventSource {
        r#type: String,
        parameters: EventParameters,
    }

    EventParameters {
        event_type: String,
        snapshot_owner: Vec<String>,
        description_regex: String,
    }

    Action {
        name: String,
        cross_region_copy: Vec<CrossRegionCopyAction>,
    }

    CrossRegionCopyAction {
        target: String,
        encryption_configuration: EncryptionConfiguration,
        retain_rule: Age,
    }

    EncryptionConfiguration {
        encrypted: bool,
        cmk_arn: String,
    }

    Exclusions {
        exclude_boot_volumes: bool,
        exclude_volume_types: Vec<String>,
        exclude_tags: Vec<Tag>,
    }

    CrossRegionCopyTarget {
        target_region: String,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_api_and_absent_members_stay_absent() {
        let text = concat!(
            r#"{"Schedules":[{"CreateRule":{"CronExpression":"c"},"CrossRegionCopyRules":[{"CmkArn":"k"}]}],"#,
            r#""EventSource":{"Type":"MANAGED_CWE"}}"#,
        );
        let details: PolicyDetails = serde_json::from_str(text).unwrap();
        assert_eq!(
            details.event_source.as_ref().unwrap().r#type.as_deref(),
            Some("MANAGED_CWE")
        );
        assert_eq!(serde_json::to_string(&details).unwrap(), text);
    }

    #[test]
    fn null_is_absent_and_a_wrong_type_is_an_error() {
        let details: PolicyDetails =
            serde_json::from_str(r#"{"TargetTags":null,"Unknown":1}"#).unwrap();
        assert_eq!(details, PolicyDetails::default());
        assert!(serde_json::from_str::<RetainRule>(r#"{"Count":"7"}"#).is_err());
    }
}
