//! A runtime on its thread: it takes commands one after another, runs what they set off until everything waits, and ends
//! what takes too long.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use heddle_data::Json;
use heddle_expression::sandbox::{self, World};
use rquickjs::{Ctx, Function, Object, Persistent, TypedArray, Value};
use tokio::sync::mpsc::UnboundedSender;

use super::asked::{Asked, Kind, Served};
use super::call::Side;
use super::error::WorkerError;
use super::limits::Limits;
use super::modules::{Common, Imports};
use super::natives;
use crate::package::Files;

/// The stack of JavaScript, and that of its thread, which native functions of the engine share.
const SCRIPT_STACK: usize = 1 << 20;
const THREAD_STACK: usize = 8 << 20;

/// How long code that was ended has to released what it holds.
const GRACE: Duration = Duration::from_millis(500);

/// How much longer than it may a runtime goes on before it counts as one that cannot be interrupted.
const PATIENCE: Duration = Duration::from_secs(5);

/// The scripts of the world, in no order.
const PARTS: [(&str, &str); 13] = [
    ("buffer", sandbox::BUFFER),
    ("url", sandbox::URL),
    ("web", include_str!("../js/web.js")),
    ("builtins", include_str!("../js/builtins.js")),
    ("relaxed_json", include_str!("../js/relaxed_json.js")),
    ("zlib", include_str!("../js/zlib.js")),
    ("types", include_str!("../js/types.js")),
    ("n8n_workflow", include_str!("../js/n8n_workflow.js")),
    ("requests", include_str!("../js/requests.js")),
    ("routing", include_str!("../js/routing.js")),
    ("modules", include_str!("../js/modules.js")),
    ("context", include_str!("../js/context.js")),
    ("main", include_str!("../js/main.js")),
];

/// What is asked of a runtime.
pub(super) enum Command {
    Describe { what: &'static str, path: String, reply: Sender<Result<Json, WorkerError>> },
    Start(Box<Start>),
    Answer { call: u32, served: Served },
    Abort(u32),
}

/// The beginning of a call.
pub(super) struct Start {
    pub(super) id: u32,
    pub(super) kind: Kind,
    /// The file with the node.
    pub(super) path: String,
    pub(super) version: f64,
    /// What the function is given, as JSON.
    pub(super) given: String,
    pub(super) side: Arc<Side>,
    pub(super) told: UnboundedSender<Asked>,
}

/// A runtime with its thread. Dropping it ends both.
pub(crate) struct Worker {
    commands: Sender<Command>,
    calls: AtomicU32,
    watch: Arc<Watch>,
    limits: Limits,
}

/// What others see of the thread.
struct Watch {
    born: Instant,
    /// Milliseconds since its birth at which it began to compute; 0 while it waits.
    busy_since: AtomicU64,
    is_over: AtomicBool,
}

impl Watch {
    fn now(&self) -> u64 {
        u64::try_from(self.born.elapsed().as_millis()).unwrap_or(u64::MAX).max(1)
    }
}

impl Worker {
    /// Starts a runtime for the files of a package.
    ///
    /// # Errors
    /// When there is no thread for it.
    pub(crate) fn start(
        files: Files,
        credential_files: Vec<String>,
        limits: Limits,
    ) -> Result<Self, WorkerError> {
        let (commands, receiver) = channel();
        let watch = Arc::new(Watch {
            born: Instant::now(),
            busy_since: AtomicU64::new(0),
            is_over: AtomicBool::new(false),
        });
        let own = Arc::clone(&watch);
        std::thread::Builder::new()
            .name("plugin".to_owned())
            .stack_size(THREAD_STACK)
            .spawn(move || {
                Thread::run(files, credential_files, limits, &own, &receiver);
                own.is_over.store(true, Ordering::Release);
            })
            .map_err(|error| WorkerError::Broken(format!("no thread could be started: {error}")))?;
        Ok(Self { commands, calls: AtomicU32::new(0), watch, limits })
    }

