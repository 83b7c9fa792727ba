//! The sandbox's endpoint against boto3, somebody else's client: `sandbox_boto3.py` walks every operation.

use std::path::{Path, PathBuf};
use std::process::Output;

use smoke::sandbox::{Fault, Options, Sandbox};
use tokio::process::Command;

#[tokio::test(flavor = "multi_thread")]
async fn boto3_finds_its_way_through_every_operation() {
    walk("healthy", vec![]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn boto3_sees_a_worker_that_keeps_dying() {
    walk("worker-down", vec![Fault::WorkerDown]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn boto3_sees_the_alarm_go_from_ok_to_alarm() {
    walk("alarm-firing", vec![Fault::AlarmFiring]).await;
}

/// Runs one walk of the script against a sandbox, and shows what it says where it fails.
#[expect(clippy::unwrap_used, clippy::print_stderr, reason = "part of a test, though clippy cannot see that")]
async fn walk(name: &str, faults: Vec<Fault>) {
    let python = match python_with_boto3().await {
        Ok(python) => python,
        Err(reason) => {
            eprintln!("skipped: {reason}");
            return;
        }
    };
    let sandbox = Sandbox::start(Options { faults, ..Options::default() }).await.unwrap();
    let settings = sandbox.settings();
    let aws = settings.aws.unwrap();
    let (key, secret) = aws.credentials.unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/sandbox_boto3.py");
    let output = Command::new(python)
        .args([script.as_os_str(), name.as_ref()])
        .env_clear()
        .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
        .env("AWS_ENDPOINT_URL", aws.endpoint_url.unwrap())
        .env("AWS_DEFAULT_REGION", aws.region.unwrap())
        .env("AWS_ACCESS_KEY_ID", key)
        .env("AWS_SECRET_ACCESS_KEY", secret)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("API_URL", settings.api_url.unwrap())
        .kill_on_drop(true)
        .output()
        .await
        .unwrap();
    sandbox.stop().await;
    assert!(output.status.success(), "{}", text(&output));
}

/// A Python with boto3 in a virtual environment that stays for the next run.
async fn python_with_boto3() -> Result<PathBuf, String> {
    // Tests run side by side, and only one of them should set it up.
    static SETTING_UP: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    let _one_at_a_time = SETTING_UP.lock().await;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("boto3-venv");
    let python = folder.join("bin/python");
    if runs(&python, &["-c", "import boto3"]).await.is_ok() {
        return Ok(python);
    }
    let system = Path::new("python3");
    runs(system, &["--version"]).await.map_err(|error| format!("there is no python3: {error}"))?;
    let folder = folder.to_str().ok_or("the target folder's path is not UTF-8")?;
    runs(system, &["-m", "venv", "--clear", folder]).await.map_err(|error| format!("no venv: {error}"))?;
    let installed = runs(&python, &["-m", "pip", "install", "--quiet", "boto3==1.44.8"]).await;
    installed.unwrap_or_else(|error| panic!("boto3 could not be installed: {error}"));
    Ok(python)
}

async fn runs(program: &Path, arguments: &[&str]) -> Result<(), String> {
    match Command::new(program).args(arguments).output().await {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(text(&output)),
        Err(error) => Err(error.to_string()),
    }
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
