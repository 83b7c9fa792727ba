//! Addresses taken apart: the modules on the way to a resource.

/// The names of the modules in an address, without their keys: `module.a["x.y"].module.b` → `a`, `b`.
pub(super) fn modules(address: &str) -> Vec<String> {
    let steps = steps(address);
    let named = steps.chunks(2).take_while(|step| step[0] == "module" && step.len() == 2);
    named.map(|step| step[1].split('[').next().unwrap_or(&step[1]).to_owned()).collect()
}

/// Parts of an address between dots; a dot inside `["…"]` is none.
fn steps(address: &str) -> Vec<String> {
    let (mut steps, mut step) = (Vec::new(), String::new());
    let (mut quoted, mut escaped) = (false, false);
    for c in address.chars() {
        match c {
            '.' if !quoted => steps.push(std::mem::take(&mut step)),
            _ => {
                quoted ^= c == '"' && !escaped;
                escaped = quoted && c == '\\' && !escaped;
                step.push(c);
            }
        }
    }
    steps.push(step);
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_may_hold_anything() {
        let check = |address: &str, expected: &[&str]| assert_eq!(modules(address), expected, "{address}");
        check("", &[]);
        check("module.a", &["a"]);
        check("module.a.module.b[0]", &["a", "b"]);
        check(r#"module.a["x.module.y"].module.b["\"].z"]"#, &["a", "b"]);
        check("aws_ecs_service.module", &[]);
    }
}
