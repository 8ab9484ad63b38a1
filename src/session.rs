//! From a script's file to its end: reads it and what it imports, compiles, and runs.

mod entry;
mod prompt;

pub use entry::{depth, wants_more};
pub use prompt::{Entered, Literal, Prompt, Shown};

use crate::builtins::{self, ARGS_GLOBAL, FIRST_GLOBALS, PI_GLOBAL};
use crate::bytecode::{Unit, disassemble};
use crate::compile::{Compiled, Purpose, compile};
use crate::diagnostics::{Code, Report};
use crate::explore::{self, Explored};
use crate::resolve::{Known, Surroundings, resolve};
use crate::runtime::threads::{Config, Output, Runtime, Status};
use crate::runtime::{controlled, plain};
use crate::source::{MAX_BYTES, Place, Source, Span};
use crate::syntax::ast::{Script, StmtKind};
use crate::syntax::{STACK_BYTES, parse};
use crate::values::{List, Value};
use crate::vm::{Machine, Program, UnitId};
use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A script as it is given.
pub struct Given {
    /// Its text, under the name that reports use.
    pub source: Arc<Source>,
    /// The file it was read from, if it was: what it imports lies beside it.
    pub path: Option<PathBuf>,
}

impl Given {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// A report, if there is none, or it is not UTF-8 text.
    pub fn file(path: &str) -> Result<Given, Report> {
        let source = read(Path::new(path), path)?;
        Ok(Given { source, path: Some(PathBuf::from(path)) })
    }

    /// Takes text that lies in no file.
    #[must_use]
    pub fn text(name: &str, text: &str) -> Given {
        Given { source: Source::new(name, text), path: None }
    }

    /// Takes the bytes of text that lies in no file.
    ///
    /// # Errors
    ///
    /// A report, if they are not UTF-8.
    pub fn bytes(name: &str, bytes: Vec<u8>) -> Result<Given, Report> {
        Ok(Given { source: decode(name, bytes)?, path: None })
    }
}

fn unreadable(message: String) -> Report {
    Report::error(Code::Unreadable, message)
}

fn read(path: &Path, name: &str) -> Result<Arc<Source>, Report> {
    if path.is_dir() {
        return Err(unreadable(format!("cannot read `{name}`: it is a directory")));
    }
    let bytes = std::fs::File::open(path).and_then(script_bytes);
    decode(
        name,
        bytes.map_err(|error| unreadable(format!("cannot read `{name}`: {}", plain(&error))))?,
    )
}

/// The bytes of a script, and no more than tell that it is too large: what is read may have no end.
///
/// # Errors
///
/// What the system says.
pub fn script_bytes(from: impl Read) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn decode(name: &str, bytes: Vec<u8>) -> Result<Arc<Source>, Report> {
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Source::new(name, text)),
        Err(error) => {
            let good = error.utf8_error().valid_up_to();
            let line = 1 + error.as_bytes()[..good].iter().filter(|byte| **byte == b'\n').count();
            Err(unreadable(format!("cannot read `{name}`: line {line} is not UTF-8 text")))
        }
    }
}

/// Compiles scripts into one program, and runs it.
pub struct Session {
    program: Arc<Program>,
    /// The built-in names.
    names: Vec<Known>,
    /// What each unit offers, by its number.
    exports: Vec<Vec<Known>>,
    /// The units, with the names that imports give them.
    units: Vec<(Unit, String)>,
    globals: u32,
    /// The units of files that were imported.
    modules: HashMap<PathBuf, u32>,
    /// The files that are being read, each imported by the one before.
    reading: Vec<(PathBuf, String)>,
    suspicions: Vec<Report>,
    /// All that was compiled.
    sources: Vec<Arc<Source>>,
}

impl Default for Session {
    fn default() -> Session {
        let builtins = builtins::builtins();
        let names = builtins::names(&builtins);
        Session {
            program: Arc::new(Program::new(builtins)),
            names,
            exports: Vec::new(),
            units: Vec::new(),
            globals: FIRST_GLOBALS,
            modules: HashMap::new(),
            reading: Vec::new(),
            suspicions: Vec::new(),
            sources: Vec::new(),
        }
    }
}

