//! Structures at random: rings, trees, and whatever else comes, of every kind of wait.

use crate::structure::{
    Actor, ActorKind, Arm, Help, Hold, Object, Passing, Side, Step, Structure, Taking, Wait,
};
use fastrand::Rng;

/// A structure; if it is orderly, it mostly lets all come to their end. It need not have a verdict.
pub fn structure(rng: &mut Rng, orderly: bool) -> Structure {
    let made = Structure::default();
    let mut generator = Generator { rng, orderly, ranks: Vec::new(), made, helpable: Vec::new() };
    generator.actors();
    generator.ring();
    generator.steps();
    generator.timers();
    generator.finish_main();
    generator.made
}

pub struct Generator<'a> {
    pub rng: &'a mut Rng,
    /// Whether each waits only for those of lower rank.
    pub orderly: bool,
    pub ranks: Vec<usize>,
    pub made: Structure,
    /// What can still be done, each once, and for whom.
    pub helpable: Vec<(Help, usize)>,
}

impl Generator<'_> {
    pub fn chance(&mut self, percent: u32) -> bool {
        self.rng.u32(0..100) < percent
    }

    pub fn object(&mut self, object: Object) -> usize {
        self.made.objects.push(object);
        self.made.objects.len() - 1
    }

    /// Whether one may wait for another.
    pub fn may_wait_for(&self, who: usize, other: usize) -> bool {
        !self.orderly || self.ranks[other] < self.ranks[who]
    }

    /// A thread, by index: not itself, mostly.
    pub fn another(&mut self, than: usize) -> usize {
        let candidates: Vec<usize> = (0..self.ranks.len())
            .filter(|at| *at != than && self.may_wait_for(than, *at))
            .collect();
        if candidates.is_empty() || !self.orderly && self.rng.u32(0..60) == 0 {
            return than;
        }
        candidates[self.rng.usize(0..candidates.len())]
    }

    /// A thread that catches its errors.
    pub fn catching(&mut self, than: usize) -> Option<usize> {
        let at = self.another(than);
        (at != than && self.made.actors[at].catches).then_some(at)
    }

    // ---- Threads, and what they hold ---------------------------------------------------------

    fn actors(&mut self) {
        let count = self.rng.usize(2..=6);
        for at in 0..=count {
            let kind = match self.rng.u32(0..20) {
                _ if at == 0 => ActorKind::Main,
                0..=2 => ActorKind::Daemon,
                3..=5 => ActorKind::Task,
                _ => ActorKind::Thread,
            };
            let catches = kind == ActorKind::Daemon || self.chance(70);
            let forgets = !self.orderly && self.chance(15);
            self.made.actors.push(Actor {
                kind,
                holds: Vec::new(),
                steps: Vec::new(),
                catches,
                forgets,
            });
        }
        let is_task = |actor: &&Actor| actor.kind == ActorKind::Task;
        self.made.workers = self.made.actors.iter().filter(is_task).count();
        if self.made.workers > 0 && self.chance(50) {
            let queued = Actor {
                kind: ActorKind::Queued,
                holds: Vec::new(),
                steps: Vec::new(),
                catches: true,
                forgets: false,
            };
            self.made.actors.push(queued);
        }
        self.ranks = (0..self.made.actors.len()).collect();
        self.rng.shuffle(&mut self.ranks[1..]);
        // It joins the others in the end.
        self.ranks[0] = self.made.actors.len();
        for _ in 0..self.rng.usize(0..=4) {
            self.hold();
        }
        let gated = |at: &usize| self.made.actors[*at].kind.is_gated();
        self.made.order = (0..self.made.actors.len()).filter(gated).collect();
        self.rng.shuffle(&mut self.made.order);
    }

    /// Who can hold something.
    fn holder(&mut self) -> usize {
        loop {
            let at = self.rng.usize(0..self.ranks.len());
            let kind = self.made.actors[at].kind;
            if kind.is_gated() || kind == ActorKind::Main {
                return at;
            }
        }
    }

    /// Lets one or several hold an object; the object.
    fn hold(&mut self) -> usize {
        let at = self.holder();
        self.hold_by(at)
    }

    fn hold_by(&mut self, at: usize) -> usize {
        let by_hand = self.chance(35);
        let how = |side| if by_hand { Taking::Hand(side) } else { Taking::Block(side) };
        match self.rng.u32(0..10) {
            0..=3 => {
                let object = self.object(Object::Lock);
                self.give(at, object, how(Side::Whole));
                if by_hand && !self.orderly && self.chance(40) {
                    // A foreign release, if its holder forgets.
                    self.made.actors[at].forgets = true;
                    self.helpable.push((Help::ReleaseOthers(object), at));
                }
                object
            }
            4..=5 => {
                let object = self.object(Object::RLock);
                self.give(at, object, how(Side::Whole));
                object
            }
            6..=8 => {
                let object = self.object(Object::RwLock);
                if self.chance(40) {
                    self.give(at, object, how(Side::Write));
                } else {
                    self.give(at, object, how(Side::Read));
                    let other = self.holder();
                    if other != at {
                        self.give(other, object, how(Side::Read));
                    }
                }
                object
            }
            _ => {
                let count = self.rng.u32(1..=2);
                let object = self.object(Object::Semaphore(count));
                self.give(at, object, Taking::Permits(count));
                object
            }
        }
    }

    fn give(&mut self, to: usize, object: usize, how: Taking) {
        let is_task = self.made.actors[to].kind == ActorKind::Task;
        let is_owned = matches!(self.made.objects[object], Object::RLock | Object::RwLock);
        let how = match how {
            // Its owner is the worker, which does not end with the task.
            Taking::Hand(side) if is_task && is_owned => Taking::Block(side),
            how => how,
        };
        self.made.actors[to].holds.push(Hold { object, how });
    }

    // ---- Rings -------------------------------------------------------------------------------

    /// Often: some of the threads wait for one another in a circle, or would but for one link.
    fn ring(&mut self) {
        if self.orderly || !self.chance(65) {
            return;
        }
        let is_queued = |actor: &Actor| actor.kind == ActorKind::Queued;
        if let Some(queued) = self.made.actors.iter().position(is_queued)
            && self.chance(60)
        {
            self.knot(queued);
            return;
        }
        let mut members: Vec<usize> = (0..self.made.actors.len())
            .filter(|at| self.made.actors[*at].kind.is_gated() || *at == 0)
            .collect();
        self.rng.shuffle(&mut members);
        let longest = members.len();
        members.truncate(self.rng.usize(2..=longest.clamp(2, 5)));
        for (at, member) in members.iter().enumerate() {
            let next = members[(at + 1) % members.len()];
            let wait = self.wait_for(*member, next);
            self.add_step(*member, wait);
        }
    }

    /// All tasks of the pool wait for what is queued behind them, or would but for one.
    fn knot(&mut self, queued: usize) {
        let of = |kind: ActorKind, actors: &[Actor]| -> Vec<usize> {
            (0..actors.len()).filter(|at| actors[*at].kind == kind).collect()
        };
        let tasks = of(ActorKind::Task, &self.made.actors);
        let mut threads = of(ActorKind::Thread, &self.made.actors);
        for (at, task) in tasks.iter().enumerate() {
            let next = tasks[(at + 1) % tasks.len()];
            let wait = match self.rng.u32(0..10) {
                0 if next != *task => Wait::JoinAny(vec![queued, next]),
                1 => Wait::Select(vec![Arm::Join(queued)]),
                2 if next != *task => Wait::Join(vec![queued, next]),
                3..=4 if next != *task => {
                    let object = self.hold_by(next);
                    self.taking(object)
                }
                5 => self.in_scope(Wait::Join(vec![queued])),
                6..=7 => match threads.pop() {
                    Some(thread) => {
                        self.add_step(thread, Wait::Join(vec![queued]));
                        Wait::Join(vec![thread])
                    }
                    None => Wait::Join(vec![queued]),
                },
                8 => self.event(*task),
                _ => Wait::Join(vec![queued]),
            };
            self.add_step(*task, wait);
        }
    }

    /// A wait of `who` that `next` can end; mostly only it.
    fn wait_for(&mut self, who: usize, next: usize) -> Wait {
        match self.rng.u32(0..14) {
            0..=3 => Wait::Join(vec![next]),
            4 => {
                let other = self.another(who);
                Wait::Join(vec![other, next])
            }
            5 => Wait::JoinAny(vec![next]),
            6 if self.made.actors[next].catches => Wait::Select(vec![Arm::Join(next)]),
            7 => {
                let object = self.hold_by(next);
                let wait = self.taking(object);
                self.in_scope(wait)
            }
            _ => {
                let object = self.hold_by(next);
                self.taking(object)
            }
        }
    }

    /// Takes something that is held.
    pub fn taking(&mut self, object: usize) -> Wait {
        let by_hand = self.chance(30);
        let how = |side| if by_hand { Taking::Hand(side) } else { Taking::Block(side) };
        let reads = self.chance(50);
        match self.made.objects[object] {
            Object::Semaphore(count) => {
                let wanted = self.rng.u32(1..=count);
                Wait::Acquire(object, wanted)
            }
            Object::RwLock if reads => Wait::Take(object, how(Side::Read)),
            Object::RwLock => Wait::Take(object, how(Side::Write)),
            _ => Wait::Take(object, how(Side::Whole)),
        }
    }

    /// The wait, in a child of a scope; only for the first step of a thread that begins at its gate.
    fn in_scope(&mut self, wait: Wait) -> Wait {
        let mut helps = Vec::new();
        if !self.orderly && self.chance(30) {
            helps.extend(self.help(0).filter(|help| !help.may_block()));
        }
        let steps = vec![Step { wait, helps }];
        let child = Actor {
            kind: ActorKind::Child,
            holds: Vec::new(),
            steps,
            catches: true,
            forgets: false,
        };
        self.made.actors.push(child);
        Wait::Scope(self.made.actors.len() - 1)
    }

    /// The one of the lowest rank.
    pub fn lowest(&self) -> usize {
        (0..self.ranks.len()).min_by_key(|at| self.ranks[*at]).unwrap_or(0)
    }

    // ---- Other waits -------------------------------------------------------------------------

    fn steps(&mut self) {
        for at in 0..self.ranks.len() {
            let wanted = match self.made.actors[at].kind {
                ActorKind::Main => self.rng.usize(0..=1),
                ActorKind::Thread | ActorKind::Daemon | ActorKind::Task => self.rng.usize(1..=2),
                _ => continue,
            };
            while self.made.actors[at].steps.len() < wanted {
                let first = self.made.actors[at].steps.is_empty() && at != 0;
                let mut wait = self.wait(at, first);
                if first && self.chance(8) && may_be_in_child(&wait) {
                    wait = self.in_scope(wait);
                }
                self.add_step(at, wait);
            }
        }
        // What can be done for others is done by some: what nobody may do is left.
        for (help, whom) in std::mem::take(&mut self.helpable) {
            let by: Vec<usize> = (0..self.ranks.len())
                .filter(|at| {
                    self.may_wait_for(whom, *at) && !self.made.actors[*at].steps.is_empty()
                })
                .collect();
            if !by.is_empty() && (self.orderly || self.chance(70)) {
                let steps = &mut self.made.actors[by[self.rng.usize(0..by.len())]].steps;
                let step = self.rng.usize(0..steps.len());
                steps[step].helps.push(help);
            }
        }
    }

    pub fn add_step(&mut self, at: usize, wait: Wait) {
        let mut helps = Vec::new();
        while self.chance(35) {
            let Some(help) = self.help(at).next() else { break };
            helps.push(help);
        }
        self.made.actors[at].steps.push(Step { wait, helps });
    }

    /// Something that this one can do for one who waits; not again then.
    fn help(&mut self, by: usize) -> std::vec::IntoIter<Help> {
        let fit: Vec<usize> = (0..self.helpable.len())
            .filter(|at| self.may_wait_for(self.helpable[*at].1, by))
            .collect();
        let mut chosen = Vec::new();
        if !fit.is_empty() {
            let at = fit[self.rng.usize(0..fit.len())];
            chosen.push(self.helpable.swap_remove(at).0);
        }
        chosen.into_iter()
    }

    // ---- The end -----------------------------------------------------------------------------

    fn timers(&mut self) {
        while self.chance(20) {
            let by = self.lowest();
            let mut helps: Vec<Help> = self.help(by).collect();
            helps.retain(|help| !matches!(help, Help::ReleaseOthers(_)));
            let repeats = self.chance(40);
            let steps = vec![Step { wait: Wait::Passing(Passing::Nothing), helps }];
            let kind = ActorKind::Timer { repeats };
            let timer = Actor { kind, holds: Vec::new(), steps, catches: true, forgets: false };
            self.made.actors.push(timer);
        }
    }

    /// Mostly `main` joins the others in the end.
    fn finish_main(&mut self) {
        if self.chance(40) {
            return;
        }
        for at in 1..self.made.actors.len() {
            if matches!(self.made.actors[at].kind, ActorKind::Thread | ActorKind::Task) {
                self.made.actors[0]
                    .steps
                    .push(Step { wait: Wait::Join(vec![at]), helps: Vec::new() });
            }
        }
    }
}

/// Whether a child of a scope can wait so: not where it would be seen as blocked before.
fn may_be_in_child(wait: &Wait) -> bool {
    !matches!(wait, Wait::Flag(_) | Wait::Condition(_) | Wait::Passing(_) | Wait::Scope(_))
}
