//! Where the provider listens: a Unix socket in a directory of its own, or a loopback port where
//! there are no such sockets.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use tokio::io::{AsyncRead, AsyncWrite};

use crate::handshake::{Environment, StartError};

/// Where to connect, as the handshake line writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(
    unreachable_pub,
    dead_code,
    reason = "the feature `client` exports and makes both kinds"
)]
pub enum Address {
    /// An absolute path.
    Unix(PathBuf),
    /// A loopback port.
    Tcp(SocketAddr),
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix|{}", path.display()),
            Self::Tcp(address) => write!(f, "tcp|{address}"),
        }
    }
}

/// A connection that nobody has vouched for yet.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// The place to listen at. Dropping it takes the socket out of the file system.
#[derive(Debug)]
pub(crate) struct Socket {
    address: Address,
    listener: Listener,
}

#[derive(Debug)]
enum Listener {
    #[cfg(unix)]
    Unix {
        listener: tokio::net::UnixListener,
        /// Goes with the socket.
        _directory: unix::PrivateDir,
    },
    #[cfg(any(windows, test))]
    Tcp(tokio::net::TcpListener),
}

impl Socket {
    /// Listens as this operating system does best; the socket accepts when this returns.
    ///
    /// # Errors
    /// No directory can hold a socket, or no port is free.
    pub(crate) async fn bind(environment: &Environment) -> Result<Self, StartError> {
        #[cfg(unix)]
        return unix::bind(environment.socket_dir.as_deref());
        #[cfg(windows)]
        return tcp::bind(environment.ports.clone()).await;
    }

    /// Where the host finds it.
    pub(crate) fn address(&self) -> &Address {
        &self.address
    }

    /// The next connection.
    ///
    /// # Errors
    /// The process is out of file descriptors; a later call may succeed.
    pub(crate) async fn accept(&self) -> std::io::Result<Box<dyn Stream>> {
        Ok(match &self.listener {
            #[cfg(unix)]
            Listener::Unix { listener, .. } => Box::new(listener.accept().await?.0),
            #[cfg(any(windows, test))]
            Listener::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                // Requests are small and wait for their answers.
                stream.set_nodelay(true)?;
                Box::new(stream)
            }
        })
    }
}

#[cfg(unix)]
mod unix {
    use std::collections::hash_map::RandomState;
    use std::fs::DirBuilder;
    use std::hash::{BuildHasher, Hasher};
    use std::os::unix::fs::DirBuilderExt;
    use std::path::{Path, PathBuf};
    use std::{env, fs, io};

    use tokio::net::UnixListener;

    use super::{Address, Listener, Socket};
    use crate::handshake::StartError;

    /// `sun_path` of macOS, the shortest; the last byte is a NUL.
    const PATH_LIMIT: usize = 104;
    /// Where to go when the temporary directory's name is too long, as macOS's often is.
    const SHORT: &str = "/tmp";

    /// Binds in a private directory, in the host's directory or else in the temporary one.
    pub(super) fn bind(asked: Option<&Path>) -> Result<Socket, StartError> {
        let parent = asked.map_or_else(env::temp_dir, Path::to_owned);
        bind_in(&parent).map_err(|reason| StartError::Listen {
            place: parent.display().to_string(),
            reason,
        })
    }

    fn bind_in(parent: &Path) -> io::Result<Socket> {
        let parent = std::path::absolute(parent)?;
        let mut directory = PrivateDir::create(&parent)?;
        if !fits(&directory.socket()) {
            directory = PrivateDir::create(Path::new(SHORT))?;
        }
        let path = directory.socket();
        let listener = UnixListener::bind(&path)?;
        Ok(Socket {
            address: Address::Unix(path),
            listener: Listener::Unix {
                listener,
                _directory: directory,
            },
        })
    }

    /// Whether it can be bound, and written into the handshake line.
    fn fits(path: &Path) -> bool {
        path.as_os_str().len() < PATH_LIMIT
            && path
                .to_str()
                .is_some_and(|text| !text.contains(['|', '\n', '\r']))
    }

    /// A directory that only this user may enter: a socket's own mode is not honoured everywhere.
    #[derive(Debug)]
    pub(super) struct PrivateDir(PathBuf);