impl Session {
    /// Reads a script and all that it imports, and makes it ready to run.
    ///
    /// # Errors
    ///
    /// All that is wrong and can be found before running.
    pub fn load(&mut self, given: &Given) -> Result<UnitId, Vec<Report>> {
        on_large_stack(&given.source, || {
            let compiled = self.compile(given, Purpose::Main)?;
            Ok(self.link(compiled, "main"))
        })
    }

    /// What in the scripts that were loaded is no error, but hardly ever meant.
    #[must_use]
    pub fn suspicions(&self) -> &[Report] {
        &self.suspicions
    }

    /// The same, a sentence each: what may be behind an error.
    #[must_use]
    pub fn hints(&self) -> Vec<String> {
        let hint = |report: &Report| {
            let place = report.labels.first().map(|label| format!("{}: ", label.place));
            let help = report.help.join("; ");
            format!("{}{}: {help}", place.unwrap_or_default(), report.message)
        };
        self.suspicions.iter().map(hint).collect()
    }

    /// The texts of the scripts that were loaded, and of all that they import.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.sources.iter().map(|source| source.text())
    }

    /// The bytecode of a script, as text.
    ///
    /// # Errors
    ///
    /// As [`Session::load`].
    pub fn bytecode(&mut self, given: &Given) -> Result<String, Vec<Report>> {
        on_large_stack(&given.source, || self.listing(given, Purpose::Main))
    }

    fn listing(&mut self, given: &Given, purpose: Purpose) -> Result<String, Vec<Report>> {
        let compiled = self.compile(given, purpose)?;
        let name = |number: u32| self.program.builtins.functions[number as usize].name.to_owned();
        Ok(disassemble(&compiled.unit, &name))
    }

    /// Runs a script that was loaded, with these arguments, until the program ends.
    ///
    /// # Errors
    ///
    /// If the system gives no thread.
    pub fn run(
        &self,
        unit: UnitId,
        args: Vec<String>,
        config: Config,
        output: Output,
    ) -> std::io::Result<Status> {
        let args = List::value(args.iter().map(|arg| Value::str(arg)).collect());
        self.program.set_global(ARGS_GLOBAL, args.unwrap_or(Value::NIL));
        self.program.set_global(PI_GLOBAL, Value::float(std::f64::consts::PI));
        let machine = Machine::script(self.program.clone(), config.limits, unit);
        Runtime::new(self.program.clone(), config, output).run(machine)
    }

    /// Explores a script that was loaded: runs it by every schedule, or by some.
    #[must_use]
    pub fn explore(
        &self,
        unit: UnitId,
        config: &controlled::Config,
        options: &explore::Options,
    ) -> Explored {
        explore::explore(&self.program, &|| self.program_again(), unit, config, options)
    }

    /// Another program of the same scripts, with globals of its own, so that both can run at once.
    fn program_again(&self) -> Arc<Program> {
        let program = Program::new(builtins::builtins());
        for ((unit, name), exports) in self.units.iter().zip(&self.exports) {
            program.link(unit, name, exports);
        }
        Arc::new(program)
    }

    /// Runs one schedule of a script again.
    ///
    /// # Errors
    ///
    /// The number of a step that is not possible.
    pub fn replay(
        &self,
        unit: UnitId,
        config: &controlled::Config,
        schedule: &[controlled::Choice],
    ) -> Result<explore::Replayed, usize> {
        explore::replay(&self.program, unit, config, schedule)
    }

    fn link(&mut self, compiled: Compiled, name: &str) -> UnitId {
        let id = self.program.link(&compiled.unit, name, &compiled.exports);
        self.units.push((compiled.unit, name.to_owned()));
        self.exports.push(compiled.exports);
        id
    }

    /// Compiles a script, after all that it imports was compiled and linked.
    fn compile(&mut self, given: &Given, purpose: Purpose) -> Result<Compiled, Vec<Report>> {
        let script = parse(&given.source)?;
        if let Some(path) = &given.path {
            self.reading.push((identity(path), given.source.name().to_owned()));
        }
        let (imports, mut reports) = self.follow_imports(given, &script);
        if given.path.is_some() {
            self.reading.pop();
        }
        let exports = |unit: u32| self.exports.get(unit as usize).map_or(&[][..], Vec::as_slice);
        let around = Surroundings { outer: &self.names, imports: &imports, exports: &exports };
        let mut resolution = match resolve(&given.source, &script, &around) {
            Ok(resolution) if reports.is_empty() => resolution,
            Ok(_) => return Err(reports),
            Err(more) => {
                reports.extend(more);
                return Err(reports);
            }
        };
        self.suspicions.append(&mut resolution.suspicions);
        self.sources.push(given.source.clone());
        let unit = self.exports.len() as u32;
        let compiled =
            compile(&given.source, &script, &resolution, &around, purpose, unit, self.globals)?;
        self.globals = compiled.globals;
        Ok(compiled)
    }

    /// The modules of a script's imports, by the numbers of their units, and what is wrong with those.
    fn follow_imports(
        &mut self,
        given: &Given,
        script: &Script,
    ) -> (Vec<Option<u32>>, Vec<Report>) {
        let mut imports = Vec::new();
        let mut reports = Vec::new();
        for statement in &script.body.statements {
            let StmtKind::Import { path, path_span, .. } = &statement.kind else { continue };
            match self.import(given, path, *path_span) {
                Ok(unit) => imports.push(Some(unit)),
                Err(wrong) => {
                    imports.push(None);
                    reports.extend(wrong);
                }
            }
        }
        (imports, reports)
    }

    fn import(&mut self, from: &Given, path: &str, span: Span) -> Result<u32, Vec<Report>> {
        let place = Place::new(&from.source, span);
        let beside = from.path.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
        let file = beside.join(path);
        let known = identity(&file);
        if let Some(unit) = self.modules.get(&known) {
            return Ok(*unit);
        }
        if let Some(at) = self.reading.iter().position(|(reading, _)| *reading == known) {
            let mut way: Vec<&str> =
                self.reading[at..].iter().map(|(_, name)| name.as_str()).collect();
            way.push(way[0]);
            let report =
                Report::error(Code::Import, format!("a cycle of imports: {}", way.join(" → ")))
                    .label(place, "this import closes it")
                    .help("move what both need into a script of its own");
            return Err(vec![report]);
        }
        let name = file.display().to_string();
        let source = read(&file, &name).map_err(|unreadable| {
            vec![Report::error(Code::Import, unreadable.message).label(place, "imported here")]
        })?;
        let given = Given { source, path: Some(file) };
        let compiled = self.compile(&given, Purpose::Module)?;
        let module = Path::new(path)
            .file_stem()
            .map_or_else(|| path.to_owned(), |stem| stem.to_string_lossy().into_owned());
        let UnitId(unit) = self.link(compiled, &module);
        self.modules.insert(known, unit);
        Ok(unit)
    }
}

