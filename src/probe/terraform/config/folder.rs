//! A module's folder: its `.tf` files, parsed.

use std::path::{Path, PathBuf};

use hcl_edit::structure::Body;

use crate::diagnostic::line_at;
use crate::probe::local_file;

/// A module's folder.
#[derive(Debug)]
pub(super) struct Folder {
    pub(super) dir: PathBuf,
    /// In the order of their names, as Terraform reads them.
    pub(super) files: Vec<File>,
}

/// One file in HCL.
#[derive(Debug)]
pub(super) struct File {
    /// Its path as it is shown.
    pub(super) shown: String,
    pub(super) text: String,
    pub(super) body: Body,
}

impl Folder {
    /// Reads every `.tf` file of a folder, not of those below.
    ///
    /// # Errors
    /// There is no such folder, it holds no Terraform, or a file cannot be read.
    pub(super) fn read(dir: &Path) -> Result<Self, String> {
        Self::read_where(dir, |_| true)
    }

    /// The same, but takes apart only those files whose text is wanted.
    ///
    /// # Errors
    /// As for [`Folder::read`]; whether a file that is not wanted is HCL is not looked at.
    pub(super) fn read_where(dir: &Path, wanted: impl Fn(&str) -> bool) -> Result<Self, String> {
        let shown = local_file::shown(dir);
        let names = names(dir).map_err(|why| format!("{shown}: {why}"))?;
        if let Some(name) = names.iter().find(|name| beyond(name)) {
            let others = "Terraform's JSON syntax, override files or OpenTofu's own files";
            return Err(format!("{shown}/{name}: smoke does not read {others}"));
        }
        let is_terraform = |name: &&String| Path::new(name).extension().is_some_and(|extension| extension == "tf");
        let paths: Vec<PathBuf> = names.iter().filter(is_terraform).map(|name| dir.join(name)).collect();
        if paths.is_empty() {
            return Err(format!("{shown}: there is no .tf file in this folder"));
        }
        let mut files = Vec::new();
        for path in paths {
            let (shown, text) = File::text(&path)?;
            if wanted(&text) {
                files.push(File::parse(shown, text)?);
            }
        }
        Ok(Self { dir: dir.to_owned(), files })
    }

    /// The files of variables that Terraform reads by itself, the strongest last.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub(super) fn variable_files(&self) -> Result<Vec<PathBuf>, String> {
        let names = names(&self.dir).map_err(|why| format!("{}: {why}", local_file::shown(&self.dir)))?;
        let own = ["terraform.tfvars", "terraform.tfvars.json"].map(str::to_owned);
        let own = own.into_iter().filter(|name| names.contains(name));
        let auto = names.iter().filter(|name| name.ends_with(".auto.tfvars") || name.ends_with(".auto.tfvars.json"));
        Ok(own.chain(auto.cloned()).map(|name| self.dir.join(name)).collect())
    }
}

fn names(dir: &Path) -> Result<Vec<String>, String> {
    let entries = std::fs::read_dir(dir).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such folder".to_owned(),
        _ => local_file::reason(&error),
    })?;
    let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<String> = names.filter(|name| !name.starts_with('.') && !name.ends_with('~')).collect();
    names.sort();
    Ok(names)
}

/// What Terraform would read and smoke cannot.
fn beyond(name: &str) -> bool {
    let endings = [".tf.json", ".tofu", ".tofu.json", "_override.tf"];
    name == "override.tf" || endings.iter().any(|ending| name.ends_with(ending))
}

impl File {
    /// Reads and parses a file.
    ///
    /// # Errors
    /// Why not, with the place.
    pub(super) fn read(path: &Path) -> Result<Self, String> {
        let (shown, text) = Self::text(path)?;
        Self::parse(shown, text)
    }

    /// Its path as it is shown, and what it holds.
    fn text(path: &Path) -> Result<(String, String), String> {
        let shown = local_file::shown(path);
        let bytes = local_file::bytes(path).map_err(|why| format!("{shown}: {why}"))?;
        let text = String::from_utf8(bytes).map_err(|_| format!("{shown}: the file is not UTF-8"))?;
        Ok((shown, text))
    }

    /// Parses the text of a file.
    ///
    /// # Errors
    /// Where it is no HCL.
    pub(super) fn parse(shown: String, text: String) -> Result<Self, String> {
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        let parsed: Result<Body, _> = text.parse();
        let body = parsed
            .map_err(|error| format!("{shown}:{}: this is no HCL: {}", error.location().line(), error.message()))?;
        Ok(Self { shown, text, body })
    }

    /// `file:line` of a stretch of the file.
    pub(super) fn at(&self, span: Option<std::ops::Range<usize>>) -> String {
        format!("{}:{}", self.shown, self.line(span))
    }

    /// The line that a stretch of the file begins on.
    pub(super) fn line(&self, span: Option<std::ops::Range<usize>>) -> usize {
        line_at(&self.text, span.map_or(0, |span| span.start))
    }

    /// What is written there, white space in one.
    pub(super) fn written(&self, span: Option<std::ops::Range<usize>>) -> String {
        let text = span.and_then(|span| self.text.get(span)).unwrap_or_default();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}