    /// Whether nothing more can be asked of it: it ended, or cannot be interrupted.
    pub(crate) fn is_over(&self) -> bool {
        if self.watch.is_over.load(Ordering::Acquire) {
            return true;
        }
        let since = self.watch.busy_since.load(Ordering::Acquire);
        let longest = u64::try_from((self.limits.time + GRACE + PATIENCE).as_millis()).unwrap_or(u64::MAX);
        let hangs = since != 0 && self.watch.now().saturating_sub(since) > longest;
        if hangs {
            self.watch.is_over.store(true, Ordering::Release);
        }
        hangs
    }

    /// It is used no more.
    pub(crate) fn retire(&self) {
        self.watch.is_over.store(true, Ordering::Release);
    }

    pub(crate) fn limits(&self) -> Limits {
        self.limits
    }

    /// Describes the node, or credential type, in a file of the package. It blocks.
    ///
    /// # Errors
    /// When the file cannot be loaded.
    pub(crate) fn describe(&self, what: &'static str, path: &str) -> Result<Json, WorkerError> {
        let (reply, answer) = channel();
        let command = Command::Describe { what, path: path.to_owned(), reply };
        let gone = || WorkerError::Broken("the runtime has ended".to_owned());
        self.commands.send(command).map_err(|_| gone())?;
        loop {
            match answer.recv_timeout(Duration::from_millis(100)) {
                Ok(described) => return described,
                Err(RecvTimeoutError::Disconnected) => return Err(gone()),
                Err(RecvTimeoutError::Timeout) if self.is_over() => {
                    return Err(WorkerError::TimedOut(self.limits.time));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    /// A number for a new call.
    pub(super) fn next_call(&self) -> u32 {
        self.calls.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Hands over a command; `false` when nobody takes it any more.
    pub(super) fn send(&self, command: Command) -> bool {
        self.commands.send(command).is_ok()
    }
}

/// A call as the thread knows it.
pub(super) struct Open {
    pub(super) told: UnboundedSender<Asked>,
    pub(super) side: Arc<Side>,
    /// Questions without an answer yet.
    pub(super) asked: Cell<usize>,
}

/// What the native functions share with the thread.
pub(super) struct Shared {
    pub(super) files: Files,
    pub(super) credential_files: Vec<String>,
    pub(super) calls: RefCell<HashMap<u32, Open>>,
    /// The call that goes on at the moment, as far as anybody can tell.
    pub(super) current: Cell<Option<u32>>,
    pub(super) born: Instant,
    /// What the loader of CommonJS does for modules in ES syntax.
    pub(super) common: Common,
    deadline: Cell<Option<Instant>>,
    is_over: Cell<bool>,
}

impl Shared {
    fn look(&self) -> bool {
        if self.deadline.get().is_some_and(|deadline| Instant::now() >= deadline) {
            self.is_over.set(true);
        }
        self.is_over.get()
    }

    /// Tells whoever waits for a call.
    pub(super) fn tell(&self, call: u32, asked: Asked) {
        if let Some(open) = self.calls.borrow().get(&call) {
            // Nobody listens any more where the call was left.
            let _ = open.told.send(asked);
        }
    }

    /// A call has ended.
    pub(super) fn end(&self, call: u32, asked: Asked) {
        if let Some(open) = self.calls.borrow_mut().remove(&call) {
            let _ = open.told.send(asked);
        }
    }
}

struct Thread<'w> {
    world: World,
    api: Persistent<Object<'static>>,
    shared: Rc<Shared>,
    limits: Limits,
    watch: &'w Watch,
}

/// The thread must end: its runtime is of no use any more.
struct End(WorkerError);

impl<'w> Thread<'w> {
    fn run(
        files: Files,
        credential_files: Vec<String>,
        limits: Limits,
        watch: &'w Watch,
        commands: &Receiver<Command>,
    ) {
        let shared = Rc::new(Shared {
            files,
            credential_files,
            calls: RefCell::default(),
            current: Cell::new(None),
            born: Instant::now(),
            common: Common::default(),
            deadline: Cell::new(None),
            is_over: Cell::new(false),
        });
        let made = catch_unwind(AssertUnwindSafe(|| Self::make(Rc::clone(&shared), limits, watch)));
        if made.is_err() {
            std::mem::forget(shared.common.take());
        }
        let thread = match made.unwrap_or_else(|_| Err("the engine broke".to_owned())) {
            Ok(thread) => thread,
            Err(text) => return refuse_all(commands, &WorkerError::Broken(text)),
        };
        let end = catch_unwind(AssertUnwindSafe(|| thread.serve(commands)));
        let why = match end {
            Ok(Ok(())) => None,
            Ok(Err(End(why))) => Some(why),
            Err(_) => {
                // What it holds may be broken: taking it apart could end the process.
                std::mem::forget(thread);
                std::mem::forget(shared.common.take());
                tell_all(&shared, &WorkerError::Broken("the engine broke".to_owned()));
                return;
            }
        };
        if let Some(why) = &why {
            tell_all(&shared, why);
        }
        let Thread { world, api, .. } = thread;
        drop(api);
        drop(shared.common.take());
        // Taking apart what code made must not take for ever either.
        shared.deadline.set(Some(Instant::now() + limits.time));
        drop(world);
    }

    fn make(shared: Rc<Shared>, limits: Limits, watch: &'w Watch) -> Result<Self, String> {
        let world = World::new(limits.memory).map_err(|error| error.message)?;
        world.runtime().set_max_stack_size(SCRIPT_STACK);
        let imports = Imports { files: shared.files.clone(), common: Rc::clone(&shared.common) };
        world.runtime().set_loader(imports.clone(), imports);
        let api = world.enter(|ctx| {
            let made = || -> rquickjs::Result<Persistent<Object<'static>>> {
                let inside = world.inside(ctx)?;
                let parts = Object::new(ctx.clone())?;
                for (name, source) in PARTS {
                    parts.set(name, ctx.eval::<Function<'_>, _>(source)?)?;
                }
                let host = natives::host_object(ctx, &shared)?;
                let main: Function<'_> = parts.get("main")?;
                let api: Object<'_> = main.call((host, inside.natives, inside.tools, parts))?;
                Ok(Persistent::save(ctx, api))
            };
            made().map_err(|error| thrown_text(ctx, error))
        });
        // Nothing of a world may outlive it.
        let api = api.inspect_err(|_| drop(shared.common.take()))?;
        let own = Rc::clone(&shared);
        world.runtime().set_interrupt_handler(Some(Box::new(move || own.look())));
        Ok(Self { world, api, shared, limits, watch })
    }

    fn serve(&self, commands: &Receiver<Command>) -> Result<(), End> {
        loop {
            let command = match self.wait(commands)? {
                Waited::Command(command) => command,
                Waited::Timer => {
                    self.fire()?;
                    self.check_stuck()?;
                    continue;
                }
                Waited::Left => return Ok(()),
            };
            match *command {
                Command::Describe { what, path, reply } => {
                    let described = self.slice(None, |_, api| {
                        let describe: Function<'_> = api.get(what)?;
                        describe.call::<_, String>((path,))
                    });
                    let described = described.and_then(|text| {
                        let text = text.map_err(WorkerError::Thrown)?;
                        Json::parse(&text).map_err(|error| WorkerError::Broken(error.to_string()))
                    });
                    let end = match &described {
                        Err(error @ (WorkerError::TimedOut(_) | WorkerError::Broken(_))) => {
                            Some(error.clone())
                        }
                        _ => None,
                    };
                    let _ = reply.send(described);
                    if let Some(why) = end {
                        return Err(End(why));
                    }
                }
                Command::Start(start) => self.start_call(*start)?,
                Command::Answer { call, served } => self.answer(call, served)?,
                Command::Abort(call) => {
                    self.shared.calls.borrow_mut().remove(&call);
                    self.run_slice(None, |_, api| {
                        let abort: Function<'_> = api.get("abort")?;
                        abort.call::<_, ()>((call,))
                    })?;
                }
            }
            self.check_stuck()?;
        }
    }

    fn wait(&self, commands: &Receiver<Command>) -> Result<Waited, End> {
        let left = |due: f64| {
            let due = self.shared.born + Duration::from_secs_f64((due / 1e3).clamp(0.0, 1e9));
            due.saturating_duration_since(Instant::now())
        };
        let received = match self.due()? {
            Some(due) => commands.recv_timeout(left(due)),
            None => commands.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        Ok(match received {
            Ok(command) => Waited::Command(Box::new(command)),
            Err(RecvTimeoutError::Timeout) => Waited::Timer,
            Err(RecvTimeoutError::Disconnected) => Waited::Left,
        })
    }

    /// Milliseconds from its birth at which the next timer is due.
    fn due(&self) -> Result<Option<f64>, End> {
        let due = self.slice(None, |_, api| {
            let due: Function<'_> = api.get("due")?;
            Ok(due.call::<_, Value<'_>>(())?.as_number())
        });
        due.map(|due| due.ok().flatten()).map_err(End)
    }

    fn fire(&self) -> Result<(), End> {
        loop {
            let fired = self.slice(self.shared.current.get(), |_, api| {
                let fire: Function<'_> = api.get("fire")?;
                fire.call::<_, bool>(())
            });
            match fired {
                Ok(Ok(false)) => return Ok(()),
                // A timer whose function throws does no harm to others.
                Ok(_) => {}
                Err(error) => self.overran(self.shared.current.get(), error)?,
            }
        }
    }

    fn start_call(&self, start: Start) -> Result<(), End> {
        let Start { id, kind, path, version, given, side, told } = start;
        self.shared.calls.borrow_mut().insert(id, Open { told, side, asked: Cell::new(0) });
        let begun = self.slice(Some(id), |_, api| {
            let start: Function<'_> = api.get("start")?;
            start.call::<_, ()>((id, kind.as_str(), path, version, given))
        });
        match begun {
            Ok(Ok(())) => Ok(()),
            Ok(Err(text)) => {
                self.shared.end(id, Asked::Failed(WorkerError::Thrown(text)));
                Ok(())
            }
            Err(error) => self.overran(Some(id), error),
        }
    }

    fn answer(&self, call: u32, served: Served) -> Result<(), End> {
        match self.shared.calls.borrow().get(&call) {
            Some(open) => open.asked.set(open.asked.get().saturating_sub(1)),
            None => return Ok(()),
        }
        self.run_slice(Some(call), |ctx, api| {
            let answer: Function<'_> = api.get("answer")?;
            let undefined = || Value::new_undefined(ctx.clone());
            match served.answer {
                Ok((head, body)) => {
                    let body = match body {
                        Some(body) => TypedArray::<u8>::new(ctx.clone(), body)?.into_value(),
                        None => undefined(),
                    };
                    answer.call::<_, ()>((served.id, undefined(), head.to_json_string(), body))
                }
                Err(failure) => answer.call::<_, ()>((served.id, failure.to_json_string())),
            }
        })
    }

    /// Does something for a call, which fails where that takes too long.
    fn run_slice(
        &self,
        call: Option<u32>,
        work: impl for<'js> FnOnce(&Ctx<'js>, &Object<'js>) -> rquickjs::Result<()>,
    ) -> Result<(), End> {
        match self.slice(call, work) {
            Ok(_) => Ok(()),
            Err(error) => self.overran(call, error),
        }
    }

    /// A call took too long: it fails. What else waits goes on, unless the runtime does not come to rest.
    fn overran(&self, call: Option<u32>, error: WorkerError) -> Result<(), End> {
        let Some(call) = call.filter(|_| matches!(error, WorkerError::TimedOut(_))) else {
            return Err(End(error));
        };
        self.shared.end(call, Asked::Failed(error.clone()));
        let rested = self.within(GRACE, None, |_, _| Ok(()));
        rested.map(drop).map_err(|_| End(error))
    }

    fn slice<T>(
        &self,
        call: Option<u32>,
        work: impl for<'js> FnOnce(&Ctx<'js>, &Object<'js>) -> rquickjs::Result<T>,
    ) -> Result<Result<T, String>, WorkerError> {
        self.within(self.limits.time, call, work)
    }

    /// Does something, and all that it sets off, within a time. The inner error is what was thrown.
    fn within<T>(
        &self,
        time: Duration,
        call: Option<u32>,
        work: impl for<'js> FnOnce(&Ctx<'js>, &Object<'js>) -> rquickjs::Result<T>,
    ) -> Result<Result<T, String>, WorkerError> {
        let shared = &self.shared;
        if call.is_some() {
            shared.current.set(call);
        }
        shared.is_over.set(false);
        shared.deadline.set(Some(Instant::now() + time));
        self.watch.busy_since.store(self.watch.now(), Ordering::Release);
        let done = self.world.enter(|ctx| {
            let result = self.api.clone().restore(ctx).and_then(|api| work(ctx, &api));
            let result = result.map_err(|error| thrown_text(ctx, error));
            // Between jobs the binding asks nobody: an endless chain of promises would never end.
            while !shared.look() && ctx.execute_pending_job() {}
            result
        });
        shared.deadline.set(None);
        self.watch.busy_since.store(0, Ordering::Release);
        if shared.is_over.replace(false) { Err(WorkerError::TimedOut(time)) } else { Ok(done) }
    }

    /// Calls of which nothing will ever come.
    fn check_stuck(&self) -> Result<(), End> {
        let waits = {
            let calls = self.shared.calls.borrow();
            calls.is_empty() || calls.values().any(|open| open.asked.get() > 0)
        };
        if waits || self.due()?.is_some() {
            return Ok(());
        }
        let calls = std::mem::take(&mut *self.shared.calls.borrow_mut());
        for open in calls.into_values() {
            let _ = open.told.send(Asked::Failed(WorkerError::Stuck));
        }
        Ok(())
    }
}

enum Waited {
    Command(Box<Command>),
    Timer,
    /// Nobody is there any more to give commands.
    Left,
}

fn tell_all(shared: &Shared, why: &WorkerError) {
    for open in std::mem::take(&mut *shared.calls.borrow_mut()).into_values() {
        let _ = open.told.send(Asked::Failed(why.clone()));
    }
}

fn refuse_all(commands: &Receiver<Command>, why: &WorkerError) {
    while let Ok(command) = commands.recv() {
        match command {
            Command::Describe { reply, .. } => drop(reply.send(Err(why.clone()))),
            Command::Start(start) => drop(start.told.send(Asked::Failed(why.clone()))),
            Command::Answer { .. } | Command::Abort(_) => {}
        }
    }
}

/// What was thrown, with the line of the package's code where it came from.
fn thrown_text(ctx: &Ctx<'_>, error: rquickjs::Error) -> String {
    if !error.is_exception() {
        return error.to_string();
    }
    let thrown = ctx.catch();
    let text = |object: &Object<'_>, name: &str| {
        object.get::<_, Value<'_>>(name).ok().and_then(|value| value.as_string()?.to_string().ok())
    };
    match thrown.as_object() {
        Some(object) => {
            let name = text(object, "name").unwrap_or_else(|| "Error".to_owned());
            let message = text(object, "message").unwrap_or_default();
            let place = text(object, "stack").and_then(|stack| place_in(&stack));
            let place = place.map_or_else(String::new, |place| format!(" ({place})"));
            format!("{name}: {message}{place}")
        }
        None if thrown.is_null() => "the code needs more memory than it may have".to_owned(),
        None => thrown.as_string().and_then(|text| text.to_string().ok()).unwrap_or_default(),
    }
}

/// The first place in a package's file that a stack names.
fn place_in(stack: &str) -> Option<String> {
    stack.lines().find_map(|line| {
        let place = line
            .rsplit_once('(')
            .map(|(_, rest)| rest.trim_end_matches(')'))
            .or_else(|| line.trim().strip_prefix("at "))?;
        place.starts_with('/').then(|| place.to_owned())
    })
}
