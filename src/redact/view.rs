//! A text with one kind of escapes undone, in which every byte still knows where it came from.

use std::borrow::Cow;
use std::ops::Range;

/// Bytes, and for each of them where it stood in the text that everything began with.
pub(super) struct View<'text> {
    bytes: Cow<'text, [u8]>,
    /// One more than there are bytes: the last is the end. None where nothing has been moved yet.
    origins: Option<Vec<usize>>,
}

/// Reads the escape that begins at the front of the bytes: how long it is, and what it stands for.
type Unescape = fn(&[u8]) -> Option<(usize, Escaped)>;

/// What an escape stands for: up to four bytes.
struct Escaped {
    bytes: [u8; 4],
    length: usize,
}

/// The kinds of escapes: the bytes that they begin with, and how they are read.
const KINDS: [(&[u8], Unescape); 4] = [(b"%", percent), (b"%+", form), (b"\\", json), (b"&", markup)];

impl<'text> View<'text> {
    /// The text as it is.
    pub(super) fn plain(text: &'text str) -> Self {
        Self { bytes: Cow::Borrowed(text.as_bytes()), origins: None }
    }

    /// What to search.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Where a stretch of these bytes came from.
    pub(super) fn origin(&self, range: Range<usize>) -> Range<usize> {
        match &self.origins {
            None => range,
            Some(origins) => origins[range.start]..origins[range.end],
        }
    }

    /// The views in which one more layer of escapes is undone: one for each kind that occurs.
    pub(super) fn unescaped(&self) -> impl Iterator<Item = View<'static>> {
        KINDS.iter().filter_map(|(begins, unescape)| self.undo(begins, *unescape))
    }

    fn undo(&self, begins: &[u8], unescape: Unescape) -> Option<View<'static>> {
        let last = begins.last()?;
        self.bytes.contains(last).then_some(())?;
        let mut bytes = Vec::with_capacity(self.bytes.len());
        let mut origins = Vec::with_capacity(self.bytes.len() + 1);
        let mut at = 0;
        while at < self.bytes.len() {
            let escape = if begins.contains(&self.bytes[at]) { unescape(&self.bytes[at..]) } else { None };
            let (taken, plain) = escape.unwrap_or_else(|| (1, Escaped::byte(self.bytes[at])));
            bytes.extend_from_slice(&plain.bytes[..plain.length]);
            origins.resize(bytes.len(), self.origin(at..at).start);
            at += taken;
        }
        origins.push(self.origin(at..at).start);
        Some(View { bytes: Cow::Owned(bytes), origins: Some(origins) })
    }
}

impl Escaped {
    fn byte(byte: u8) -> Self {
        Self { bytes: [byte, 0, 0, 0], length: 1 }
    }

    fn character(character: char) -> Self {
        let mut bytes = [0; 4];
        let length = character.encode_utf8(&mut bytes).len();
        Self { bytes, length }
    }
}

fn percent(bytes: &[u8]) -> Option<(usize, Escaped)> {
    let byte = u8::try_from(number(bytes.get(1..3)?, 16)?).ok()?;
    Some((3, Escaped::byte(byte)))
}

fn form(bytes: &[u8]) -> Option<(usize, Escaped)> {
    if bytes[0] == b'+' { Some((1, Escaped::byte(b' '))) } else { percent(bytes) }
}

fn json(bytes: &[u8]) -> Option<(usize, Escaped)> {
    let plain = match bytes.get(1)? {
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'u' => return utf16(bytes),
        b'"' | b'\'' | b'\\' | b'/' => bytes[1],
        _ => return None,
    };
    Some((2, Escaped::byte(plain)))
}

fn utf16(bytes: &[u8]) -> Option<(usize, Escaped)> {
    let first = number(bytes.get(2..6)?, 16)?;
    if let Some(character) = char::from_u32(first) {
        return Some((6, Escaped::character(character)));
    }
    let second = bytes.get(6..12)?.strip_prefix(b"\\u").and_then(|digits| number(digits, 16))?;
    let pair = [u16::try_from(first).ok()?, u16::try_from(second).ok()?];
    let character = char::decode_utf16(pair).next()?.ok()?;
    Some((12, Escaped::character(character)))
}

fn markup(bytes: &[u8]) -> Option<(usize, Escaped)> {
    const LONGEST: usize = 10;
    let end = bytes.iter().take(LONGEST).position(|&byte| byte == b';')?;
    let character = match &bytes[1..end] {
        b"amp" => '&',
        b"lt" => '<',
        b"gt" => '>',
        b"quot" => '"',
        b"apos" => '\'',
        [b'#', b'x' | b'X', digits @ ..] => char::from_u32(number(digits, 16)?)?,
        [b'#', digits @ ..] => char::from_u32(number(digits, 10)?)?,
        _ => return None,
    };
    Some((end + 1, Escaped::character(character)))
}

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    let digits =
        std::str::from_utf8(digits).ok().filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    u32::from_str_radix(digits, radix).ok()
}
