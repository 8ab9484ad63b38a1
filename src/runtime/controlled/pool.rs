//! Pools: workers take tasks from a row. A worker that waits for a task is a thread that wants the next one.

use super::footprint::{Mode, Order, Touch};
use super::joining::add_other;
use super::scope::Child;
use super::strand::{Strand, StrandKind, Wish};
use super::thing::{Body, State, body};
use super::world::{Next, World, fault};
use crate::primitives::{Ended, Pool};
use crate::runtime::knot::Need;
use crate::source::Place;
use crate::values::{List, Object, Published, Ref, Spawned, Value};
use crate::vm::{Job, Machine, SpawnRequest};
use std::sync::Arc;

impl World {
    fn pool(&mut self, number: usize) -> &mut Pool {
        match &mut self.things[number].state {
            State::Pool(pool) => pool,
            _ => unreachable!("a pool's state is one"),
        }
    }

    fn touch_row(&mut self, number: usize) {
        let first = self.things[number].resource;
        self.touched(first, Mode::Write, Order::Both);
    }

    /// A task, or the word to leave, is there for a worker.
    fn touch_gives(&mut self, number: usize) {
        let first = self.things[number].resource;
        self.touch(Touch::new(first, Mode::Write, Order::Both).gives(1));
    }

    fn touch_unfinished(&mut self, number: usize, gives: i64) {
        let resource = self.things[number].resource + 2;
        self.touch(Touch::new(resource, Mode::Add, Order::Release).gives(gives));
    }

    /// Queues a task.
    pub(super) fn submit(
        &mut self,
        strand: usize,
        on: &Ref<Object>,
        request: SpawnRequest,
    ) -> Result<Value, Value> {
        let Body::Thing(number) = body(on) else { unreachable!("a pool is a primitive") };
        let number = *number;
        let name: Arc<str> = match request.name {
            Some(name) => name.into(),
            None => {
                self.counts.tasks += 1;
                format!("task-{}", self.counts.tasks).into()
            }
        };
        let scope = self.innermost(strand);
        let by = self.strands[strand].name.clone();
        let spawned = Spawned { by, place: request.place, task: Some(name.clone()) };
        self.touch_gives(number);
        let task = self.add_strand(StrandKind::Task, name, Some(Arc::new(spawned)));
        self.strands[task].pool = Some(number);
        let id = self.strands[task].id;
        let start = match self.pool(number).submit(id) {
            Ok(start) => start,
            Err(misuse) => {
                self.strands[task].received = true;
                return Err(fault(&misuse.fault(&on.to_string(), |_| String::new())));
            }
        };
        self.touch_unfinished(number, -1);
        self.strands[task].scope = scope;
        self.keeping += 1;
        self.things[number].pool.tasks.push((id, task, request.job));
        if start {
            self.start_worker(number);
        }
        // If the scope fails already, it is taken out again.
        self.add_child(scope, Child::Strand(task));
        Ok(self.strand_value(task))
    }

    fn start_worker(&mut self, number: usize) {
        self.things[number].pool.started += 1;
        let name = format!("pool-{}", self.things[number].pool.started);
        let worker = self.add_strand(StrandKind::Worker, name.into(), None);
        self.strands[worker].pool = Some(number);
        self.strands[worker].daemon = true;
        match self.things[number].pool.init.clone() {
            Some(init) => {
                let job = Job { callee: init, arguments: Vec::new() };
                self.run_on(worker, job);
            }
            None => self.wait_for_task(worker, number),
        }
    }

    fn run_on(&mut self, worker: usize, job: Job) {
        let mut machine = Machine::new(self.program.clone(), self.config.limits, job);
        machine.set_locals(std::mem::take(&mut self.strands[worker].locals));
        self.start(worker, machine);
    }

    fn wait_for_task(&mut self, worker: usize, pool: usize) {
        self.pool(pool).free += 1;
        self.set_wish(worker, Wish::NextTask(pool));
    }

    /// Whether there is a task for a worker, or it is to leave. Of several workers that are alike, the first takes it.
    pub(super) fn has_next_task(&self, worker: usize, pool: usize) -> bool {
        let State::Pool(state) = &self.things[pool].state else { return false };
        if state.queued.is_empty() && state.leaving == 0 {
            return false;
        }
        let alike = |other: &Strand| {
            matches!(other.wish, Wish::NextTask(of) if of == pool) && other.locals.is_empty()
        };
        self.strands[worker].locals.is_empty() && !self.strands[..worker].iter().any(alike)
            || !self.strands[worker].locals.is_empty()
    }

