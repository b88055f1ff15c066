//! Enumerations of the API: each has one spelling in answers and is read ignoring case in queries.

/// What the API calls an enum: a closed list of words.
pub(crate) trait Word: Copy + 'static {
    /// Reads the word, ignoring case (`Ready` and `READY` are the same value, docs/wts-api.md §2.5).
    fn read(text: &str) -> Option<Self>;
}

/// Declares an enum of the API with the spelling of each value in answers.
macro_rules! words {
    ($(#[$meta:meta])* $visibility:vis enum $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        $visibility enum $name { $($(#[$doc])* $variant,)+ }

        impl $name {
            /// The spelling that answers use.
            $visibility const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl $crate::words::Word for $name {
            fn read(text: &str) -> Option<Self> {
                [$(Self::$variant,)+].into_iter().find(|word| word.as_str().eq_ignore_ascii_case(text))
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}

pub(crate) use words;
