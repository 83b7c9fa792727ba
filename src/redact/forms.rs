//! The forms of secrets that can be listed beforehand, and the search for all of them at once.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use aho_corasick::AhoCorasick;
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::finder::Finder;
use super::secret::Secret;

/// From this many bytes on, the base64 of a secret inside longer base64 is long enough to be searched for as it is;
/// below, three letters of it would be found by chance in any word.
const LONG: usize = 6;

/// Lines of a secret of many lines (a private key) are secrets themselves from this many characters on.
const LINE: usize = 8;

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_encode_padding(false)
    .with_decode_allow_trailing_bits(true)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);
const ALPHABETS: [GeneralPurpose; 2] =
    [GeneralPurpose::new(&alphabet::STANDARD, LENIENT), GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT)];

/// Some secrets, ready to be found.
pub(super) struct Forms {
    /// As they were learnt.
    pub(super) secrets: Vec<String>,
    all: Option<Finder>,
    /// Those that in base64 are only known for what they are once that is decoded.
    short: Option<AhoCorasick>,
}

impl Forms {
    /// Derives all forms of the secrets.
    pub(super) fn of(secrets: Vec<String>) -> Self {
        let raw: BTreeSet<Cow<'_, str>> = secrets.iter().flat_map(|secret| raw_forms(secret)).collect();
        let mut all: BTreeSet<String> = raw.iter().map(|form| form.clone().into_owned()).collect();
        all.extend(raw.iter().flat_map(|form| base64_forms(form.as_bytes())));
        all.extend(raw.iter().flat_map(|form| json_forms(form)));
        all.extend(secrets.iter().map(|secret| host_form(secret)));
        let short: Vec<&str> = raw.iter().map(AsRef::as_ref).filter(|form: &&str| form.len() < LONG).collect();
        let short = if short.is_empty() { None } else { AhoCorasick::new(short).ok() };
        drop(raw);
        Self { all: Finder::of(all), short, secrets }
    }

    /// Tells where secrets stand; the places may overlap.
    pub(super) fn find(&self, text: &[u8], mut tell: impl FnMut(Range<usize>)) {
        if let Some(all) = &self.all {
            all.find(text, &mut tell);
        }
        if let Some(short) = &self.short {
            base64_runs(text).filter(|run| hides(&text[run.clone()], short)).for_each(tell);
        }
    }
}

/// The secret itself, without the white space around it, its longer lines, each as it is misread, and as it stands in the
/// path of a URL.
fn raw_forms(secret: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let lines = secret.lines().map(str::trim).filter(|line| line.chars().count() >= LINE);
    let plain = [secret, secret.trim()].into_iter().chain(lines);
    let garbled = plain.clone().filter(|text| !text.is_ascii()).map(|text| Cow::Owned(garbled(text)));
    plain.map(Cow::Borrowed).chain(garbled).chain(path_form(secret.trim()).map(Cow::Owned))
}

/// The secret as it comes back from whoever takes its UTF-8 for Latin-1, as servers do with headers: `é` is `Ã©`.
fn garbled(secret: &str) -> String {
    secret.bytes().map(char::from).collect()
}

/// The secret as URLs are read: a backslash is a slash there, tabs and line ends are left out. What is escaped besides is
/// seen through. None where nothing is changed, or where what comes out would be found everywhere.
fn path_form(secret: &str) -> Option<String> {
    let changed = secret.contains(['\\', '\t', '\r', '\n']);
    let form = || secret.replace('\\', "/").replace(['\t', '\r', '\n'], "");
    let tells = |form: &String| form.chars().filter(|letter| letter.is_alphanumeric()).count() >= Secret::SHORTEST;
    changed.then(form).filter(tells)
}

/// The secret as it stands in the name of a host.
fn host_form(secret: &str) -> String {
    secret.trim().to_lowercase()
}

/// The secret as base64: alone, and as it looks from inside the base64 of a longer text. There it may begin at the
/// first, second or third byte of a group; the letters that also carry bits of its neighbours are left out.
fn base64_forms(secret: &[u8]) -> impl Iterator<Item = String> {
    ALPHABETS.iter().flat_map(move |alphabet| {
        let alone = alphabet.encode(secret);
        let padding = "=".repeat((4 - alone.len() % 4) % 4);
        let inside = (0..3).filter(|_| secret.len() >= LONG).map(move |offset| {
            let shifted = alphabet.encode([&[0; 2][..offset], secret].concat());
            shifted[(8 * offset).div_ceil(6)..8 * (offset + secret.len()) / 6].to_owned()
        });
        [format!("{alone}{padding}"), alone].into_iter().chain(inside).collect::<Vec<_>>()
    })
}

/// The secret as it stands in a JSON text that stands in another: where it is quoted so deep, undoing a layer at a time
/// would lead through too many views. Nothing where JSON leaves it as it is.
fn json_forms(secret: &str) -> impl Iterator<Item = String> {
    let escaped = |text: &str| {
        let quoted = serde_json::Value::from(text).to_string();
        quoted[1..quoted.len() - 1].to_owned()
    };
    let once = escaped(secret);
    let (differs, twice) = (once != secret, escaped(&once));
    [once, twice].into_iter().filter(move |_| differs)
}

/// Stretches that could be base64 of something.
fn base64_runs(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let belongs = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_=".contains(byte);
    text.chunk_by(move |one, next| belongs(one) == belongs(next))
        .scan(0, move |end, run| {
            let start = std::mem::replace(end, *end + run.len());
            Some(if belongs(&run[0]) { start..*end } else { start..start })
        })
        .filter(|run| run.len() >= 2)
}

/// Whether the run is base64 of a text in which a secret stands. It has to be text: among arbitrary bytes a short
/// secret would turn up by chance.
fn hides(run: &[u8], secrets: &AhoCorasick) -> bool {
    ALPHABETS.iter().any(|alphabet| {
        alphabet.decode(run).is_ok_and(|decoded| std::str::from_utf8(&decoded).is_ok() && secrets.is_match(&decoded))
    })
}
