//! How the calls of an item pass the gate of its node's sends: who is left out, when sends leave, and what is sent once.

use heddle_node::{HttpError, HttpErrorKind};

use crate::http::ItemHttp;
use crate::log::{ClaimRefused, Record};
use crate::sending::book::Reservation;
use crate::sending::gate::{Refused, Sending};

impl ItemHttp<'_> {
    /// Waits until the item may be sent, where it is one of a node that goes item by item.
    pub(crate) async fn pass_gate(&self) -> Result<(), HttpError> {
        let Some(sending) = self.sending() else { return Ok(()) };
        let passed = match self.run.dry_run {
            true => sending.check_exclusion(self.item),
            false => sending.pass(self.item).await,
        };
        passed.map_err(|refused| self.refuse(refused))
    }

    fn sending(&self) -> Option<&Sending> {
        self.run.sending.as_ref().filter(|_| !self.takes_all_items)
    }

    /// What the claim of a call takes with it.
    pub(crate) fn reservation(&self) -> Option<Reservation> {
        self.sending()?.reservation(self.item)
    }

    /// Waits until the item may be sent whose claim was refused, since another send was quicker.
    pub(crate) async fn pass_gate_again(&self) -> Result<(), HttpError> {
        let Some(sending) = self.sending() else { return Ok(()) };
        sending.pass_again(self.item).await.map_err(|refused| self.refuse(refused))
    }

    /// Waits until a workflow may be called for the item.
    pub(crate) async fn pass_gate_to_workflow(&self) -> Result<(), HttpError> {
        let Some(sending) = self.sending() else { return Ok(()) };
        loop {
            sending.pass_call(self.item).await.map_err(|refused| self.refuse(refused))?;
            let Some(reservation) = sending.reservation(self.item) else { return Ok(()) };
            let reservation = Box::new(reservation);
            let reserved = Record::Reserved { key: self.run.key(), item: self.item, reservation };
            match self.run.recorder.reserve(reserved).await {
                Ok(()) => return Ok(()),
                Err(error) if ClaimRefused::of(&error).is_some() => sending.settle(self.item, None).await,
                Err(error) => {
                    return Err(HttpError::not_sent(
                        HttpErrorKind::Invalid,
                        format!(
                            "The workflow was not called, since the log of the run cannot be written: {error}"
                        ),
                    ));
                }
            }
        }
    }

    /// Whether the item may still be sent, after a wait for the service's limits; `false` when the hours were over and it
    /// has waited for the next ones.
    pub(crate) async fn may_leave_now(&self) -> Result<bool, HttpError> {
        let Some(sending) = self.sending() else { return Ok(true) };
        let is_open = sending.is_open();
        let waited = if is_open { Ok(()) } else { sending.wait_for_hours().await };
        waited.and_then(|()| sending.check_exclusion(self.item)).map_err(|refused| self.refuse(refused))?;
        Ok(is_open)
    }

    fn refuse(&self, refused: Refused) -> HttpError {
        match refused {
            Refused::Skipped(reason) => {
                self.record().skipped = Some(reason);
                HttpError::not_sent(HttpErrorKind::Cancelled, "The item is left out: it was not sent")
            }
            Refused::Cancelled => self.cancelled(),
            Refused::Failed(why) => {
                HttpError::not_sent(HttpErrorKind::Invalid, format!("The request was not sent: {why}"))
            }
        }
    }
}
