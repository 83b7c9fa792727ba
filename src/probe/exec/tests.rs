use std::path::PathBuf;
use std::time::Duration;

use tokio::time::Instant;

use super::output::Stream;
use super::{Command, Output, output, process};
use crate::probe::{LookError, LookErrorKind};
use crate::redact::{Redactor, Secret};

fn command(run: &[&str]) -> Command {
    Command {
        program: run[0].to_owned(),
        arguments: run[1..].iter().map(|&argument| argument.to_owned()).collect(),
        env: Vec::new(),
        base: std::env::temp_dir(),
        dir: String::new(),
        stdin: None,
        aws: false,
    }
}

async fn look(command: &Command) -> Result<Output, LookError> {
    process::run(command, &[], Instant::now() + Duration::from_mins(1), &Redactor::default()).await
}

async fn check(script: &str, expected: (i64, &str, &str), cause: Option<&str>) {
    let output = look(&command(&["sh", "-c", script])).await.unwrap();
    assert_eq!((output.code, output.stdout.as_str(), output.stderr.as_str()), expected, "{script}");
    assert_eq!(output.cause().as_deref(), cause, "{script}");
}

#[tokio::test]
async fn a_program_tells_its_code_and_what_it_wrote() {
    check("echo hello; echo oh >&2", (0, "hello\n", "oh\n"), None).await;
    check("echo one; echo two; exit 3", (3, "one\ntwo\n", ""), Some("`sh` exited with 3: two")).await;
    check("echo a; echo b >&2; exit 1", (1, "a\n", "b\n"), Some("`sh` exited with 1: b")).await;
    check("kill -9 $$", (137, "", ""), Some("`sh` was ended by signal 9")).await;
}

#[tokio::test]
async fn arguments_reach_the_program_as_they_are() {
    let output = look(&command(&["printf", "%s|", "a b", "$HOME", "*", "; exit 1"])).await.unwrap();
    assert_eq!(output.stdout, "a b|$HOME|*|; exit 1|");
    assert_eq!(output.summary(), "exit 0: a b|$HOME|*|; exit 1|");
}

#[tokio::test]
async fn environment_folder_and_input_are_as_written() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("inner")).unwrap();
    let mut command = command(&["sh", "-c", "printf '%s %s ' \"$COLOUR\" \"${PWD##*/}\"; cat"]);
    command.env = vec![("COLOUR".to_owned(), "blue".to_owned())];
    command.base = folder.path().to_owned();
    command.dir = "inner".to_owned();
    command.stdin = Some("from outside".to_owned());
    assert_eq!(look(&command).await.unwrap().stdout, "blue inner from outside");
}

#[tokio::test]
async fn a_path_is_relative_to_the_scenario_though_its_folder_is_relative_itself() {
    let folder = tempfile::tempdir_in(".").unwrap();
    let script = folder.path().join("script");
    std::fs::write(&script, "#!/bin/sh\necho ran\n").unwrap();
    std::fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let base = PathBuf::from(".").join(folder.path().file_name().unwrap());
    let command = Command { base, ..command(&["./script"]) };
    assert_eq!(look(&command).await.unwrap().stdout, "ran\n");
}

#[tokio::test]
async fn where_aws_is_comes_before_what_is_written() {
    let mut command = command(&["sh", "-c", "echo $AWS_REGION $AWS_ENDPOINT_URL ${HOME-no home}"]);
    command.env = vec![("AWS_REGION".to_owned(), "mine".to_owned())];
    let aws = [("AWS_REGION", Some("a")), ("AWS_ENDPOINT_URL", Some("http://b")), ("HOME", None)];
    let aws = aws.map(|(name, value)| (name.to_owned(), value.map(str::to_owned)));
    let output =
        process::run(&command, &aws, Instant::now() + Duration::from_mins(1), &Redactor::default()).await.unwrap();
    assert_eq!(output.stdout, "mine http://b no home\n");
}

#[tokio::test]
async fn input_that_is_not_read_harms_nobody() {
    let mut command = command(&["true"]);
    command.stdin = Some("x".repeat(1_000_000));
    assert_eq!(look(&command).await.unwrap().code, 0);
}

#[tokio::test]
async fn only_the_first_megabyte_is_kept() {
    let output = look(&command(&["sh", "-c", "head -c 3000000 /dev/zero | tr '\\0' x"])).await.unwrap();
    assert_eq!((output.code, output.stdout.len()), (0, process::MOST));
    let unknown = |output: &Output| output.unknowns.iter().map(|one| one.path.clone()).collect::<Vec<_>>();
    assert_eq!(unknown(&output), ["output.stdout"], "nobody judges the beginning as if it were the whole");
    let whole = look(&command(&["sh", "-c", "head -c 1048576 /dev/zero >&2"])).await.unwrap();
    assert_eq!((whole.stderr.len(), unknown(&whole)), (process::MOST, Vec::new()));
    let shown = &output.evidence()[1].text;
    assert_eq!(shown.len(), "…".len() + 4096 + "\n(longer than 1 MiB; the rest was not kept)".len());
}

async fn check_unusable(run: &[&str], base: PathBuf, dir: &str, expected: &str) {
    let command = Command { base, dir: dir.to_owned(), ..command(run) };
    let error = look(&command).await.unwrap_err();
    assert_eq!(error, LookError { kind: LookErrorKind::Unequipped, message: expected.to_owned(), retry_after: None });
}

