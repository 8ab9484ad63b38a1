//! `conc doc` and `conc explain`: texts of the reference on the terminal.

use super::pager::page;
use super::show::Show;
use crate::diagnostics::{Code, Report};
use crate::reference::{
    code_named, codes, contents, explanation, find, found, near, render, search,
};
use clap::Args;

#[derive(Args, PartialEq, Debug)]
pub struct Doc {
    /// The topic, or a name of the language that it explains; without it, the list
    #[arg(value_name = "TOPIC")]
    pub topic: Vec<String>,
    /// Look for the lines of all topics that have these words
    #[arg(long, value_name = "WORD", num_args = 1.., conflicts_with = "topic")]
    pub search: Vec<String>,
}

#[derive(Args, PartialEq, Debug)]
pub struct Explain {
    /// The code, such as `conc::deadlock` or `deadlock`; without it, the list
    #[arg(value_name = "CODE")]
    pub code: Option<String>,
}

/// `conc doc`
pub fn doc(doc: &Doc, show: &Show) -> i32 {
    if !doc.search.is_empty() {
        let words = doc.search.join(" ");
        let hits = search(&words);
        if hits.is_empty() {
            let message = match &doc.search[..] {
                [word] => format!("the reference has no word `{word}`"),
                _ => format!("the reference has no line with `{words}`"),
            };
            return show.refuse(&[Report::error(Code::Usage, message)]);
        }
        return page(&found(&hits, show.page()), show);
    }
    if doc.topic.is_empty() {
        return page(&contents(show.page()), show);
    }
    let name = doc.topic.join(" ");
    match find(&name) {
        Some(topic) => page(&render(topic.text, show.page()), show),
        None => show.refuse(&[unknown_topic(&name)]),
    }
}

fn unknown_topic(name: &str) -> Report {
    let report = Report::error(Code::Usage, format!("there is no topic `{name}`"));
    match near(name) {
        Some(near) => report.help(format!("did you mean `{near}`?")),
        None => report
            .help(format!("`conc doc` lists them; `conc doc --search {name}` looks for the word")),
    }
}

/// `conc explain`
pub fn explain(explain: &Explain, show: &Show) -> i32 {
    let Some(name) = &explain.code else { return page(&codes(show.page()), show) };
    let meant = match code_named(name) {
        Ok(code) => return page(&render(explanation(code), show.page()), show),
        Err(meant) => meant,
    };
    let report = Report::error(Code::Usage, format!("there is no code `{name}`"));
    let report = match (meant, find(name)) {
        (Some(meant), _) => report.help(format!("did you mean `{meant}`?")),
        (None, Some(topic)) => report.help(format!("`conc doc {}` tells of it", topic.name)),
        (None, None) => report.help("`conc explain` lists them"),
    };
    show.refuse(&[report])
}
