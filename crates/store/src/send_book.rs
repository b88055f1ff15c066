//! A store as the book of sends: what it says is free, and how long one waits for it.

use std::io;
use std::time::Duration;

use async_trait::async_trait;
use heddle_runner::events::Verdict;
use heddle_runner::{CountClaim, KeyClaim, SendBook, SendKey, SentItem, Taken};

use crate::book::{self, Holder, Standing};
use crate::store::Store;

/// First and longest pause between two looks at a key that another process holds.
const FIRST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

impl Store {
    fn holder(&self, key: &SendKey) -> io::Result<Option<Holder>> {
        Ok(self.look_up(|connection| book::holder(connection, self.path(), key))?.flatten())
    }
}

#[async_trait]
impl SendBook for Store {
    async fn take(&self, claim: &KeyClaim) -> io::Result<Taken> {
        let mut pause = FIRST_PAUSE;
        loop {
            let changed = self.changed.notified();
            let mut changed = std::pin::pin!(changed);
            // From now on no change of this process is missed.
            changed.as_mut().enable();
            match self.holder(&claim.key)? {
                None => return Ok(Taken::Own),
                Some(holder) => match holder.standing(claim) {
                    Standing::Free => return Ok(Taken::Own),
                    Standing::Held => return Ok(holder.taken()),
                    Standing::Waits => {}
                },
            }
            tokio::select! {
                () = changed => {}
                () = tokio::time::sleep(pause) => pause = (pause * 2).min(LONGEST_PAUSE),
            }
        }
    }

    async fn look(&self, claim: &KeyClaim) -> io::Result<Option<Taken>> {
        let holder = self.holder(&claim.key)?;
        Ok(holder.filter(|holder| matches!(holder.standing(claim), Standing::Held)).map(Holder::taken))
    }

    /// The end of the item says it.
    async fn settle(&self, _key: &SendKey, _item: &SentItem, _verdict: Verdict) -> io::Result<()> {
        Ok(())
    }

    fn abandon(&self, _key: &SendKey, item: &SentItem) {
        self.pass_on_abandoned(item.clone());
    }

    async fn count(&self, claim: &CountClaim) -> io::Result<bool> {
        let has_room = self.look_up(|connection| {
            Ok(book::is_counted(connection, claim)?
                || book::counted(connection, &claim.scope, claim.begin)? < claim.most)
        })?;
        Ok(has_room.unwrap_or(claim.most > 0))
    }

    /// The end of the item says it.
    async fn uncount(&self, _scope: &str, _begin: i64) {}

    async fn counted(&self, scope: &str, begin: i64) -> io::Result<u64> {
        Ok(self.look_up(|connection| book::counted(connection, scope, begin))?.unwrap_or_default())
    }
}
