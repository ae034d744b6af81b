//! DLM's fixed words.

use crate::words::words;

words! {
    /// Whether a policy runs.
    State {
        /// It runs.
        Enabled = "ENABLED",
        /// It does not run; what it made stays.
        Disabled = "DISABLED",
        /// AWS stopped it; [`super::Policy::status_message`] says why. Can be read, never set.
        Error = "ERROR",
    }
    /// What a policy does.
    PolicyType {
        /// Takes snapshots of volumes.
        EbsSnapshotManagement = "EBS_SNAPSHOT_MANAGEMENT",
        /// Takes AMIs of instances.
        ImageManagement = "IMAGE_MANAGEMENT",
        /// Copies snapshots that another account shares.
        EventBasedPolicy = "EVENT_BASED_POLICY",
    }
    /// What the target tags are looked for on.
    ResourceType {
        /// On volumes: each is backed up alone.
        Volume = "VOLUME",
        /// On instances: all volumes of one are backed up together.
        Instance = "INSTANCE",
    }
    /// Where the targets are.
    ResourceLocation {
        /// In the region.
        Cloud = "CLOUD",
        /// On an Outpost.
        Outpost = "OUTPOST",
        /// In a Local Zone.
        LocalZone = "LOCAL_ZONE",
    }
    /// Where a schedule puts its snapshots.
    Location {
        /// In the region.
        Cloud = "CLOUD",
        /// On the Outpost of the volume.
        OutpostLocal = "OUTPOST_LOCAL",
        /// In the Local Zone of the volume.
        LocalZone = "LOCAL_ZONE",
    }
    /// Which of DLM's two forms a policy is written in.
    PolicyLanguage {
        /// Schedules, tags, rules.
        Standard = "STANDARD",
        /// A default policy.
        Simplified = "SIMPLIFIED",
    }
    /// The unit of an age. Kept as a unit: a month is not thirty days.
    AgeUnit {
        /// Days.
        Days = "DAYS",
        /// Weeks.
        Weeks = "WEEKS",
        /// Months.
        Months = "MONTHS",
        /// Years.
        Years = "YEARS",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_word_survives_a_round_trip_and_an_unknown_one_too() {
        for word in State::KNOWN {
            assert_eq!(State::from(*word).as_str(), *word);
            assert!(!matches!(State::from(*word), State::Other(_)), "{word}");
        }
        assert_eq!(AgeUnit::from("MONTHS"), AgeUnit::Months);
        assert_eq!(State::from("PAUSED").to_string(), "PAUSED");
    }
}
