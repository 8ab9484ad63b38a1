//! A program that is entered piece by piece: what an entry declares stays, and what it starts goes on.

use super::{Given, Session, on_large_stack};
use crate::builtins::{ARGS_GLOBAL, PI_GLOBAL};
use crate::compile::Purpose;
use crate::diagnostics::Report;
use crate::resolve::{Known, KnownPlace};
use crate::runtime::threads::{
    Config, Finished, Foreground, HeldView, ObjectView, Output, Runtime, Status, ThreadView,
};
use crate::values::{List, Value, View, shown, type_name};
use crate::vm::{Limits, Machine, TypeKey, UnitId};
use std::sync::Arc;

/// What an entry came to.
pub enum Entered {
    /// It was run; its value, unless that is nil.
    Done(Option<Shown>),
    /// It cannot be read or compiled: nothing of it was run.
    Refused(Vec<Report>),
    /// It ended with an error.
    Failed {
        /// What there is to say about it.
        report: Option<Report>,
        /// The locks that it has left taken.
        held: Vec<HeldView>,
    },
    /// The program has ended meanwhile.
    Over,
}

/// A value as a person sees it.
pub struct Shown {
    /// As `repr` has it.
    pub text: String,
    /// The name of its type.
    pub type_name: String,
}

/// A program that is entered piece by piece. Its first thread is the one that made it.
pub struct Prompt {
    session: Session,
    foreground: Foreground,
    limits: Limits,
    /// The globals of `_` and `_err`.
    last: u32,
    last_error: u32,
}

impl Prompt {
    /// A program in which nothing was entered.
    #[must_use]
    pub fn new(config: Config, output: Output) -> Prompt {
        let mut session = Session::default();
        let limits = config.limits;
        let runtime = Runtime::new(session.program.clone(), config, output);
        let mut global = |name: &str| {
            let number = session.globals;
            session.globals += 1;
            session.names.push(Known {
                name: name.into(),
                parameters: None,
                mutable: false,
                replaceable: true,
                place: KnownPlace::Global(number),
            });
            session.program.set_global(number, Value::NIL);
            number
        };
        let (last, last_error) = (global("_"), global("_err"));
        session.program.set_global(ARGS_GLOBAL, List::value(Vec::new()).unwrap_or(Value::NIL));
        session.program.set_global(PI_GLOBAL, Value::float(std::f64::consts::PI));
        Prompt { session, foreground: Foreground::begin(runtime), limits, last, last_error }
    }

    /// The runtime, for others that watch the program.
    #[must_use]
    pub fn runtime(&self) -> &Arc<Runtime> {
        self.foreground.runtime()
    }

    /// Reads an entry and runs it to its end.
    pub fn enter(&mut self, given: &Given) -> Entered {
        let unit = match self.load(given) {
            Ok(unit) => unit,
            Err(reports) => return Entered::Refused(reports),
        };
        let held_before = self.held();
        let machine = Machine::script(self.session.program.clone(), self.limits, unit);
        match self.foreground.run(machine) {
            Finished::Over => Entered::Over,
            Finished::Value(value) if value.is_nil() => Entered::Done(None),
            Finished::Value(value) => {
                let shown =
                    Shown { text: shown(&value), type_name: type_name(&value).into_owned() };
                self.session.program.set_global(self.last, value);
                Entered::Done(Some(shown))
            }
            Finished::Failed(error) => {
                let mut report = self.foreground.report(&error);
                if let Some(report) = &mut report {
                    report.help.extend(self.session.hints());
                }
                self.session.program.set_global(self.last_error, error.into_inner());
                let left = |lock: &HeldView| held_before.iter().all(|held| held.id != lock.id);
                let held = self.held().into_iter().filter(left).collect();
                Entered::Failed { report, held }
            }
        }
    }

    /// Reads an entry, and what it imports; its names are in sight from now on.
    fn load(&mut self, given: &Given) -> Result<UnitId, Vec<Report>> {
        let session = &mut self.session;
        // What is told of an error is about its own entry.
        session.suspicions.clear();
        let compiled = on_large_stack(&given.source, || session.compile(given, Purpose::Prompt))?;
        let names = compiled.exports.clone();
        let unit = session.link(compiled, "main");
        for name in names {
            session.names.retain(|known| !(known.replaceable && known.name == name.name));
            session.names.push(name);
        }
        Ok(unit)
    }

