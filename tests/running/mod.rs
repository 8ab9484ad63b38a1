//! Runs scripts in this very process, on real threads, and keeps what they write.

use conc::diagnostics::Report;
use conc::runtime::threads::{Config, Output, Sink, Stream};
use conc::session::{Given, Session};
use conc::vm::Limits;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Once};
use std::time::Duration;

/// The exit status of a run that was ended because its time had run out.
#[allow(dead_code, reason = "not all who run scripts look at how they end")]
pub const TIMED_OUT: i32 = 124;

/// What has come of a run.
#[allow(dead_code, reason = "not all who run scripts look at all of it")]
pub struct Ran {
    /// What went to standard output.
    pub out: String,
    /// What went to standard error: of each report its message, on a line.
    pub err: String,
    /// The exit status.
    pub code: i32,
}

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<(String, String)>>);

impl Sink for Kept {
    fn write(&mut self, stream: Stream, text: &str) -> std::io::Result<()> {
        let mut kept = self.0.lock().expect("nobody panics");
        if stream == Stream::Out {
            kept.0.push_str(text)
        } else {
            kept.1.push_str(text)
        }
        Ok(())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Runs a script to its end, or for so long.
///
/// # Errors
///
/// What is wrong with it, if it is not run.
pub fn run(script: &str, timeout: Option<Duration>) -> Result<Ran, Vec<Report>> {
    let mut session = Session::default();
    let unit = session.load(&Given::text("script.conc", script))?;
    let kept = Kept::default();
    let config = Config {
        limits: Limits::default(),
        max_threads: 1000,
        seed: Some(1),
        timeout,
        stats: false,
        hints: Vec::new(),
        render: Box::new(|report| format!("{}\n", report.message)),
        signals: false,
        leave: None,
    };
    let output = Output::new(Box::new(kept.clone()));
    let status = session.run(unit, Vec::new(), config, output).expect("there are threads");
    let (out, err) = kept.0.lock().expect("nobody panics").clone();
    Ok(Ran { out, err, code: status.code })
}

/// How many threads of this process have panicked since this was first called: those of a script's too, which
/// nobody joins.
#[allow(dead_code, reason = "not all who run scripts ask")]
pub fn panics() -> usize {
    static PANICS: AtomicUsize = AtomicUsize::new(0);
    static COUNTED: Once = Once::new();
    COUNTED.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            PANICS.fetch_add(1, Ordering::SeqCst);
            before(panic);
        }));
    });
    PANICS.load(Ordering::SeqCst)
}
