//! A moment of a run in the model: where each thread is, what is held and counted; and one thread's next move.

use crate::oracle::{Error, Kind, Note};
use crate::structure::{Actor, ActorKind, Help, Object, Structure, Taking, Wait};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    Unborn,
    Gate,
    Begins(usize),
    /// In a scope whose child has been started.
    Body(usize),
    Waits(usize),
    /// Its scope has failed: it waits for the child that was cancelled.
    Closes(usize),
    Helps(usize, usize),
    Leaves(usize, Option<Error>),
    Ended(Option<Error>),
}

/// A moment of a run.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Moment {
    pub places: Vec<Place>,
    /// When each began to wait, among those who wait.
    pub since: Vec<u32>,
    pub ages: Vec<u32>,
    /// Of semaphores the permits, of latches the count, of queues the items, of flags and events whether they are
    /// set; of barriers and closed queues, see `spoilt`.
    pub amounts: Vec<u32>,
    /// Barriers that are broken, queues that are closed.
    pub spoilt: Vec<bool>,
    /// Who holds what, by a `lock` block or not, writing or not.
    pub held: Vec<(usize, usize, bool, bool)>,
    pub received: Vec<bool>,
    pub notes: Vec<Note>,
    pub circles: usize,
    pub kept: usize,
    /// Errors that came with others: what the exit status is depends on their order.
    pub mixed: bool,
    /// It depends on what the language does not say.
    pub unclear: bool,
}

impl Moment {
    pub fn begin(structure: &Structure) -> Moment {
        let actors = &structure.actors;
        let amount = |object: &Object| match object {
            Object::Semaphore(amount) | Object::Latch(amount) | Object::Undone(amount) => *amount,
            Object::Full => 1,
            _ => 0,
        };
        let mut now = Moment {
            places: actors
                .iter()
                .map(|actor| match actor.kind {
                    ActorKind::Child => Place::Unborn,
                    ActorKind::Queued => Place::Begins(0),
                    _ => Place::Gate,
                })
                .collect(),
            since: vec![0; actors.len()],
            ages: (0..actors.len()).map(|at| at as u32).collect(),
            amounts: structure.objects.iter().map(amount).collect(),
            spoilt: vec![false; structure.objects.len()],
            held: Vec::new(),
            received: vec![false; actors.len()],
            notes: Vec::new(),
            circles: 0,
            kept: 0,
            mixed: false,
            unclear: false,
        };
        for (at, actor) in actors.iter().enumerate() {
            for hold in &actor.holds {
                match hold.how {
                    Taking::Permits(count) => now.amounts[hold.object] -= count,
                    how => now.held.push((hold.object, at, how.is_by_block(), how.writes())),
                }
            }
        }
        now
    }

    // ---- One thread's move -------------------------------------------------------------------

    pub fn can_move(&self, structure: &Structure, actor: usize) -> bool {
        match self.places[actor] {
            Place::Begins(_) if structure.actors[actor].kind == ActorKind::Queued => {
                let is_task = |at: &usize| structure.actors[*at].kind == ActorKind::Task;
                let tasks = (0..self.places.len()).filter(is_task);
                tasks.filter(|at| !self.has_ended(*at)).count() < structure.workers
            }
            Place::Begins(_) | Place::Helps(..) | Place::Leaves(..) => true,
            Place::Body(step) | Place::Closes(step) => {
                match structure.actors[actor].steps[step].wait {
                    Wait::Scope(child) => {
                        matches!(self.places[child], Place::Ended(_))
                            || matches!(self.places[actor], Place::Body(_))
                                && matches!(self.places[child], Place::Waits(_))
                    }
                    _ => false,
                }
            }
            Place::Unborn | Place::Gate | Place::Waits(_) | Place::Ended(_) => false,
        }
    }