    /// A worker takes the next task, or leaves.
    pub(super) fn next_task(&mut self, worker: usize, pool: usize) {
        let there = self.pool(pool).queued.len() + self.pool(pool).leaving;
        let first = self.things[pool].resource;
        self.touch(Touch::new(first, Mode::Write, Order::Both).needs(1, there as i64));
        self.pool(pool).free -= 1;
        let others = self.ready_workers(pool);
        let next = self.pool(pool).take_next();
        self.call_off_workers(pool, &others, worker);
        match next {
            Some(crate::primitives::Next::Run(id)) => {
                let tasks = &mut self.things[pool].pool.tasks;
                let Some(at) = tasks.iter().position(|(task, ..)| *task == id) else { return };
                let (_, task, job) = tasks.remove(at);
                self.strands[task].worker = Some(worker);
                self.strands[worker].task = Some(task);
                let wanted = std::mem::take(&mut self.strands[task].signals.cancelled);
                self.strands[worker].signals.cancelled |= wanted;
                match self.things[pool].pool.broken.clone() {
                    Some(error) => {
                        self.things[pool].pool.received = true;
                        self.set_wish(worker, Wish::End(Ended::Failed(error)));
                    }
                    None => self.run_on(worker, job),
                }
            }
            Some(crate::primitives::Next::Leave) => {
                self.pool(pool).left();
                self.publish_end(worker, Ended::Value(Published::new(Value::NIL)));
            }
            None => self.wait_for_task(worker, pool),
        }
    }

    /// What a worker ran is over: a task, or `init`.
    pub(super) fn task_ended(&mut self, worker: usize, ended: Ended) {
        let Some(pool) = self.strands[worker].pool else { return };
        if let Some(machine) = &mut self.strands[worker].machine {
            let locals = machine.take_locals();
            self.strands[worker].locals = locals;
        }
        self.strands[worker].machine = None;
        match self.strands[worker].task.take() {
            Some(task) => {
                // What was wanted of it and not raised is not for the worker's next task.
                self.strands[worker].signals.cancelled = false;
                self.strands[task].worker = None;
                self.task_is_over(task, ended);
            }
            None => {
                if let Ended::Failed(error) | Ended::Cancelled(error) = ended {
                    self.things[pool].pool.broken.get_or_insert(error);
                }
                self.touch_row(pool);
            }
        }
        self.touch_row(pool);
        self.wait_for_task(worker, pool);
    }

    /// Takes a queued task out of the row; whether it was there.
    pub(super) fn withdraw(&mut self, task: usize) -> bool {
        let (Some(pool), id) = (self.strands[task].pool, self.strands[task].id) else {
            return false;
        };
        if self.strands[task].kind != StrandKind::Task {
            return false;
        }
        self.touch_row(pool);
        let workers = self.ready_workers(pool);
        let withdrawn = self.pool(pool).withdraw(id);
        self.call_off_workers(pool, &workers, usize::MAX);
        if withdrawn {
            self.things[pool].pool.tasks.retain(|(other, ..)| *other != id);
        }
        withdrawn
    }

    /// The workers that may take a task now.
    fn ready_workers(&self, pool: usize) -> Vec<usize> {
        let waits = |worker: &usize| {
            matches!(self.strands[*worker].wish, Wish::NextTask(of) if of == pool)
                && self.has_next_task(*worker, pool)
        };
        (0..self.strands.len()).filter(waits).collect()
    }

    /// Of these workers, but for one, those that may not take a task any more.
    fn call_off_workers(&mut self, pool: usize, before: &[usize], but: usize) {
        for worker in before {
            if *worker != but && !self.has_next_task(*worker, pool) {
                self.call_off(self.strands[*worker].actor);
            }
        }
    }

    /// A task is over.
    pub(super) fn task_is_over(&mut self, task: usize, ended: Ended) {
        let Some(pool) = self.strands[task].pool else { return };
        if ended.failure().is_some() && self.strands[task].scope.is_none() {
            self.things[pool].pool.failed.push(task);
            self.things[pool].pool.failed.sort_unstable();
        }
        self.publish_end(task, ended);
        self.touch_unfinished(pool, 1);
        self.pool(pool).unfinished -= 1;
        self.let_die();
    }

