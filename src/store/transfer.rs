//! Files on their way to and from an object store: in parts, several at once, summed up while they move.

use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use object_store::{ObjectStoreExt, PutPayload};
use tokio::task::JoinSet;

use super::control::Control;
use super::limits::Limits;
use super::remote::{PART, Remote, Request, present};
use super::upload::Upload;
use super::{Sum, local};
use crate::error::{Code, Error, Result};

/// A store takes at most so many parts of one object; most take 10,000.
const MOST_PARTS: u64 = 9_000;

/// The ranges of one size (the last may be shorter) that make up `size`.
fn ranges(size: u64) -> impl Iterator<Item = (usize, Range<u64>)> + Send {
    let step = PART.max(size.div_ceil(MOST_PARTS).next_multiple_of(1 << 20));
    let range = move |at: u64| at * step..size.min((at + 1) * step);
    (0..size.div_ceil(step)).map(range).enumerate()
}

/// Runs blocking work of a transfer.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => Err(Error::from_panic(&*panic)),
            Err(_) => Err(Error::new(Code::Closed, "the process is ending; nothing more is moved to or from a store")),
        },
    }
}

/// Parts of one transfer under way. Dropped, it ends them.
struct Parts<T> {
    running: JoinSet<Result<(usize, T)>>,
    done: Vec<Option<T>>,
    most: usize,
}

impl<T: Send + 'static> Parts<T> {
    fn new() -> Self {
        Self { running: JoinSet::new(), done: Vec::new(), most: Limits::current().concurrency.saturating_mul(2) }
    }

    /// Begins one more part, when enough others have ended.
    async fn add(&mut self, at: usize, part: impl Future<Output = Result<T>> + Send + 'static) -> Result<()> {
        while self.running.len() >= self.most {
            self.collect().await?;
        }
        self.done.push(None);
        self.running.spawn(async move { Ok((at, part.await?)) });
        Ok(())
    }

    async fn collect(&mut self) -> Result<bool> {
        match self.running.join_next().await {
            None => Ok(false),
            Some(Ok(part)) => {
                let (at, value) = part?;
                self.done[at] = Some(value);
                Ok(true)
            }
            Some(Err(error)) => Err(match error.try_into_panic() {
                Ok(panic) => Error::from_panic(&*panic),
                Err(_) => Error::new(Code::Closed, "the process is ending; nothing more is moved to or from a store"),
            }),
        }
    }

    /// All parts in their order, when all have ended.
    async fn finish(&mut self) -> Result<Vec<T>> {
        while self.collect().await? {}
        Ok(std::mem::take(&mut self.done).into_iter().flatten().collect())
    }

    /// Ends all parts and waits until they have.
    async fn stop(&mut self) {
        self.running.shutdown().await;
    }
}

/// The sum of bytes whose parts have these sums.
fn total(parts: impl IntoIterator<Item = Sum>) -> Sum {
    parts.into_iter().fold(Sum::EMPTY, Sum::followed_by)
}

/// Puts `from`, whose bytes must be `expected`, under `name`. What it has put when it fails, is dropped or is cancelled is
/// removed again, behind the caller's back if need be.
pub(super) async fn put(
    remote: Arc<Remote>,
    from: PathBuf,
    name: String,
    expected: Sum,
    control: Control,
) -> Result<()> {
    let file = Arc::new(blocking(move || open(&from, &expected)).await?);
    if expected.size <= PART {
        put_whole(&remote, &file, &name, &expected).await?;
        control.advance(expected.size);
    } else {
        put_parts(&remote, &file, &name, &expected, &control).await?;
    }
    match remote.head(&name).await? {
        Some(found) if found.size == expected.size => Ok(()),
        Some(found) => {
            let what = format!("has {} bytes after {} were written to it", found.size, expected.size);
            Err(remote.corrupt(&name, what))
        }
        None => Err(remote.corrupt(&name, "is not there, just written")),
    }
}

/// A local file that is read from.
struct Source {
    path: PathBuf,
    file: File,
}

fn open(path: &Path, expected: &Sum) -> Result<Source> {
    let file = File::open(path).map_err(|error| Error::io("open", path, &error))?;
    let size = file.metadata().map_err(|error| Error::io("look at", path, &error))?.len();
    expected.must_have_size(size, &path.display())?;
    Ok(Source { path: path.to_owned(), file })
}

/// The bytes `range`, and their sum.
async fn read(source: &Arc<Source>, range: Range<u64>) -> Result<(Bytes, Sum)> {
    let source = Arc::clone(source);
    blocking(move || {
        let mut bytes = vec![0; usize::try_from(range.end - range.start).unwrap_or(usize::MAX)];
        let read = source.file.read_exact_at(&mut bytes, range.start);
        read.map_err(|error| Error::io("read", &source.path, &error))?;
        let sum = Sum::of(&bytes);
        Ok((bytes.into(), sum))
    })
    .await
}

async fn put_whole(remote: &Remote, source: &Arc<Source>, name: &str, expected: &Sum) -> Result<()> {
    let path = remote.path(name)?;
    let _memory = Limits::current().memory(expected.size).await;
    let (bytes, sum) = read(source, 0..expected.size).await?;
    expected.must_be(&sum, &source.path.display())?;
    // Over what an earlier try may have put: the name is this job's alone, and so are the bytes.
    let put = || remote.backing.objects.put(&path, PutPayload::from_bytes(bytes.clone()));
    remote.request(Request::data("write", name, expected.size), put).await?;
    Ok(())
}

