//! Why a call to HDFS failed: the client's errors, and Java's exceptions in them, as codes and sentences.

use std::io::ErrorKind;

use hdfs_native::HdfsError;

use crate::error::{Code, Error};

/// Longer texts are cut: some hold a stack trace, or all that is known of every data node.
const LONGEST: usize = 300;

/// What a login takes.
const KERBEROS: &str = "For Kerberos set hadoop.security.authentication=kerberos, have a ticket (kinit) or name a keytab with \
     store.kerberos_principal and store.kerberos_keytab, and have the library libgssapi_krb5.so.2 (Debian: libgssapi-krb5-2)";

/// A try that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub code: Code,
    /// What happened, and what to do.
    pub sentence: String,
    /// May another try succeed?
    pub may_pass: bool,
    /// Nobody answered: the connection is not to be used again.
    pub is_silent: bool,
}

impl Failure {
    /// One that no other try can help.
    pub(super) fn lasting(code: Code, sentence: impl Into<String>) -> Self {
        Self { code, sentence: sentence.into(), may_pass: false, is_silent: false }
    }

    /// One that may not come again.
    pub(super) fn passing(sentence: impl Into<String>) -> Self {
        Self { may_pass: true, ..Self::lasting(Code::Io, sentence) }
    }

    /// Neither answer nor error came, or the client's own code failed.
    pub(super) fn silent(sentence: impl Into<String>) -> Self {
        Self { is_silent: true, ..Self::passing(sentence) }
    }

    pub(super) fn is_not_found(&self) -> bool {
        self.code == Code::NotFound
    }
}

impl From<Error> for Failure {
    /// An error of ours, of the local file or of the caller's cancel.
    fn from(error: Error) -> Self {
        Self::lasting(error.code, error.message)
    }
}

impl From<HdfsError> for Failure {
    fn from(error: HdfsError) -> Self {
        match &error {
            HdfsError::RPCError(class, text) | HdfsError::FatalRPCError(class, text) => of_exception(class, text),
            HdfsError::FileNotFound(path) => Self::lasting(Code::NotFound, format!("there is no {path}")),
            HdfsError::AlreadyExists(text) => {
                Self::lasting(Code::AlreadyExists, format!("it is there already ({})", first_line(text)))
            }
            HdfsError::IOError(io) => of_io(io),
            HdfsError::DataTransferError(text) => Self::passing(format!(
                "no data node completed the transfer: each one asked is down, unreachable, or has a bad copy ({})",
                first_line(text)
            )),
            HdfsError::BlocksNotFound(_) => {
                Self::passing("the name node knows no data node that has the bytes; are all data nodes up?")
            }
            HdfsError::ChecksumError => Self::passing("bytes from a data node did not match their checksum"),
            HdfsError::GSSAPIError(..) | HdfsError::SASLError(_) | HdfsError::NoSASLMechanism => of_login(&error),
            HdfsError::OperationFailed(text) if text.contains("gssapi") => of_login(&error),
            HdfsError::OperationFailed(_) | HdfsError::InternalError(_) | HdfsError::InvalidRPCResponse(_) => {
                Self::passing(first_line(&error.to_string()))
            }
            HdfsError::UnsupportedFeature(_) | HdfsError::UnsupportedErasureCodingPolicy(_) => {
                Self::lasting(Code::Unsupported, first_line(&error.to_string()))
            }
            HdfsError::InvalidArgument(text) if text.contains("No NameNode hosts") => Self::lasting(
                Code::InvalidArgument,
                "no name nodes are configured for it: give the URL a port (hdfs://host:8020/path), or say in hdfs-site.xml or \
                 in the options dfs.ha.namenodes.<name service> and dfs.namenode.rpc-address.<name service>.<name node>",
            ),
            HdfsError::InvalidArgument(text) if text.contains("No fs.defaultFS") => Self::lasting(
                Code::InvalidArgument,
                "the URL names no name node, and neither Hadoop's files nor the options have fs.defaultFS",
            ),
            HdfsError::InvalidArgument(_)
            | HdfsError::InvalidPath(_)
            | HdfsError::UrlParseError(_)
            | HdfsError::XmlParseError(_) => Self::lasting(Code::InvalidArgument, first_line(&error.to_string())),
            _ => Self::lasting(Code::Io, first_line(&error.to_string())),
        }
    }
}

/// What a Java exception means, by the name of its class.
fn of_exception(class: &str, text: &str) -> Failure {
    let name = class.rsplit(['.', '$']).next().unwrap_or(class);
    let said = format!("{name}: {}", first_line(text));
    let passing = |sentence: &str| Failure::passing(format!("{sentence} ({said})"));
    let lasting = |code, sentence: &str| Failure::lasting(code, format!("{sentence} ({said})"));
    match name {
        // An HA name node wraps it, to say that it will end.
        "SafeModeException" => in_safe_mode(&said),
        _ if text.contains("is in safe mode") => in_safe_mode(&said),
        "StandbyException" => passing("none of the configured name nodes is active"),
        "RetriableException" | "ServerTooBusyException" => passing("the name node asks to try again later"),
        "LeaseExpiredException" => passing("somebody else removed the file while it was written"),
        name if name.ends_with("QuotaExceededException") || name == "QuotaByStorageTypeExceededException" => lasting(
            Code::Io,
            "the directory's quota is used up; free some of it, or have it raised (a file under construction counts as whole \
             blocks, times its replicas)",
        ),
        "AccessControlException" if text.contains("SIMPLE authentication is not enabled") => of_login(&said),
        _ if text.contains("is not a directory") => {
            lasting(Code::InvalidArgument, "a file stands where a directory should be")
        }
        "AccessControlException" | "AuthorizationException" => {
            lasting(Code::Io, "permission denied; use another user or have the directory's permissions changed")
        }
        "InvalidToken" => {
            lasting(Code::Io, "the delegation token is not valid any more, or not for this cluster; get a new one")
        }
        "SaslException" | "GSSException" => of_login(&said),
        "FileNotFoundException" => lasting(Code::NotFound, "it is not there"),
        "InvalidPathException" => lasting(Code::InvalidArgument, "HDFS can't have such a path"),
        _ if text.contains("could only be written to 0") || text.contains("could only be replicated to 0") => {
            passing("no data node takes the bytes: all are down, full, or were given up")
        }
        _ if text.contains("Zero blocklocations") => passing("the name node knows no data node that has the bytes"),
        _ => Failure::lasting(Code::Io, said),
    }
}

