//! The command line's words.

mod kept;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use kept::{
    FollowArguments, GoingArguments, ReportFormat, ResumeArguments, RetryArguments, RetryOnly, RunsCommand,
    RunsList, StoreArguments, Unknown,
};

/// Runs n8n-style workflows, checks them, and gives every node's form.
#[derive(Debug, Parser)]
#[command(name = "heddle", version, arg_required_else_help = true)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) plugins: PluginArguments,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Where node packages made for n8n are.
#[derive(Debug, Args)]
pub(crate) struct PluginArguments {
    /// Folder with node packages made for n8n: a node_modules, one package, or a folder of packages; repeatable.
    /// HEDDLE_PLUGINS in the environment, heddle_plugins beside the workflow and the user's data folder do too.
    #[arg(long, value_name = "DIR", global = true)]
    pub(crate) plugins: Vec<PathBuf>,
    /// Let a node of a package take the place of a built-in one of the same type.
    #[arg(long, global = true)]
    pub(crate) prefer_plugins: bool,
}

#[derive(Debug, Subcommand)]
#[expect(clippy::large_enum_variant, reason = "a process has one")]
pub(crate) enum Command {
    /// Run a workflow. Results go to standard output, progress and summary to standard error.
    ///
    /// Exit status: 0 done (also when the workflow goes on after failed items), 1 the workflow failed or took too long, 2 the call or
    /// a file is wrong, 3 an earlier run with the same items is not complete (`heddle resume`), 130, 143 or 129 ended by Ctrl-C,
    /// SIGTERM or SIGHUP.
    Run(RunArguments),
    /// Take up a run where it stopped, whatever has stopped it: what was sent is not sent again.
    ///
    /// Exit status: as of `heddle run`; 3 when another process runs it.
    Resume(ResumeArguments),
    /// Run the items of an earlier run again that were not sent, are unknown or failed: a new run.
    ///
    /// Exit status: as of `heddle run`.
    Retry(RetryArguments),
    /// List the runs that are kept, the last one first, and look after them.
    Runs {
        #[command(subcommand)]
        command: Option<RunsCommand>,
        #[command(flatten)]
        list: RunsList,
    },
    /// Find every problem of workflow files, and of the workflows that they call, without running them.
    ///
    /// Exit status: 0 when each would start with the same options of `heddle run`, else 2.
    Check(CheckArguments),
    /// Run tests of workflows: files that say what goes in and what is to come out (docs/testing.md). Nothing leaves.
    ///
    /// Exit status: 0 when all tests pass, 1 when one fails, 2 when the call or a test file is wrong.
    Test(TestArguments),
    /// Print a file for `heddle run --mock=FILE` to start from: what each node puts out that would be replaced.
    Mock {
        /// Workflow file. - reads standard input.
        #[arg(value_name = "WORKFLOW")]
        workflow: PathBuf,
    },
    /// List the node types.
    Nodes,
    /// Print the description of a node type or credential type: its form and what it needs. Or its schemas, or what its
    /// form makes of parameters.
    Describe(DescribeArguments),
    /// Load the choices of a form field from the user's account.
    Options {
        /// Node type, such as n8n-nodes-wts.wtsChat.
        #[arg(value_name = "TYPE")]
        node_type: String,
        /// Method that loads the choices, such as getChatbots.
        #[arg(value_name = "METHOD")]
        method: String,
        #[command(flatten)]
        credentials: CredentialArguments,
        #[command(flatten)]
        network: NetworkArguments,
        /// The form's parameters so far.
        #[arg(long, value_name = "JSON", default_value = "{}")]
        parameters: String,
        /// Only choices with this text in their names.
        #[arg(long, value_name = "TEXT")]
        search: Option<String>,
    },
    /// Look after credentials.
    Credentials {
        #[command(subcommand)]
        command: CredentialCommand,
    },
    /// Evaluate an expression and print its value, a line for each item.
    Eval {
        /// The expression: code such as $json.name, or a template such as "Hello {{ $json.name }}".
        #[arg(required_unless_present = "cases")]
        expression: Option<String>,
        /// Items to evaluate it for, as of `heddle run`; one empty item by default.
        #[arg(long, value_name = "FILE")]
        input: Option<PathBuf>,
        /// Evaluate recorded cases instead, and print what each gives.
        #[arg(long, value_name = "FILE", requires = "fixtures", conflicts_with_all = ["expression", "input"])]
        cases: Option<PathBuf>,
        /// The scenes of the cases.
        #[arg(long, value_name = "FILE", requires = "cases")]
        fixtures: Option<PathBuf>,
        /// What the clock shows, in ISO 8601; the present by default.
        #[arg(long, value_name = "ISO")]
        now: Option<String>,
        #[command(flatten)]
        variables: VariableArguments,
    },
    /// Look after node packages made for n8n.
    Plugins {
        #[command(subcommand)]
        command: PluginCommand,
    },
    /// Serve every node's form to browsers and programs, with choices from the account, and run nodes there.
    ///
    /// Whoever reaches another address than the loopback one must know the token in HEDDLE_TOKEN or --token-file.
    Serve(ServeArguments),
    /// Write the JSON Schemas and descriptions of all nodes.
    Schema {
        /// Folder to write to.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// Write nothing; fail when the folder is not up to date.
        #[arg(long)]
        check: bool,
    },
    /// Write what a new node begins with.
    New {
        #[command(subcommand)]
        what: New,
    },
    /// Print what completes this command's words in a shell.
    ///
    /// For bash: heddle completions bash > ~/.local/share/bash-completion/completions/heddle
    Completions {
        /// Shell to complete for.
        #[arg(value_name = "SHELL")]
        shell: clap_complete::Shell,
    },
    /// Start the sandbox of a service as a server, and print its URL and token.
    Sandbox {
        /// Port on the loopback interface; any free one by default.
        #[arg(long, default_value_t = 0)]
        port: u16,
        /// Credential type whose service it stands for.
        #[arg(long, value_name = "TYPE", default_value = "wtsApi")]
        credential: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum CredentialCommand {
    /// Tell whether a credential works, by a harmless request to its service.
    ///
    /// Exit status: 0 when it works, 1 when the service refuses it or does not answer, 2 when the call is wrong.
    Test {
        /// Credential type, such as slackApi.
        #[arg(value_name = "TYPE")]
        credential_type: String,
        #[command(flatten)]
        credentials: CredentialArguments,
        #[command(flatten)]
        network: NetworkArguments,
        /// Address to ask in place of the type's own, with GET.
        #[arg(long, value_name = "URL")]
        url: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum PluginCommand {
    /// Add a package: from a registry, an archive or a folder. Its archive is checked, and no script of it is run.
    ///
    /// It comes into the folder of --plugins, else into the user's data folder.
    Add {
        /// NAME, NAME@VERSION, FILE.tgz or FOLDER.
        #[arg(value_name = "PACKAGE")]
        package: String,
        /// Accept a licence that asks something of you; it is shown without this.
        #[arg(long)]
        accept_licence: bool,
    },
    /// List the packages, with their folders.
    List,
    /// Take a package out.
    Remove {
        /// Name of the package.
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Tell what a package holds: which nodes load, which hosts they may reach, and what they ask for that is not to be had.
    ///
    /// Exit status: 0 when all of its nodes load, else 1.
    Check {
        /// Name of the package.
        #[arg(value_name = "NAME")]
        name: String,
    },
}

/// How the server is reached, and what it may use.
#[derive(Debug, Args)]
pub(crate) struct ServeArguments {
    /// Port; 0 for any free one.
    #[arg(long, default_value_t = 8470)]
    pub(crate) port: u16,
    /// Address to listen on.
    #[arg(long, value_name = "IP", default_value = "127.0.0.1")]
    pub(crate) address: std::net::IpAddr,
    #[command(flatten)]
    pub(crate) credentials: CredentialArguments,
    /// File with the token that callers must know.
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// Name under which browsers may ask for the server, with its port where it has one; repeatable. Loopback names and, with
    /// a token, addresses need none.
    #[arg(long, value_name = "NAME[:PORT]")]
    pub(crate) public_host: Vec<String>,
    /// Origin whose pages may use the API and embed forms, such as https://forms.example.com; repeatable.
    #[arg(long, value_name = "ORIGIN")]
    pub(crate) allow_origin: Vec<String>,
    #[command(flatten)]
    pub(crate) store: StoreArguments,
    /// Keep nothing of the runs that are started here: they cannot be taken up.
    #[arg(long, conflicts_with = "store")]
    pub(crate) no_store: bool,
    #[command(flatten)]
    pub(crate) network: NetworkArguments,
    /// Beyond the loopback address: let nodes reach private addresses all the same.
    #[arg(long, conflicts_with = "no_private_network")]
    pub(crate) private_network: bool,
}

/// What of the network nodes may reach.
#[derive(Debug, Args)]
pub(crate) struct NetworkArguments {
    /// Let nodes reach no private, loopback or link-local address, whatever a name leads to and wherever a service redirects.
    #[arg(long)]
    pub(crate) no_private_network: bool,
    /// Let nodes reach this host all the same, at any port or at one; repeatable.
    #[arg(long, value_name = "HOST[:PORT]", requires = "no_private_network")]
    pub(crate) allow_host: Vec<String>,
    /// Answer requests from a file instead of their services: a JSON list of mocks, whose form docs/plugins.md describes.
    /// Nothing else leaves, but to loopback addresses.
    #[arg(long, value_name = "FILE")]
    pub(crate) http_mocks: Option<PathBuf>,
    /// Lead the requests for a host to a loopback server, such as api.example.com=http://127.0.0.1:8080; * stands for all but
    /// loopback; repeatable.
    #[arg(long, value_name = "HOST=URL", value_parser = parse_route)]
    pub(crate) route: Vec<(String, String)>,
}

/// What can be begun.
#[derive(Debug, Subcommand)]
pub(crate) enum New {
    /// A crate with a node, its tests, and a program that has all commands of heddle with that node.
    Node {
        /// Name of the crate and its folder, in small letters with hyphens, such as order-lookup.
        #[arg(value_name = "NAME")]
        name: String,
        /// Heddle's source: a folder, or the URL of a git repository [default: the checkout that the command runs in].
        #[arg(long, value_name = "PATH|GIT")]
        heddle: Option<String>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    /// Workflow file, as n8n exports it. - reads standard input; called workflows are then looked for in the folder that the
    /// command runs in.
    #[arg(value_name = "WORKFLOW")]
    pub(crate) workflow: PathBuf,
    #[command(flatten)]
    pub(crate) setup: SetupArguments,
    #[command(flatten)]
    pub(crate) network: NetworkArguments,
    /// File with the data that workflows keep between runs; read at the start, written at the end.
    #[arg(long, value_name = "FILE")]
    pub(crate) static_data: Option<PathBuf>,
    /// End with status waiting at a node that waits for more than about a minute, instead of waiting.
    #[arg(long)]
    pub(crate) no_wait: bool,
    /// Items of a node at a time [default: 10, or what the node's JSON says].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) concurrency: Option<u16>,
    /// Longest time that a service may take for one answer, in seconds [default: 60].
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds)]
    pub(crate) time_limit: Option<std::time::Duration>,
    /// Largest answer of a service that is held in memory, in megabytes [default: 16, or what the node's JSON says].
    #[arg(long, value_name = "MB", value_parser = parse_megabytes)]
    pub(crate) answer_limit: Option<usize>,
    /// Largest file that an answer may bring, in megabytes [default: 2048]. Files lie outside of memory.
    #[arg(long, value_name = "MB", value_parser = parse_megabytes)]
    pub(crate) file_limit: Option<usize>,
    /// Longest time that the whole run may take, in seconds; 0 for no limit [default: the workflow's setting]. When it is
    /// over, nothing more is sent, what is in flight ends, and the exit status is 1.
    #[arg(long, value_name = "SECONDS", value_parser = parse_timeout)]
    pub(crate) timeout: Option<std::time::Duration>,
    /// What to print.
    #[arg(long, value_enum, default_value_t = Output::Items)]
    pub(crate) output: Output,
    /// Print the items of this node instead of the last one.
    #[arg(long, value_name = "NODE")]
    pub(crate) node: Option<String>,
    /// Write what becomes of each item to this file, as it happens: JSON lines (docs/report.md). A file that is there is
    /// kept under another name.
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
    /// Run only these items of a node, such as 'Send:183,186-199', or those that a report says were not sent: REPORT, or
    /// REPORT:notSent,unknown. The others are skipped.
    #[arg(long, value_name = "NODE:ITEMS|REPORT")]
    pub(crate) only: Vec<String>,
    /// Fail an item whose text would leave with a gap: where an expression inside a text of a sending node gives nothing, as
    /// `Hello {{ $json.name }}` without a name. "strict": true in the node's JSON does the same for the node.
    #[arg(long)]
    pub(crate) strict: bool,
    /// Log what happens to standard error, in this detail: runs and nodes from info on, items and calls from debug on.
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub(crate) log: Option<LogLevel>,
    /// No progress and no summary.
    #[arg(long)]
    pub(crate) quiet: bool,
    #[command(flatten)]
    pub(crate) sending: SendingArguments,
    #[command(flatten)]
    pub(crate) store: StoreArguments,
    /// Keep nothing of the run: it cannot be taken up.
    #[arg(long, conflicts_with = "store")]
    pub(crate) no_store: bool,
    /// Begin anew, although an earlier run with the same items is not complete.
    #[arg(long)]
    pub(crate) new: bool,
}

/// How much is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogLevel {
    /// Runs and nodes that fail.
    Error,
    /// Items that fail, too.
    Warn,
    /// Runs and nodes.
    Info,
    /// Items and calls.
    Debug,
    /// Everything.
    Trace,
}

/// Sends to many people (docs/mailings.md).
#[derive(Debug, Args)]
#[command(next_help_heading = "Mailings")]
pub(crate) struct SendingArguments {
    /// Leave out the recipients in this file, a line each; it is looked at again before each send. Repeatable.
    #[arg(long, value_name = "FILE")]
    pub(crate) exclude: Vec<PathBuf>,
    /// Let sends leave between these hours only, in the run's time zone; outside of them the run waits, and goes on by
    /// itself.
    #[arg(long, value_name = "HH:MM-HH:MM")]
    pub(crate) between: Option<heddle_runner::SendingHours>,
    /// Let sends leave on these days only, such as mon-fri or mon,wed,fri.
    #[arg(long, value_name = "DAYS")]
    pub(crate) days: Option<String>,
    /// Let so many sends leave in a day or an hour at most, such as 1000/day; then the run waits for the next one.
    #[arg(long, value_name = "N/day|N/hour")]
    pub(crate) at_most: Option<heddle_runner::SendCap>,
    /// Begin more than 100 sends of a node without asking.
    #[arg(long)]
    pub(crate) yes: bool,
    /// Do not begin more than 100 sends of a node unless somebody says yes at the terminal, or --yes does. Exit status 2.
    #[arg(long)]
    pub(crate) confirm: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DescribeArguments {
    /// Node type or credential type, such as n8n-nodes-wts.wtsChat.
    #[arg(value_name = "TYPE", required_unless_present = "stdin")]
    pub(crate) node_type: Option<String>,
    /// Read a description, or a JSON array of them, from standard input, and print what was understood of it.
    #[arg(long, conflicts_with_all = ["node_type", "json_schema", "resolved_schema"])]
    pub(crate) stdin: bool,
    /// Version of the node type [default: the newest].
    #[arg(long, value_name = "V")]
    pub(crate) type_version: Option<f64>,
    /// Print the JSON Schema of the parameters instead, as they are stored in a workflow file.
    #[arg(long, conflicts_with = "resolved_schema")]
    pub(crate) json_schema: bool,
    /// Print the JSON Schema of the parameters instead, as the node receives them.
    #[arg(long)]
    pub(crate) resolved_schema: bool,
    /// Print what n8n makes of these parameters instead: a JSON file with the parameters of a node. Defaults are filled in,
    /// and what is hidden or unknown is left out.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["json_schema", "resolved_schema"])]
    pub(crate) resolve: Option<PathBuf>,
    /// With --resolve: fill no defaults in, and leave those out that are stored, as an editor stores parameters.
    #[arg(long, requires = "resolve")]
    pub(crate) without_defaults: bool,
    /// With --resolve: parameters that are not shown, too.
    #[arg(long, requires = "resolve")]
    pub(crate) with_hidden: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArguments {
    /// Workflow files. - reads standard input.
    #[arg(required = true, value_name = "WORKFLOW")]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) setup: SetupArguments,
    /// Print what is found as JSON, whose form docs/check.md describes.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct TestArguments {
    /// Test files, workflow files with tests beside them, and folders with files whose names end in .test.json [default: the
    /// folder that the command runs in].
    #[arg(value_name = "FILE|FOLDER")]
    pub(crate) paths: Vec<PathBuf>,
    /// Write what came out into the files, as what is expected from now on: of tests that fail, or expect nothing yet. Given a
    /// workflow file that has no tests, write a first one beside it.
    #[arg(long)]
    pub(crate) record: bool,
    /// Only tests with this text in their names.
    #[arg(long, value_name = "TEXT")]
    pub(crate) name: Option<String>,
    /// Write the results to this file, as XML that continuous integration reads.
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
    /// Run again whenever a test file, a workflow or another file that they read changes.
    #[arg(long)]
    pub(crate) watch: bool,
    /// Show only tests that fail.
    #[arg(long)]
    pub(crate) quiet: bool,
}

/// What decides whether a workflow can run, and which of its nodes.
#[derive(Debug, Args)]
pub(crate) struct SetupArguments {
    /// Items that enter at the start node, or that a trigger would put out whose type is not available: a JSON array of
    /// objects or of {json} items, JSON Lines, or CSV with a header row. - reads standard input.
    #[arg(long, value_name = "ITEMS")]
    pub(crate) input: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) credentials: CredentialArguments,
    #[command(flatten)]
    pub(crate) variables: VariableArguments,
    /// Folder with the workflows that this one calls, found by file name or id [default: the workflow's own].
    #[arg(long, value_name = "DIR")]
    pub(crate) workflows: Option<PathBuf>,
    /// Node to start at; by default the workflow's trigger.
    #[arg(long, value_name = "NODE")]
    pub(crate) start: Option<String>,
    /// Node to stop after: what does not lead to it does not run.
    #[arg(long, value_name = "NODE")]
    pub(crate) destination: Option<String>,
    /// Use the workflow's pinned data in place of running the nodes that have some.
    #[arg(long)]
    pub(crate) pins: bool,
    /// Try the workflow without its services: nodes that are unknown, call out, have an effect or need a credential do not
    /// run. They put out what FILE says, else their pinned data, else what they get; `heddle mock` writes such a file.
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true)]
    pub(crate) mock: Option<Option<PathBuf>>,
    /// With --mock: run this node all the same; repeatable.
    #[arg(long, value_name = "NODE", requires = "mock")]
    pub(crate) real: Vec<String>,
    /// Let nothing leave, not even reads; each item shows the request that would go out. No credential is needed.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CredentialArguments {
    /// Credentials: {"wtsApi": {…}} or n8n's decrypted export. HEDDLE_CREDENTIAL_WTSAPI in the environment does too.
    #[arg(long = "credentials", value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// Use a sandbox in place of the real service: nothing reaches anybody.
    #[arg(long)]
    pub(crate) sandbox: bool,
}

/// What expressions see beside the items.
#[derive(Debug, Args)]
pub(crate) struct VariableArguments {
    /// Set a variable, which expressions read as $vars.NAME; repeatable. HEDDLE_VAR_<NAME> in the environment does too;
    /// --var wins over it, and it over --vars.
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = parse_variable)]
    pub(crate) vars: Vec<(String, String)>,
    /// JSON file with variables: {"NAME": "value"}, or the list that n8n's API gives.
    #[arg(long = "vars", value_name = "FILE")]
    pub(crate) vars_file: Option<PathBuf>,
    /// Environment variables that expressions may read as $env.NAME; none by default.
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    pub(crate) env: Vec<String>,
    /// JSON file with secrets that expressions in credentials read as $secrets.PROVIDER.NAME.
    #[arg(long, value_name = "FILE")]
    pub(crate) secrets: Option<PathBuf>,
    /// Time zone of workflows that name none, such as Europe/Berlin [default: GENERIC_TIMEZONE in the environment, else
    /// America/New_York].
    #[arg(long, value_name = "ZONE")]
    pub(crate) timezone: Option<String>,
}

