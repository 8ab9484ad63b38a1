//! A run: its threads, what they share, and how one step is taken.

use super::config::{Config, Discovered};
use super::deadlock;
use super::footprint::{Mode, Order, Resource, Touch};
use super::numbers::{FIRST_RESOURCE, FIXED, Fixed};
use super::ready::{Ability, Stir};
use super::scope::Scope;
use super::spin::Spin;
use super::strand::{Strand, StrandKind, Wish};
use super::thing::{State, Thing};
use super::timers::TimerBody;
use crate::builtins::{ARGS_GLOBAL, PI_GLOBAL};
use crate::primitives::{Ended, ThreadId};
use crate::source::Place;
use crate::values::{ErrorKind, ErrorValue, Fault, List, Published, Value};
use crate::vm::{Answer, Controlled, Machine, Pause, Program, Request, UnitId};
use rustc_hash::FxHashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// A thread, or something else that a schedule can let happen, with the arm of a `select` that is to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Choice {
    pub actor: u16,
    pub arm: u16,
}

/// What a choice is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    Strand(usize),
    Timer(usize),
    Scope(usize),
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Nothing is left that the program does not end without.
    Finished,
    /// `exit` was called.
    Exit(i32),
    /// A thread computes without end, as far as one can see.
    Endless,
    /// Threads go round, and nobody is left to change what they look at.
    Livelock,
}

/// Whether a step is ordered with all others, whatever they touch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alone {
    /// Only with those that touch the same.
    No,
    /// It looks at what others are doing, or ends the program: it could have come earlier or later.
    Looks,
    /// It happened because nothing else could.
    Forced,
}

/// Something worth telling that is no step of its own.
#[derive(Clone)]
pub enum Note {
    /// A notification found nobody who waits, here; of which condition.
    NotifiedNobody(usize, Option<Place>),
}

/// How often a thread may use up its fuel in one step.
const MOST_FUEL: usize = 200;

/// A run.
pub struct World {
    pub(super) program: Arc<Program>,
    pub(super) config: Config,
    pub(super) strands: Vec<Strand>,
    /// What strands of earlier runs have noted of what they looked at: its room is used again.
    pub(super) spare_spins: Vec<Spin>,
    pub(super) things: Vec<Thing>,
    pub(super) timers: Vec<TimerBody>,
    pub(super) scopes: Vec<Scope>,
    pub(super) actors: Vec<Actor>,
    pub(super) next_id: u64,
    pub(super) resources: Resource,
    /// The numbers of objects that are not primitives, by address: as runs come to them.
    pub(super) numbers: FxHashMap<usize, u64>,
    /// By the number of an object and the part of it. Other than all else, it lasts from run to run: so the same part of
    /// the same object is the same resource, whichever part a run comes to first.
    pub(super) places: FxHashMap<(u64, u64), Resource>,
    /// By place: what it is a part of.
    pub(super) owners: Vec<u64>,
    /// What is kept so that its address stands for it until the run is over.
    pub(super) kept: Vec<Value>,
    pub(super) footprint: Vec<Touch>,
    /// Whether the last step is ordered with all others.
    pub(super) alone: Alone,
    /// The actors whose next step the last step has taken away: see [`World::called_off`].
    pub(super) called_off: Vec<u16>,
    /// How much there is that the program does not end without.
    pub(super) keeping: usize,
    pub(super) counts: Counts,
    pub(super) input_at: usize,
    pub(super) files: FxHashMap<String, String>,
    pub(super) output: String,
    pub(super) ended: Option<End>,
    pub(super) discovered: Discovered,
    pub(super) notes: Vec<Note>,
    pub(super) deadlock_told: bool,
    /// Where the last step was.
    pub(super) stepped: u64,
    pub(super) time_passes: bool,
    /// Whether the step came to something new, which got its number only then.
    pub(super) fragile: bool,
    /// Whether who took the last step was told that it waits in vain.
    pub(super) told: bool,
    pub(super) touched_new: bool,
    /// By resource: how often it was changed.
    pub(super) changes: Vec<u32>,
    /// How often anybody has done what others can see, or been seen to wait or to go on.
    pub(super) moves: u64,
    /// How time stands, where it is one for all.
    pub(super) now: i64,
    pub(super) fixed: Fixed,
    /// By strand: what it could do when that was looked at last.
    pub(super) abilities: Vec<Ability>,
    /// What could happen next when that was looked at last, and how many actors there were then; 0, if what can happen
    /// depends on more than what each of them can do.
    pub(super) options: Vec<Choice>,
    pub(super) options_of: usize,
    /// What has happened since that may have changed that.
    pub(super) stir: Option<Stir>,
    /// The names of threads that have got none, by number: runs have the same.
    pub(super) names: Vec<Arc<str>>,
    /// Machines look at this before they block: there is nothing to see.
    attention: Arc<AtomicBool>,
    /// The waiting thread whose action happens at once with the one that is being done.
    pub(super) met_partner: Option<(usize, crate::primitives::Action)>,
}

