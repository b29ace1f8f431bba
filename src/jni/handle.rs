//! A Java `long` is a pointer to one native object; it is converted here and nowhere else.
//!
//! `NativeHandle.java` owns the pointer: it pins the object around each call, lets only one call in at a time where the
//! object wants that, and frees it once, when the last call has returned.

use jni::sys::jlong;

/// Moves `object` to where Java can hold it.
pub(super) fn give<T>(object: T) -> jlong {
    Box::into_raw(Box::new(object)) as jlong
}

/// The object behind `handle`.
///
/// # Safety
///
/// `handle` comes from `give::<T>`, and Java pins it until the call ends.
pub(super) unsafe fn borrow<'call, T>(handle: jlong) -> &'call T {
    // SAFETY: by this function's contract the pointer is valid; any number of calls may share the object.
    unsafe { &*(handle as *const T) }
}

/// The object behind `handle`, or nothing if that is 0.
///
/// # Safety
///
/// As for `borrow`, unless `handle` is 0.
pub(super) unsafe fn borrow_optional<'call, T>(handle: jlong) -> Option<&'call T> {
    // SAFETY: by this function's contract.
    (handle != 0).then(|| unsafe { borrow(handle) })
}

/// The object behind `handle`, for this call alone.
///
/// # Safety
///
/// `handle` comes from `give::<T>`, and Java pins it for this call alone (`NativeHandle.pinAlone`).
pub(super) unsafe fn borrow_alone<'call, T>(handle: jlong) -> &'call mut T {
    // SAFETY: by this function's contract the pointer is valid and nobody else has a reference to the object.
    unsafe { &mut *(handle as *mut T) }
}

/// Takes the object back from Java.
///
/// # Safety
///
/// `handle` comes from `give::<T>`, no call uses it, and Java never passes it again.
pub(super) unsafe fn take<T>(handle: jlong) -> T {
    // SAFETY: by this function's contract the pointer is valid and owned by nobody else.
    *unsafe { Box::from_raw(handle as *mut T) }
}
