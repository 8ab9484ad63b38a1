//! Signals: Ctrl-C interrupts the first thread, and the second time ends the program; Ctrl-\ tells what every
//! thread is doing.

use super::report;
use super::runtime::Runtime;
use super::strand::Strand;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1};
use signal_hook::iterator::Signals;
use std::sync::{Arc, Weak};

pub use signal_hook::iterator::Handle;

/// The signals of a run whose first thread is `main`, from now on.
pub struct Listener {
    signals: Signals,
    runtime: Weak<Runtime>,
    main: Arc<Strand>,
}

impl Listener {
    /// `None` if the system does not let us.
    pub fn new(runtime: &Arc<Runtime>, main: &Arc<Strand>) -> Option<Listener> {
        let signals = Signals::new([SIGINT, SIGQUIT, SIGTERM, SIGUSR1]).ok()?;
        if runtime.has_prompt() {
            // The terminal may still be there, and is to be left as it was found. A script may be meant to outlive it.
            signals.add_signal(SIGHUP).ok()?;
        }
        Some(Listener { signals, runtime: Arc::downgrade(runtime), main: main.clone() })
    }

    /// What ends the listening, when it is closed.
    pub fn handle(&self) -> Handle {
        self.signals.handle()
    }

    /// Does what each asks for, on a thread of its own.
    pub fn serve_beside(self) {
        let thread =
            std::thread::Builder::new().name("conc-signals".to_owned()).stack_size(512 << 10);
        // Without a thread they are what they are for every program.
        let _ = thread.spawn(move || self.serve());
    }

    /// Does what each asks for, until the handle is closed.
    pub fn serve(mut self) {
        let mut interrupted = false;
        for signal in self.signals.forever() {
            let Some(runtime) = self.runtime.upgrade() else { return };
            match signal {
                // At a prompt it stops what runs, and never the session.
                SIGINT if runtime.has_prompt() => self.main.interrupt(&runtime),
                SIGINT if interrupted || self.main.ended().is_some() => runtime.exit(130),
                SIGINT => {
                    interrupted = true;
                    self.main.interrupt(&runtime);
                }
                SIGTERM | SIGHUP => runtime.exit(128 + signal),
                _ => runtime.tell(&report::all_threads(&runtime)),
            }
        }
    }
}
