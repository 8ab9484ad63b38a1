//! The loop of the prompt: reads an entry or a command, does it, and shows what came of it.

use super::commands::{self, Action};
use super::editor::{Editor, Read};
use super::files;
use super::helper::Helper;
use super::look;
use super::screen::{Screen, ToScreen};
use super::terminal::Terminal;
use crate::diagnostics::{Report, Style};
use crate::reference;
use crate::runtime::plain;
use crate::runtime::threads::{Config, HeldView, Output};
use crate::session::{Entered, Given, Prompt, Session, Shown};
use std::cell::RefCell;
use std::io::Write;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// What the prompt is started with.
pub struct Options {
    /// What each program may use.
    pub config: Box<dyn Fn() -> Config>,
    /// How reports are shown.
    pub render: Box<dyn Fn(&Report) -> String>,
    /// How a text to be read looks on the terminal as it is now.
    pub page: Box<dyn Fn() -> Style>,
    /// Shows a text through a pager, if it does not fit on the terminal; whether it did.
    pub through_pager: Box<dyn Fn(&str) -> bool>,
    /// Whether there are colours.
    pub color: bool,
    /// A file to run first.
    pub file: Option<String>,
}

/// How many characters of a value are shown.
const MOST_SHOWN: usize = 2_000;

/// Reads and runs entries until the user leaves; the exit status.
#[must_use]
pub fn run(options: Options) -> i32 {
    let terminal = Terminal::quiet();
    let status = match Shell::new(options, &terminal) {
        Ok(mut shell) => {
            shell.start();
            shell.run();
            shell.leave()
        }
        Err(error) => {
            let message = format!("error: the prompt cannot be started: {error}\n");
            let _ = std::io::stderr().write_all(message.as_bytes());
            1
        }
    };
    terminal.restore();
    status
}

struct Shell {
    prompt: Rc<RefCell<Prompt>>,
    editor: Editor,
    screen: Arc<Screen>,
    terminal: Terminal,
    options: Options,
    /// Whether the present program was left, so that its end is not the session's.
    left: Arc<AtomicBool>,
    /// The entries, and whether each went well.
    entries: Vec<(String, bool)>,
    /// What the next entry begins with.
    begun: String,
    /// Whether the user was told that threads are alive.
    asked: bool,
}

/// How to go on.
#[derive(PartialEq, Eq)]
enum Next {
    Read,
    Leave,
}

impl Shell {
    fn new(options: Options, terminal: &Terminal) -> rustyline::Result<Shell> {
        let screen = Arc::new(Screen::default());
        let (prompt, left) = program(&options, &screen, terminal);
        let prompt = Rc::new(RefCell::new(prompt));
        let editor = Editor::new(Helper::new(prompt.clone(), screen.clone(), options.color))?;
        if !editor.edits() {
            terminal.restore();
        }
        Ok(Shell {
            prompt,
            editor,
            screen,
            terminal: terminal.clone(),
            options,
            left,
            entries: Vec::new(),
            begun: String::new(),
            asked: false,
        })
    }

    /// What comes before the first entry.
    fn start(&mut self) {
        let version = env!("CARGO_PKG_VERSION");
        self.screen.say(&format!("conc {version} · :help tells the commands, Ctrl-D leaves\n"));
        if let Some(path) = files::start() {
            self.load(&path.display().to_string());
        }
        if let Some(file) = self.options.file.clone() {
            self.load(&file);
        }
    }

    fn run(&mut self) {
        loop {
            let begun = std::mem::take(&mut self.begun);
            self.flush();
            let read = self.editor.read(&format!("{}> ", self.entries.len() + 1), &begun);
            let asked = std::mem::take(&mut self.asked);
            let next = match read {
                Read::Interrupted => Next::Read,
                Read::End => self.end(asked),
                Read::Entry(text) if text.trim().is_empty() => Next::Read,
                Read::Entry(text) => {
                    self.editor.remember(&text);
                    match text.trim_start().starts_with(':') {
                        true => self.command(&text, asked),
                        false => self.entry(text),
                    }
                }
            };
            if next == Next::Leave {
                return;
            }
        }
    }

    /// All that the program has written so far stands on the terminal.
    fn flush(&self) {
        self.prompt.borrow().runtime().output.flush();
    }

    fn say(&self, text: &str) {
        self.flush();
        self.screen.say(text);
    }

    /// Says a text to be read, which may be longer than the screen.
    fn read_out(&self, text: &str) {
        if !self.lend_terminal(|| (self.options.through_pager)(text)) {
            self.say(text);
        }
    }

    /// Lets another program have the terminal while `run` runs it.
    fn lend_terminal<T>(&self, run: impl FnOnce() -> T) -> T {
        self.flush();
        self.screen.give_away();
        self.terminal.restore();
        let ended = run();
        self.terminal.hush();
        self.screen.take_back();
        ended
    }