/// The tree of a script, as text.
///
/// # Errors
///
/// The syntax errors.
pub fn tree(given: &Given) -> Result<String, Vec<Report>> {
    on_large_stack(&given.source, || parse(&given.source).map(|script| format!("{script:#?}\n")))
}

/// What tells a file from others, whatever it is called.
fn identity(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// A script of fewer bytes is short, and has few brackets if it has fewer: no stack is too small for it.
const SHORT: usize = 4 << 10;
const FEW_BRACKETS: usize = 64;

/// Does something that calls itself for each bracket of a script: with few, where we are, which is quicker.
fn on_large_stack<R: Send>(
    source: &Source,
    work: impl FnOnce() -> Result<R, Vec<Report>> + Send,
) -> Result<R, Vec<Report>> {
    let text = source.text();
    let brackets = text.bytes().filter(|byte| matches!(byte, b'(' | b'[' | b'{')).count();
    if text.len() < SHORT && brackets < FEW_BRACKETS {
        return work();
    }
    std::thread::scope(|scope| {
        let thread =
            std::thread::Builder::new().name("conc-front-end".to_owned()).stack_size(STACK_BYTES);
        match thread.spawn_scoped(scope, work) {
            Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            Err(error) => {
                Err(vec![unreadable(format!("the system gives no thread: {}", plain(&error)))])
            }
        }
    })
}