/// How many threads, tasks and timers without a name there were.
#[derive(Default)]
pub struct Counts {
    pub threads: u64,
    pub tasks: u64,
    pub timers: u64,
}

impl World {
    /// A run of a unit, at its beginning: the first thread has come to its first step.
    #[must_use]
    pub fn new(program: Arc<Program>, unit: UnitId, config: Config) -> World {
        let mut world = World {
            program,
            config,
            strands: Vec::new(),
            spare_spins: Vec::new(),
            things: Vec::new(),
            timers: Vec::new(),
            scopes: Vec::new(),
            actors: Vec::new(),
            next_id: 1,
            resources: 0,
            numbers: FxHashMap::default(),
            places: FxHashMap::default(),
            owners: Vec::new(),
            fragile: false,
            told: false,
            touched_new: false,
            kept: Vec::new(),
            footprint: Vec::new(),
            alone: Alone::No,
            called_off: Vec::new(),
            keeping: 0,
            counts: Counts::default(),
            input_at: 0,
            files: FxHashMap::default(),
            output: String::new(),
            ended: None,
            discovered: Discovered::default(),
            notes: Vec::new(),
            deadlock_told: false,
            stepped: 0,
            time_passes: false,
            changes: Vec::new(),
            moves: 0,
            now: 0,
            fixed: FIXED,
            abilities: Vec::new(),
            options: Vec::new(),
            options_of: 0,
            stir: Some(Stir::All),
            names: Vec::new(),
            attention: Arc::default(),
            met_partner: None,
        };
        world.restart(unit);
        world
    }

    /// The run once more, from its beginning.
    pub fn restart(&mut self, unit: UnitId) {
        // Machines go first: they borrow from what globals hold.
        self.spare_spins.extend(self.strands.drain(..).map(|strand| strand.spin));
        self.things.clear();
        self.timers.clear();
        self.scopes.clear();
        self.actors.clear();
        self.numbers.clear();
        self.kept.clear();
        self.footprint.clear();
        self.changes.clear();
        self.moves = 0;
        self.files.clear();
        self.output.clear();
        self.notes.clear();
        self.program.reset();
        self.next_id = 1;
        self.resources = FIRST_RESOURCE;
        self.alone = Alone::No;
        self.keeping = 0;
        self.counts = Counts::default();
        self.input_at = 0;
        self.ended = None;
        self.discovered = self.config.discovered;
        self.abilities.clear();
        self.options_of = 0;
        self.stir = Some(Stir::All);
        self.deadlock_told = false;
        self.now = 0;
        if !self.config.args.is_empty() {
            let args = self.config.args.iter().map(|arg| Value::str(arg)).collect();
            self.program.set_global(ARGS_GLOBAL, List::value(args).unwrap_or(Value::NIL));
        } else {
            self.program.set_global(ARGS_GLOBAL, List::value(Vec::new()).unwrap_or(Value::NIL));
        }
        self.program.set_global(PI_GLOBAL, Value::float(std::f64::consts::PI));
        let machine = Machine::script(self.program.clone(), self.config.limits, unit);
        let main = self.add_strand(StrandKind::Main, "main".into(), None);
        self.keeping += 1;
        self.start(main, machine);
    }

    // ---- Taking steps ------------------------------------------------------------------------