#[tokio::test]
async fn what_cannot_be_started_is_said_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("plain.txt"), "").unwrap();
    let base = || folder.path().to_owned();
    check_unusable(&["zqxjzqxj"], base(), "", "`zqxjzqxj` was not found on PATH").await;
    check_unusable(&["./gone"], base(), "", "the program ./gone is not there").await;
    check_unusable(&["./plain.txt"], base(), "", "`./plain.txt` cannot be started: permission denied").await;
    check_unusable(&["true"], base(), "nowhere", "the folder nowhere to run `true` in is not there").await;
    let error = look(&command(&["slepe"])).await.unwrap_err();
    assert_eq!(error.message, "`slepe` was not found on PATH; did you mean `sleep`?");
}

/// A pipe that ends when the last process which holds it is gone: true once everything was killed.
async fn everything_ends(fifo: &std::path::Path) -> bool {
    let path = fifo.to_owned();
    let read = tokio::task::spawn_blocking(move || std::fs::read(path));
    tokio::time::timeout(Duration::from_secs(20), read).await.is_ok()
}

/// A program that starts another in the background and then says so; both hold the fifo, and would live for a minute.
fn family(folder: &std::path::Path) -> (Command, PathBuf) {
    let fifo = folder.join("fifo");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let script = format!("exec 3>'{}'; sleep 60 & echo >&3; sleep 60", fifo.display());
    (command(&["sh", "-c", &script]), fifo)
}

#[tokio::test]
async fn at_the_deadline_everything_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let (command, fifo) = family(folder.path());
    let redactor = Redactor::default();
    let run = process::run(&command, &[], Instant::now() + Duration::from_secs(3), &redactor);
    let (run, ended) = tokio::join!(run, everything_ends(&fifo));
    let message = run.unwrap_err().message;
    assert!(message.starts_with("`sh` had not ended after 3") && message.ends_with(" s and was killed"), "{message}");
    assert!(ended);
}

#[tokio::test]
async fn a_program_that_is_killed_says_what_it_wrote_last() {
    #[track_caller]
    fn check(streams: [(&str, bool); 2], expected: &str) {
        let redactor = Redactor::default();
        redactor.learn(&Secret::new("hunter2-hunter2"));
        let streams = streams.map(|(text, cut)| Stream { bytes: text.as_bytes().to_vec(), cut });
        let said = output::late(&command(&["sh"]), Duration::from_secs(3), &streams, &redactor);
        assert_eq!(said, format!("`sh` had not ended after 3.0 s and was killed{expected}"));
    }
    check([("", false), ("", false)], "");
    check([("one\ntwo\n", false), ("", false)], "; it last wrote: two");
    check([("one\n", false), ("waiting for hunter2-hunter2\n\n", false)], "; it last wrote: waiting for ***");
    // What was not kept whole may end in half a secret.
    check([("", false), ("waiting for hunter2", true)], "");
    let waiting = command(&["sh", "-c", "echo waiting for db >&2; sleep 60"]);
    let deadline = Instant::now() + Duration::from_secs(3);
    let killed = process::run(&waiting, &[], deadline, &Redactor::default()).await.unwrap_err();
    // How long it took depends on what else the machine does.
    let (long, rest) = killed.message.split_once(" s and ").unwrap();
    assert!(long.starts_with("`sh` had not ended after "), "{}", killed.message);
    assert_eq!(rest, "was killed; it last wrote: waiting for db");
}

#[tokio::test]
async fn everything_is_killed_when_nobody_waits_any_more() {
    let folder = tempfile::tempdir().unwrap();
    let (command, fifo) = family(folder.path());
    let waiting = tokio::spawn(async move { look(&command).await });
    let path = fifo.clone();
    let opened = tokio::task::spawn_blocking(move || std::fs::File::open(path)).await.unwrap().unwrap();
    let mut left = tokio::fs::File::from_std(opened);
    let mut byte = [0];
    tokio::io::AsyncReadExt::read_exact(&mut left, &mut byte).await.unwrap();
    waiting.abort();
    let read = tokio::io::AsyncReadExt::read(&mut left, &mut byte);
    assert_eq!(tokio::time::timeout(Duration::from_secs(20), read).await.unwrap().unwrap(), 0);
}

#[tokio::test]
async fn what_a_program_leaves_running_does_not_hold_us_up() {
    let output = look(&command(&["sh", "-c", "sleep 60 & echo done"])).await.unwrap();
    assert_eq!((output.code, output.stdout.as_str()), (0, "done\n"));
    assert!(output.elapsed.0 < chrono::Duration::seconds(20));
}

#[test]
fn a_command_is_filled_in() {
    use crate::diagnostic::{Location, Source};
    use crate::expr::{Scope, Template};
    let template = |text: &str| {
        let location = Location { source: Source::new("a.yaml", text), start: 0, end: text.len() };
        Template::parse(text, &location).unwrap()
    };
    let exec = |run: &[&str]| super::Exec {
        run: run.iter().map(|text| template(text)).collect(),
        env: vec![("A".to_owned(), template("${{ n + 1 }}"))],
        dir: Some(template("sub")),
        stdin: None,
        aws: false,
    };
    let scope = Scope::default().with("n", crate::expr::Value::Int(1));
    let command = exec(&["count", "${{ n }}", "x-${{ n }}"]).resolve(&scope, std::path::Path::new("/s")).unwrap();
    assert_eq!(command.describe(), "exec count 1 x-1");
    assert_eq!(command.env, [("A".to_owned(), "2".to_owned())]);
    assert_eq!((command.base, command.dir), (PathBuf::from("/s"), "sub".to_owned()));
    let error = exec(&["${{ '' }}"]).resolve(&scope, std::path::Path::new("/s")).unwrap_err();
    assert_eq!(error.message, "run names no program");
}
