//! Threads that start.

use super::footprint::{Mode, Order};
use super::scope::Child;
use super::strand::{Signals, Strand, StrandKind, Wish};
use super::thing::{Body, body};
use super::world::{Actor, Next, World, error};
use crate::values::{ErrorKind, Label, Object, ObjectKind, Ref, Spawned, Value};
use crate::vm::{Machine, SpawnRequest};
use rustc_hash::FxHashMap;
use std::sync::Arc;

impl World {
    /// A strand that has not begun to run.
    pub(super) fn add_strand(
        &mut self,
        kind: StrandKind,
        name: Arc<str>,
        spawned: Option<Arc<Spawned>>,
    ) -> usize {
        let number = self.strands.len();
        let id = self.next_id();
        let actor = if kind == StrandKind::Task {
            usize::MAX
        } else {
            self.new_actor(Actor::Strand(number))
        };
        let resource = self.new_resources(2);
        let mut spin = self.spare_spins.pop().unwrap_or_default();
        spin.begin();
        self.strands.push(Strand {
            id,
            actor,
            kind,
            name,
            daemon: false,
            spawned,
            scope: None,
            pool: None,
            machine: None,
            wish: Wish::Nothing,
            until: None,
            length: 0,
            arrived: false,
            met: None,
            site: 0,
            now: self.now,
            ended: None,
            end_order: 0,
            received: false,
            scopes: Vec::new(),
            rounds: Vec::new(),
            lost: Vec::new(),
            sides: Vec::new(),
            last_limit: None,
            worker: None,
            task: None,
            locals: FxHashMap::default(),
            random: fastrand::Rng::with_seed(self.config.seed.wrapping_add(id)),
            signals: Signals::default(),
            spin,
            timer: None,
            end_resource: resource,
            signal_resource: resource + 1,
        });
        number
    }

    /// A handle to a thread or a task, as a value.
    pub(super) fn strand_value(&self, strand: usize) -> Value {
        let of = &self.strands[strand];
        let kind = if of.kind == StrandKind::Task { ObjectKind::Task } else { ObjectKind::Thread };
        let label = Label::named(of.id, of.name.clone());
        Value::from(Ref::new(Object::new(label, kind, Arc::new(Body::Strand(strand)))))
    }

    /// A new thread, task or timer gets a number: the order in which they do can be seen.
    pub(super) fn touch_birth(&mut self) {
        let (ids, alive) = (self.fixed.ids, self.fixed.alive);
        self.touched(ids, Mode::Write, Order::None);
        self.touched(alive, Mode::Add, Order::None);
    }

    /// `spawn`
    pub(super) fn spawn(&mut self, strand: usize, request: SpawnRequest) -> Result<Next, Value> {
        self.touch_birth();
        if let Some(pool) = &request.pool {
            let pool = pool.clone();
            return self.submit(strand, &pool, request).map(Next::from);
        }
        let alive = self.strands.iter().filter(|s| s.ended.is_none() && s.kind != StrandKind::Task);
        if alive.count() > self.config.max_threads {
            let message =
                format!("one thread too many: {} may be alive at once", self.config.max_threads);
            return Err(error(ErrorKind::LimitError, message));
        }
        let by = self.strands[strand].name.clone();
        let spawned = Arc::new(Spawned { by, place: request.place, task: None });
        let name = match request.name {
            Some(name) => name.into(),
            None => {
                self.counts.threads += 1;
                self.unnamed(self.counts.threads)
            }
        };
        let scope = self.innermost(strand);
        let child = self.add_strand(StrandKind::Thread, name, Some(spawned));
        self.strands[child].daemon = request.daemon;
        self.strands[child].scope = scope;
        self.strands[child].now = self.strands[strand].now;
        if !request.daemon {
            self.keeping += 1;
        }
        self.add_child(scope, Child::Strand(child));
        let machine = Machine::new(self.program.clone(), self.config.limits, request.job);
        self.start(child, machine);
        Ok(self.strand_value(child).into())
    }

    /// What a thread is called that has got no name.
    fn unnamed(&mut self, number: u64) -> Arc<str> {
        let names = &mut self.names;
        while (names.len() as u64) < number {
            names.push(format!("thread-{}", names.len() + 1).into());
        }
        names[number as usize - 1].clone()
    }

    /// Whether an object is a handle of this strand's.
    pub(super) fn strand_of_handle(of: &Object) -> Option<usize> {
        match body(of) {
            Body::Strand(strand) => Some(*strand),
            _ => None,
        }
    }
}
