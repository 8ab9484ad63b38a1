//! The schedules of an exploration, saved as files.

use crate::diagnostics::{Code, Report};
use crate::explore::{Explored, Schedule};
use crate::runtime::controlled::Choice;
use std::path::Path;

/// The files in which schedules were saved, in order; none, if they were not to be.
#[derive(Default)]
pub struct Saved {
    pub findings: Vec<String>,
    pub outcomes: Vec<String>,
}

/// Saves the schedules.
pub fn save(
    directory: Option<&Path>,
    explored: &Explored,
    schedule: &dyn Fn(&[Choice]) -> Schedule,
) -> Result<Saved, Report> {
    let Some(directory) = directory else { return Ok(Saved::default()) };
    let refused = |error: &std::io::Error| {
        let why = crate::runtime::plain(error);
        let message = format!("cannot save schedules in `{}`: {why}", directory.display());
        Report::error(Code::Output, message)
    };
    std::fs::create_dir_all(directory).map_err(|error| refused(&error))?;
    let write = |name: String, choices: &[Choice]| {
        let path = directory.join(name);
        let written = std::fs::write(&path, schedule(choices).to_string());
        written.map(|()| path.display().to_string()).map_err(|error| refused(&error))
    };
    let mut saved = Saved::default();
    for (at, finding) in explored.findings.iter().enumerate() {
        let kind = finding.kind.name().replace(' ', "-");
        let name = format!("{kind}-{}.schedule", at + 1);
        saved.findings.push(write(name, &finding.schedule)?);
    }
    for (at, outcome) in explored.outcomes.iter().enumerate() {
        let name = format!("outcome-{}.schedule", at + 1);
        saved.outcomes.push(write(name, &outcome.schedule)?);
    }
    Ok(saved)
}
