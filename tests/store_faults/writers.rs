//! Two writers of one directory, on each store: the one that was left behind is fenced, whatever its requests still do.

use std::time::Duration;

use gabion::restore::{KeyRange, Source};
use gabion::snapshot::{Kind, State};
use gabion::{Backend, Code, Options};
use hyper::Method;

use crate::common::contents;
use crate::data::Data;
use crate::place::{Place, alone, servers};
use crate::servers::proxy::{Fault, Rule};

const LIMIT: Duration = Duration::from_secs(120);
const SETTINGS: [(&str, &str); 1] = [("store.timeout", "60s")];

/// A backend restored from the newest snapshot in `place`.
struct Restored {
    backend: Backend,
    _storage: tempfile::TempDir,
}

fn restore_latest(place: &Place) -> Restored {
    let storage = tempfile::tempdir().unwrap();
    let mut options = place.server.options();
    options.set("storage.paths", storage.path().to_str().unwrap()).unwrap();
    let source = Source::Latest { url: place.url.clone() };
    let (backend, _) = Backend::restore(&options, None, &[source], &KeyRange::default()).unwrap();
    Restored { backend, _storage: storage }
}

/// Takes a native snapshot with `backend`, past the proxy.
fn take(data: &Data, backend: &Backend, place: &Place, options: &Options) -> gabion::Result<u64> {
    let snapshot = backend.start_snapshot(&data.request(Kind::Native, place, options)).unwrap();
    snapshot.wait(Some(LIMIT));
    snapshot.result().map(|info| info.number)
}

#[test]
fn a_zombie_writer_is_fenced_on_each_store() {
    const TEST: &str = "a_zombie_writer_is_fenced_on_each_store";
    let alone = alone();
    for server in servers(TEST) {
        let (data, place) = (Data::new(false), Place::new(server));
        let direct = server.options();
        let first = data.take(Kind::Native, &place, &place.options(&SETTINGS), LIMIT).unwrap().number;
        // The zombie's manifest is on its way while another takes over and publishes; then it arrives.
        place.befall_in("sequence", Rule::of(Fault::Held).method(Method::PUT));
        let family = data.scratch.backend.column_family(b"small").unwrap().unwrap();
        family.put(b"of the zombie", b"lost").unwrap();
        let request = data.request(Kind::Native, &place, &place.options(&SETTINGS));
        let zombie = data.scratch.backend.start_snapshot(&request).unwrap();
        while place.done().is_empty() {
            assert_eq!(zombie.wait(Some(Duration::from_millis(20))), State::Running);
        }
        let successor = restore_latest(&place);
        assert!(contents(&successor.backend) == data.contents, "{}", server.name);
        let second = take(&data, &successor.backend, &place, &direct).unwrap();
        place.heal();
        zombie.wait(Some(LIMIT));
        let error = zombie.result().unwrap_err();
        assert_eq!(error.code, Code::Fenced, "{}: {error}", server.name);
        assert!(error.message.contains(&place.url) && error.message.contains("stop this"), "{error}");
        // And for good.
        let error = data.take(Kind::Portable, &place, &place.options(&SETTINGS), LIMIT).unwrap_err();
        assert_eq!(error.code, Code::Fenced, "{}: {error}", server.name);
        let third = take(&data, &successor.backend, &place, &direct).unwrap();
        successor.backend.close().unwrap();
        let (there, _) = place.check(TEST);
        assert_eq!(there.iter().map(|info| info.number).collect::<Vec<_>>(), [first, second, third]);
        data.assert_restored(&place, third, TEST);
    }
    alone.end(TEST);
}

#[test]
fn of_restores_of_one_snapshot_none_writes_beside_another_and_the_next_one_goes_on() {
    const TEST: &str = "of_restores_of_one_snapshot_none_writes_beside_another_and_the_next_one_goes_on";
    const RACERS: usize = 4;
    let alone = alone();
    for server in servers(TEST) {
        let (data, place) = (Data::new(false), Place::new(server));
        let first = data.take(Kind::Native, &place, &server.options(), LIMIT).unwrap().number;
        let answers: Vec<_> = std::thread::scope(|scope| {
            let race = || {
                let restored = restore_latest(&place);
                let rows = contents(&restored.backend);
                let answers = [(); 3].map(|()| take(&data, &restored.backend, &place, &server.options()));
                restored.backend.close().unwrap();
                (rows, answers)
            };
            let racers: Vec<_> = (0..RACERS).map(|_| scope.spawn(race)).collect();
            racers.into_iter().map(|racer| racer.join().unwrap()).collect()
        });
        assert!(answers.iter().all(|(rows, _)| *rows == data.contents), "{}", server.name);
        let answers: Vec<_> = answers.into_iter().map(|(_, answers)| answers).collect();
        for error in answers.iter().flatten().filter_map(|answer| answer.as_ref().err()) {
            assert_eq!(error.code, Code::Fenced, "{}: {error}", server.name);
        }
        // Once fenced, always fenced. Perhaps all are in the end: one that looked just before another published fences that one
        // by its epoch, and is refused for what it finds then.
        let is_orderly =
            |own: &[gabion::Result<u64>; 3]| own.windows(2).all(|pair| pair[0].is_ok() || pair[1].is_err());
        assert!(answers.iter().all(is_orderly), "{answers:?}");
        assert!(answers.iter().flatten().any(Result::is_ok), "{}: nobody published: {answers:?}", server.name);
        let mut published: Vec<u64> =
            answers.iter().flatten().filter_map(|answer| answer.as_ref().ok().copied()).collect();
        published.push(first);
        published.sort();
        // Who restores anew goes on, whatever became of the others.
        let anew = restore_latest(&place);
        published.push(take(&data, &anew.backend, &place, &server.options()).unwrap());
        anew.backend.close().unwrap();
        let (there, _) = place.check(TEST);
        assert_eq!(there.iter().map(|info| info.number).collect::<Vec<_>>(), published, "{}", server.name);
    }
    alone.end(TEST);
}