    /// All tasks of a pool are over: its workers go, and the first error that nobody has received is raised.
    pub(super) fn join_pool(&mut self, strand: usize, number: usize) -> Result<(), Value> {
        if !matches!(self.things[number].state, State::Pool(_)) {
            return Ok(());
        }
        self.touch_row(number);
        self.pool(number).dismiss();
        let pool = &mut self.things[number].pool;
        let mut errors = Vec::new();
        errors.extend(pool.unreceived().cloned());
        pool.received = true;
        for task in std::mem::take(&mut pool.failed) {
            let of = &mut self.strands[task];
            if !std::mem::replace(&mut of.received, true) {
                errors.extend(of.ended.as_ref().and_then(Ended::failure).cloned());
            }
        }
        let mut first: Option<Value> = None;
        for error in errors {
            let error = self.note_received(strand, &error);
            match &first {
                None => first = Some(error),
                Some(first) => add_other(first, &error),
            }
        }
        first.map_or(Ok(()), Err)
    }

    /// `pool.close()`
    pub(super) fn close_pool(&mut self, on: &Ref<Object>, cancel: bool) {
        let Body::Thing(number) = body(on) else { return };
        let number = *number;
        self.touch_row(number);
        self.pool(number).closed = true;
        if cancel {
            let tasks: Vec<usize> =
                self.things[number].pool.tasks.iter().map(|(_, task, _)| *task).collect();
            for task in tasks {
                self.cancel_strand(task);
            }
        }
    }

    /// `pool.map(f, xs)`
    pub(super) fn map_pool(
        &mut self,
        strand: usize,
        on: &Ref<Object>,
        jobs: Vec<Job>,
        place: &Place,
    ) -> Result<Next, Value> {
        let mut tasks = Vec::with_capacity(jobs.len());
        for job in jobs {
            let place = place.clone();
            let request = SpawnRequest { job, name: None, daemon: false, pool: None, place };
            tasks.push(self.submit(strand, on, request)?);
        }
        List::value(tasks).map(Next::from).map_err(|told| fault(&told))
    }

    /// Who must go on so that a strand ends: itself; of a task, the worker that runs it, or one of those that could.
    pub(super) fn need_of_strand(&self, strand: usize) -> Need<usize> {
        let of = &self.strands[strand];
        if of.kind != StrandKind::Task {
            return Need::Thread(strand);
        }
        match of.worker {
            Some(worker) => Need::Thread(worker),
            None => Need::any(self.crew_for(strand).into_iter().map(Need::Thread)),
        }
    }

    /// Who must go on so that all tasks of a pool end: the workers that run one; and one of all, if a task waits in the
    /// row.
    pub(super) fn need_of_pool(&self, pool: usize) -> Need<usize> {
        let runs = |task: &Strand| task.worker.filter(|_| task.pool == Some(pool));
        let first = self.things[pool].pool.tasks.first();
        let crew = first.map(|(_, task, _)| self.crew_for(*task)).unwrap_or_default();
        let row = Need::any(crew.into_iter().map(Need::Thread));
        Need::all([Need::threads(self.strands.iter().filter_map(runs)), row])
    }

    /// The workers of a pool, one of which must take this task: if it waits in the row, and there can be no more workers.
    pub(super) fn crew_for(&self, task: usize) -> Vec<usize> {
        let Some(pool) = self.strands[task].pool.filter(|_| self.is_queued(task)) else {
            return Vec::new();
        };
        let State::Pool(state) = &self.things[pool].state else { return Vec::new() };
        let is_worker = |worker: &usize| {
            let worker = &self.strands[*worker];
            worker.kind == StrandKind::Worker && worker.pool == Some(pool) && worker.ended.is_none()
        };
        let workers: Vec<usize> = (0..self.strands.len()).filter(is_worker).collect();
        if workers.len() == state.limit { workers } else { Vec::new() }
    }

    /// Whether it is a task that no worker has begun.
    pub(super) fn is_queued(&self, strand: usize) -> bool {
        let of = &self.strands[strand];
        of.kind == StrandKind::Task && of.worker.is_none() && of.ended.is_none()
    }
}
