//! Failure to exception.

use std::any::Any;
use std::sync::{PoisonError, RwLock};

use jni::errors::{Error as JniError, ErrorPolicy, Result as JniResult};
use jni::ids::JStaticMethodID;
use jni::objects::{JClass, JThrowable};
use jni::refs::Weak;
use jni::signature::ReturnType;
use jni::strings::JNIString;
use jni::sys::jvalue;
use jni::{Env, jni_sig, jni_str};

use crate::error::{Code, Error};

/// `dev.gabion.Native` and its method that makes the exception for an error. The reference is weak, so that the library
/// doesn't keep the class loader alive that keeps the library loaded.
static FAILURE: RwLock<Option<(Weak<JClass<'static>>, JStaticMethodID)>> = RwLock::new(None);

/// Looks up, while the library is loaded, what throwing needs.
pub(super) fn resolve(env: &mut Env<'_>, class: &JClass<'_>) -> JniResult<()> {
    let signature = jni_sig!((code: jint, message: jbyte[]) -> java.lang.RuntimeException);
    let method = env.get_static_method_id(class, jni_str!("failure"), signature)?;
    let class = env.new_weak_ref(class)?;
    // The library stays mapped when its class loader is collected; the next loader of the same file takes its place.
    *FAILURE.write().unwrap_or_else(PoisonError::into_inner) = Some((class, method));
    Ok(())
}

/// Throws the exception that `GabionException.of` chooses for an error or a panic, unless one is pending already.
pub(super) struct Throw;

impl<T: Default> ErrorPolicy<T, Error> for Throw {
    type Captures<'unowned_env_local: 'native_method, 'native_method> = ();

    fn on_error<'unowned_env_local: 'native_method, 'native_method>(
        env: &mut Env<'unowned_env_local>,
        (): &mut (),
        error: Error,
    ) -> JniResult<T> {
        throw(env, &error).map(|()| T::default())
    }

    fn on_panic<'unowned_env_local: 'native_method, 'native_method>(
        env: &mut Env<'unowned_env_local>,
        (): &mut (),
        payload: Box<dyn Any + Send + 'static>,
    ) -> JniResult<T> {
        throw(env, &Error::from_panic(&*payload)).map(|()| T::default())
    }
}

fn throw(env: &mut Env<'_>, error: &Error) -> JniResult<()> {
    if env.exception_check() {
        return Ok(());
    }
    let failure = FAILURE.read().unwrap_or_else(PoisonError::into_inner);
    let class = match &*failure {
        Some((class, method)) => class.upgrade_local(env)?.map(|class| (class, method)),
        None => None,
    };
    // Without its class the failure must be seen all the same: an answer without an exception would pass for a success.
    let Some((class, method)) = class else {
        let text = JNIString::from(format!("{error}"));
        return match env.throw_new(jni_str!("java/lang/IllegalStateException"), text) {
            Err(JniError::JavaException) => Ok(()),
            other => other,
        };
    };
    let message = env.byte_array_from_slice(error.message.as_bytes())?;
    let arguments = [jvalue { i: error.code as i32 }, jvalue { l: message.as_raw() }];
    // SAFETY: `resolve` looked this method up in this class, by the signature that these arguments and this result have.
    let exception = unsafe { env.call_static_method_unchecked(&class, method, ReturnType::Object, &arguments)? };
    let exception = env.cast_local::<JThrowable>(exception.l()?)?;
    match env.throw(exception) {
        Err(JniError::JavaException) => Ok(()), // how the crate says that it was thrown
        other => other,
    }
}

/// Throws `IncompatibleClassChangeError` with the text of what failed while the library was loaded.
pub(super) struct ThrowAtLoad;

impl ErrorPolicy<bool, JniError> for ThrowAtLoad {
    type Captures<'unowned_env_local: 'native_method, 'native_method> = ();

    fn on_error<'unowned_env_local: 'native_method, 'native_method>(
        env: &mut Env<'unowned_env_local>,
        (): &mut (),
        error: JniError,
    ) -> JniResult<bool> {
        refuse(env, &error.to_string())
    }

    fn on_panic<'unowned_env_local: 'native_method, 'native_method>(
        env: &mut Env<'unowned_env_local>,
        (): &mut (),
        payload: Box<dyn Any + Send + 'static>,
    ) -> JniResult<bool> {
        refuse(env, &Error::from_panic(&*payload).message)
    }
}

fn refuse(env: &mut Env<'_>, why: &str) -> JniResult<bool> {
    if !env.exception_check() {
        let text =
            format!("libgabion.so does not fit the dev.gabion classes that load it ({why}); use those of one build");
        let _ = env.throw_new(jni_str!("java/lang/IncompatibleClassChangeError"), JNIString::from(text));
    }
    Ok(false)
}

/// A failed JNI call. If it left an exception, that is what Java sees.
impl From<JniError> for Error {
    fn from(error: JniError) -> Self {
        Error::new(Code::Panic, format!("a bug in Gabion (JNI: {error}); close the objects involved and report it"))
    }
}