    fn tell(&self, reports: &[Report]) {
        self.flush();
        for report in reports {
            self.screen.say(&(self.options.render)(report));
        }
    }

    // ---- Entries -----------------------------------------------------------------------------

    fn entry(&mut self, text: String) -> Next {
        let name = format!("<entry {}>", self.entries.len() + 1);
        let entered = self.enter(&Given::text(&name, &text));
        let went_well = matches!(entered, Entered::Done(_));
        if !matches!(entered, Entered::Refused(_)) {
            self.entries.push((text, went_well));
        }
        self.show(entered)
    }

    fn enter(&self, given: &Given) -> Entered {
        self.prompt.borrow_mut().enter(given)
    }

    fn show(&self, entered: Entered) -> Next {
        match entered {
            Entered::Done(None) => {}
            Entered::Done(Some(value)) => self.say(&shortened(&value)),
            Entered::Refused(reports) => self.tell(&reports),
            Entered::Failed { report, held } => {
                self.tell(report.as_slice());
                self.say(&left_held(&held));
            }
            Entered::Over => return Next::Leave,
        }
        Next::Read
    }

    fn load(&mut self, file: &str) -> Next {
        match Given::file(file) {
            Ok(given) => {
                let entered = self.enter(&given);
                self.show(entered)
            }
            Err(report) => {
                self.tell(&[report]);
                Next::Read
            }
        }
    }

    // ---- Commands ----------------------------------------------------------------------------

    fn command(&mut self, line: &str, asked: bool) -> Next {
        let (action, rest) = match commands::parse(line) {
            Ok(command) => command,
            Err(what) => {
                self.say(&what);
                return Next::Read;
            }
        };
        match action {
            Action::Help if rest.is_empty() => self.read_out(&commands::help()),
            Action::Help | Action::Doc => self.doc(rest),
            Action::Threads => self.say(&look::threads(&self.prompt.borrow().threads())),
            Action::Locks => self.say(&look::locks(&self.prompt.borrow().objects())),
            Action::Waits => self.say(&look::waits(&self.prompt.borrow().threads())),
            Action::Cancel => self.cancel(rest),
            Action::Type => return self.type_of(rest),
            Action::Time => return self.time(rest),
            Action::Dump => self.dump(rest),
            Action::Load => return self.load(rest),
            Action::Save => self.save(rest),
            Action::Edit => self.edit(),
            Action::History => self.history(),
            Action::Reset => self.reset(),
            Action::Quit => return self.end(asked),
        }
        Next::Read
    }

    fn doc(&self, name: &str) {
        let style = (self.options.page)();
        match (reference::find(name), reference::near(name)) {
            (Some(topic), _) => self.read_out(&reference::render(topic.text, style)),
            (None, _) if name.is_empty() => self.read_out(&reference::contents(style)),
            (None, Some(near)) => {
                self.say(&format!("there is no topic `{name}`; did you mean `{near}`?\n"));
            }
            (None, None) => self.say(&format!("there is no topic `{name}`; `:doc` lists them\n")),
        }
    }

    fn cancel(&self, thread: &str) {
        let found = self.prompt.borrow().cancel(thread);
        if !found {
            self.say(&format!("no thread `{thread}` is alive; `:threads` tells them\n"));
        }
    }

    fn type_of(&self, code: &str) -> Next {
        match self.enter(&Given::text("<:type>", code)) {
            Entered::Done(value) => {
                let name = value.map_or("nil".to_owned(), |value| value.type_name);
                self.say(&format!("{name}\n"));
                Next::Read
            }
            other => self.show(other),
        }
    }

    fn time(&self, code: &str) -> Next {
        let began = Instant::now();
        let entered = self.enter(&Given::text("<:time>", code));
        let took = began.elapsed();
        let ran = !matches!(entered, Entered::Refused(_));
        let next = self.show(entered);
        if ran {
            self.say(&format!("took {}\n", look::duration(took)));
        }
        next
    }

    fn dump(&self, code: &str) {
        let listing = self.prompt.borrow_mut().bytecode(&Given::text("<:dump>", code));
        match listing {
            Ok(text) => self.say(&text),
            Err(reports) => self.tell(&reports),
        }
    }

    fn save(&self, file: &str) {
        let good = self.entries.iter().filter(|(_, went_well)| *went_well);
        let text: String = good.map(|(text, _)| format!("{text}\n")).collect();
        if let Err(error) = std::fs::write(file, &text) {
            return self.say(&format!("cannot write `{file}`: {}\n", plain(&error)));
        }
        // A prompt takes what a script does not, a name that is declared again.
        let refused = match Given::file(file) {
            Ok(given) => Session::default().load(&given).err().unwrap_or_default(),
            Err(report) => vec![report],
        };
        self.say(&match refused.first() {
            None => format!("the entries are in `{file}`\n"),
            Some(first) => format!(
                "the entries are in `{file}`\nit is for `:load`; `conc FILE` refuses it: {}\n",
                first.message
            ),
        });
    }

