//! The three bodies that an exported function can have. `tests/boundary.rs` checks that each has one of them.

use std::mem::MaybeUninit;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::error::gabion_error;
use super::handle::{self, Handle};
use crate::error::{Code, Error, Result};

/// Runs the body of a function that can fail, and hands out its error.
pub(super) fn call(out_error: Option<&mut MaybeUninit<*mut gabion_error>>, body: impl FnOnce() -> Result<()>) -> Code {
    let Err(error) = guard(body) else { return Code::Ok };
    let code = error.code;
    if let Some(out_error) = out_error {
        out_error.write(handle::give(error));
    }
    code
}

/// Runs the body of a getter; `neutral` is the answer to whatever can't be answered.
pub(super) fn answer<T>(neutral: T, body: impl FnOnce() -> Result<T>) -> T {
    guard(body).unwrap_or(neutral)
}

/// The body of every `_free`.
pub(super) fn release<H: Handle>(handle: Option<&mut H>) {
    answer((), || {
        handle::release(handle);
        Ok(())
    });
}

/// An output that must be there.
pub(super) fn out<'a, T>(slot: Option<&'a mut MaybeUninit<T>>, argument: &str) -> Result<&'a mut MaybeUninit<T>> {
    slot.ok_or_else(|| Error::invalid(format!("`{argument}` is NULL; give the address of a variable for the result")))
}

/// The error for an `index` into a list of `count` elements that has no such element.
pub(super) fn no_element(index: usize, count: usize) -> Error {
    Error::invalid(format!("`index` is {index}, but the list has {count} elements; the first has index 0"))
}

/// The one place where panics end.
fn guard<T>(body: impl FnOnce() -> Result<T>) -> Result<T> {
    // What a panic leaves behind stays unused: the rules promise only `_free` after one.
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|payload| Err(Error::from_panic(&*payload)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::error::{gabion_error_code, gabion_error_free, gabion_error_message};

    #[test]
    fn a_panic_becomes_an_error_with_its_text() {
        let mut error = MaybeUninit::uninit();
        let code = call(Some(&mut error), || panic!("the {} broke", "dam"));
        assert_eq!(code, Code::Panic);
        // SAFETY: `call` writes the error when it fails.
        let error = unsafe { error.assume_init().as_mut() };
        assert_eq!(gabion_error_code(error.as_deref()), Code::Panic);
        let message = gabion_error_message(error.as_deref()).as_str("message").unwrap().to_owned();
        assert!(message.contains("the dam broke"), "{message}");
        gabion_error_free(error);
    }

    #[test]
    fn a_failure_without_a_place_for_its_error_is_a_code() {
        assert_eq!(call(None, || Err(Error::closed())), Code::Closed);
    }

    #[test]
    fn success_leaves_the_error_alone() {
        let mut error = MaybeUninit::new(std::ptr::without_provenance_mut(5));
        assert_eq!(call(Some(&mut error), || Ok(())), Code::Ok);
        // SAFETY: it was initialised above.
        assert_eq!(unsafe { error.assume_init() }.addr(), 5);
    }

    #[test]
    fn a_getter_that_panics_answers_its_neutral_value() {
        assert_eq!(answer(7, || panic!("no")), 7);
    }
}
