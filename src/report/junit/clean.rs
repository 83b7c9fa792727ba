//! Text as XML 1.0 may hold it.

use std::collections::HashMap;

use quick_junit::XmlString;

/// The text without what XML cannot hold. `quick_junit` takes out ANSI sequences and most control characters, tabs among
/// them; the two non-characters of Unicode's first plane are left to us.
pub(super) fn clean(text: &str) -> XmlString {
    if text.contains(['\t', '\u{fffe}', '\u{ffff}']) {
        XmlString::new(text.replace('\t', "    ").replace(['\u{fffe}', '\u{ffff}'], ""))
    } else {
        XmlString::new(text)
    }
}

/// Words that come again and again, cleaned once: names of steps, lines, files, verdicts.
#[derive(Debug, Default)]
pub(super) struct Words {
    known: HashMap<String, XmlString>,
}

impl Words {
    /// The word without what XML cannot hold.
    pub(super) fn clean(&mut self, word: &str) -> XmlString {
        if let Some(known) = self.known.get(word) {
            return known.clone();
        }
        let cleaned = clean(word);
        self.known.insert(word.to_owned(), cleaned.clone());
        cleaned
    }
}

#[cfg(test)]
mod tests {
    use super::{Words, XmlString, clean};

    #[test]
    fn what_xml_cannot_hold_is_left_out() {
        #[track_caller]
        fn check(text: &str, expected: &str) {
            assert_eq!(clean(text).as_str(), expected);
            let mut words = Words::default();
            assert_eq!([words.clean(text), words.clean(text)].map(XmlString::into_string), [expected, expected]);
        }
        check("plain", "plain");
        check("a\tb\r\nc", "a    b\nc");
        check("\u{1b}[31mred\u{1b}[0m \u{0}\u{8}\u{fffe}\u{ffff}end", "red end");
        check("<&> \"ünïcødé\" 😀", "<&> \"ünïcødé\" 😀");
    }
}