    fn edit(&mut self) {
        let last = self.entries.last().map_or("", |(text, _)| text.as_str());
        match self.edited(last) {
            Ok(text) => self.begun = text,
            Err(error) => self.say(&format!("the editor failed: {}\n", plain(&error))),
        }
    }

    /// The text as the user's editor leaves it.
    fn edited(&self, text: &str) -> std::io::Result<String> {
        let editor = ["VISUAL", "EDITOR"].iter().find_map(|name| std::env::var(name).ok());
        let path = std::env::temp_dir().join(format!("conc-entry-{}.conc", std::process::id()));
        let mut file = std::fs::File::create(&path)?;
        file.write_all(text.as_bytes())?;
        // The variable may hold options too.
        let command = format!("{} \"$1\"", editor.as_deref().unwrap_or("vi"));
        let ended = self.lend_terminal(|| {
            std::process::Command::new("sh").args(["-c", &command, "sh"]).arg(&path).status()
        });
        let edited = std::fs::read_to_string(&path);
        let _ = std::fs::remove_file(&path);
        if !ended?.success() {
            return Err(std::io::Error::other("it ended with an error"));
        }
        Ok(edited?.trim_end().to_owned())
    }

    fn history(&self) {
        let mut out = String::new();
        for (number, (text, _)) in self.entries.iter().enumerate() {
            let indented = text.replace('\n', "\n      ");
            out.push_str(&format!("{:4}  {indented}\n", number + 1));
        }
        self.say(&out);
    }

    fn reset(&mut self) {
        self.left.store(true, Ordering::SeqCst);
        let (fresh, left) = program(&self.options, &self.screen, &self.terminal);
        let old = self.prompt.replace(fresh);
        let _ = old.leave();
        self.left = left;
        self.entries.clear();
    }

    // ---- Leaving -----------------------------------------------------------------------------

    /// The user wants to leave: if threads are alive, that is said first.
    fn end(&mut self, asked: bool) -> Next {
        let threads = self.prompt.borrow().threads();
        let alive: Vec<&str> =
            threads.iter().filter(|thread| thread.keeps).map(|t| t.name.as_str()).collect();
        if asked || alive.is_empty() {
            return Next::Leave;
        }
        let verb = if alive.len() == 1 { "is" } else { "are" };
        self.say(&format!(
            "{} {verb} alive and would be stopped; once more leaves all the same\n",
            alive.join(", ")
        ));
        self.asked = true;
        Next::Read
    }

    fn leave(self) -> i32 {
        self.left.store(true, Ordering::SeqCst);
        let runtime = self.prompt.borrow().runtime().clone();
        runtime.exit(0);
        runtime.wait_for_end().code
    }
}

/// A program, and whether it was left. If it ends otherwise, by an `exit` in one of its threads, the session ends
/// with it.
fn program(
    options: &Options,
    screen: &Arc<Screen>,
    terminal: &Terminal,
) -> (Prompt, Arc<AtomicBool>) {
    let prompt = Prompt::new((options.config)(), Output::new(Box::new(ToScreen::new(screen))));
    let left = Arc::new(AtomicBool::new(false));
    let watch = {
        let (runtime, left) = (prompt.runtime().clone(), left.clone());
        let (screen, terminal) = (screen.clone(), terminal.clone());
        move || {
            let status = runtime.wait_for_end();
            if !left.load(Ordering::SeqCst) {
                screen.tear_away();
                terminal.restore();
                std::process::exit(status.code);
            }
        }
    };
    // Without it, only the prompt's own thread can end the session.
    let _ = std::thread::Builder::new().name("conc-end".to_owned()).spawn(watch);
    (prompt, left)
}

/// A value as it is shown: a long one is cut.
fn shortened(value: &Shown) -> String {
    let text = &value.text;
    match text.char_indices().nth(MOST_SHOWN) {
        None => format!("{text}\n"),
        Some((end, _)) => {
            let length = text.chars().count();
            format!("{}… ({length} characters; `print(_)` shows them all)\n", &text[..end])
        }
    }
}

/// What is said of locks that an entry which failed has left taken.
fn left_held(held: &[HeldView]) -> String {
    let mut out = String::new();
    for lock in held {
        let place =
            lock.taken.as_ref().map(|place| format!(", taken at {place}")).unwrap_or_default();
        out.push_str(&format!("main still holds {}{place}\n", lock.what));
    }
    out
}
