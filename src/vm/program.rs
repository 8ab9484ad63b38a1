//! A program: its linked scripts, and what they share.

use super::builtin::{Builtins, TypeKey};
use crate::resolve::{Known, KnownPlace};
use crate::values::{
    Callee, Cell, Code, Label, Published, Ref, Symbol, Value, View, heap, name_builtins,
};
use rustc_hash::FxHashMap;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The number of a unit, a linked script, in its program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UnitId(pub u32);

/// Scripts that are ready to run, and what they share: globals, names' numbers, built-ins.
///
/// The cells of globals are the first thread's own, like any value of its, until a second thread is about to
/// start: [`Program::publish_globals`] then gives them to all.
pub struct Program {
    /// The built-in functions and methods.
    pub builtins: Builtins,
    methods: FxHashMap<(TypeKey, Symbol), u32>,
    state: Mutex<State>,
    /// Whether there has been a second thread.
    threaded: AtomicBool,
    next_struct: AtomicU32,
    next_object: AtomicU64,
    /// The name of a machine's thread, and where it looks whether it is wanted, before it is told.
    pub(super) nobody: (Arc<str>, Arc<AtomicBool>),
}

#[derive(Default)]
struct State {
    symbols: FxHashMap<Box<str>, Symbol>,
    units: Vec<LinkedUnit>,
    globals: Vec<Published>,
}

/// A linked script.
pub(super) struct LinkedUnit {
    pub codes: Vec<Callee>,
    pub structs: Vec<Published>,
    /// What it offers, as a value.
    pub module: Option<Published>,
    /// Whether it was run by an import.
    pub imported: bool,
}

