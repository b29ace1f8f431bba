//! `Objects`: the general store over any `object_store`. Nothing here knows which one it is.

use std::fs::File;
use std::future::Future;
use std::io::{Read, Write};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures::StreamExt;
use object_store::path::Path as ObjectPath;
use object_store::{MultipartUpload, ObjectMeta, ObjectStore, ObjectStoreExt, PutMode, PutPayload};

use super::control::Control;
use super::{Link, Moved, Object, Store, Sum, check_name, runtime};
use crate::error::{Code, Error, Result};

/// How long one request may take: a list, or at most `PART` bytes of data.
pub(super) const REQUEST_LIMIT: Duration = Duration::from_secs(60);
/// Bytes of one request of a transfer.
const PART: usize = 8 << 20;

/// A place of an object store.
#[derive(Debug)]
pub(super) struct Objects {
    url: String,
    objects: Arc<dyn ObjectStore>,
}

impl Objects {
    pub(super) fn new(url: &str, objects: Arc<dyn ObjectStore>) -> Self {
        Self { url: url.to_owned(), objects }
    }

    /// Waits for one request about `name`.
    pub(super) fn request<T, F>(&self, what: &str, name: &str, control: &Control, future: F) -> Result<T>
    where
        T: Send + 'static,
        F: Future<Output = object_store::Result<T>> + Send + 'static,
    {
        runtime::block_on(future, REQUEST_LIMIT, control)
            .map_err(|error| error.context(format!("cannot {what} {name} in {}", self.url)))?
            .map_err(|error| self.error(what, name, error))
    }

    fn error(&self, what: &str, name: &str, error: object_store::Error) -> Error {
        let code = match error {
            object_store::Error::NotFound { .. } => Code::NotFound,
            object_store::Error::AlreadyExists { .. } => Code::AlreadyExists,
            object_store::Error::NotSupported { .. } | object_store::Error::NotImplemented { .. } => Code::Unsupported,
            _ => Code::Io,
        };
        Error::new(code, format!("cannot {what} {name} in {}: {error}", self.url))
    }

    fn path(&self, name: &str) -> Result<ObjectPath> {
        check_name(name)?;
        ObjectPath::parse(name).map_err(|error| Error::invalid(format!("{name:?} is no name of an object: {error}")))
    }

    fn upload(&self, file: &mut File, from: &Path, name: &str, expected: &Sum, control: &Control) -> Result<()> {
        let (objects, path) = (Arc::clone(&self.objects), self.path(name)?);
        let start = async move { objects.put_multipart(&path).await };
        let mut upload =
            Upload { store: self, name, parts: Some(self.request("begin to write", name, control, start)?) };
        let mut sum = Sum::EMPTY;
        loop {
            control.check()?;
            let part = read_part(file, from)?;
            if part.is_empty() {
                break;
            }
            sum = sum.extended(&part);
            let length = part.len() as u64;
            upload.put(part, control)?;
            control.advance(length);
        }
        expected.must_be(&sum, &from.display())?;
        upload.complete(control)
    }
}

/// A multipart upload that is aborted unless it was completed: stores keep, and charge for, forgotten parts.
struct Upload<'a> {
    store: &'a Objects,
    name: &'a str,
    parts: Option<Box<dyn MultipartUpload>>,
}

impl Upload<'_> {
    fn put(&mut self, part: Bytes, control: &Control) -> Result<()> {
        let Some(parts) = &mut self.parts else { return Err(self.store.ended(self.name)) };
        let request = parts.put_part(PutPayload::from_bytes(part));
        self.store.request("write", self.name, control, request)
    }

    fn complete(mut self, control: &Control) -> Result<()> {
        let Some(mut parts) = self.parts.take() else { return Err(self.store.ended(self.name)) };
        self.store.request("finish", self.name, control, async move { parts.complete().await.map(drop) })
    }
}

impl Drop for Upload<'_> {
    fn drop(&mut self) {
        if let Some(mut parts) = self.parts.take() {
            // The reason of the failure is on its way to the caller; a second one would hide it.
            let _ = self.store.request("abort", self.name, &Control::new(), async move { parts.abort().await });
        }
    }
}

impl Objects {
    fn ended(&self, name: &str) -> Error {
        Error::new(Code::Io, format!("the upload of {name} to {} has ended", self.url))
    }
}

/// The next bytes of `file`, `PART` of them but at its end.
fn read_part(file: &mut File, path: &Path) -> Result<Bytes> {
    let mut part = Vec::with_capacity(PART);
    file.take(PART as u64).read_to_end(&mut part).map_err(|error| Error::io("read", path, &error))?;
    Ok(part.into())
}

fn object(meta: ObjectMeta) -> Object {
    Object { name: meta.location.to_string(), size: meta.size, modified: SystemTime::from(meta.last_modified) }
}

/// The ranges of at most `PART` bytes that make up `size`.
fn parts(size: u64) -> impl Iterator<Item = Range<u64>> {
    (0..size).step_by(PART).map(move |start| start..size.min(start + PART as u64))
}

impl Store for Objects {
    fn url(&self) -> &str {
        &self.url
    }

    fn create(&self, _control: &Control) -> Result<()> {
        Ok(()) // An object store needs no folders.
    }

