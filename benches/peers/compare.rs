//! Runs a row's program by all peers, round by round, each time in another order, and judges what conc reached.

use super::child::Run;
use super::goals::{CONC, Goal, Row};
use super::machine::wait_for_calm;
use super::peer::Peer;
use std::time::Duration;

/// What one peer took, a number a round.
pub struct Column {
    pub peer: &'static str,
    pub times: Vec<f64>,
    /// In megabytes.
    pub memory: Vec<f64>,
    speed_ups: Vec<f64>,
    latest: Vec<f64>,
}

/// What was measured for a row.
pub struct Outcome {
    pub row: &'static Row,
    pub columns: Vec<Column>,
}

/// A goal, in words, with what was reached.
pub struct Verdict {
    pub goal: String,
    pub reached: String,
    pub met: bool,
}

pub struct Plan {
    pub rounds: usize,
    /// How long to wait before each run for others to leave the machine alone.
    pub patience: Duration,
    /// Small sizes, to see that all peers agree.
    pub small: bool,
}

impl Outcome {
    /// # Errors
    ///
    /// In words, if something cannot be run, or two peers disagree.
    pub fn measure(row: &'static Row, peers: &[Peer], plan: &Plan) -> Result<Outcome, String> {
        let size = if plan.small { small_size(row.program)? } else { None };
        let has_it = |peer: &&Peer| peer.command(row.program, None).is_some();
        let peers: Vec<&Peer> = peers.iter().filter(has_it).collect();
        let column = |peer: &&Peer| Column {
            peer: peer.name,
            times: Vec::new(),
            memory: Vec::new(),
            speed_ups: Vec::new(),
            latest: Vec::new(),
        };
        let mut columns: Vec<Column> = peers.iter().map(column).collect();
        let mut result: Option<String> = None;
        let mut order: Vec<usize> = (0..peers.len()).collect();
        let mut chance = fastrand::Rng::with_seed(plan.rounds as u64);
        for _ in 0..plan.rounds {
            // Who comes after a large program finds the caches cold: it is not to be always the same.
            chance.shuffle(&mut order);
            for &at in &order {
                let (peer, column) = (peers[at], &mut columns[at]);
                let Some(mut command) = peer.command(row.program, size.as_deref()) else {
                    continue;
                };
                wait_for_calm(plan.patience);
                let run = Run::of(&mut command)?;
                let result = result.get_or_insert_with(|| run.result().to_owned());
                if result != run.result() {
                    let said = run.result();
                    return Err(format!(
                        "{}: {} says {said}, not {result}",
                        row.program, peer.name
                    ));
                }
                let silent = || format!("{}: {} does not say its time", row.program, peer.name);
                column.times.push(run.time(row.clock).ok_or_else(silent)?);
                column.memory.push(run.memory as f64 / 1e6);
                column.speed_ups.extend(run.speed_up());
                column.latest.extend(run.latest());
            }
        }
        Ok(Outcome { row, columns })
    }

    pub fn column(&self, peer: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.peer == peer)
    }

    /// Whether conc reached a goal; nothing, if the peer to compare with is not there.
    pub fn judge(&self, goal: Goal) -> Option<Verdict> {
        let conc = self.column(CONC)?;
        let verdict = |goal: String, reached: String, met: bool| Verdict { goal, reached, met };
        Some(match goal {
            Goal::Times(limit, peer) => {
                let ratio = median(&conc.times) / median(&self.column(peer)?.times);
                verdict(format!("≤ {limit} × {peer}"), format!("{ratio:.2}"), ratio <= limit)
            }
            Goal::Megabytes(limit) => {
                let memory = median(&conc.memory);
                verdict(format!("≤ {limit} MB"), format!("{memory:.1}"), memory <= limit)
            }
            Goal::SpeedUp(limit) => {
                let speed_up = median(&conc.speed_ups);
                verdict(format!("speed-up ≥ {limit}"), format!("{speed_up:.2}"), speed_up >= limit)
            }
            Goal::Latest(limit) => {
                let latest = median(&conc.latest);
                verdict(format!("latest ≤ {limit} ms"), format!("{latest:.1}"), latest <= limit)
            }
        })
    }
}

/// The one in the middle.
pub fn median(numbers: &[f64]) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let half = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        even if even % 2 == 0 => f64::midpoint(sorted[half - 1], sorted[half]),
        _ => sorted[half],
    }
}

/// The size with which a program is tested: it stands in the conc script.
fn small_size(program: &str) -> Result<Option<String>, String> {
    let root = env!("CARGO_MANIFEST_DIR");
    let text = std::fs::read_to_string(format!("{root}/benches/programs/{program}.conc"))
        .map_err(|error| format!("{program}: {error}"))?;
    Ok(text.lines().find_map(|line| line.strip_prefix("#args ")).map(str::to_owned))
}
