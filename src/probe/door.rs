//! The doors of the probes that read files, for `crate::door`.

use std::path::Path;

use super::{python_deps, terraform};

/// A plan as JSON.
pub fn terraform_plan(bytes: &[u8]) {
    terraform::read_plan(bytes);
}

/// A file in HCL, as `main.tf` and as `terraform.tfvars`.
pub fn terraform_files(text: &str) {
    terraform::read_files(text);
}

/// A requirements file that may take itself in, against a project.
pub fn python_deps(requirements: &str, project: &str) {
    python_deps::read_both(Path::new("requirements.txt"), requirements, project);
}
