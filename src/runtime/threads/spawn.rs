//! Threads that start.

use super::crew::Work;
use super::driver::{self, Here};
use super::ending;
use super::handle::Joinable;
use super::pool;
use super::runtime::Runtime;
use super::strand::{Strand, StrandKind};
use crate::primitives::Ended;
use crate::values::{ErrorKind, ErrorValue, Fault, Published, Value};
use crate::vm::{Job, SpawnRequest};
use std::sync::Arc;

/// What is done when a thread has ended, beside what is done for each.
pub type After = Box<dyn FnOnce(&Arc<Runtime>, &Ended) + Send>;

/// Starts a thread that runs a job. It can let things happen from now on.
///
/// # Errors
///
/// If there are too many threads, or the system gives no more.
pub fn start(
    runtime: &Arc<Runtime>,
    strand: Arc<Strand>,
    job: Job,
    after: Option<After>,
) -> Result<(), Fault> {
    let run = {
        let (runtime, strand) = (runtime.clone(), strand.clone());
        move |thread: std::io::Result<()>| {
            if let Err(error) = thread {
                let error = Published::new(ErrorValue::of_fault(&no_thread(&error)).into());
                return ending::end(&runtime, &strand, Some(Ended::Failed(error)), after);
            }
            strand.begin();
            let machine = driver::machine(&runtime, job);
            let ended = driver::drive(&mut Here::new(&runtime, &strand, None, machine));
            ending::end(&runtime, &strand, ended, after);
        }
    };
    launch(runtime, &strand, Box::new(run))
}

/// Enters a thread, and gives it one of the system's.
pub fn launch(runtime: &Arc<Runtime>, strand: &Arc<Strand>, run: Work) -> Result<(), Fault> {
    if !runtime.registry.enter(strand) {
        let message =
            format!("one thread too many: {} may be alive at once", runtime.config.max_threads);
        return Err(Fault::new(ErrorKind::LimitError, message));
    }
    runtime.waits.one_more_able();
    // Of a worker, its tasks keep the program alive.
    let keeps = !strand.daemon && strand.kind != StrandKind::Worker;
    if keeps {
        runtime.keep_alive();
    }
    runtime.crew.run(&strand.name, run).map_err(|error| {
        runtime.registry.leave(strand);
        if keeps {
            runtime.let_die();
        }
        runtime.waits.one_less_able(runtime);
        no_thread(&error)
    })
}

/// The system gives no more threads.
pub fn no_thread(error: &std::io::Error) -> Fault {
    Fault::new(ErrorKind::LimitError, format!("the system gives no more threads: {error}"))
}

impl Here<'_> {
    /// `spawn`
    #[inline(never)]
    pub(super) fn spawn(&mut self, request: SpawnRequest) -> Result<Value, Fault> {
        if let Some(on) = request.pool {
            let task = pool::submit(self, &on, request.job, request.name, &request.place)?;
            return Ok(task);
        }
        let spawned = self.starts(request.place);
        let name = request.name.map_or_else(|| self.runtime.thread_default_name(), Into::into);
        let scope = self.scopes.last().cloned();
        let strand = Strand::new(
            self.runtime.next_id(),
            StrandKind::Thread,
            name,
            request.daemon,
            Some(spawned),
            scope.clone(),
            None,
        );
        let joinable = Joinable::Strand(strand.clone());
        let handle = joinable.value(self.runtime);
        if let Some(scope) = &scope {
            scope.add(self.runtime, joinable);
        }
        if let Err(fault) = start(self.runtime, strand.clone(), request.job, None) {
            if let Some(scope) = &scope {
                scope.forget(strand.id);
            }
            return Err(fault);
        }
        Ok(handle)
    }
}