/// What a run prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// The output items of the node that ran last, as a JSON array.
    Items,
    /// The data of the whole run, in n8n's form.
    RunData,
}

fn parse_route(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((host, url)) if !host.is_empty() => Ok((host.to_owned(), url.to_owned())),
        _ => Err("give a host and a URL, such as api.example.com=http://127.0.0.1:8080".to_owned()),
    }
}

fn parse_variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.to_owned())),
        _ => Err("give a name and a value, such as region=eu".to_owned()),
    }
}

fn parse_timeout(text: &str) -> Result<std::time::Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number of seconds".to_owned())?;
    std::time::Duration::try_from_secs_f64(seconds).map_err(|_| "not a number of seconds from 0".to_owned())
}

fn parse_megabytes(text: &str) -> Result<usize, String> {
    match text.parse::<f64>() {
        Ok(megabytes) if megabytes > 0.0 && megabytes <= 1e6 => Ok((megabytes * f64::from(1 << 20)) as usize),
        _ => Err("not a positive number of megabytes".to_owned()),
    }
}

fn parse_seconds(text: &str) -> Result<std::time::Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number of seconds".to_owned())?;
    match std::time::Duration::try_from_secs_f64(seconds) {
        Ok(duration) if !duration.is_zero() => Ok(duration),
        _ => Err("not a positive number of seconds".to_owned()),
    }
}
