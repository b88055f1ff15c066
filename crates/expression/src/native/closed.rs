//! Expressions that read nothing of a run: they give the same for every item.

use crate::native::expr::{Arrow, Entry, Expr};

impl Expr {
    /// Whether nothing of the run is read, and nothing is left to chance. What the clock says may still be asked.
    pub(crate) fn is_closed(&self) -> bool {
        match self {
            Self::Constant(_) | Self::Local { .. } => true,
            Self::Variable(_) | Self::Node { .. } | Self::Items(_) | Self::Path(_) => false,
            Self::Member { object, .. } => object.is_closed(),
            Self::Index { object, index, .. } => object.is_closed() && index.is_closed(),
            Self::Chain(inner) => inner.is_closed(),
            Self::Call { object, arguments, .. } => object.is_closed() && are_closed(arguments),
            Self::Extension { object, method, arguments, .. } => {
                *method != "randomItem" && object.is_closed() && are_closed(arguments)
            }
            Self::Function { arguments, .. } => are_closed(arguments),
            Self::Unary { operand, .. } => operand.is_closed(),
            Self::Binary { left, right, .. } | Self::Logical { left, right, .. } => {
                left.is_closed() && right.is_closed()
            }
            Self::Conditional { test, yes, no } => test.is_closed() && yes.is_closed() && no.is_closed(),
            Self::Template { expressions, .. } => are_closed(expressions),
            Self::Array(entries) => entries.iter().all(|entry| match entry {
                Entry::One(element) | Entry::Spread(element) => element.is_closed(),
            }),
            Self::Object(entries) => entries.iter().all(|entry| match entry {
                Entry::One((_, member)) | Entry::Spread(member) => member.is_closed(),
            }),
            Self::Apply { function, arguments } => function.is_closed() && are_closed(arguments),
            Self::ForEach { array, function, .. } => array.is_closed() && function.is_closed(),
            Self::Reduce { array, function, initial, .. } => {
                array.is_closed()
                    && function.is_closed()
                    && initial.as_ref().is_none_or(|initial| initial.is_closed())
            }
            Self::Pattern { subject, .. } => subject.is_closed(),
            Self::Replace { subject, replacement, .. } => subject.is_closed() && replacement.is_closed(),
            Self::ReplaceBy { subject, function, .. } => subject.is_closed() && function.is_closed(),
        }
    }
}

impl Arrow {
    fn is_closed(&self) -> bool {
        self.body.is_closed()
    }
}

fn are_closed(expressions: &[Expr]) -> bool {
    expressions.iter().all(Expr::is_closed)
}
