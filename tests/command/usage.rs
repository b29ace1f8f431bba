//! The command line itself: help, options, colours, exit codes.

use std::fs;
use std::process::Command;

use crate::{Room, Told};

#[test]
fn wrong_usage_ends_with_2_and_says_what_is_right() {
    let room = Room::filled();
    let url = &room.snapshots.url;
    for (arguments, said) in [
        (&["lst"][..], "list"),
        (&["list"], "<URL>"),
        (&["list", "file:///a?b"], "'?'"),
        (&["list", url, "-o", "snapshot.grace"], "has no ="),
        (&["list", url, "-o", "snapshot.grase=5m"], "snapshot.grace"),
        (&["list", url, "--options", "/no/such/file"], "/no/such/file"),
        (&["list", url, "--option-env", "snapshot.grace=GABION_NO_SUCH"], "GABION_NO_SUCH"),
        (&["discard", url], "URL/NUMBER"),
        (&["describe", &format!("{url}/0")], "begin with 1"),
        (&["sweep", url, "--grace", "5"], "no duration"),
        (&["dump", url, "-f", "counts", "--prefix-hex", "xy"], "hex"),
    ] {
        let told = room.run(arguments);
        assert!(told.code == Some(2) && told.err.contains(said), "{arguments:?}: {:?}\n{}", told.code, told.err);
        assert!(told.out.is_empty(), "{}", told.out);
    }
    assert_eq!(room.run(&["list", &format!("{url}/nothing")]).code, Some(1));
}

#[test]
fn help_shows_exit_codes_examples_and_fits_80_columns() {
    let room = Room::filled();
    let help = room.run(&["--help"]).ended(0);
    for part in ["130", "Exit codes:", "URL/NUMBER", "completions"] {
        assert!(help.contains(part), "{help}");
    }
    for command in ["list", "describe", "verify", "copy", "restore", "dump", "diff", "retain", "discard", "sweep"] {
        let help = room.run(&[command, "--help"]).ended(0);
        assert!(help.contains("Examples:") && help.contains("--option "), "{help}");
        assert!(help.lines().all(|line| line.chars().count() <= 80), "{help}");
    }
    assert!(room.run(&["--version"]).ended(0).starts_with("gabion "));
}

#[test]
fn options_reach_the_engine_from_a_file_and_from_the_environment() {
    let room = Room::filled();
    let file = room.path("options");
    fs::write(&file, "snapshot.grace = 5m\n").unwrap();
    let (to, grace) = (room.text("to"), "snapshot.grace=GABION_TEST_GRACE");
    room.run(&["copy", &room.snapshot(0), &to, "--options", file.to_str().unwrap()]).ended(0);
    let manifest = |number: u64| fs::read_to_string(room.path("to").join(format!("sequence/{number:020}"))).unwrap();
    assert!(manifest(2).contains("\"grace\":300000,"), "{}", manifest(2));
    let mut command = room.command(&["copy", &room.snapshot(1), &to, "--option-env", grace]);
    let told = command.env("GABION_OPTIONS", &file).env("GABION_TEST_GRACE", "7m").output().unwrap();
    Told::of(&told).ended(0);
    assert!(manifest(4).contains("\"grace\":420000,"), "{}", manifest(4));
}

#[test]
fn completions_are_scripts_that_shells_take() {
    let room = Room::filled();
    let script = room.path("script");
    fs::write(&script, room.run(&["completions", "bash"]).ended(0)).unwrap();
    let line = format!(
        ". {} && COMP_WORDS=(gabion des) COMP_CWORD=1 && _gabion gabion des gabion && echo ${{COMPREPLY[@]}}",
        script.display()
    );
    let told = Command::new("bash").args(["-c", &line]).output().unwrap();
    assert_eq!(Told::of(&told).ended(0), "describe\n");
    for shell in ["zsh", "fish", "elvish"] {
        assert!(room.run(&["completions", shell]).ended(0).contains("describe"));
    }
}

/// Runs a line of shell on a terminal of 80 columns; what it showed.
fn on_terminal(room: &Room, line: &str) -> String {
    let line = format!("stty cols 80; {line}");
    let mut command = Command::new("script");
    command
        .args(["-qec", &line, "/dev/null"])
        .env("TMPDIR", room.path("tmp"))
        .env("TERM", "xterm")
        .env("LANG", "C.UTF-8");
    command.env_remove("NO_COLOR").env_remove("LC_ALL").stdin(std::process::Stdio::null());
    Told::of(&command.output().unwrap()).ended(0).replace('\r', "")
}

#[test]
fn colours_are_for_terminals_that_want_them() {
    if Command::new("script").arg("--version").output().is_err() {
        println!(
            "SKIPPED: colours_are_for_terminals_that_want_them: script is not installed (apt-get install bsdutils)"
        );
        return;
    }
    let room = Room::filled();
    let gabion = env!("CARGO_BIN_EXE_gabion");
    let describe = format!("describe {}", room.snapshot(2));
    assert!(on_terminal(&room, &format!("'{gabion}' {describe}")).contains("\x1b[35m█"));
    for plain in [
        format!("NO_COLOR=1 '{gabion}' {describe}"),
        format!("TERM=dumb '{gabion}' {describe}"),
        format!("'{gabion}' --color never {describe}"),
        format!("'{gabion}' {describe} | cat"),
    ] {
        let shown = on_terminal(&room, &plain);
        assert!(!shown.contains('\x1b') && shown.contains('█'), "{plain}: {shown:?}");
    }
    let forced = room.run(&["--color", "always", "describe", &room.snapshot(2)]).ended(0);
    assert!(forced.contains("\x1b[35m"));
    // Every table fits, whatever the names are.
    for arguments in
        [format!("list {}", room.snapshots.url), format!("diff {} {}", room.snapshot(0), room.snapshots.url)]
    {
        let shown = on_terminal(&room, &format!("NO_COLOR=1 '{gabion}' -q {arguments}"));
        let tables = shown.lines().filter(|line| !line.contains("file://"));
        assert!(tables.clone().count() > 3 && tables.clone().all(|line| line.chars().count() <= 80), "{shown}");
    }
}