    fn read(&self, name: &str, limit: u64, control: &Control) -> Result<Option<Bytes>> {
        let (objects, path) = (Arc::clone(&self.objects), self.path(name)?);
        let get = async move {
            let found = objects.get(&path).await?;
            let size = found.meta.size;
            if size > limit { Ok(Err(size)) } else { found.bytes().await.map(Ok) }
        };
        match self.request("read", name, control, get) {
            Ok(Ok(bytes)) => Ok(Some(bytes)),
            Ok(Err(size)) => {
                let text = format!("{name} in {} has {size} bytes, and at most {limit} are allowed", self.url);
                Err(Error::corruption(text))
            }
            Err(error) if error.code == Code::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn read_range(&self, name: &str, range: Range<u64>, control: &Control) -> Result<Bytes> {
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        let (objects, path, asked) = (Arc::clone(&self.objects), self.path(name)?, range.clone());
        let bytes = self.request("read", name, control, async move { objects.get_range(&path, asked).await })?;
        if bytes.len() as u64 != range.end - range.start {
            return Err(Error::corruption(format!("{name} in {} ends before byte {}", self.url, range.end)));
        }
        Ok(bytes)
    }

    fn head(&self, name: &str, control: &Control) -> Result<Option<Object>> {
        let (objects, path) = (Arc::clone(&self.objects), self.path(name)?);
        match self.request("look at", name, control, async move { objects.head(&path).await }) {
            Ok(meta) => Ok(Some(object(meta))),
            Err(error) if error.code == Code::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn list(&self, folder: &str, control: &Control) -> Result<Vec<Object>> {
        let (objects, prefix) = (Arc::clone(&self.objects), self.path(folder)?);
        let collect = async move {
            let list: Vec<object_store::Result<ObjectMeta>> = objects.list(Some(&prefix)).collect().await;
            list.into_iter().collect::<object_store::Result<Vec<_>>>()
        };
        let list = self.request("list", folder, control, collect)?;
        let is_direct = |object: &Object| {
            object
                .name
                .strip_prefix(folder)
                .and_then(|rest| rest.strip_prefix('/'))
                .is_some_and(|rest| !rest.contains('/'))
        };
        let mut list: Vec<Object> = list.into_iter().map(object).filter(is_direct).collect();
        list.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(list)
    }

    fn put_new(&self, name: &str, bytes: Bytes, control: &Control) -> Result<bool> {
        let (objects, path) = (Arc::clone(&self.objects), self.path(name)?);
        let put = async move { objects.put_opts(&path, PutPayload::from_bytes(bytes), PutMode::Create.into()).await };
        match self.request("create", name, control, put) {
            Ok(_) => Ok(true),
            Err(error) if error.code == Code::AlreadyExists => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn delete(&self, names: &[String], control: &Control) -> Result<()> {
        for name in names {
            let (objects, path) = (Arc::clone(&self.objects), self.path(name)?);
            match self.request("delete", name, control, async move { objects.delete(&path).await }) {
                Err(error) if error.code == Code::NotFound => {}
                answer => answer?,
            }
        }
        Ok(())
    }

    fn put_file(&self, from: &Path, name: &str, expected: &Sum, _link: Link, control: &Control) -> Result<Moved> {
        control.check()?;
        let mut file = File::open(from).map_err(|error| Error::io("open", from, &error))?;
        self.upload(&mut file, from, name, expected, control)?;
        match self.head(name, control)? {
            Some(found) if found.size == expected.size => Ok(Moved::Copied),
            found => Err(Error::corruption(format!(
                "{name} in {} is {found:?} after {} bytes were written to it",
                self.url, expected.size
            ))),
        }
    }

    fn get_file(&self, name: &str, to: &Path, expected: &Sum, _link: Link, control: &Control) -> Result<Moved> {
        let mut target = super::local::NewFile::create(to)?;
        let mut sum = Sum::EMPTY;
        match self.head(name, control)? {
            Some(found) => expected.must_have_size(found.size, &format!("{name} in {}", self.url))?,
            None => return Err(Error::new(Code::NotFound, format!("there is no {name} in {}", self.url))),
        }
        for range in parts(expected.size) {
            let bytes = self.read_range(name, range, control)?;
            sum = sum.extended(&bytes);
            target.file().write_all(&bytes).map_err(|error| Error::io("write", to, &error))?;
            control.advance(bytes.len() as u64);
        }
        expected.must_be(&sum, &format!("{name} in {}", self.url))?;
        target.keep();
        Ok(Moved::Copied)
    }

    fn sum(&self, name: &str, control: &Control) -> Result<Option<Sum>> {
        let Some(found) = self.head(name, control)? else { return Ok(None) };
        let mut sum = Sum::EMPTY;
        for range in parts(found.size) {
            let bytes = self.read_range(name, range, control)?;
            sum = sum.extended(&bytes);
            control.advance(bytes.len() as u64);
        }
        Ok(Some(sum))
    }

    fn settle(&self, _folder: &str, _control: &Control) -> Result<()> {
        Ok(()) // What an object store has acknowledged lasts.
    }

    fn leftovers(&self, _folder: &str, _control: &Control) -> Result<Vec<Object>> {
        Ok(Vec::new())
    }
}
