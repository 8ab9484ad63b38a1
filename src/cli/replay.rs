//! `conc replay`: a schedule that was saved, once more.

use super::arguments::Replay;
use super::commands::given;
use super::json;
use super::show::Show;
use super::streams::print;
use super::table::Table;
use crate::diagnostics::{Code, Report};
use crate::explore::{Replayed, Schedule, hash};
use crate::runtime::controlled::{Config, Input};
use crate::session::{Session, script_bytes};
use crate::source::MAX_BYTES;
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;
use std::fmt::Write as _;
use std::io::{IsTerminal, Read, Write};
use std::sync::Arc;
use std::thread::JoinHandle;

/// `conc replay`
pub fn replay(replay: &Replay, show: &Show) -> i32 {
    let refuse = |why: String| {
        let message = format!("cannot replay `{}`: {why}", replay.file.display());
        show.refuse(&[Report::error(Code::Usage, message)])
    };
    let bytes = match std::fs::File::open(&replay.file).and_then(script_bytes) {
        Ok(bytes) if bytes.len() > MAX_BYTES => {
            return refuse(format!("it is larger than {} megabytes", MAX_BYTES >> 20));
        }
        Ok(bytes) => bytes,
        Err(_) if replay.file.is_dir() => return refuse("it is a directory".to_owned()),
        Err(error) => return refuse(crate::runtime::plain(&error)),
    };
    // What is no text is no schedule either.
    let schedule = match Schedule::parse(std::str::from_utf8(&bytes).unwrap_or_default()) {
        Ok(schedule) => schedule,
        Err(refused) => return refuse(refused.0),
    };
    let mut session = Session::default();
    let loaded = given(&schedule.script)
        .map_err(|report| vec![report])
        .and_then(|given| session.load(&given));
    let unit = match loaded {
        Ok(unit) => unit,
        Err(reports) => return show.refuse(&reports),
    };
    if hash(session.texts()) != schedule.hash {
        let script = &schedule.script;
        return refuse(format!("{script}, or what it imports, has changed since it was saved"));
    }
    let config = Config {
        args: schedule.args.clone(),
        time: schedule.time,
        seed: schedule.seed,
        input: Arc::new(Input::of(schedule.input.clone())),
        prints: schedule.prints,
        discovered: schedule.known,
        ..Config::default()
    };
    let replayed = match session.replay(unit, &config, &schedule.choices) {
        Ok(replayed) => replayed,
        Err(step) => {
            return refuse(format!("step {} is not possible: the script does otherwise", step + 1));
        }
    };
    let failed = i32::from(!replayed.findings.is_empty());
    let mut out = String::new();
    if show.is_json() {
        out = json::replayed(&replayed, &schedule.script) + "\n";
    } else {
        let show = show.on_stdout();
        let table = Table::new(&replayed.table, show.style());
        if replay.step && std::io::stdin().is_terminal() {
            // Nobody need see it to the end.
            let _ = walk(&table, &mut std::io::stdout());
        } else {
            out = table.to_string();
        }
        add_end(&mut out, &replayed, &show);
    }
    print(out.as_bytes(), failed, show)
}

/// What was printed, and what went wrong.
fn add_end(out: &mut String, replayed: &Replayed, show: &Show) {
    if !replayed.output.is_empty() {
        out.push_str("\nprinted:\n");
        replayed.output.lines().for_each(|line| {
            let _ = writeln!(out, "  {line}");
        });
    }
    for finding in &replayed.findings {
        let _ = write!(out, "\n{}", show.text(&finding.report));
    }
}

/// Ctrl-C, which is no signal here: the terminal is to be left as it was.
const INTERRUPT: u8 = 3;

/// Shows the table row by row: a key goes on, `q` shows no more of it.
fn walk(table: &Table, out: &mut impl Write) -> std::io::Result<()> {
    let stdin = std::io::stdin();
    let Ok(before) = tcgetattr(&stdin) else { return write!(out, "{table}") };
    let restore = {
        let before = before.clone();
        move || tcsetattr(std::io::stdin(), OptionalActions::Now, &before)
    };
    let signals = Signals::new([SIGHUP, SIGINT, SIGQUIT, SIGTERM])?;
    let handle = signals.handle();
    let watch = watch(signals, restore.clone())?;
    let mut keys = before;
    keys.local_modes.remove(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG);
    let _ = tcsetattr(&stdin, OptionalActions::Now, &keys);
    let walked = walk_keys(table, out);
    let _ = restore();
    handle.close();
    let _ = watch.join();
    walked
}

/// What ends the process from outside leaves the terminal as it was found.
fn watch<R>(
    mut signals: Signals,
    restore: impl Fn() -> R + Send + 'static,
) -> std::io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name("conc-signals".to_owned()).spawn(move || {
        for signal in signals.forever() {
            let _ = restore();
            let _ = emulate_default_handler(signal);
        }
    })
}

/// The same, when keys come one by one.
fn walk_keys(table: &Table, out: &mut impl Write) -> std::io::Result<()> {
    write!(out, "{}", table.head)?;
    let hint = format!("step {{}} of {}: a key goes on, `q` ends", table.rows.len());
    for (at, row) in table.rows.iter().enumerate() {
        write!(out, "{row}")?;
        if at + 1 == table.rows.len() {
            break;
        }
        // The hint gives way to the next row.
        write!(out, "{}", hint.replace("{}", &(at + 1).to_string()))?;
        out.flush()?;
        // A key may be of several bytes, as an arrow is.
        let mut key = [0; 16];
        let read = std::io::stdin().lock().read(&mut key);
        write!(out, "\r\x1b[K")?;
        if !matches!(read, Ok(1..)) || key[0] == b'q' || key[0] == INTERRUPT {
            break;
        }
    }
    Ok(())
}