    /// The bytecode of an entry, which is not run.
    ///
    /// # Errors
    ///
    /// All that is wrong with it.
    pub fn bytecode(&mut self, given: &Given) -> Result<String, Vec<Report>> {
        let session = &mut self.session;
        on_large_stack(&given.source, || session.listing(given, Purpose::Prompt))
    }

    /// Ends the program.
    #[must_use]
    pub fn leave(self) -> Status {
        self.foreground.leave()
    }

    // ---- Looking -----------------------------------------------------------------------------

    /// The names in sight, built-in ones first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.session.names.iter().map(|known| &*known.name)
    }

    /// The names of what `path` has after a dot: of a variable, or of a field of one, and so on.
    #[must_use]
    pub fn members(&self, path: &[&str]) -> Vec<String> {
        self.find(path).map(|value| self.members_of(&value)).unwrap_or_default()
    }

    /// The names of what a value of a literal's type has after a dot.
    #[must_use]
    pub fn members_of_literal(&self, of: Literal) -> Vec<String> {
        let key = match of {
            Literal::Str => TypeKey::STR,
            Literal::List => TypeKey::LIST,
        };
        self.session.program.member_names(key).into_iter().map(str::to_owned).collect()
    }

    fn members_of(&self, value: &Value) -> Vec<String> {
        match value.view() {
            View::Instance(instance) => {
                let structure = &instance.head.structure;
                let fields = structure.fields.list.iter().map(|field| field.name.to_string());
                let methods = structure.methods.iter().map(|(name, _)| name.to_string());
                fields.chain(methods).collect()
            }
            View::Module(module) => {
                module.members.iter().map(|(name, _)| name.to_string()).collect()
            }
            _ => {
                let names = self.session.program.member_names(TypeKey::of(value));
                names.into_iter().map(str::to_owned).collect()
            }
        }
    }

    fn find(&self, path: &[&str]) -> Option<Value> {
        let (first, rest) = path.split_first()?;
        let known = self.session.names.iter().rev().find(|known| *known.name == **first)?;
        let mut value = self.value_of(known)?;
        for name in rest {
            value = field(&value, name)?;
        }
        Some(value)
    }

    fn value_of(&self, known: &Known) -> Option<Value> {
        let value = self.session.program.known_value(known)?.into_inner();
        content(&value)
    }

    /// The threads that are alive.
    #[must_use]
    pub fn threads(&self) -> Vec<ThreadView> {
        self.runtime().view_threads()
    }

    /// The primitives that somebody holds or waits for.
    #[must_use]
    pub fn objects(&self) -> Vec<ObjectView> {
        self.runtime().view_objects()
    }

    /// The locks that the prompt's own thread has.
    fn held(&self) -> Vec<HeldView> {
        self.threads().into_iter().next().map(|main| main.holds).unwrap_or_default()
    }

    /// Cancels a thread, by name or by number; whether there is such a thread.
    pub fn cancel(&self, thread: &str) -> bool {
        self.runtime().cancel_thread(thread)
    }
}

/// A literal whose members are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Literal {
    /// `"…"`
    Str,
    /// `[…]`
    List,
}

/// What a global's cell holds, if it is set; any other value itself.
fn content(value: &Value) -> Option<Value> {
    let value = match value.view() {
        View::Cell(cell) => cell.get(),
        _ => value.clone(),
    };
    (!value.is_unset()).then_some(value)
}

fn field(value: &Value, name: &str) -> Option<Value> {
    match value.view() {
        View::Instance(instance) => {
            let fields = &instance.head.structure.fields.list;
            let slot = fields.iter().position(|field| field.name == name)?;
            Some(instance.get(slot))
        }
        View::Module(module) => {
            let (_, member) = module.members.iter().find(|(known, _)| **known == *name)?;
            content(member)
        }
        _ => None,
    }
}
