//! The terminal's settings: what is typed while an entry runs is not shown before it is read.

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use std::sync::Arc;

/// The terminal's settings as they were found.
#[derive(Clone)]
pub struct Terminal(Option<Arc<Termios>>);

impl Terminal {
    /// Remembers the settings, and has nothing shown that is typed while no line is edited. A panic puts them back.
    pub fn quiet() -> Terminal {
        let found = Terminal(tcgetattr(rustix::stdio::stdin()).ok().map(Arc::new));
        found.hush();
        let (restore, tell) = (found.clone(), std::panic::take_hook());
        std::panic::set_hook(Box::new(move |panic| {
            restore.restore();
            tell(panic);
        }));
        found
    }

    /// Has nothing shown that is typed.
    pub fn hush(&self) {
        if let Some(found) = &self.0 {
            let mut quiet = (**found).clone();
            quiet.local_modes.remove(LocalModes::ECHO);
            let _ = tcsetattr(rustix::stdio::stdin(), OptionalActions::Now, &quiet);
        }
    }

    /// Puts the settings back.
    pub fn restore(&self) {
        if let Some(found) = &self.0 {
            let _ = tcsetattr(rustix::stdio::stdin(), OptionalActions::Now, found);
        }
    }
}
