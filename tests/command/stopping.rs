//! Ctrl-C, a closed pipe, and what is left after them.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::common::fail_points::has_points;
use crate::common::wait_until;
use crate::copying::check_swept;
use crate::{Room, Told, entries};

const INTERRUPT: i32 = libc::SIGINT;

fn signal(child: &Child, number: i32) {
    // SAFETY: kill takes two integers; the child is not waited for yet, so the id is its own.
    unsafe { libc::kill(child.id() as libc::pid_t, number) };
}

/// Starts the program, which is slow at a fail point.
fn start(room: &Room, arguments: &[&str], points: &str) -> Child {
    let mut command = room.command(arguments);
    command.env("FAILPOINTS", points).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

fn end(child: Child) -> Told {
    Told::of(&child.wait_with_output().unwrap())
}

/// Waits until a scratch directory is there.
fn wait_for_scratch(folder: &Path) {
    let is_scratch = |name: &String| name.starts_with("gabion-");
    wait_until("a scratch directory", || entries(folder).iter().any(is_scratch));
}

#[test]
fn ctrl_c_ends_a_copy_at_every_step_and_leaves_nothing_of_it() {
    if !has_points("ctrl_c_ends_a_copy_at_every_step_and_leaves_nothing_of_it") {
        return;
    }
    let room = Room::filled();
    for point in ["copy-intent-written", "copy-parents-checked", "copy-file-got", "copy-file-put", "copy-files-put"] {
        let name = format!("to {point}");
        let (to, root) = (room.text(&name), room.path(&name));
        let child = start(&room, &["copy", &room.snapshot(2), &to], &format!("{point}=sleep(2000)"));
        wait_until("the intent", || !entries(&root.join("intents")).is_empty());
        std::thread::sleep(Duration::from_millis(100));
        signal(&child, INTERRUPT);
        let told = end(child);
        assert_eq!(told.code, Some(130), "{point}: {}\n{}", told.out, told.err);
        assert!(told.err.contains("cancelled; 0 snapshots copied"), "{point}: {}", told.err);
        for folder in ["files", "intents"] {
            assert_eq!(entries(&root.join(folder)), [""; 0], "{point}: {folder}");
        }
        room.assert_clean();
        // And it is as if it had never been.
        room.run(&["copy", &room.snapshot(2), &to]).ended(0);
        check_swept(&root);
    }
}

#[test]
fn ctrl_c_after_some_snapshots_keeps_those() {
    if !has_points("ctrl_c_after_some_snapshots_keeps_those") {
        return;
    }
    let room = Room::filled();
    let (to, root) = (room.text("to"), room.path("to"));
    let child = start(&room, &["copy", &room.snapshots.url, &to], "copy-published=sleep(2000)");
    wait_until("the first snapshot", || root.join(format!("sequence/{:020}", 2)).exists());
    signal(&child, libc::SIGTERM);
    let told = end(child);
    assert_eq!(told.code, Some(143), "{}\n{}", told.out, told.err);
    assert!(told.err.contains("cancelled; 1 snapshot copied"), "{}", told.err);
    assert!(room.run(&["verify", &to]).ended(0).starts_with("all good: 1 snapshot,"));
    assert!(entries(&root.join("intents")).is_empty());
    check_swept(&root);
}

#[test]
fn ctrl_c_ends_a_restore_and_leaves_no_directory() {
    if !has_points("ctrl_c_ends_a_restore_and_leaves_no_directory") {
        return;
    }
    let room = Room::filled();
    for point in ["restore-file-placed", "plain-restored"] {
        let child = start(&room, &["restore", &room.snapshot(2), &room.text("db")], &format!("{point}=sleep(2000)"));
        wait_for_scratch(room.folder.path());
        signal(&child, INTERRUPT);
        let told = end(child);
        assert_eq!(told.code, Some(130), "{point}: {}\n{}", told.out, told.err);
        assert!(told.err.ends_with("cancelled; nothing unfinished is left\n"), "{point}: {}", told.err);
        assert_eq!(entries(room.folder.path()), ["tmp"]);
    }
}

#[test]
fn ctrl_c_ends_a_dump_and_a_difference() {
    if !has_points("ctrl_c_ends_a_dump_and_a_difference") {
        return;
    }
    let room = Room::filled();
    let (old, new) = (room.snapshot(0), room.snapshot(2));
    for arguments in [&["dump", &new, "-f", "counts"][..], &["diff", &old, &new]] {
        let child = start(&room, arguments, "restore-file-placed=sleep(2000)");
        wait_for_scratch(&room.path("tmp"));
        signal(&child, INTERRUPT);
        assert_eq!(end(child).code, Some(130));
        room.assert_clean();
    }
}

#[test]
fn a_second_ctrl_c_ends_at_once_whatever_hangs() {
    if !has_points("a_second_ctrl_c_ends_at_once_whatever_hangs") {
        return;
    }
    let room = Room::filled();
    let (to, root) = (room.text("to"), room.path("to"));
    let mut child = start(&room, &["copy", &room.snapshot(2), &to], "copy-file-put=pause");
    wait_until("a file", || !entries(&root.join("files")).is_empty());
    signal(&child, INTERRUPT);
    let mut err = child.stderr.take().unwrap();
    let mut told = [0; 32];
    err.read_exact(&mut told).unwrap();
    assert!(told.starts_with(b"gabion: cancelling"), "{}", String::from_utf8_lossy(&told));
    let second = Instant::now();
    signal(&child, INTERRUPT);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(second.elapsed() < Duration::from_secs(10), "{:?}", second.elapsed());
    // What it left is gone on with, or swept.
    room.run(&["copy", &room.snapshot(2), &to]).ended(0);
    room.run(&["sweep", "--grace", "0", &to]).ended(0);
    check_swept(&root);
}

#[test]
fn a_reader_that_goes_away_ends_the_program_quietly() {
    let room = Room::filled();
    // More than a pipe holds.
    let family = room.backend.backend.column_family(b"odd\xff").unwrap().unwrap();
    (0..20_000u32).for_each(|row| family.put(&row.to_be_bytes(), &[b'x'; 50]).unwrap());
    let info = crate::common::take(&room.backend.backend, gabion::snapshot::Kind::Native, &room.snapshots.url);
    let snapshot = format!("{}/{}", room.snapshots.url, info.number);
    let line =
        format!("'{}' dump {snapshot} -f odd%FF | head -n 1; echo ${{PIPESTATUS[0]}}", env!("CARGO_BIN_EXE_gabion"));
    let told = Command::new("bash").args(["-c", &line]).env("TMPDIR", room.path("tmp")).output().unwrap();
    let told = Told::of(&told);
    assert_eq!((told.out.lines().nth(1), told.err.as_str()), (Some("0"), ""), "{}", told.out);
    room.assert_clean();
}