fn in_safe_mode(said: &str) -> Failure {
    Failure::passing(format!(
        "the name node is in safe mode and changes nothing; it leaves it some time after its start, or when an administrator \
         says so: hdfs dfsadmin -safemode leave ({said})"
    ))
}

fn of_io(error: &std::io::Error) -> Failure {
    match error.kind() {
        ErrorKind::ConnectionRefused => Failure::passing(format!(
            "nobody listens at the address of the name node, or of a data node: is it down, or the port wrong? ({error})"
        )),
        // What it had to say against the login, the client drops.
        ErrorKind::ConnectionAborted => Failure::passing(format!(
            "the name node closed the connection; if it is up, it wants another kind of login ({error}). {KERBEROS}"
        )),
        ErrorKind::InvalidInput | ErrorKind::PermissionDenied => Failure::lasting(Code::Io, error.to_string()),
        _ => Failure::passing(format!("the connection to the name node or to a data node failed ({error})")),
    }
}

fn of_login(reason: &dyn std::fmt::Display) -> Failure {
    let reason = first_line(&reason.to_string());
    Failure::lasting(Code::Io, format!("the cluster wants a login and got none that it takes ({reason}). {KERBEROS}"))
}

/// The first line, and not too much of it.
pub(super) fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default().trim();
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rpc(class: &str, text: &str) -> Failure {
        Failure::from(HdfsError::RPCError(class.to_owned(), text.to_owned()))
    }

    #[test]
    fn exceptions_are_told_apart_by_their_class() {
        let hdfs = "org.apache.hadoop.hdfs";
        let cases = [
            (rpc(&format!("{hdfs}.server.namenode.SafeModeException"), "Cannot create file/f."), true, "safe mode"),
            (rpc("org.apache.hadoop.ipc.RetriableException", "x: Name node is in safe mode."), true, "safe mode"),
            (rpc("org.apache.hadoop.ipc.StandbyException", "READ is not supported"), true, "active"),
            (rpc(&format!("{hdfs}.protocol.DSQuotaExceededException"), "The DiskSpace quota"), false, "quota"),
            (rpc(&format!("{hdfs}.protocol.NSQuotaExceededException"), "The NameSpace quota"), false, "quota"),
            (rpc("org.apache.hadoop.security.AccessControlException", "Permission denied: user=bob"), false, "bob"),
            (rpc("org.apache.hadoop.security.token.SecretManager$InvalidToken", "token is expired"), false, "token"),
            (rpc("org.apache.hadoop.fs.ParentNotDirectoryException", "/a is not a directory"), false, "directory"),
            (
                rpc("java.io.IOException", "File /f could only be written to 0 of the 1 minReplication"),
                true,
                "data node",
            ),
            (rpc("java.io.IOException", "something else"), false, "IOException: something else"),
        ];
        for (failure, may_pass, word) in cases {
            assert_eq!(failure.may_pass, may_pass, "{failure:?}");
            assert!(failure.sentence.contains(word), "{failure:?}");
        }
        assert!(rpc("java.io.FileNotFoundException", "File does not exist: /f").is_not_found());
    }

    #[test]
    fn a_failed_login_names_keytab_and_library() {
        let refused = "SIMPLE authentication is not enabled.  Available:[TOKEN, KERBEROS]";
        let failures = [
            Failure::from(HdfsError::SASLError("no ticket".into())),
            Failure::from(HdfsError::NoSASLMechanism),
            Failure::from(HdfsError::OperationFailed("Failed to load libgssapi_krb".into())),
            Failure::from(HdfsError::FatalRPCError(
                "org.apache.hadoop.security.AccessControlException".into(),
                refused.into(),
            )),
        ];
        for failure in failures {
            assert!(!failure.may_pass, "{failure:?}");
            for word in ["keytab", "libgssapi_krb5.so.2", "kinit"] {
                assert!(failure.sentence.contains(word), "{failure:?}");
            }
        }
    }

    #[test]
    fn long_texts_are_cut_at_their_first_line() {
        assert_eq!(first_line("one\n\tat java.lang.Thread\n"), "one");
        let long = first_line(&"ä".repeat(5000));
        assert_eq!(long.chars().count(), LONGEST + 1);
        let failure =
            Failure::from(HdfsError::DataTransferError(format!("All DataNodes failed: {}", "x".repeat(9000))));
        assert!(failure.sentence.len() < 600 && failure.may_pass, "{failure:?}");
    }
}
