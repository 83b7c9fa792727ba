//! How `run.json` is laid out: indented down to the steps, and below that a line for each look, change and expectation.
//! Indented all through it would be half as long again, and one look would take six lines.

use std::io::{Result, Write};

use serde_json::ser::Formatter;

use crate::report::inert;

/// Objects and lists within so many others, the root among them, stand in one line.
const IN_LINE: usize = 6;

/// Where the writer is just now.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// How many objects and lists are open.
    depth: usize,
    /// Whether the one that is open has anything in it yet.
    filled: bool,
}

impl Layout {
    fn open<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> Result<()> {
        self.depth += 1;
        self.filled = false;
        writer.write_all(bracket)
    }

    fn close<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> Result<()> {
        let broken = self.filled && self.breaks();
        self.depth -= 1;
        if broken {
            self.new_line(writer)?;
        }
        writer.write_all(bracket)
    }

    fn entry<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> Result<()> {
        match (first, self.breaks()) {
            (true, true) => self.new_line(writer),
            (false, true) => writer.write_all(b",").and_then(|()| self.new_line(writer)),
            (true, false) => Ok(()),
            (false, false) => writer.write_all(b", "),
        }
    }

    /// Whether what is in the one that is open stands in lines of its own.
    fn breaks(&self) -> bool {
        self.depth <= IN_LINE
    }

    fn new_line<W: ?Sized + Write>(&self, writer: &mut W) -> Result<()> {
        writer.write_all(b"\n")?;
        (0..self.depth).try_for_each(|_| writer.write_all(b"  "))
    }
}

impl Formatter for Layout {
    /// No sign of a command is ever escaped by JSON, so that none is torn apart here.
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> Result<()> {
        writer.write_all(inert::json(fragment).as_bytes())
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> Result<()> {
        self.open(writer, b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> Result<()> {
        self.close(writer, b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> Result<()> {
        self.entry(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, _: &mut W) -> Result<()> {
        self.filled = true;
        Ok(())
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> Result<()> {
        self.open(writer, b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> Result<()> {
        self.close(writer, b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> Result<()> {
        self.entry(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> Result<()> {
        writer.write_all(b": ")
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> Result<()> {
        self.filled = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize as _;
    use serde_json::{Serializer, json};

    use super::*;

    #[test]
    fn what_a_step_has_takes_a_line_each() {
        let looks = json!([{"at_ms": 0, "state": "a \"b\""}, {"at_ms": 1, "more": [{}, [1, 2]]}]);
        let step = json!({"name": "x", "looks": looks, "changes": []});
        let mut text = Vec::new();
        let mut serializer = Serializer::with_formatter(&mut text, Layout::default());
        json!({"scenarios": [{"steps": [step]}], "run": {}}).serialize(&mut serializer).unwrap();
        let expected = r#"{
  "scenarios": [
    {
      "steps": [
        {
          "name": "x",
          "looks": [
            {"at_ms": 0, "state": "a \"b\""},
            {"at_ms": 1, "more": [{}, [1, 2]]}
          ],
          "changes": []
        }
      ]
    }
  ],
  "run": {}
}"#;
        assert_eq!(String::from_utf8(text).unwrap(), expected);
    }
}