    /// Lets a choice, one of the options, do its next step.
    pub fn step(&mut self, choice: Choice) {
        self.footprint.clear();
        self.called_off.clear();
        self.alone = Alone::No;
        self.fragile = false;
        self.told = false;
        self.touched_new = false;
        let actor = self.actors[usize::from(choice.actor)];
        self.stepped = match actor {
            Actor::Strand(strand) => self.strands[strand].site,
            Actor::Timer(_) => 0,
            Actor::Scope(scope) => self.scopes[scope].site,
        };
        // If nobody has looked since the step before, both may have changed something.
        let stir = if self.stir.is_none() { self.stir_of(actor) } else { Stir::All };
        let is_known_ready = matches!(actor, Actor::Strand(strand) if self.is_known_ready(strand));
        self.stir = Some(stir);
        match actor {
            // Most steps are such, and few things can happen in them.
            Actor::Strand(strand) if self.strands[strand].wish.is_access() => {
                let wish = std::mem::replace(&mut self.strands[strand].wish, Wish::Nothing);
                if let Wish::Ask(Request::Access(access)) = &wish {
                    self.access(access);
                }
                self.touched_new = self.fragile;
                self.mark_needed(strand);
                self.note_changes(Some(strand), None);
                self.go_on(strand, Answer::Continue);
            }
            Actor::Strand(strand) => {
                let lock = self.lock_step(strand);
                match self.performed(strand, usize::from(choice.arm), is_known_ready) {
                    Ok(Next::Answer(answer)) => {
                        self.mark_needed(strand);
                        self.note_changes(Some(strand), lock);
                        self.go_on(strand, answer);
                    }
                    Ok(Next::Stay) => self.note_changes(Some(strand), None),
                    Err(error) => {
                        self.note_changes(Some(strand), None);
                        self.raise(strand, error);
                    }
                }
            }
            Actor::Timer(timer) => {
                self.fire(timer);
                self.note_changes(None, None);
            }
            Actor::Scope(scope) => {
                self.expire(scope);
                self.note_changes(None, None);
            }
        }
    }

    /// The same as [`World::perform`]; and whether what it touched had no number before.
    fn performed(&mut self, strand: usize, arm: usize, is_ready: bool) -> Result<Next, Value> {
        let done = self.perform(strand, arm, is_ready);
        self.touched_new = self.fragile;
        done
    }

    /// Nobody can go on, though the program has not ended: the one that is to be told gets a `Deadlock`: as a
    /// choice. `None` if nobody is there to be told.
    pub fn break_deadlock(&mut self) -> Option<Choice> {
        self.footprint.clear();
        self.called_off.clear();
        self.stir = Some(Stir::All);
        self.alone = Alone::Forced;
        if !self.spinning().is_empty() {
            self.ended = Some(End::Livelock);
            return None;
        }
        let victim = deadlock::victim(self)?;
        self.stepped = self.strands[victim].site;
        let error = deadlock::of_all(self, victim);
        let actor = self.strands[victim].actor as u16;
        match self.waited_in_vain(victim, error.into_inner()) {
            Ok(Next::Answer(answer)) => self.go_on(victim, answer),
            Ok(Next::Stay) => {}
            Err(error) => self.raise(victim, error),
        }
        Some(Choice { actor, arm: 0 })
    }

    /// Raises an error in a strand where it waits.
    pub(super) fn raise(&mut self, strand: usize, error: Value) {
        self.leave_lines(strand);
        match std::mem::replace(&mut self.strands[strand].wish, Wish::Nothing) {
            Wish::Children { scope, failed, or_else } => {
                self.children_wait_failed(strand, (scope, failed, or_else), error);
            }
            _ => self.go_on(strand, Answer::Raise(error)),
        }
    }

    /// Runs a strand's machine until it wants something that others could see.
    pub(super) fn go_on(&mut self, strand: usize, answer: Answer) {
        let Some(mut machine) = self.strands[strand].machine.take() else { return };
        let mut answer = answer;
        let mut fuel = 0;
        let wish = loop {
            answer = match machine.resume::<Controlled>(answer) {
                Pause::Ask(request) => {
                    self.strands[strand].site = machine.site();
                    match self.take_up(strand, request) {
                        TakenUp::Wish(wish) => break wish,
                        TakenUp::Answer(answer) => answer,
                        TakenUp::Raise(error) => Answer::Raise(error),
                    }
                }
                Pause::OutOfFuel => {
                    fuel += 1;
                    if fuel > MOST_FUEL {
                        self.ended = Some(End::Endless);
                        break Wish::Nothing;
                    }
                    Answer::Continue
                }
                Pause::Done(value) => break Wish::End(Ended::Value(Published::new(value))),
                Pause::Failed(error) => {
                    let error = Published::new(error);
                    let cancelled = self.strands[strand].signals.raised(&error);
                    break Wish::End(if cancelled {
                        Ended::Cancelled(error)
                    } else {
                        Ended::Failed(error)
                    });
                }
            };
            if self.ended.is_some() {
                break Wish::Nothing;
            }
        };
        self.strands[strand].machine = Some(machine);
        self.set_wish(strand, wish);
        self.note_visit(strand);
    }

