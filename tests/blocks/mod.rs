//! The scripts that stand in the texts of the reference, as files of their own that can be run.
//!
//! | fence | what it holds |
//! |---|---|
//! | `conc` | a script that does what the marks beside its lines say |
//! | `conc wrong` | one that gives a report with the code that the text explains |
//! | `conc right` | one that runs to its end with status 0 |
//! | `conc explored` | one in which `conc explore` finds what the text explains |
//! | `conc verified` | a right one of which `conc explore` says that it is `verified` |
//! | `conc file NAME` | what the file NAME holds that the other scripts of the text import |
//! | `report` | words of what conc says on the script before it, in order, `…` for anything |
//!
//! Other fences hold no script.

use std::path::{Path, PathBuf};

/// What a script must do beside what its marks say.
#[derive(Clone, PartialEq, Eq)]
pub enum Kind {
    Example,
    Wrong { code: String },
    Right,
    Explored { code: String },
    Verified,
}

impl Kind {
    /// Whether it is to be told by `conc check`, and is no error.
    pub fn is_suspected(&self) -> bool {
        matches!(self, Kind::Wrong { code } if code == "conc::suspicious")
    }
}

/// A script of the reference.
pub struct Block {
    /// `src/reference/lock.md:12`
    pub name: String,
    /// The file it was written to.
    pub path: PathBuf,
    pub kind: Kind,
    /// What the report on it says.
    pub report: Vec<String>,
}

/// All scripts of the reference below `root`, written to files below `folder`.
pub fn blocks(root: &Path, folder: &Path) -> std::io::Result<Vec<Block>> {
    let mut blocks = Vec::new();
    for texts in ["src/reference", "src/reference/codes"] {
        let mut paths: Vec<PathBuf> =
            std::fs::read_dir(root.join(texts))?.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths.iter().filter(|path| path.extension().is_some_and(|e| e == "md")) {
            let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let name = format!("{texts}/{stem}.md");
            let folder = folder.join(texts).join(&stem);
            std::fs::create_dir_all(&folder)?;
            collect(&std::fs::read_to_string(path)?, &name, &stem, &folder, &mut blocks)?;
        }
    }
    Ok(blocks)
}

fn collect(
    text: &str,
    name: &str,
    stem: &str,
    folder: &Path,
    blocks: &mut Vec<Block>,
) -> std::io::Result<()> {
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let Some(fence) = line.strip_prefix("```") else { continue };
        let body: Vec<&str> =
            lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```").collect();
        let kind = match fence.split_once(' ').unwrap_or((fence, "")) {
            ("conc", "") => Kind::Example,
            ("conc", "wrong") => Kind::Wrong { code: format!("conc::{stem}") },
            ("conc", "right") => Kind::Right,
            ("conc", "explored") => Kind::Explored { code: format!("conc::{stem}") },
            ("conc", "verified") => Kind::Verified,
            ("conc", part) => {
                let file = part.strip_prefix("file ").expect("a known kind of script");
                std::fs::write(folder.join(file), script(&body))?;
                continue;
            }
            ("report", _) => {
                let block = blocks.last_mut().expect("a report follows a script");
                block.report.extend(body.into_iter().map(str::to_owned));
                continue;
            }
            ("" | "text", "") => continue,
            _ => panic!("{name}:{}: an unknown fence: {fence}", number + 1),
        };
        let path = folder.join(format!("line{}.conc", number + 1));
        std::fs::write(&path, script(&body))?;
        let name = format!("{name}:{}", number + 1);
        blocks.push(Block { name, path, kind, report: Vec::new() });
    }
    Ok(())
}

fn script(lines: &[&str]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}