/// What a panic interrupted here is still whole: tables grow by one entry at a time.
fn locked(mutex: &Mutex<State>) -> MutexGuard<'_, State> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Program {
    /// A program without scripts.
    #[must_use]
    pub fn new(builtins: Builtins) -> Program {
        name_builtins(builtins.functions.iter().map(|function| function.name));
        let mut program = Program {
            builtins,
            methods: FxHashMap::default(),
            state: Mutex::default(),
            threaded: AtomicBool::new(false),
            next_struct: AtomicU32::new(1 << 16),
            next_object: AtomicU64::new(1),
            nobody: ("".into(), Arc::default()),
        };
        let mut methods = FxHashMap::default();
        for (number, method) in program.builtins.methods.iter().enumerate() {
            methods.insert((method.of, program.symbol(method.name)), number as u32);
        }
        program.methods = methods;
        program
    }

    /// The number of a name.
    #[must_use]
    pub fn symbol(&self, name: &str) -> Symbol {
        let mut state = locked(&self.state);
        let next = Symbol(state.symbols.len() as u32);
        if let Some(symbol) = state.symbols.get(name) {
            return *symbol;
        }
        state.symbols.insert(name.into(), next);
        next
    }

    /// The method of a built-in type with this name.
    #[must_use]
    pub fn method(&self, of: TypeKey, name: Symbol) -> Option<u32> {
        self.methods.get(&(of, name)).copied()
    }

    /// The names of the methods and fields of a built-in type.
    #[must_use]
    pub fn member_names(&self, of: TypeKey) -> Vec<&'static str> {
        self.builtins
            .methods
            .iter()
            .filter(|method| method.of == of)
            .map(|method| method.name)
            .collect()
    }

    /// The built-in function with this name.
    #[must_use]
    pub fn builtin(&self, name: &str) -> Option<u32> {
        self.builtins.functions.iter().position(|function| function.name == name).map(|i| i as u32)
    }

    /// A number for a struct; no other struct has it.
    pub(super) fn next_struct(&self) -> u32 {
        self.next_struct.fetch_add(1, Ordering::Relaxed)
    }

    /// A label for a primitive: no other primitive has its number.
    #[must_use]
    pub fn label(&self, name: Option<&str>) -> Label {
        Label::new(self.next_object.fetch_add(1, Ordering::Relaxed), name)
    }

    /// How many units there are: the number of the next one.
    #[must_use]
    pub fn unit_count(&self) -> u32 {
        locked(&self.state).units.len() as u32
    }

    pub(super) fn add_unit(&self, unit: LinkedUnit) -> UnitId {
        let mut state = locked(&self.state);
        state.units.push(unit);
        UnitId(state.units.len() as u32 - 1)
    }

    /// The code of a function.
    pub(super) fn callee(&self, unit: u32, index: u32) -> Option<Callee> {
        locked(&self.state).units.get(unit as usize)?.codes.get(index as usize).copied()
    }

    /// Some code: what a machine points to before it runs any.
    pub(super) fn idle(&self) -> &'static Code {
        self.callee(0, 0).expect("a program has a script before it is run").code()
    }

    /// The code of a script itself.
    #[must_use]
    pub fn main(&self, unit: UnitId) -> &'static Code {
        self.callee(unit.0, 0).expect("a unit has a main function").code()
    }

    pub(super) fn structure(&self, unit: u32, index: u32) -> Option<Published> {
        locked(&self.state).units.get(unit as usize)?.structs.get(index as usize).cloned()
    }

    /// The code of a module that was not imported yet; from now on it was.
    pub(super) fn begin_import(&self, unit: u32) -> Option<&'static Code> {
        let mut state = locked(&self.state);
        let unit = state.units.get_mut(unit as usize)?;
        if std::mem::replace(&mut unit.imported, true) {
            return None;
        }
        unit.codes.first().map(|callee| callee.code())
    }

    pub(super) fn module(&self, unit: u32) -> Option<Published> {
        locked(&self.state).units.get(unit as usize)?.module.clone()
    }

    /// The cell of a global, made when it is first asked for.
    pub(super) fn global(&self, number: u32) -> Published {
        let threaded = self.threaded.load(Ordering::Relaxed);
        let mut state = locked(&self.state);
        while state.globals.len() <= number as usize {
            let cell = Ref::new(Cell::new(Value::UNSET));
            let cell = if threaded { cell.immortal() } else { cell.immortal_local() };
            // Not `new`, which would publish it: the globals are the first thread's own until it spawns.
            state.globals.push(Published::vouch(cell.into()));
        }
        state.globals[number as usize].clone()
    }

    /// Sets a global, on the first thread.
    pub fn set_global(&self, number: u32, value: Value) {
        if let View::Cell(cell) = self.global(number).get().view() {
            cell.set(value);
        }
    }

    /// Gives the globals to all threads. The only thread that runs calls it before it starts another.
    pub fn publish_globals(&self) {
        if self.threaded.swap(true, Ordering::Relaxed) {
            return;
        }
        for cell in &locked(&self.state).globals {
            heap::publish(cell.get());
            // Of one that never changes once set, all know the value from now on.
            if let View::Cell(cell) = cell.get().view()
                && !cell.get().is_unset()
            {
                cell.settle();
            }
        }
    }

    /// Forgets what the globals hold, and which modules have run, so that the program can run again. No thread
    /// may be running it.
    pub fn reset(&self) {
        let mut state = locked(&self.state);
        for unit in &mut state.units {
            unit.imported = false;
        }
        for cell in &state.globals {
            if let View::Cell(cell) = cell.get().view() {
                cell.set(Value::UNSET);
                cell.take_back();
            }
        }
        self.threaded.store(false, Ordering::Relaxed);
        self.next_object.store(1, Ordering::Relaxed);
    }

    /// The value of something that a module offers: a constant, or the cell of a global.
    #[must_use]
    pub fn known_value(&self, known: &Known) -> Option<Published> {
        match known.place {
            KnownPlace::Global(number) => Some(self.global(number)),
            KnownPlace::Struct(unit, index) => self.structure(unit, index),
            KnownPlace::Module(unit) => self.module(unit),
            KnownPlace::Function(unit, index) => {
                let callee = self.callee(unit, index)?;
                Some(Published::new(
                    crate::values::Closure::new(callee, Vec::new()).immortal().into(),
                ))
            }
            KnownPlace::Builtin(number) => Some(Published::new(Value::builtin(number))),
        }
    }
}