    /// What a strand wants next.
    pub(super) fn set_wish(&mut self, strand: usize, wish: Wish) {
        self.arm(strand, &wish);
        self.number_wish(&wish);
        let strand = &mut self.strands[strand];
        strand.arrived = false;
        strand.wish = wish;
    }

    /// One that went round goes on because something has changed: it needed that.
    fn mark_needed(&mut self, strand: usize) {
        if !self.strands[strand].spin.goes_round {
            return;
        }
        for at in 0..self.footprint.len() {
            let Touch { resource, needs, .. } = self.footprint[at];
            if needs != Touch::NOTHING {
                continue;
            }
            if let Some(changed) = self.changed_while_round(strand, resource)
                && !self.is_counted(resource)
            {
                self.footprint[at] = self.footprint[at].needs(1, i64::from(changed));
            }
        }
    }

    /// Whether some change more of a thing than others do: what it needs is not so many changes.
    fn is_counted(&self, resource: Resource) -> bool {
        let is_it = |thing: &Thing| {
            matches!(thing.state, State::Semaphore { .. } | State::Latch(_))
                && thing.resource == resource
        };
        self.things.iter().any(is_it)
    }

    /// Starts a strand's machine.
    pub(super) fn start(&mut self, strand: usize, mut machine: Machine) {
        let of = &self.strands[strand];
        let spawned = match of.task {
            Some(task) => self.strands[task].spawned.clone(),
            None => of.spawned.clone(),
        };
        machine.set_thread(of.id, of.name.clone(), spawned, self.attention.clone());
        self.strands[strand].machine = Some(Box::new(machine));
        self.go_on(strand, Answer::Continue);
    }

    /// There is something less that the program does not end without.
    pub(super) fn let_die(&mut self) {
        self.keeping -= 1;
        if self.keeping == 0 && self.ended.is_none() {
            self.ended = Some(End::Finished);
        }
    }

    /// This actor's next step is taken away by the present one.
    pub(super) fn call_off(&mut self, actor: usize) {
        self.called_off.push(actor as u16);
    }

    pub(super) fn new_actor(&mut self, actor: Actor) -> usize {
        self.actors.push(actor);
        self.actors.len() - 1
    }

    pub(super) fn touch(&mut self, touch: Touch) {
        self.footprint.push(touch);
    }

    pub(super) fn touched(&mut self, resource: Resource, mode: Mode, order: Order) {
        self.footprint.push(Touch::new(resource, mode, order));
    }

    /// The strand with this number, if it has not ended.
    pub(super) fn strand_of(&self, id: ThreadId) -> Option<usize> {
        self.strands.iter().position(|strand| strand.id == id)
    }

    pub(super) fn strand_name(&self, id: ThreadId) -> String {
        match self.strand_of(id) {
            Some(strand) => self.strands[strand].name.to_string(),
            None => format!("thread #{id}"),
        }
    }

    pub(super) fn place_of(&self, strand: usize) -> Option<Place> {
        self.program.place_of_site(self.strands[strand].site)
    }
}

/// What comes of a step.
pub(super) enum Next {
    /// The machine goes on with this.
    Answer(Answer),
    /// The strand waits for something else now.
    Stay,
}

impl From<Value> for Next {
    fn from(value: Value) -> Next {
        Next::Answer(Answer::Value(value))
    }
}

/// What comes of a request before it is a step.
pub(super) enum TakenUp {
    /// It is a step.
    Wish(Wish),
    /// Nobody else can see it.
    Answer(Answer),
    Raise(Value),
}

/// The error that a fault raises.
pub(super) fn fault(fault: &Fault) -> Value {
    ErrorValue::of_fault(fault).into()
}

/// An error of the language's own.
pub(super) fn error(kind: ErrorKind, message: impl Into<String>) -> Value {
    fault(&Fault::new(kind, message))
}
