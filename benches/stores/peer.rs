//! The peer: `object_store` as it is, copying the same files with as many requests at once and parts of the same size. It compares
//! nothing and retries by its own rules.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use gabion::store::Object;
use object_store::aws::AmazonS3Builder;
use object_store::path::Path as ObjectPath;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload, Result};
use tokio::runtime::Runtime;
use tokio::sync::Semaphore;

const PART: u64 = 16 << 20;
pub const AT_ONCE: usize = 8;

/// A store of the peer, and where its objects are.
pub struct Peer {
    runtime: Arc<Runtime>,
    store: Arc<dyn ObjectStore>,
}

impl Peer {
    /// Of an S3 with these settings.
    pub fn s3(runtime: &Arc<Runtime>, bucket: &str, settings: &[(&'static str, String)]) -> Peer {
        let mut builder = AmazonS3Builder::new().with_bucket_name(bucket).with_allow_http(true);
        for (name, value) in settings {
            if let Ok(key) = name.parse() {
                builder = builder.with_config(key, value);
            }
        }
        Peer { runtime: Arc::clone(runtime), store: Arc::new(builder.build().expect("complete settings")) }
    }

    /// Of an HDFS.
    pub fn hdfs(runtime: &Arc<Runtime>, url: &str) -> Peer {
        let builder = hdfs_native_object_store::HdfsObjectStoreBuilder::new().with_url(url);
        let store = builder.with_io_runtime(runtime.handle().clone()).build().expect("a URL");
        Peer { runtime: Arc::clone(runtime), store: Arc::new(store) }
    }

    /// Puts all `files` below `prefix`.
    pub fn put_all(&self, files: &[PathBuf], prefix: &str) -> Result<()> {
        let turns = Arc::new(Semaphore::new(AT_ONCE));
        self.runtime.block_on(async {
            let puts = futures::stream::iter(files).map(|file| self.put(file, prefix, Arc::clone(&turns)));
            puts.buffer_unordered(AT_ONCE).try_collect().await
        })
    }

    async fn put(&self, file: &Path, prefix: &str, turns: Arc<Semaphore>) -> Result<()> {
        let to = ObjectPath::from(format!("{prefix}/{}", own_name(file)));
        let source = Arc::new(File::open(file).expect("a local file"));
        let size = source.metadata().expect("its size").len();
        if size <= PART {
            let _turn = turns.acquire().await;
            return self.store.put(&to, PutPayload::from(read(source, 0, size).await)).await.map(drop);
        }
        let mut upload = self.store.put_multipart(&to).await?;
        let mut parts = Vec::new();
        for (start, length) in ranges(size) {
            let turn = Arc::clone(&turns).acquire_owned().await;
            let part = upload.put_part(PutPayload::from(read(Arc::clone(&source), start, length).await));
            parts.push(tokio::spawn(async move {
                let _turn = turn;
                part.await
            }));
        }
        for part in parts {
            part.await.expect("no panic")?;
        }
        upload.complete().await.map(drop)
    }

    /// Gets all objects below `prefix` into `directory`.
    pub fn get_all(&self, prefix: &str, directory: &Path) -> Result<()> {
        std::fs::create_dir(directory).expect("a new directory");
        self.runtime.block_on(async {
            let objects: Vec<_> = self.store.list(Some(&ObjectPath::from(prefix))).try_collect().await?;
            let parts = objects.iter().flat_map(|object| {
                let name = object.location.filename().expect("a file's name");
                let file = Arc::new(File::create(directory.join(name)).expect("a new file"));
                ranges(object.size).map(move |range| (Arc::clone(&file), object.location.clone(), range))
            });
            let gets = futures::stream::iter(parts).map(|(file, from, (start, length))| async move {
                let bytes = self.store.get_range(&from, start..start + length).await?;
                let write = move || file.write_all_at(&bytes, start);
                tokio::task::spawn_blocking(write).await.expect("no panic").expect("space for it");
                Ok::<(), object_store::Error>(())
            });
            gets.buffer_unordered(AT_ONCE).try_collect().await
        })
    }

    /// The objects below `prefix`, by their names there.
    pub fn list(&self, prefix: &str) -> Result<Vec<Object>> {
        let name = |path: &ObjectPath| path.as_ref().trim_start_matches(prefix).trim_start_matches('/').to_owned();
        let list = self.store.list(Some(&ObjectPath::from(prefix)));
        let list = list.map_ok(|meta| Object {
            name: name(&meta.location),
            size: meta.size,
            modified: meta.last_modified.into(),
        });
        self.runtime.block_on(list.try_collect())
    }

    /// Removes all objects below `prefix`.
    pub fn remove(&self, prefix: &str) -> Result<()> {
        self.runtime.block_on(async {
            let objects = self.store.list(Some(&ObjectPath::from(prefix))).map_ok(|meta| meta.location).boxed();
            self.store.delete_stream(objects).try_collect::<Vec<_>>().await.map(drop)
        })
    }
}

fn own_name(file: &Path) -> String {
    file.file_name().expect("a file").to_string_lossy().into_owned()
}

/// Start and length of the parts of so many bytes.
fn ranges(size: u64) -> impl Iterator<Item = (u64, u64)> {
    (0..size.div_ceil(PART)).map(move |at| (at * PART, PART.min(size - at * PART)))
}

async fn read(file: Arc<File>, start: u64, length: u64) -> Bytes {
    let read = move || {
        let mut bytes = vec![0; usize::try_from(length).expect("64 bits")];
        file.read_exact_at(&mut bytes, start).expect("bytes that are there");
        Bytes::from(bytes)
    };
    tokio::task::spawn_blocking(read).await.expect("no panic")
}
