//! Signals that end a run. They are waited for on a thread of their own, so that they hold while the run computes.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use crate::failure::{Failure, INTERRUPTED};

/// One signal may arrive twice at once, from a terminal and from a program in between: that is not a second wish.
const ONE_WISH: Duration = Duration::from_millis(100);
/// A reader that takes nothing holds the end up no longer than this.
const LONGEST_FAREWELL: Duration = Duration::from_secs(2);

/// What a signal finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Phase {
    /// Nothing has been sent yet, or everything has ended: there is nothing to wait for.
    Idle,
    /// Items are on their way.
    Running,
}

/// The signals of this process, from now on.
#[derive(Clone)]
pub(crate) struct Signals {
    shared: Arc<Shared>,
}

struct Shared {
    phase: AtomicU8,
    /// Exit status that the first signal asks for; 0 when none came.
    status: AtomicU8,
    cancel: CancellationToken,
    /// Tells what is to be told when a signal arrives: that the run ends, or, at the very end, what became of the items.
    tell: Mutex<Option<Box<Tell>>>,
}

/// Is notified of the first signal of a run, and of the end.
type Tell = dyn Fn(Told) + Send;

/// What a signal has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// No new sends; those in flight end.
    Stopping,
    /// The process ends now.
    Ending,
}

/// A signal that ends a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Interrupt,
    #[cfg_attr(not(unix), allow(dead_code))]
    Terminate,
    #[cfg_attr(not(unix), allow(dead_code))]
    HangUp,
}

impl Ending {
    /// The exit status that shells give to a process that it ended.
    fn status(self) -> u8 {
        match self {
            Self::Interrupt => INTERRUPTED,
            Self::Terminate => 143,
            Self::HangUp => 129,
        }
    }
}

impl Signals {
    /// Waits for signals from now on.
    ///
    /// # Errors
    /// When the system gives no thread, or no signals.
    pub(crate) fn watch() -> Result<Self, Failure> {
        let cannot = |error: std::io::Error| Failure::failed(format!("cannot wait for signals: {error}"));
        let shared = Arc::new(Shared {
            phase: AtomicU8::new(Phase::Idle as u8),
            status: AtomicU8::new(0),
            cancel: CancellationToken::new(),
            tell: Mutex::default(),
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(cannot)?;
        let mut source = runtime.block_on(async { Source::new() }).map_err(cannot)?;
        let signals = Self { shared: Arc::clone(&shared) };
        std::thread::Builder::new()
            .name("signals".to_owned())
            .spawn(move || runtime.block_on(shared.serve(&mut source)))
            .map_err(cannot)?;
        Ok(signals)
    }

    /// Cancelled by the first signal.
    pub(crate) fn cancel(&self) -> &CancellationToken {
        &self.shared.cancel
    }

    /// What a signal finds from now on.
    pub(crate) fn enter(&self, phase: Phase) {
        self.shared.phase.store(phase as u8, Ordering::SeqCst);
    }

    /// Calls `tell`, on another thread, whenever a signal has done something.
    pub(crate) fn tell(&self, tell: impl Fn(Told) + Send + 'static) {
        *self.shared.tell.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(tell));
    }

    /// The exit status that the first signal asks for.
    pub(crate) fn status(&self) -> Option<u8> {
        Some(self.shared.status.load(Ordering::SeqCst)).filter(|status| *status != 0)
    }
}

impl Shared {
    async fn serve(self: Arc<Self>, source: &mut Source) {
        let mut first: Option<(Ending, Instant)> = None;
        while let Some(ending) = source.next().await {
            let is_running = self.phase.load(Ordering::SeqCst) == Phase::Running as u8;
            match first {
                None => {
                    self.status.store(ending.status(), Ordering::SeqCst);
                    first = Some((ending, Instant::now()));
                    self.cancel.cancel();
                    if is_running {
                        self.say(Told::Stopping);
                    } else {
                        self.end(ending);
                    }
                }
                // A terminal that goes away says so more than once, and means no haste.
                Some(_) if ending == Ending::HangUp && is_running => {}
                Some((before, moment)) if ending == before && moment.elapsed() < ONE_WISH => {}
                Some((before, _)) => self.end(before),
            }
        }
    }

    fn say(&self, told: Told) {
        if let Some(tell) = &*self.tell.lock().unwrap_or_else(PoisonError::into_inner) {
            tell(told);
        }
    }

    /// Ends the process, with what is to be told, unless whoever should read it keeps that from ending.
    fn end(self: &Arc<Self>, first: Ending) {
        let (done, is_told) = std::sync::mpsc::channel();
        let shared = Arc::clone(self);
        std::thread::spawn(move || {
            shared.say(Told::Ending);
            let _ = done.send(());
        });
        let _ = is_told.recv_timeout(LONGEST_FAREWELL);
        std::process::exit(i32::from(first.status()));
    }
}

#[cfg(unix)]
struct Source {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    hang_up: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Source {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: if ignores_hang_up() { None } else { Some(signal(SignalKind::hangup())?) },
        })
    }

    async fn next(&mut self) -> Option<Ending> {
        let hang_up = async {
            match &mut self.hang_up {
                Some(signal) => signal.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            signal = self.interrupt.recv() => signal.map(|()| Ending::Interrupt),
            signal = self.terminate.recv() => signal.map(|()| Ending::Terminate),
            signal = hang_up => signal.map(|()| Ending::HangUp),
        }
    }
}

/// Whether whoever started this process wants it to outlive the terminal, as `nohup` does. Known where the system tells.
#[cfg(unix)]
fn ignores_hang_up() -> bool {
    const SIGHUP: u32 = 1;
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    mask & (1 << (SIGHUP - 1)) != 0
}

#[cfg(not(unix))]
struct Source;

#[cfg(not(unix))]
impl Source {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> Option<Ending> {
        tokio::signal::ctrl_c().await.ok().map(|()| Ending::Interrupt)
    }
}
