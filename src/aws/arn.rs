//! Names of things.

/// The last part of an ARN or of a path: a task's id, a service's name.
#[must_use]
pub fn short_name(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

/// The id of a task at the end of a name, behind `/` or `-`: 32 hexadecimal digits, or a UUID. ECS refuses to look anything
/// else up, and whatever it is asked for besides.
#[must_use]
pub fn task_id(name: &str) -> Option<&str> {
    [36, 32].into_iter().find_map(|length| {
        let (before, id) = name.split_at_checked(name.len().checked_sub(length)?)?;
        let apart = before.is_empty() || before.ends_with(['/', '-']);
        (apart && is_task_id(id)).then_some(id)
    })
}

fn is_task_id(text: &str) -> bool {
    let lengths = || text.split('-').map(str::len);
    let digits = || text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit());
    (lengths().eq([32]) || lengths().eq([8, 4, 4, 4, 12])) && digits()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_tells_its_task_at_its_end() {
        let check = |name: &str, expected: Option<&str>| assert_eq!(task_id(name), expected, "{name}");
        let (id, old) = ("0123456789abcdef0123456789abcdef", "01234567-89ab-cdef-0123-456789abcdef");
        for before in ["", "worker/app/", "worker/app-firelens-", "app-"] {
            check(&format!("{before}{id}"), Some(id));
            check(&format!("{before}{old}"), Some(old));
        }
        check(&format!("2026/11/26/[$LATEST]{id}"), None);
        check(&format!("{id}{id}"), None);
        check("worker/app/t1", None);
        check("worker/app/0123456789abcdef0123456789abcdeg", None);
        check("ü23456789abcdef0123456789abcdef", None);
        check("", None);
    }
}
