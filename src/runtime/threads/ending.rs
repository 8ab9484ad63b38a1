//! Threads and tasks that end.

use super::handle::Joinable;
use super::runtime::Runtime;
use super::spawn::After;
use super::strand::{Strand, StrandKind};
use crate::primitives::Ended;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// A thread has ended; `None` if it was stopped where it was.
///
/// Its end is published first, so that whoever is let go by it finds it. It counts as able until all that was
/// done, so nobody takes the program for deadlocked meanwhile.
pub fn end(
    runtime: &Arc<Runtime>,
    strand: &Arc<Strand>,
    ended: Option<Ended>,
    after: Option<After>,
) {
    runtime.registry.leave(strand);
    if runtime.config.stats {
        runtime.waited.lock().merge(strand.take_waited());
    }
    // The program has ended: nobody is to see anything more of it.
    let Some(ended) = ended else { return };
    publish(runtime, strand, &ended);
    if let Some(after) = after {
        after(runtime, &ended);
    }
    if strand.taken_by_hand.load(Ordering::SeqCst) > 0 {
        runtime.waits.holder_ended(runtime, strand.id);
    }
    if !strand.daemon && strand.kind != StrandKind::Worker {
        runtime.let_die();
    }
    runtime.waits.one_less_able(runtime);
}

/// Tells all who may want to know how a thread or a task ended.
pub fn publish(runtime: &Arc<Runtime>, strand: &Arc<Strand>, ended: &Ended) {
    // Whoever waits for it now is about to receive its error.
    let awaited = runtime.has_prompt() && strand.end.lock().waiting() > 0;
    strand.end.change(runtime, |thread| {
        strand.note_end(runtime);
        thread.ended = Some(ended.clone());
    });
    let joinable = Joinable::Strand(strand.clone());
    if let Some(scope) = &strand.scope {
        scope.child_ended(runtime, &joinable, ended);
        return;
    }
    // A timer tells of its runs itself.
    let tells = matches!(strand.kind, StrandKind::Main | StrandKind::Thread | StrandKind::Task);
    if tells && ended.failure().is_some() {
        runtime.one_failed(&joinable, awaited);
    }
}
