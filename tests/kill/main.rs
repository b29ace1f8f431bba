//! A job that is killed at any instant leaves its old or its new snapshot, never a mix, and nothing that a sweep can't take.
//!
//! The tests start copies of this binary that run `job` and are killed: at every fail point in `src`, and at random instants.
//! `GABION_SEED` repeats a run, `GABION_SOAK=1` makes it long.

#[path = "../common/mod.rs"]
mod common;
mod job;
#[path = "../servers/mod.rs"]
mod servers;
mod witness;

use std::path::Path;
use std::time::Duration;

use common::fail_points::has_points;
use common::random::{Random, is_soak, seed};
use job::{ORDER, Order, PHASES};
use witness::Witness;

/// In the child: runs the job instead of the test.
fn is_child() -> bool {
    let Ok(order) = std::env::var(ORDER) else { return false };
    job::run(&Order::of_text(&order));
    true
}

#[test]
fn a_job_killed_at_any_step_of_a_protocol_leaves_the_old_or_the_new_snapshot() {
    const TEST: &str = "a_job_killed_at_any_step_of_a_protocol_leaves_the_old_or_the_new_snapshot";
    if is_child() {
        return;
    }
    if !has_points(TEST) {
        return;
    }
    let seed = seed(TEST);
    let mut random = Random::new(seed);
    let mut points = fail_points(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    // Local files are not written in parts, and this is no HDFS; tests/stores and tests/hdfs kill there.
    points.retain(|point| !point.starts_with("upload-") && !point.starts_with("hdfs-"));
    assert!(points.len() > 40, "only {} fail points were found", points.len());
    let mut witnesses = [Witness::new(TEST, seed, true), Witness::new(TEST, seed, false)];
    for _ in 0..if is_soak() { 20 } else { 1 } {
        let mut left: Vec<&String> = points.iter().collect();
        while !left.is_empty() {
            let point = left.swap_remove(random.index(left.len()));
            let first = random.index(2);
            // A later hit, if there is one: the first is often the simplest. Some points are only where files are copied, and
            // some where a race ends in one of two ways.
            let at_first = [(first, 1), (1 - first, 1)].into_iter().cycle().take(8);
            let reached = std::iter::once((first, 1 + random.below(3))).chain(at_first).any(|(at, hit)| {
                let reached = witnesses[at].kill_at(point, hit);
                witnesses[at].check(&format!("killed at {point}, hit {hit}"));
                reached
            });
            assert!(reached, "the job never came to the fail point {point}");
        }
    }
    let [kills, restores] = [|witness: &Witness| witness.kills, |witness: &Witness| witness.restores]
        .map(|count| witnesses.iter().map(count).sum::<u64>());
    println!("{kills} kills at {} fail points; {restores} snapshots restored", points.len());
}

#[test]
fn a_job_killed_at_any_step_leaves_the_old_or_the_new_snapshot_on_a_server_too() {
    const TEST: &str = "a_job_killed_at_any_step_leaves_the_old_or_the_new_snapshot_on_a_server_too";
    if is_child() {
        return;
    }
    if !has_points(TEST) {
        return;
    }
    let seed = seed(TEST);
    let mut random = Random::new(seed);
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut points = fail_points(&source);
    // Of the local store alone; and tests/stores kills where objects are written in parts.
    let local = points_in(&source.join("store/local.rs"));
    points.retain(|point| !local.contains(point) && !point.starts_with("upload-") && !point.starts_with("hdfs-"));
    let mut all = vec![&servers::s3().server];
    match servers::azurite() {
        Ok(azurite) => all.push(azurite),
        Err(why) => println!("SKIPPED: {TEST} on one store: {why}"),
    }
    // At full numbers each point has its kills on every server, else on one of them.
    let chosen: Vec<usize> = points.iter().map(|_| random.index(all.len())).collect();
    for (at, server) in all.into_iter().enumerate() {
        let here = |(_, chosen): &(String, usize)| is_soak() || *chosen == at;
        let points: Vec<String> =
            points.iter().cloned().zip(chosen.iter().copied()).filter(here).map(|(point, _)| point).collect();
        let mut witness = Witness::on(TEST, seed, server);
        let mut unreached = points.clone();
        let rounds = if is_soak() { 5 } else { 1 };
        for round in 1..=rounds {
            for point in &points {
                let later = if is_soak() { 1 + random.below(3) } else { 1 };
                let reached = [later, 1, 1, 1].into_iter().any(|hit| {
                    let reached = witness.kill_at(point, hit);
                    witness.check(&format!("killed at {point}, hit {hit}, with {}", server.name));
                    reached
                });
                unreached.retain(|unreached| !reached || unreached != point);
            }
            println!("round {round} of {rounds} with {}: {} kills", server.name, witness.kills);
        }
        assert!(unreached.is_empty(), "with {} the job never came to {unreached:?}", server.name);
        let Witness { kills, restores, .. } = witness;
        println!("{kills} kills at {} fail points with {}; {restores} snapshots restored", points.len(), server.name);
    }
}

#[test]
fn a_job_killed_at_a_random_instant_leaves_the_old_or_the_new_snapshot() {
    const TEST: &str = "a_job_killed_at_a_random_instant_leaves_the_old_or_the_new_snapshot";
    if is_child() {
        return;
    }
    let seed = seed(TEST);
    let mut random = Random::new(seed);
    let mut witness = Witness::new(TEST, seed, random.chance(50));
    for kill in 0..if is_soak() { 200 } else { 30 } {
        let phase = PHASES[kill % PHASES.len()];
        // From a quarter of a millisecond to a quarter of a second.
        let most = 1 << (8 + random.below(11));
        let later = Duration::from_micros(random.below(most));
        let time = 1 + random.below(3);
        witness.kill_in(phase, time, later);
        witness.check(&format!("killed {later:?} into phase {phase}, time {time}"));
    }
    println!("{} kills; {} snapshots restored", witness.kills, witness.restores);
}

/// The names of all fail points in a file.
fn points_in(path: &Path) -> Vec<String> {
    let source = std::fs::read_to_string(path).unwrap();
    let calls = source.split("fail_point!(\"").skip(1);
    calls.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

/// The names of all fail points in the sources below `folder`.
fn fail_points(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(fail_points(&path));
        } else {
            found.extend(points_in(&path));
        }
    }
    found.sort();
    assert!(found.windows(2).all(|pair| pair[0] != pair[1]), "two fail points have one name: {found:?}");
    found
}
