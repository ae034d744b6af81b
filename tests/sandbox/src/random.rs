//! Random ids.

/// `N` random bytes in hexadecimal, from the system.
pub(crate) fn hex<const N: usize>() -> String {
    let mut bytes = [0; N];
    // Without randomness ids would repeat; nothing sensible can go on then.
    getrandom::fill(&mut bytes).expect("the system has no randomness");
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A request id, in the form of a UUID as AWS has it.
pub(crate) fn request_id() -> String {
    let hex = hex::<16>();
    [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    ]
    .join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_their_form_and_do_not_repeat() {
        let id = request_id();
        assert_eq!(
            id.split('-').map(str::len).collect::<Vec<_>>(),
            [8, 4, 4, 4, 12]
        );
        assert_ne!(id, request_id());
        assert_eq!(hex::<8>().len(), 16);
    }
}
