//! `PulledStream`: a portable snapshot that the host takes away as one stream of bytes (docs/snapshot-format.md, section 6).

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::Kind;
use super::barrier::{self, Barrier};
use super::job::{LONGEST_ID, LONGEST_METADATA, check_length};
use super::rows::Walk;
use super::sequence::now_ms;
use super::stream::{Encoder, Title};
use super::task::definition;
use crate::backend::Inner;
use crate::error::Result;
use crate::live::{self, Live};

/// A stream that is being pulled. One thread at a time, any thread. Until it is dropped, RocksDB keeps what it has to show.
pub struct PulledStream {
    backend: Arc<Inner>,
    barrier: Barrier,
    encoder: Encoder,
    /// The family that comes next, or whose rows are coming.
    at: usize,
    walk: Option<Walk>,
    ended: bool,
    _live: Live,
}

impl PulledStream {
    pub(crate) fn start(backend: &Arc<Inner>, id: &[u8], metadata: &[u8]) -> Result<PulledStream> {
        check_length("id", id, LONGEST_ID)?;
        check_length("metadata", metadata, LONGEST_METADATA)?;
        let call = backend.data.db.write()?;
        let barrier = barrier::raise(backend, &call, Kind::Portable, &Arc::new(AtomicBool::new(false)))?;
        drop(call);
        backend.counters.record_pause(barrier.pause);
        let mut encoder = Encoder::new();
        encoder.title(&Title { id: id.to_vec(), metadata: metadata.to_vec(), created: now_ms() })?;
        Ok(PulledStream {
            backend: Arc::clone(backend),
            barrier,
            encoder,
            at: 0,
            walk: None,
            ended: false,
            _live: Live::new(live::Kind::Stream),
        })
    }

    /// Writes the next bytes of the stream into `block`; answers how many, and 0 only at the end (or for an empty block).
    /// `Code::Closed` once the backend is closed.
    pub fn read(&mut self, block: &mut [u8]) -> Result<usize> {
        let mut length = 0;
        while length < block.len() {
            length += self.encoder.take(&mut block[length..]);
            if length < block.len() {
                if self.ended {
                    break;
                }
                self.produce()?;
            }
        }
        Ok(length)
    }

    /// Encodes some more.
    fn produce(&mut self) -> Result<()> {
        const STEP: usize = 1024;
        let Some(family) = self.barrier.families.get(self.at) else {
            self.ended = true;
            return self.encoder.end();
        };
        let walk = match &mut self.walk {
            Some(walk) => walk,
            None => {
                self.encoder.family(&definition(family))?;
                self.walk.insert(Walk::new(&self.backend, &family.family, &self.barrier.pin)?)
            }
        };
        let encoder = &mut self.encoder;
        let more = walk.step(STEP, &mut |key, value| {
            encoder.row(key, value)?;
            // A full record can be taken; no need to hold more in memory.
            Ok(encoder.available() == 0)
        })?;
        if !more {
            self.encoder.end_family()?;
            self.walk = None;
            self.at += 1;
        }
        Ok(())
    }
}
