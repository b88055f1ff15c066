//! Asking whether many sends are to begin.

use std::io::{IsTerminal as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use heddle_runner::{ConfirmSends, SendPlan};
use tokio::sync::oneshot;

use crate::observer::Observer;

/// Answers, or asks, before the first of many sends.
pub(crate) struct Asking {
    observer: Arc<Observer>,
    /// `--yes`.
    yes: bool,
    /// `--confirm`: without a terminal nobody can answer.
    must_confirm: bool,
    refused: AtomicBool,
}

impl Asking {
    pub(crate) fn new(observer: Arc<Observer>, yes: bool, must_confirm: bool) -> Self {
        Self { observer, yes, must_confirm, refused: AtomicBool::new(false) }
    }

    /// Whether sends were not to begin.
    pub(crate) fn has_refused(&self) -> bool {
        self.refused.load(Ordering::SeqCst)
    }
}

impl std::fmt::Debug for Asking {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Asking").finish_non_exhaustive()
    }
}

#[async_trait]
impl ConfirmSends for Asking {
    async fn confirm(&self, plan: &SendPlan) -> bool {
        if self.yes {
            return true;
        }
        let has_person = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
        if !has_person && !self.must_confirm {
            return true;
        }
        let confirmed = if has_person {
            let question = format!(
                "Send {} items at \"{}\"? [y/N] ",
                plan.items,
                heddle_node::printable_line(&plan.node)
            );
            self.ask(question).await
        } else {
            self.observer.print("Nothing was sent: --confirm asks before many sends, and there is no terminal to ask at.\n  help: --yes answers.");
            false
        };
        if !confirmed {
            self.refused.store(true, Ordering::SeqCst);
        }
        confirmed
    }
}

impl Asking {
    /// Asks on the terminal. A thread waits for the answer: a signal ends the wait.
    async fn ask(&self, question: String) -> bool {
        let (answered, answer) = oneshot::channel();
        let observer = Arc::clone(&self.observer);
        std::thread::spawn(move || {
            let text = observer.suspend(|| {
                let mut error = std::io::stderr().lock();
                let _ = error.write_all(question.as_bytes()).and_then(|()| error.flush());
                let mut text = String::new();
                std::io::stdin().read_line(&mut text).map(|_| text)
            });
            let _ = answered.send(text.unwrap_or_default());
        });
        let answer = answer.await.unwrap_or_default();
        matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
    }
}
