//! A project for runs that are to be ended from outside: its import waits for what never comes, and is removed.

use super::stand::{Project, Server};

/// What it uploads.
pub(super) const CONTACTS: &str = include_str!("../../../fixtures/contacts.csv");

/// Its scenario, or the pattern for one.
pub(super) const ENDLESS: &str = "steps:
  - name: upload
    http: { post: /api/v1/bulk-imports, multipart: { file: { path: ../contacts.csv, type: text/csv } } }
    expect: response.status == 201
    capture: { import_id: response.body.id }
  - name: wait for what never comes
    http: { get: \"/api/v1/bulk-imports/${{ import_id }}\" }
    until: response.body.status == \"completed\"
    within: 10m
finally:
  - name: remove the import
    http: { delete: \"/api/v1/bulk-imports/${{ import_id }}\" }
    expect: response.status in [200, 204, 404]
";

/// A project whose target `sandbox` is that server.
pub(super) fn project(server: &Server, scenario: &str) -> Project {
    let config = server.config.as_str();
    let files = [("smoke.yaml", config), ("scenarios/endless.yaml", scenario), ("contacts.csv", CONTACTS)];
    Project::of(&files).with(&server.variables())
}
