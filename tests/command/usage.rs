//! The command line itself: help, options, colours, exit codes.

use std::fs;
use std::process::Command;

use gabion::snapshot::Kind;

use crate::common::{options, request};
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
    assert!(help.lines().all(|line| line.chars().count() <= 80), "{help}");
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

/// Whether a test can have a terminal; else it says that it is skipped.
fn has_terminal(test: &str) -> bool {
    let has = Command::new("script").arg("--version").output().is_ok();
    if !has {
        println!("SKIPPED: {test}: script is not installed (apt-get install bsdutils)");
    }
    has
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
    if !has_terminal("colours_are_for_terminals_that_want_them") {
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
    for plain in ["--color never lst", "lst --color=never", "--color never help copy"] {
        let shown = on_terminal(&room, &format!("'{gabion}' {plain} || true"));
        assert!(!shown.contains('\x1b') && shown.contains("gabion"), "{plain}: {shown:?}");
    }
    let forced = room.run(&["--color", "always", "describe", &room.snapshot(2)]).ended(0);
    assert!(forced.contains("\x1b[35m"));
}

#[test]
fn colours_can_be_read_on_white_and_on_black() {
    if !has_terminal("colours_can_be_read_on_white_and_on_black") {
        return;
    }
    let room = Room::filled();
    let (old, new, all) = (room.snapshot(0), room.snapshot(2), &room.snapshots.url);
    let file = room.snapshots.directory.path().join(format!("sequence/{:020}", room.taken[1].number));
    fs::write(&file, "damaged").unwrap();
    for arguments in [
        "--help",
        "help copy",
        "lst",
        "list",
        "sweep --grace 5 x",
        "dump --format txt x",
        "list /no/such/directory",
        &format!("list {all}"),
        &format!("describe {new}"),
        &format!("verify {all}"),
        &format!("diff {old} {new}"),
    ] {
        let shown = on_terminal(&room, &format!("'{}' {arguments} || true", env!("CARGO_BIN_EXE_gabion")));
        // Bold, underlined, red, magenta. Green, yellow and cyan are pale on white, blue is dark on black.
        let codes = shown
            .split("\x1b[")
            .skip(1)
            .filter_map(|rest| rest.split_once('m'))
            .flat_map(|(codes, _)| codes.split(';'));
        let codes: Vec<&str> = codes.filter(|code| code.parse::<u8>().is_ok()).collect();
        assert!(!codes.is_empty(), "{arguments}: {shown:?}");
        assert!(codes.iter().all(|code| ["0", "1", "4", "31", "35"].contains(code)), "{arguments}: {shown:?}");
    }
}

#[test]
fn tables_fit_a_terminal_whatever_the_names_are() {
    if !has_terminal("tables_fit_a_terminal_whatever_the_names_are") {
        return;
    }
    let room = Room::filled();
    let backend = &room.backend.backend;
    let name = "a family with a name that is longer than a column".as_bytes();
    let family = backend.create_column_family(name, &[b'd'; 100], &options(&[("merge", "string-append")])).unwrap();
    (0..10_000u32).for_each(|row| family.put(&row.to_be_bytes(), &row.to_be_bytes()).unwrap());
    let mut asked = request(Kind::Native, &room.snapshots.url);
    (asked.id, asked.metadata) = (vec![b'i'; 100], vec![b'm'; 100_000]);
    let snapshot = backend.start_snapshot(&asked).unwrap();
    snapshot.wait(None);
    let (old, new) = (room.snapshot(0), format!("{}/{}", room.snapshots.url, snapshot.result().unwrap().number));
    for arguments in [
        format!("list {}", room.snapshots.url),
        format!("describe --files {new}"),
        format!("diff {old} {new}"),
        format!("diff --files-only {new} {old}"),
    ] {
        let gabion = env!("CARGO_BIN_EXE_gabion");
        let shown = on_terminal(&room, &format!("NO_COLOR=1 '{gabion}' -q {arguments}"));
        let tables = shown.lines().filter(|line| !line.contains("file://"));
        assert!(tables.clone().count() > 3 && tables.clone().all(|line| line.chars().count() <= 80), "{shown}");
        // Nothing is cut that would mislead then: the longest bar, how long the metadata is.
        let whole = ["██████████████", "(100000 bytes)"];
        assert!(!arguments.contains("describe") || whole.iter().all(|part| shown.contains(part)), "{shown}");
    }
}