async fn put_parts(
    remote: &Arc<Remote>,
    source: &Arc<Source>,
    name: &str,
    expected: &Sum,
    control: &Control,
) -> Result<()> {
    let upload = Upload::begin(remote, name).await?;
    let mut parts = Parts::new();
    let put = async {
        for (at, range) in ranges(expected.size) {
            let memory = Limits::current().memory(range.end - range.start).await;
            let (source, control, part) = (Arc::clone(source), control.clone(), upload.part(at));
            let put = async move {
                let _memory = memory;
                let (bytes, sum) = read(&source, range).await?;
                let id = part.put(bytes).await?;
                control.advance(sum.size);
                Ok((id, sum))
            };
            parts.add(at, put).await?;
        }
        let (ids, sums): (Vec<_>, Vec<_>) = parts.finish().await?.into_iter().unzip();
        expected.must_be(&total(sums), &source.path.display())?;
        Ok(ids)
    };
    let put = put.await;
    match put {
        Ok(ids) => upload.complete(ids, expected.size).await,
        Err(error) => {
            // A part that came after the end of its upload would stay.
            parts.stop().await;
            upload.abort().await;
            Err(error)
        }
    }
}

/// Gets the object `name`, whose bytes must be `expected`, into the new file `to`.
pub(super) async fn get(remote: Arc<Remote>, name: String, to: PathBuf, expected: Sum, control: Control) -> Result<()> {
    let target = {
        let to = to.clone();
        blocking(move || local::NewFile::create(&to)).await?
    };
    let file = Arc::new(target.clone_file()?);
    let sum = match expected.size {
        size if size <= PART => get_whole(&remote, &name, &file, &to, &expected, &control).await?,
        _ => get_parts(&remote, &name, &file, &to, &expected, &control).await?,
    };
    expected.must_be(&sum, &format!("{name} in {}", remote.url))?;
    target.keep();
    Ok(())
}

/// Writes `bytes` at `start` of a new file; answers their sum.
async fn write(file: &Arc<File>, to: &Path, bytes: Bytes, start: u64) -> Result<Sum> {
    let (file, to) = (Arc::clone(file), to.to_owned());
    blocking(move || {
        file.write_all_at(&bytes, start).map_err(|error| Error::io("write", &to, &error))?;
        Ok(Sum::of(&bytes))
    })
    .await
}

/// An object of at most one part, in one request.
async fn get_whole(
    remote: &Remote,
    name: &str,
    file: &Arc<File>,
    to: &Path,
    expected: &Sum,
    control: &Control,
) -> Result<Sum> {
    let path = remote.path(name)?;
    let _memory = Limits::current().memory(expected.size).await;
    let get = || async {
        let found = remote.backing.objects.get(&path).await?;
        // Another size is told before its bytes are in memory.
        let size = found.meta.size;
        if size == expected.size { found.bytes().await.map(Ok) } else { Ok(Err(size)) }
    };
    let got = remote.request(Request::data("read", name, expected.size), get).await;
    match present(got)?.ok_or_else(|| remote.missing(name))? {
        Ok(bytes) => {
            let sum = write(file, to, bytes, 0).await?;
            control.advance(sum.size);
            Ok(sum)
        }
        Err(size) => Ok(Sum { size, ..*expected }),
    }
}

async fn get_parts(
    remote: &Arc<Remote>,
    name: &str,
    file: &Arc<File>,
    to: &Path,
    expected: &Sum,
    control: &Control,
) -> Result<Sum> {
    match remote.head(name).await? {
        Some(found) => expected.must_have_size(found.size, &format!("{name} in {}", remote.url))?,
        None => return Err(remote.missing(name)),
    }
    let mut parts = Parts::new();
    for (at, range) in ranges(expected.size) {
        let memory = Limits::current().memory(range.end - range.start).await;
        let (remote, name, to) = (Arc::clone(remote), name.to_owned(), to.to_owned());
        let (file, control) = (Arc::clone(file), control.clone());
        let part = async move {
            let _memory = memory;
            let bytes = get_range(&remote, &name, range.clone()).await?;
            let sum = write(&file, &to, bytes, range.start).await?;
            control.advance(sum.size);
            Ok(sum)
        };
        parts.add(at, part).await?;
    }
    Ok(total(parts.finish().await?))
}

/// The length and the checksum of an object.
pub(super) async fn sum(remote: Arc<Remote>, name: String, control: Control) -> Result<Option<Sum>> {
    let Some(found) = remote.head(&name).await? else { return Ok(None) };
    let mut parts = Parts::new();
    for (at, range) in ranges(found.size) {
        let memory = Limits::current().memory(range.end - range.start).await;
        let (remote, name, control) = (Arc::clone(&remote), name.clone(), control.clone());
        let part = async move {
            let _memory = memory;
            let bytes = get_range(&remote, &name, range).await?;
            control.advance(bytes.len() as u64);
            blocking(move || Ok(Sum::of(&bytes))).await
        };
        parts.add(at, part).await?;
    }
    Ok(Some(total(parts.finish().await?)))
}

/// All `size` bytes of an object, part by part.
pub(super) async fn get_all(remote: &Remote, name: &str, size: u64) -> Result<Bytes> {
    let mut all = Vec::new();
    for (_, range) in ranges(size) {
        all.extend_from_slice(&get_range(remote, name, range).await?);
    }
    Ok(all.into())
}

/// The bytes `range` of an object.
pub(super) async fn get_range(remote: &Remote, name: &str, range: Range<u64>) -> Result<Bytes> {
    let path = remote.path(name)?;
    let length = range.end - range.start;
    let get = || async {
        let bytes = remote.backing.objects.get_range(&path, range.clone()).await.map_err(Some)?;
        if bytes.len() as u64 == length { Ok(bytes) } else { Err(None) }
    };
    let got = remote.request_checked(Request::data("read", name, length), get).await;
    present(got)?.ok_or_else(|| remote.missing(name))
}
