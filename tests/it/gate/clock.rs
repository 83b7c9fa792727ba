//! A runner whose clock is off goes by AWS's.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::stand::{Project, Server, answering};

#[test]
fn a_run_is_recorded_by_the_clock_of_aws_and_says_so() {
    let server = Server::start(&[]);
    let ahead = TimeDelta::minutes(10);
    let date = (Utc::now() + ahead).format("%a, %d %b %Y %H:%M:%S GMT");
    // It may not say who we are, but it says what time it is.
    let aws = answering(&format!("403 Forbidden\r\ndate: {date}"));
    let (api, _) = server.config.split_once("aws:").unwrap();
    let config = format!("{}\n    aws: {{ region: eu-west-1, endpoint_url: \"{aws}\" }}\n", api.trim_end());
    let look = "steps: [ { name: look, http: { get: /health }, expect: response.status == 200 } ]\n";
    let project = Project::of(&[("smoke.yaml", &config), ("scenarios/look.yaml", look)]).with(&server.variables());
    let called = Utc::now();
    project.smoke(&["run", "sandbox"]).check(0, "times are AWS's: this machine's clock is ");
    let run = project.run_json()["run"].clone();
    let time = |name: &str| DateTime::parse_from_rfc3339(run[name].as_str().unwrap()).unwrap().to_utc();
    let off = time("started") - called;
    assert!(off > ahead - TimeDelta::seconds(5) && off < ahead + TimeDelta::minutes(1), "{off}");
    let took = (time("ended") - time("started")).to_std().unwrap();
    assert!(took < Duration::from_mins(1), "{took:?}");
}

#[test]
fn a_clock_that_turns_out_to_be_off_on_the_way_is_said_in_the_end() {
    let date = (Utc::now() + TimeDelta::minutes(10)).format("%a, %d %b %Y %H:%M:%S GMT");
    let logs = answering(&format!("403 Forbidden\r\ndate: {date}"));
    // Nobody is there who could say the time beforehand.
    let aws = format!("region: eu-west-1, endpoint_url: \"{logs}\", endpoint_urls: {{ sts: \"http://127.0.0.1:9\" }}");
    let look = "steps: [ { name: look, logs: { group: g, none: [ { level: ERROR } ] } } ]\n";
    let config = format!("targets: {{ prod: {{ aws: {{ {aws} }} }} }}\n");
    let project = Project::of(&[("smoke.yaml", &config), ("scenarios/look.yaml", look)]);
    let project = project.with(&[("AWS_ACCESS_KEY_ID", "id"), ("AWS_SECRET_ACCESS_KEY", "secret")]);
    let said = "times of what AWS holds are AWS's, those of the run this machine's: its clock is ";
    project.smoke(&["run", "prod"]).check(3, said);
    let identity = project.run_json()["run"]["identity"].as_array().unwrap().clone();
    assert!(identity.last().unwrap().as_str().unwrap().starts_with(said), "{identity:?}");
}
