//! What one cell must hold. Blanks around a value do not count.

/// The longest value of a cell, in characters.
const LONGEST: usize = 254;

/// A cell as text without the blanks around it.
pub(super) fn text(cell: &[u8]) -> Result<&str, String> {
    match std::str::from_utf8(cell) {
        Ok(text) => Ok(text.trim()),
        Err(broken) => Err(format!("is not UTF-8: byte 0x{:02X}", cell[broken.valid_up_to()])),
    }
}

/// A name: anything but nothing.
pub(super) fn name(cell: &[u8]) -> Result<String, String> {
    let text = text(cell)?;
    if text.is_empty() {
        return Err("is empty".to_owned());
    }
    short(text)
}

/// An e-mail address: something, an `@`, and a host name with a dot in it. Whether it exists only a letter would show.
pub(super) fn email(cell: &[u8]) -> Result<String, String> {
    let text = text(cell)?;
    if text.is_empty() {
        return Err("is empty".to_owned());
    }
    let fits = text.split_once('@').is_some_and(|(local, host)| is_local(local) && is_host(host));
    if fits { short(text) } else { Err(format!("`{}` is not an e-mail address", shown(text))) }
}

/// A telephone number where there is one: digits, at least five, and what people put between them.
pub(super) fn phone(cell: &[u8]) -> Result<Option<String>, String> {
    let text = text(cell)?;
    if text.is_empty() {
        return Ok(None);
    }
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let known = text.chars().all(|letter| letter.is_ascii_digit() || " +-()./".contains(letter));
    if known && (5..=20).contains(&digits) {
        return Ok(Some(text.to_owned()));
    }
    Err(format!("`{}` is not a telephone number", shown(text)))
}

fn is_local(local: &str) -> bool {
    !local.is_empty() && !local.starts_with('.') && !local.ends_with('.') && local.chars().all(is_address_letter)
}

fn is_host(host: &str) -> bool {
    host.contains('.') && host.split('.').all(|label| !label.is_empty()) && host.chars().all(is_address_letter)
}

fn is_address_letter(letter: char) -> bool {
    !letter.is_whitespace() && !letter.is_control() && !"@,;<>()[]\"\\".contains(letter)
}

fn short(text: &str) -> Result<String, String> {
    let length = text.chars().count();
    if length <= LONGEST { Ok(text.to_owned()) } else { Err(format!("has {length} characters; {LONGEST} fit")) }
}

/// The beginning of a value, fit to be quoted in a reason: on one line, and never a whole file.
fn shown(text: &str) -> String {
    let mut beginning: String =
        text.chars().take(60).map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    if beginning.len() < text.len() {
        beginning.push('…');
    }
    beginning
}
