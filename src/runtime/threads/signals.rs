//! Signals: Ctrl-C interrupts the first thread, and the second time ends the program; Ctrl-\ tells what every
//! thread is doing.

use super::report;
use super::runtime::Runtime;
use super::strand::Strand;
use signal_hook::consts::{SIGINT, SIGQUIT, SIGTERM, SIGUSR1};
use signal_hook::iterator::{Handle, Signals};
use std::sync::{Arc, Weak};

/// Stops to handle signals when it is dropped.
pub struct Handler(Handle);

impl Drop for Handler {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Handles signals for a run whose first thread is `main`. `None` if the system does not let us.
pub fn handle(runtime: &Arc<Runtime>, main: &Arc<Strand>) -> Option<Handler> {
    let mut signals = Signals::new([SIGINT, SIGQUIT, SIGTERM, SIGUSR1]).ok()?;
    let handle = signals.handle();
    let runtime = Arc::downgrade(runtime);
    let main = main.clone();
    let thread = std::thread::Builder::new().name("conc-signals".to_owned()).stack_size(512 << 10);
    thread.spawn(move || serve(&mut signals, &runtime, &main)).ok()?;
    Some(Handler(handle))
}

fn serve(signals: &mut Signals, runtime: &Weak<Runtime>, main: &Arc<Strand>) {
    let mut interrupted = false;
    for signal in signals.forever() {
        let Some(runtime) = runtime.upgrade() else { return };
        match signal {
            // At a prompt it stops what runs, and never the session.
            SIGINT if runtime.has_prompt() => main.interrupt(&runtime),
            SIGINT if interrupted || main.ended().is_some() => runtime.exit(130),
            SIGINT => {
                interrupted = true;
                main.interrupt(&runtime);
            }
            SIGTERM => runtime.exit(128 + SIGTERM),
            _ => runtime.tell(&report::all_threads(&runtime)),
        }
    }
}
