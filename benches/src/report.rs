//! The table of what was measured.

use std::time::Duration;

use crate::run::{Cost, Measured};

/// The heading of the table.
pub fn heading() -> String {
    let phases = ["apply", "refresh", "destroy"];
    let mut text = format!("{:<26}{:>9}", "", "latency");
    for phase in phases {
        text += &format!("{phase:>10} s{:>7}{:>6}", "calls", "MiB");
    }
    text
}

/// One line of it.
pub fn line(measured: &Measured) -> String {
    let name = format!("{} {}", measured.load.count(), measured.load.of());
    let mut text = format!("{name:<26}{:>6} ms", measured.latency.as_millis());
    for cost in &measured.costs {
        let memory = cost
            .memory
            .map_or("-".to_owned(), |kib| (kib / 1024).to_string());
        let seconds = cost.time.as_secs_f64();
        text += &format!("{seconds:>12.2}{:>7}{memory:>6}", cost.calls);
    }
    text
}

/// How costs grow from one number of resources to the next of the same kind and latency: times as
/// many resources, and for each phase times as many seconds and calls.
pub fn growth(all: &[Measured]) -> String {
    let mut text = String::new();
    for (at, next) in all.iter().enumerate() {
        let alike = |one: &&Measured| {
            one.load.of() == next.load.of()
                && one.latency == next.latency
                && one.load.count() < next.load.count()
        };
        let Some(before) = all[..at].iter().rfind(alike) else {
            continue;
        };
        let name = format!(
            "{} -> {} {}",
            before.load.count(),
            next.load.count(),
            next.load.of()
        );
        text += &format!("{name:<32}{:>6} ms", next.latency.as_millis());
        for (before, after) in before.costs.iter().zip(&next.costs) {
            let (time, calls) = ratios(before, after);
            text += &format!("   x{time:<6.1} x{calls:<6.1}");
        }
        text = format!("{}\n", text.trim_end());
    }
    text
}

fn ratios(before: &Cost, after: &Cost) -> (f64, f64) {
    let seconds = |time: Duration| time.as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "numbers of calls are small")]
    let calls = after.calls as f64 / before.calls.max(1) as f64;
    (seconds(after.time) / seconds(before.time), calls)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::Load;

    fn measured(load: Load, millis: u64, calls: u64) -> Measured {
        let cost = Cost {
            time: Duration::from_millis(millis),
            calls,
            memory: Some(20 * 1024),
        };
        Measured {
            load,
            latency: Duration::from_millis(50),
            costs: [cost; 3],
        }
    }

    #[test]
    fn a_table_names_load_and_latency_and_growth_compares_with_the_next_smaller() {
        let all = [
            measured(Load::Rules(1), 400, 4),
            measured(Load::Buckets(50), 9000, 500),
            measured(Load::Rules(10), 800, 8),
        ];
        let lines: Vec<String> = all.iter().map(line).collect();
        assert_eq!(lines[0].split_whitespace().nth(6), Some("ms"));
        assert!(lines[0].ends_with("0.40      4    20"), "{}", lines[0]);
        assert_eq!(heading().len(), lines[0].len());
        let growth = growth(&all);
        assert!(
            growth.starts_with("1 -> 10 rules in one bucket"),
            "{growth}"
        );
        assert!(growth.contains("x2.0"), "{growth}");
        assert_eq!(growth.lines().count(), 1, "{growth}");
    }
}
