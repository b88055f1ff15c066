//! What the commands on runs that are kept take: which runs, how they go on, and where they are.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::Output;

/// Where runs are kept.
#[derive(Debug, Default, Args)]
pub(crate) struct StoreArguments {
    /// File in which runs are kept [default: HEDDLE_STORE in the environment, else heddle/runs.db in the user's state folder].
    #[arg(long, value_name = "FILE")]
    pub(crate) store: Option<PathBuf>,
}

/// A run that is taken up.
#[derive(Debug, Args)]
pub(crate) struct ResumeArguments {
    /// The run: its id, or the beginning of it.
    #[arg(value_name = "RUN", required_unless_present = "due", conflicts_with = "due")]
    pub(crate) run: Option<String>,
    /// Take up all runs that wait and whose time has come; each ends at its next wait.
    #[arg(long)]
    pub(crate) due: bool,
    #[command(flatten)]
    pub(crate) store: StoreArguments,
    #[command(flatten)]
    pub(crate) going: GoingArguments,
    /// What becomes of items of which nobody can tell whether they were sent.
    #[arg(long, value_enum, default_value_t = Unknown::Keep)]
    pub(crate) unknown: Unknown,
    /// Take the workflow as its file has it now, where the nodes that have run are unchanged.
    #[arg(long)]
    pub(crate) with_current_file: bool,
    /// End with status waiting at a node that waits for more than about a minute, instead of waiting.
    #[arg(long)]
    pub(crate) no_wait: bool,
}

/// A run of items of another one.
#[derive(Debug, Args)]
pub(crate) struct RetryArguments {
    /// The run: its id, or the beginning of it.
    #[arg(value_name = "RUN")]
    pub(crate) run: String,
    /// Which of its items.
    #[arg(long, value_enum)]
    pub(crate) only: RetryOnly,
    #[command(flatten)]
    pub(crate) store: StoreArguments,
    #[command(flatten)]
    pub(crate) going: GoingArguments,
}

/// What a run that begins with another one is given anew.
#[derive(Debug, Args)]
pub(crate) struct GoingArguments {
    /// Credentials [default: the file that the run began with]. HEDDLE_CREDENTIAL_WTSAPI in the environment does too.
    #[arg(long, value_name = "FILE")]
    pub(crate) credentials: Option<PathBuf>,
    /// JSON file with secrets that expressions in credentials read [default: the file that the run began with].
    #[arg(long, value_name = "FILE")]
    pub(crate) secrets: Option<PathBuf>,
    /// What to print [default: what the run began with].
    #[arg(long, value_enum)]
    pub(crate) output: Option<Output>,
    /// Write what becomes of each item to this file, as it happens: JSON lines (docs/report.md).
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
    /// No progress and no summary.
    #[arg(long)]
    pub(crate) quiet: bool,
}

/// What becomes of items of which nobody can tell whether they were sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Unknown {
    /// They stay unknown, take the error way of their node, and do not stop the run.
    Keep,
    /// They count as sent, and go on with the fields of their input.
    Sent,
    /// They are sent, perhaps for a second time.
    Resend,
}

/// Items of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RetryOnly {
    /// Those that were proven not to be sent.
    #[value(name = "notSent", alias = "not-sent")]
    NotSent,
    /// Those of which nobody can tell whether they were sent: they may be sent a second time.
    Unknown,
    /// Both: they may be sent a second time.
    Failed,
}

/// Which runs are listed.
#[derive(Debug, Default, Args)]
pub(crate) struct RunsList {
    /// Only runs of workflows with this text in their names.
    #[arg(long, value_name = "TEXT")]
    pub(crate) workflow: Option<String>,
    /// Only runs that stand so: running, interrupted, waiting, success, error or canceled.
    #[arg(long, value_name = "STATUS")]
    pub(crate) status: Option<String>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) store: StoreArguments,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RunsCommand {
    /// Print how a run stands: its nodes, and what became of their items.
    Show {
        /// The run: its id, or the beginning of it.
        #[arg(value_name = "RUN")]
        run: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        store: StoreArguments,
    },
    /// Print the data of a run, as far as it came, in n8n's form.
    Export {
        /// The run: its id, or the beginning of it.
        #[arg(value_name = "RUN")]
        run: String,
        #[command(flatten)]
        store: StoreArguments,
    },
    /// Print what became of each item of each node that sends, a line for each.
    Report {
        /// The run: its id, or the beginning of it.
        #[arg(value_name = "RUN")]
        run: String,
        /// How.
        #[arg(long, value_enum, default_value_t = ReportFormat::Csv)]
        format: ReportFormat,
        #[command(flatten)]
        store: StoreArguments,
    },
    /// Ask the services what became of what they have accepted, until it has arrived or failed; `heddle runs report` tells
    /// it from then on.
    ///
    /// Exit status: 0 when nothing has failed, 1 when something did not arrive or could not be asked about, 3 when the run is
    /// under way.
    Follow(FollowArguments),
    /// Remove runs that ended some time ago. A run that is not over stays.
    Prune {
        /// How long ago, such as 30d, 12h or 0d.
        #[arg(long, value_name = "TIME", value_parser = parse_age)]
        older_than: std::time::Duration,
        #[command(flatten)]
        store: StoreArguments,
    },
}

/// A run that is followed.
#[derive(Debug, Args)]
pub(crate) struct FollowArguments {
    /// The run: its id, or the beginning of it.
    #[arg(value_name = "RUN")]
    pub(crate) run: String,
    /// For how long to ask, such as 10m or 2h; 0s asks once.
    #[arg(long = "for", value_name = "TIME", value_parser = parse_age, default_value = "10m")]
    pub(crate) longest: std::time::Duration,
    /// Credentials [default: the file that the run began with]. HEDDLE_CREDENTIAL_WTSAPI in the environment does too.
    #[arg(long, value_name = "FILE")]
    pub(crate) credentials: Option<PathBuf>,
    /// Print no changes and no summary.
    #[arg(long)]
    pub(crate) quiet: bool,
    #[command(flatten)]
    pub(crate) store: StoreArguments,
}

/// How a report is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// Comma-separated, with a line of headings.
    Csv,
    /// A JSON array.
    Json,
}

fn parse_age(text: &str) -> Result<std::time::Duration, String> {
    const FORMS: &str = "give a number with d, h, m or s behind it, such as 30d";
    let unit = text.chars().last().ok_or(FORMS)?;
    let seconds = match unit {
        'd' => 86_400,
        'h' => 3_600,
        'm' => 60,
        's' => 1,
        _ => return Err(FORMS.to_owned()),
    };
    let number: u64 = text[..text.len() - 1].parse().map_err(|_| FORMS.to_owned())?;
    number.checked_mul(seconds).map(std::time::Duration::from_secs).ok_or_else(|| FORMS.to_owned())
}