    pub fn go(&mut self, structure: &Structure, who: usize) {
        let actor = &structure.actors[who];
        match self.places[who] {
            Place::Begins(step) if step == actor.steps.len() => {
                self.places[who] = Place::Leaves(0, None);
            }
            Place::Begins(step) => match &actor.steps[step].wait {
                Wait::Scope(child) => {
                    self.places[*child] = Place::Begins(0);
                    self.ages[*child] = self.ages.iter().max().map_or(0, |age| age + 1);
                    self.places[who] = Place::Body(step);
                }
                _ => self.begin_wait(structure, who, step),
            },
            Place::Body(step) => self.begin_wait(structure, who, step),
            Place::Closes(step) => {
                self.raise(actor, who, step, Error { kind: Kind::Deadlock, from: who });
            }
            Place::Helps(step, at) => match actor.steps[step].helps.get(at) {
                Some(help) => {
                    self.places[who] = Place::Helps(step, at + 1);
                    self.help(structure, *help);
                }
                None => self.places[who] = Place::Begins(step + 1),
            },
            Place::Leaves(at, error) => self.leave(actor, who, at, error),
            _ => {}
        }
    }

    pub fn begin_wait(&mut self, structure: &Structure, who: usize, step: usize) {
        let actor = &structure.actors[who];
        let wait = &actor.steps[step].wait;
        if self.denies_itself(structure, who, wait) {
            self.raise(actor, who, step, Error { kind: Kind::Deadlock, from: who });
            return;
        }
        self.since[who] = self.since.iter().max().map_or(0, |last| last + 1);
        self.places[who] = Place::Waits(step);
        if let Some(came) = self.comes(structure, who, wait) {
            self.settle_wait(actor, who, step, came);
        }
    }

    /// Whether the wait is a mistake that is told at once.
    pub fn denies_itself(&self, structure: &Structure, who: usize, wait: &Wait) -> bool {
        match wait {
            Wait::Take(object, _) => self.held.iter().any(|(held, by, block, _)| {
                (*held, *by) == (*object, who)
                    && match structure.objects[*object] {
                        Object::Lock => *block,
                        Object::RwLock => true,
                        _ => false,
                    }
            }),
            Wait::Join(of) => of.contains(&who),
            _ => false,
        }
    }

    pub fn leave(&mut self, actor: &Actor, who: usize, at: usize, error: Option<Error>) {
        // What was taken by hand is given back by the last statements, then the blocks end, the inner ones first.
        let by_hand = actor.holds.iter().filter(|hold| !hold.how.is_by_block());
        let blocks = actor.holds.iter().rev().filter(|hold| hold.how.is_by_block());
        let Some(hold) = by_hand.chain(blocks).nth(at) else {
            self.places[who] = Place::Ended(error);
            return;
        };
        self.places[who] = Place::Leaves(at + 1, error);
        let forgotten = !hold.how.is_by_block() && (actor.forgets || error.is_some());
        match hold.how {
            _ if forgotten => {}
            Taking::Permits(count) => self.amounts[hold.object] += count,
            _ => self.held.retain(|held| (held.0, held.1) != (hold.object, who)),
        }
    }

    pub fn help(&mut self, structure: &Structure, help: Help) {
        match help {
            Help::Set(object) | Help::Raise(object) => self.amounts[object] = 1,
            Help::CountDown(object) | Help::TaskDone(object) | Help::Drain(object) => {
                self.amounts[object] = self.amounts[object].saturating_sub(1);
            }
            Help::Send(object) => self.amounts[object] += 1,
            Help::Release(object, count) => self.amounts[object] += count,
            Help::Close(object) | Help::Abort(object) => self.spoilt[object] = true,
            Help::ReleaseOthers(object) => self.held.retain(|held| held.0 != object),
            Help::Notify(object) => {
                let woken = self.line(structure).into_iter().find(|who| {
                    matches!(self.places[*who], Place::Waits(step)
                        if structure.actors[*who].steps[step].wait == Wait::Condition(object))
                });
                if let Some(who) = woken
                    && let Place::Waits(step) = self.places[who]
                {
                    self.settle_wait(&structure.actors[who], who, step, Ok(()));
                }
            }
        }
    }
}