    impl PrivateDir {
        /// Made with its mode, not changed to it, so that there is no moment between.
        fn create(parent: &Path) -> io::Result<Self> {
            let mut attempts = 0..100;
            loop {
                let name = RandomState::new().build_hasher().finish();
                let path = parent.join(format!("plugin{name:016x}"));
                match DirBuilder::new().mode(0o700).create(&path) {
                    Ok(()) => return Ok(Self(path)),
                    Err(error)
                        if error.kind() == io::ErrorKind::AlreadyExists
                            && attempts.next().is_some() => {}
                    Err(error) => return Err(error),
                }
            }
        }

        fn socket(&self) -> PathBuf {
            self.0.join("socket")
        }
    }

    impl Drop for PrivateDir {
        fn drop(&mut self) {
            // Nothing can be done about a failure, and nobody is left to hear of it.
            let _ = fs::remove_file(self.socket());
            let _ = fs::remove_dir(&self.0);
        }
    }

    #[cfg(test)]
    mod tests {
        use std::os::unix::fs::PermissionsExt;

        use super::*;

        fn path(socket: &Socket) -> PathBuf {
            match socket.address() {
                Address::Unix(path) => path.clone(),
                Address::Tcp(address) => panic!("{address}"),
            }
        }

        #[tokio::test]
        async fn the_directory_is_private_and_goes_with_the_socket() {
            let parent = tempfile::tempdir().unwrap();
            let socket = bind(Some(parent.path())).unwrap();
            let path = path(&socket);
            let directory = path.parent().unwrap();
            assert_eq!(directory.parent(), Some(parent.path()));
            let mode = fs::metadata(directory).unwrap().permissions().mode();
            assert_eq!(mode & 0o7777, 0o700);
            tokio::net::UnixStream::connect(&path).await.unwrap();
            drop(socket);
            assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
        }

        #[tokio::test]
        async fn a_path_that_no_host_could_use_is_not_used() {
            let parent = tempfile::tempdir().unwrap();
            for name in ["x".repeat(PATH_LIMIT), "a|b".into()] {
                let unfit = parent.path().join(name);
                fs::create_dir(&unfit).unwrap();
                let path = path(&bind(Some(&unfit)).unwrap());
                assert!(path.starts_with(SHORT) && fits(&path), "{path:?}");
                assert_eq!(fs::read_dir(&unfit).unwrap().count(), 0);
            }
        }

        #[tokio::test]
        async fn a_missing_directory_is_named() {
            let parent = tempfile::tempdir().unwrap();
            let missing = parent.path().join("missing");
            let error = bind(Some(&missing)).unwrap_err().to_string();
            assert!(error.contains(&missing.display().to_string()), "{error}");
        }
    }
}

#[cfg(any(windows, test))]
mod tcp {
    use std::io;
    use std::net::Ipv4Addr;
    use std::ops::RangeInclusive;

    use tokio::net::TcpListener;

    use super::{Address, Listener, Socket};
    use crate::handshake::StartError;

    /// Binds the first free port of the host's range.
    pub(super) async fn bind(ports: RangeInclusive<u16>) -> Result<Socket, StartError> {
        let mut refused = io::Error::from(io::ErrorKind::AddrNotAvailable);
        for port in ports.clone() {
            match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
                Ok(listener) => return listening(listener, port),
                Err(error) => refused = error,
            }
        }
        Err(StartError::Listen {
            place: format!("127.0.0.1, ports {} to {}", ports.start(), ports.end()),
            reason: refused,
        })
    }

    fn listening(listener: TcpListener, port: u16) -> Result<Socket, StartError> {
        Ok(Socket {
            address: Address::Tcp((Ipv4Addr::LOCALHOST, port).into()),
            listener: Listener::Tcp(listener),
        })
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[tokio::test]
        async fn a_port_in_use_is_skipped() {
            let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
            let port = taken.local_addr().unwrap().port();
            let error = bind(port..=port).await.unwrap_err().to_string();
            assert!(error.contains("127.0.0.1"), "{error}");

            let socket = bind(port..=u16::MAX).await.unwrap();
            let Address::Tcp(address) = socket.address().clone() else {
                panic!("{:?}", socket.address());
            };
            assert!(address.port() > port);
            let (accepted, connected) =
                tokio::join!(socket.accept(), tokio::net::TcpStream::connect(address));
            accepted.unwrap();
            connected.unwrap();
        }
    }
}
